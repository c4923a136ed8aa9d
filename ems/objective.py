"""What a plan minimises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

ObjectiveName = Literal["cost", "carbon", "balanced"]
WISHES = frozenset({"unserved", "over_contract", "spill"})
CARBON_FIRST_CNY_PER_KG = (
    50.0  # above what avoiding a kg costs in any park we know: emissions decide, money breaks ties
)


class Weights(Protocol):
    """What a unit of money of a cause, or of emissions, counts in the objective."""

    @property
    def carbon_cny_per_kg(self) -> float: ...

    def weight(self, cause: str, component: str = "") -> float: ...


@dataclass(frozen=True)
class Objective:
    """Weights of the terms: real costs count 1, emissions a carbon price, wishes at least what they cost.

    `cost` leaves emissions out, `balanced` prices them at the site's carbon price, `carbon` at a price that nothing
    outbids; the penalties grow with it, so that no demand is dropped for the climate's sake.
    """

    name: ObjectiveName
    carbon_cny_per_kg: float
    wish_weight: float = 1.0

    @classmethod
    def of(cls, name: ObjectiveName, site_carbon_cny_per_t: float) -> Objective:
        match name:
            case "cost":
                return cls(name, 0.0)
            case "balanced":
                return cls(name, site_carbon_cny_per_t / 1000)
            case "carbon":
                return cls(name, CARBON_FIRST_CNY_PER_KG, wish_weight=CARBON_FIRST_CNY_PER_KG)

    def weight(self, cause: str, component: str = "") -> float:
        return self.wish_weight if cause in WISHES else 1.0

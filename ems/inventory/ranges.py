"""What figures can plausibly be: factors, contents, efficiencies, full-load hours, as data with status and source."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from ems.inventory.quantity import Range
from forecasting.errors import InputError, meant
from forecasting.provenance import Sourced, Strict
from forecasting.yaml_files import read_yaml

FILE = Path(__file__).with_name("ranges.yaml")


def _ordered(pair: tuple[float, float]) -> tuple[float, float]:
    if not 0 <= pair[0] <= pair[1]:
        raise ValueError("expected two numbers, the lower first")
    return pair


Pair = Annotated[tuple[float, float], AfterValidator(_ordered)]


class Carrier(Sourced):
    """Factors by what is counted [kgCO2e per base unit]; ``lhv`` [kWh per base unit]; methane in it [share]."""

    zh: str
    en: str
    factors: Mapping[str, Pair] = {}
    lhv: Mapping[str, float] = {}
    methane: Pair | None = None

    def factor(self, counts: str) -> Range | None:
        return Range(*self.factors[counts]) if counts in self.factors else None


class Methane(Sourced):
    kg_per_m3: float
    kwh_per_m3: float
    kgco2_per_kg: float
    gwp: Pair

    @property
    def net_kg_per_m3(self) -> Range:
        """Avoided by burning what would have escaped: density x (GWP - CO2 of burning) [kgCO2e/m3 of methane]."""
        return Range(*(self.kg_per_m3 * (g - self.kgco2_per_kg) for g in self.gwp))

    @property
    def burnt_kg_per_m3(self) -> float:
        """CO2 of burning [kg/m3 of methane]."""
        return self.kg_per_m3 * self.kgco2_per_kg


class Conversion(Sourced):
    efficiency: Pair


class Hours(Sourced):
    hours: Pair


class Vehicles(Sourced):
    litres: Pair


class MoneyIntensity(Sourced):
    kg_per_cny: Pair


class Ranges(Strict):
    carriers: dict[str, Carrier] = Field(min_length=1)
    methane: Methane
    conversions: dict[str, Conversion]
    full_load_hours: dict[str, Hours]
    vehicles: dict[str, Vehicles]
    intensity: MoneyIntensity

    def carrier(self, name: str) -> Carrier:
        """A carrier by its name; raises `InputError` where there is none."""
        if name not in self.carriers:
            known = ", ".join(sorted(self.carriers))
            raise InputError("inventory", "carrier", name, f"one of {known}", meant(name, self.carriers))
        return self.carriers[name]


@cache
def ranges() -> Ranges:
    return read_yaml(FILE, Ranges)

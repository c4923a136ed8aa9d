"""Hydrogen from electrolyser to user: the tank is a mixture, and what leaves it carries what went in.

All hydrogen of the park is one net, its tanks one store; power of compression is spread over the hydrogen made in the
same hour. An hour that uses power and makes no hydrogen (warm-up, standby) hands its power to the next hour that does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ems.emissions.metered import Metered
from ems.emissions.mixture import AMOUNT, AT, KGCO2E, Array, Mask, Shared, Stores, amount, mixture, over, shared
from ems.emissions.stock import stores
from models import Component
from models.storage import HydrogenTank
from models.supply import HydrogenSupply, Spill

LEAST_KG = 1e-3  # an hour that makes less makes nothing


def carried(power: Array, kg: Array) -> Array:
    """Power of hours without hydrogen, handed to the next hour that makes some, at the end to the last one.

    Args:
        power: mixture, shape (hours, 2, sources).
        kg: hydrogen made, shape (hours,), zero in hours without data.
    """
    making = np.flatnonzero(kg >= LEAST_KG)
    if not len(making):
        return power
    at = np.searchsorted(making, np.arange(len(kg)))
    moved = np.zeros_like(power)
    np.add.at(moved, making[np.minimum(at, len(making) - 1)], power)
    return moved


@dataclass(frozen=True)
class Net:
    """Amounts of the hydrogen net by hour [kg]; NaN in hours without data."""

    made: Array
    delivered: Array
    delivered_kg: Array  # of making and carrying it [kgCO2e]
    uses: Mapping[str, Array]  # by component

    @property
    def valid(self) -> Mask:
        """Whether everything that is metered is known, shape (hours,)."""
        rows = (self.made, self.delivered, *self.uses.values())
        return np.asarray(np.logical_and.reduce([np.isfinite(row) for row in rows]))

    def only(self, valid: Mask) -> Net:
        """The same with zero in all other hours."""
        made, delivered, kg = (np.where(valid, x, 0.0) for x in (self.made, self.delivered, self.delivered_kg))
        return Net(made, delivered, kg, {name: np.where(valid, x, 0.0) for name, x in self.uses.items()})


def net(metered: Metered) -> Net:
    """Read the meters; raises `InputError` where that of an electrolyser or a demand is missing."""
    made = sum((metered.must(c, "hydrogen_kg_per_h") for c in metered.of_kind("electrolyser")), np.zeros(metered.hours))
    delivered, delivered_kg = np.zeros(metered.hours), np.zeros(metered.hours)
    for supply in (c for c in metered.of_kind("hydrogen_supply") if isinstance(c, HydrogenSupply)):
        kg = metered.must(supply, "hydrogen_kg_per_h")
        delivered, delivered_kg = delivered + kg, delivered_kg + kg * supply.intensity_kgco2e_per_kg
    return Net(
        np.asarray(made), delivered, delivered_kg, {c.name: metered.must(c, quantity) for c, quantity in _uses(metered)}
    )


def _uses(metered: Metered) -> list[tuple[Component, str]]:
    demands = metered.of_kind("demand", "deferrable_demand")
    found = [(c, "served_kg_per_h") for c in demands if getattr(c, "carrier", "") == "hydrogen"]
    found += [(c, "hydrogen_kg_per_h") for c in metered.of_kind("fuel_cell")]
    spills = [c for c in metered.of_kind("spill") if isinstance(c, Spill) and c.carrier == "hydrogen"]
    return found + [(c, "lost_kg_per_h") for c in spills]


@dataclass(frozen=True)
class Dispensed:
    """Hydrogen by use and source."""

    shared: Shared
    sources: Array  # mixture of what was made and delivered [kg], shape (hours, 2, sources)
    opening: Array  # mixture in the tanks at the start


def tanks(metered: Metered, opening_kg_per_kg: float, levels: pd.DataFrame | None) -> tuple[Stores, Mask]:
    """The park's tanks as one store, and the hours in which they are known."""
    found = [c for c in metered.of_kind("hydrogen_tank") if isinstance(c, HydrogenTank)]
    return stores(metered, found, levels, opening_kg_per_kg)


def dispensed(hydrogen: Net, kept: Stores, power: Array, opening_kg_per_kg: float) -> Dispensed:
    """Follow the hydrogen through the tanks to its users.

    Args:
        hydrogen: amounts, zero in hours without data.
        kept: the tanks, at rest in these hours.
        power: mixture of the power that made the hydrogen of each hour, shape (hours, 2, sources).
        opening_kg_per_kg: what hydrogen of unknown origin counts for [kgCO2e/kg].
    """
    made, uses = hydrogen.made, hydrogen.uses
    found = mixture(len(made))
    found[:, AMOUNT] = power[:, AMOUNT] * over(made, amount(power))[:, None]
    found[:, KGCO2E] = power[:, KGCO2E] * (made > 0)[:, None]
    unexplained = made - amount(found)  # made without a metered kWh
    found[:, AMOUNT, AT["delivered"]] = hydrogen.delivered
    found[:, KGCO2E, AT["delivered"]] = hydrogen.delivered_kg
    used = np.asarray(sum(uses.values(), np.zeros(len(made))))
    there = amount(found) + unexplained
    short = unexplained + np.maximum(np.maximum(used + kept.charge - there - kept.discharge, kept.charge - there), 0.0)
    found[:, AMOUNT, AT["unknown"]] += short
    found[:, KGCO2E, AT["unknown"]] += short * opening_kg_per_kg
    return Dispensed(shared(found, kept, uses, None), found, kept.opening)

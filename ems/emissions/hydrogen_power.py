"""Where the power for hydrogen comes from: own PV, grid, certificates, what a battery has kept of them.

Power for hydrogen is that of electrolysers, warm-up and standby included, and of hydrogen compressors. The park's
electricity is one busbar, its batteries one store. What is fed into the grid is own PV first: power that is bought is
not fed back. Which of the other uses takes which kWh no meter can tell; a rule says it:

    pro_rata            every use of an hour takes the same mixture
    electrolyser_first  own PV goes to hydrogen, then to the other uses, to batteries, to the grid
    site_first          own PV goes to the other uses, then to batteries, to hydrogen, to the grid
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
import pandas as pd

from ems.emissions.metered import Metered
from ems.emissions.mixture import AMOUNT, AT, KGCO2E, PV, Array, Mask, Shared, Stores, amount, mixture, shared
from ems.emissions.stock import stores
from models.storage import Battery
from models.supply import GasSupply

Attribution = Literal["pro_rata", "electrolyser_first", "site_first"]
ORDER: dict[Attribution, tuple[str, ...] | None] = {
    "pro_rata": None,
    "electrolyser_first": ("hydrogen", "others", "charge", "export"),
    "site_first": ("others", "charge", "hydrogen", "export"),
}


@dataclass(frozen=True)
class Busbar:
    """Electricity of the park by hour [kWh]; NaN in hours without data."""

    pv: Array
    grid: Array
    fuel_cell: Array
    gas: Array
    gas_kg: Array  # of the gas that engines burnt [kgCO2e]
    hydrogen: Array
    export: Array

    @property
    def valid(self) -> Mask:
        """Whether everything that is metered is known, shape (hours,)."""
        rows = (getattr(self, f.name) for f in fields(self))
        return np.asarray(np.logical_and.reduce([np.isfinite(row) for row in rows]))

    def only(self, valid: Mask) -> Busbar:
        """The same with zero in all other hours."""
        return Busbar(*(np.where(valid, getattr(self, f.name), 0.0) for f in fields(self)))


def busbar(metered: Metered) -> Busbar:
    """Read the meters; raises `InputError` where one is missing without which nothing can be told."""
    zero = np.zeros(metered.hours)
    machines = metered.of_kind("electrolyser")
    pv = sum((metered.must(c, "power_kw") for c in metered.of_kind("pv")), zero)
    grid = sum((metered.must(c, "import_kw") for c in metered.of_kind("grid")), zero)
    hydrogen = sum((metered.must(c, "power_kw") for c in machines), zero)
    hydrogen = hydrogen + metered.total(machines, "auxiliary_kw")
    hydrogen = hydrogen + metered.total(metered.of_kind("compressor"), "power_kw")
    export = metered.total(metered.of_kind("grid"), "export_kw")
    fuel_cell = metered.total(metered.of_kind("fuel_cell"), "power_kw")
    gas = metered.total(metered.of_kind("gas_engine"), "power_kw")
    gas_kg = metered.total(metered.of_kind("gas_engine"), "gas_kw") * _gas_intensity(metered)
    return Busbar(*(np.asarray(row) for row in (pv, grid, fuel_cell, gas, gas_kg, hydrogen, export)))


def batteries(metered: Metered, grid_factor: Array, levels: pd.DataFrame | None) -> tuple[Stores, Mask]:
    """The park's batteries as one store, what they hold at the start as grid power, and the hours that are known."""
    found = [c for c in metered.of_kind("battery") if isinstance(c, Battery)]
    return stores(metered, found, levels, float(grid_factor.mean()))


def _gas_intensity(metered: Metered) -> float:
    """Of the dirtiest gas that is supplied [kgCO2e/kWh LHV]: which machine burns which gas no meter tells."""
    supplies = [c for c in metered.of_kind("gas_supply") if isinstance(c, GasSupply)]
    return max((c.intensity_kgco2e_per_kwh for c in supplies), default=0.0)


@dataclass(frozen=True)
class Power:
    """Electricity by use and source."""

    shared: Shared
    sources: Array  # mixture of what was made and bought, shape (hours, 2, sources)
    opening: Array  # mixture in the batteries at the start


def power(
    bus: Busbar,
    kept: Stores,
    grid_factor: Array,
    certificates_share: Array,
    sold_share: Array,
    fuel_cell_factor: Array,
    attribution: Attribution,
) -> Power:
    """Share the electricity of every hour among hydrogen, other uses, batteries and grid.

    Args:
        bus: amounts, zero in hours without data.
        kept: the batteries, at rest in these hours.
        grid_factor: of grid power, shape (hours,) [kgCO2e/kWh].
        certificates_share: share of grid power for which certificates were retired, shape (hours,).
        sold_share: share of own PV used on site whose certificates were sold, shape (hours,).
        fuel_cell_factor: of power from fuel cells, by the hydrogen they used, shape (hours,) [kgCO2e/kWh].
        attribution: which use takes own PV first.
    """
    found, direct = mixture(len(grid_factor)), np.minimum(bus.export, bus.pv)
    for source, kwh, factor in (
        ("own_pv", (bus.pv - direct) * (1 - sold_share), 0.0),
        ("sold_pv", (bus.pv - direct) * sold_share, grid_factor),
        ("grid", bus.grid * (1 - certificates_share), grid_factor),
        ("certificates", bus.grid * certificates_share, grid_factor),
        ("fuel_cell", bus.fuel_cell, fuel_cell_factor),
    ):
        found[:, AMOUNT, AT[source]] = kwh
        found[:, KGCO2E, AT[source]] = kwh * factor
    found[:, AMOUNT, AT["gas"]], found[:, KGCO2E, AT["gas"]] = bus.gas, bus.gas_kg
    made = amount(found)
    fed = bus.export - direct
    short = np.maximum(bus.hydrogen + fed + kept.charge - made - kept.discharge, kept.charge - made)
    found[:, AMOUNT, AT["unknown"]] = np.maximum(short, 0.0)
    found[:, KGCO2E, AT["unknown"]] = np.maximum(short, 0.0) * grid_factor
    result = shared(found, kept, {"hydrogen": bus.hydrogen, "export": fed}, ORDER[attribution])
    for x in (found, result.uses["export"]):
        x[:, AMOUNT, PV] += direct
    return Power(result, found, kept.opening)


def claimable(result: Power, attribution: Attribution, export_sold_share: Array) -> Array:
    """PV that hydrogen may claim for other hours of the matching period [kWh], shape (hours,).

    What was fed into the grid and sold to no one by certificate; with ``electrolyser_first`` also what the other uses
    took, which then counts as grid power there.
    """
    uses = result.shared.uses
    free = uses["export"][:, AMOUNT, PV] * (1 - export_sold_share)
    return np.asarray(free + uses["others"][:, AMOUNT, PV] if attribution == "electrolyser_first" else free)

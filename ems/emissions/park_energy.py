"""What a park used, in standard coal, and where its recovered heat and water went.

    1 kg standard coal = 7000 kcal = 29.3076 MJ,   1 kWh = 3.6 / 29.3076 = 0.12284 kgce     (equivalent value, 当量值)

GB/T 2589-2020 tabulates 0.1229 kgce/kWh for electricity and 29 307 kJ per kg of standard coal; every carrier here is
converted by its heat, gas and hydrogen by the lower heating value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ems.emissions.metered import Metered
from models import Component
from models.electrolyser import HHV_KWH_PER_KG, Electrolyser
from models.fuel_cell import LHV_KWH_PER_KG, FuelCell

MJ_PER_KGCE = 29.3076
KGCE_PER_KWH = 3.6 / MJ_PER_KGCE
COAL_SOURCE = "GB/T 2589-2020: standard coal 29 307 kJ/kg (7000 kcal), equivalent values; 1 kWh = 0.1229 kgce"


@dataclass(frozen=True)
class Energy:
    """Energy that entered the park [kWh], by carrier."""

    own_pv: float  # used in the park
    bought: float  # electricity
    sold: float  # electricity that is not own PV: sold less generated, never below zero
    gas: float  # LHV
    hydrogen: float  # delivered, LHV

    @property
    def kwh(self) -> float:
        return self.own_pv + self.bought - self.sold + self.gas + self.hydrogen

    @property
    def tce(self) -> float:
        """Tonnes of standard coal equivalent."""
        return self.kwh * KGCE_PER_KWH / 1000


def energy(metered: Metered) -> Energy:
    """Energy used in the park over the hours that are known; what is exported is taken off own PV first."""
    pv = _sum(metered, ("pv",), "power_kw")
    fed = _sum(metered, ("grid",), "export_kw")
    return Energy(
        own_pv=max(pv - fed, 0.0),
        bought=_sum(metered, ("grid",), "import_kw"),
        sold=max(fed - pv, 0.0),
        gas=_sum(metered, ("gas_supply",), "gas_kw"),
        hydrogen=LHV_KWH_PER_KG * _sum(metered, ("hydrogen_supply",), "hydrogen_kg_per_h"),
    )


@dataclass(frozen=True)
class WasteHeat:
    """Waste heat of electrolysers and fuel cells [kWh]."""

    given_off: float  # electricity or fuel that became neither hydrogen nor electricity
    recoverable: float  # what the machines' coolers could hand over, by the site file
    recovered: float  # taken into the heat nets
    wasted: float  # rejected to the air, or lost in stores: all of it is put down to recovered heat

    @property
    def used(self) -> float:
        """Recovered heat that reached a demand or a heat-driven chiller."""
        return max(self.recovered - self.wasted, 0.0)


def waste_heat(metered: Metered) -> WasteHeat:
    """Heat of each electrolyser, P - 39.41 m (HHV), and of each fuel cell, 33.33 m - P (LHV), and where it went."""
    given = recoverable = recovered = 0.0
    for c in metered.of_kind("electrolyser", "fuel_cell"):
        power, kg = metered.must(c, "power_kw"), metered.must(c, "hydrogen_kg_per_h")
        if isinstance(c, Electrolyser):
            heat, share = power - HHV_KWH_PER_KG * kg, c.heat_recoverable
        else:
            assert isinstance(c, FuelCell)
            heat, share = LHV_KWH_PER_KG * kg - power, c.heat_recoverable
        heat = np.maximum(heat, 0.0)
        given += float(np.nansum(heat))
        recoverable += share * float(np.nansum(heat))
        recovered += float(np.nansum(metered.may(c, "heat_kw")))
    rejected = _sum(metered, ("heat_rejection",), "heat_kw")
    stores = _sum(metered, ("hot_store",), "charge_kw") - _sum(metered, ("hot_store",), "discharge_kw")
    exchangers = [c for c in metered.of_kind("transfer") if getattr(c, "carrier", "") == "heat"]
    passed = _total(metered, exchangers, "in_kw") - _total(metered, exchangers, "out_kw")
    return WasteHeat(given, recoverable, recovered, rejected + max(stores, 0.0) + max(passed, 0.0))


def water(metered: Metered) -> Mapping[str, float]:
    """Purified water taken and water recovered from fuel cells [kg]."""
    return {
        "fresh": _sum(metered, ("water_supply",), "water_kg_per_h"),
        "recovered": _sum(metered, ("fuel_cell",), "water_kg_per_h"),
    }


def _sum(metered: Metered, kinds: tuple[str, ...], quantity: str) -> float:
    return _total(metered, list(metered.of_kind(*kinds)), quantity)


def _total(metered: Metered, components: list[Component], quantity: str) -> float:
    return float(np.nansum(metered.total(components, quantity)))

"""A park that buys everything, its activity written by hand, and the factors of its account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ems.emissions.activity import Activity, Meter
from ems.emissions.certificates import Certificate
from ems.emissions.factor_set import FactorChoice, FactorSet, frozen_factors
from ems.emissions.scopes import Leakage, SupplyChain
from ems.site import Site
from forecasting.factors import Factor, registry
from tests.toys import TZ, park, part

ROOT = Path(__file__).resolve().parents[3]
METERS = {  # name -> (component, carrier, unit)
    "grid.import_kwh": ("grid", "electricity", "kWh"),
    "grid.export_kwh": ("grid", "electricity", "kWh"),
    "roof.power_kwh": ("roof", "electricity", "kWh"),
    "gas_main.gas_kwh": ("gas_main", "gas", "kWh"),
    "trailer.hydrogen_kg": ("trailer", "hydrogen", "kg"),
    "water_main.water_kg": ("water_main", "water", "kg"),
    "electrolyser.hydrogen_kg": ("electrolyser", "hydrogen", "kg"),
    "vent.lost_kg": ("vent", "hydrogen", "kg"),
}
OLD, NEW = "mee-nbs-2024-33.cn-sd.average", "mee-nbs-2025-47.cn-sd.average"  # 0.6410, 0.6191
RESIDUAL = "mee-nbs-2025-47.cn.residual"  # 0.6096
CHOICE: dict[str, Any] = {
    "region": "CN-SD",
    "location": [{"from": "2024-12-20", "id": OLD}, {"from": "2026-01-01", "id": NEW}],
    "market": [{"from": "2020-01-01", "id": RESIDUAL}],
    "fuels": {"gas_main": "natural-gas.cn.lhv"},
}
SUPPLY = SupplyChain(
    upstream={"gas_main": "natural-gas.upstream.lhv"},
    leakage=Leakage(share=0.02, status="assumption", source="invented for this test"),
)


@lru_cache
def site() -> Site:
    return park(
        part(kind="pv", name="roof", capacity_kwp=500, column="roof.yield_kw_per_kwp"),
        part(kind="grid", connection_kw=2000, export_limit_kw=500),
        part(kind="gas_supply", name="gas_main", capacity_kw=500, price_cny_per_kwh=0.3, intensity_kgco2e_per_kwh=0.21),
        part(kind="hydrogen_supply", name="trailer", capacity_kg_per_h=20, price_cny_per_kg=35,
             intensity_kgco2e_per_kg=15),
        part(kind="water_supply", name="water_main", capacity_kg_per_h=2000, price_cny_per_kg=0.01),
        part(kind="electrolyser", capacity_kw=500, specific_kwh_per_kg=[[0.1, 51], [1.0, 55]], min_load=0.1),
        part(kind="spill", name="vent", carrier="hydrogen", bus="hydrogen", limit=100, price_cny_per_unit=1),
        part(kind="hydrogen_tank", name="tank", capacity_kg=60, rate_kg_per_h=20, end_target_share=0.5,
             end_short_cny_per_unit=60, end_surplus_cny_per_unit=8, end_short_kgco2e_per_unit=35),
    )  # fmt: skip


@lru_cache
def factors_known() -> dict[str, Factor]:
    return registry(ROOT / "sites" / "factors")


def activity(amounts: Mapping[str, Sequence[float]], start: str = "2026-01-05", of: Site | None = None) -> Activity:
    """Hours from midnight on; meters that are not given stand at 0."""
    hours = len(next(iter(amounts.values())))
    index = pd.date_range(start, periods=hours, freq="h", tz=TZ, name="time")
    table = pd.DataFrame({name: amounts.get(name, np.zeros(hours)) for name in METERS}, index=index, dtype=float)
    meters = {n: Meter(n, c, carrier, unit, n, n, "entered") for n, (c, carrier, unit) in METERS.items()}
    return Activity(of or site(), meters, table)


def factors(a: Activity, **changes: Any) -> FactorSet:
    choice = FactorChoice.model_validate(CHOICE | changes)
    return frozen_factors(choice, factors_known(), pd.DatetimeIndex(a.table.index), a.site)


def certificate(**fields: Any) -> Certificate:
    """A lot of 1 MWh of solar power of Shandong, bought and retired, generated in January 2026."""
    return Certificate.model_validate(
        {
            "id": "GEC-1",
            "kind": "bought",
            "technology": "solar",
            "generated_from": "2026-01-01",
            "generated_to": "2026-01-31",
            "mwh": 1.0,
            "region": "CN-SD",
            "retired_on": "2026-02-10",
            "status": "assumption",
            "source": "invented for this test",
            **fields,
        }
    )

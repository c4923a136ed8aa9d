"""A toy park with one demand of every carrier, its hourly amounts, and factors of round values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ems.emissions.activity import Activity, Gap
from ems.emissions.ledger import Factor, Ledger, Line, Method
from ems.emissions.meters import rate_meters
from ems.emissions.vehicles import Fleet
from ems.site import Site
from forecasting.errors import InputError
from tests.toys import TZ, bottles, mains, park, part, wants

SITE: Site = park(
    mains(export_limit_kw=1000),
    part(kind="pv", name="roof", capacity_kwp=2000, column="sun_kw_per_kwp"),
    wants("electricity"),
    wants("heat"),
    wants("cooling"),
    wants("hydrogen"),
    wants("hydrogen", name="refuelling"),
    wants("water"),
    part(kind="heat_pump", capacity_kw=500, cop=[[0, 3.0]]),
    part(kind="electric_chiller", name="chiller", capacity_kw=500, cop=[[30, 4.5]]),
    part(kind="electrolyser", capacity_kw=2000, specific_kwh_per_kg=[[0.1, 55.0], [1.0, 55.0]]),
    bottles(end_short_kgco2e_per_unit=36),
)
HAND_DAY = {  # kWh or kg in each hour
    "users_electricity.served_kwh": 100.0,
    "users_heat.served_kwh": 92.0,
    "users_cooling.served_kwh": 45.0,
    "users_hydrogen.served_kg": 10.0,
    "refuelling.served_kg": 5.0,
    "heat_pump.power_kwh": 30.0,
    "chiller.power_kwh": 15.0,
    "electrolyser.power_kwh": 825.0,
    "roof.power_kwh": 900.0,
    "mains.import_kwh": 70.0,  # 100 + 30 + 15 + 825 - 900
}
PER_UNIT = {
    "gas": ("kgCO2e/kWh", 0.2),
    "heat": ("kgCO2e/GJ", 110.0),
    "grey": ("kgCO2e/kg", 9.0),
    "diesel": ("kgCO2e/L", 2.6),
    "diesel.kg": ("kgCO2e/kg", 3.1),
    "displaced": ("kgCO2e/kWh", 0.5),
}


def hours(start: str = "2026-11-23", days: float = 1) -> pd.DatetimeIndex:
    return pd.date_range(start, periods=round(24 * days), freq="h", tz=TZ)


def activity(
    amounts: Mapping[str, float | np.ndarray], index: pd.DatetimeIndex, gaps: tuple[Gap, ...] = (), site: Site = SITE
) -> Activity:
    """Amounts of some meters; all other meters of the park stand at zero."""
    meters = {m.name: m for m in rate_meters(site, "plan").values()}
    assert not set(amounts) - set(meters), set(amounts) - set(meters)
    table = pd.DataFrame({name: amounts.get(name, 0.0) for name in meters}, index=index, dtype=float)
    return Activity(site, meters, table, gaps)


@dataclass(frozen=True)
class Round:
    """Factors of round values; the grid's may vary by the hour."""

    index: pd.DatetimeIndex
    grid: float | np.ndarray = 0.6
    residual: float | np.ndarray = 0.7

    def of(self, key: str, unit: str, asked_by: str = "factors") -> Factor:
        known, value = PER_UNIT[key]
        if known != unit:
            raise InputError(asked_by, "factor", f"{key} [{known}]", f"a factor in {unit}")
        return Factor(key, np.asarray(value), unit, "round", "assumption")

    @property
    def location(self) -> Factor:
        values = np.broadcast_to(self.grid, len(self.index)).astype(float)
        return Factor("grid", values, "kgCO2e/kWh", "round", "assumption")

    @property
    def market(self) -> Factor:
        values = np.broadcast_to(self.residual, len(self.index)).astype(float)
        return Factor("residual", values, "kgCO2e/kWh", "round", "assumption")

    def grid_lines(self, line: Line, method: Method) -> tuple[Line, ...]:
        return (replace(line, factor=self.location if method == "location" else self.market),)


def bought(of: Activity, factors: Round) -> Ledger:
    """The park itself: import by both methods, with nothing else in it."""
    amount = of.amount("mains.import_kwh").to_numpy(float)

    def line(scope: str, factor: Factor) -> Line:
        return Line(scope, "mains", "import", "electricity", "mains.import_kwh", "kWh", amount, factor)  # type: ignore[arg-type]

    return Ledger(
        pd.DatetimeIndex(of.table.index), (line("2_location", factors.location), line("2_market", factors.market))
    )


def fleet(**more: object) -> Fleet:
    return Fleet.model_validate(
        {
            "name": "trucks",
            "title": {"zh": "重卡", "en": "trucks"},
            "vehicles": 40,
            "operator": "park",
            "refuels_at": "refuelling",
            "km": {"kg_per_100km": 10},
            "hydrogen": {"share": 1},
            "baseline_l_per_100km": 30,
            "diesel": "diesel",
            **more,
        }
    )

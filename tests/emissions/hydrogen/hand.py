"""Parks of a few machines with amounts written by hand, hour by hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ems.emissions.activity import Activity
from ems.emissions.hydrogen import HydrogenAccount, HydrogenReport, hydrogen_account
from ems.emissions.meters import rate_meters
from models import Component
from tests.toys import TZ, mains, park, part

SHANDONG = 0.6191  # kgCO2e/kWh, 公告2025年第47号


def roof(**more: Any) -> Component:
    return part(**{"kind": "pv", "name": "roof", "capacity_kwp": 1000, "column": "roof_kw_per_kwp", **more})


def electrolyser(**more: Any) -> Component:
    points = [[0.1, 56.0], [0.4, 52.0], [1.0, 55.0]]
    return part(**{"kind": "electrolyser", "capacity_kw": 1000, "specific_kwh_per_kg": points, **more})


def battery(**more: Any) -> Component:
    base = {
        "capacity_kwh": 1000,
        "power_kw": 1000,
        "charge_efficiency": 0.9,
        "discharge_efficiency": 0.9,
        "start_share": 0.0,
        "end_short_cny_per_unit": 1,
        "end_surplus_cny_per_unit": 0,
    }
    return part(**{"kind": "battery", **base, **more})


def tank(**more: Any) -> Component:
    base = {"capacity_kg": 100, "rate_kg_per_h": 100, "end_short_cny_per_unit": 1, "end_surplus_cny_per_unit": 0}
    return part(**{"kind": "hydrogen_tank", "name": "tank", "start_share": 0.0, **base, **more})


def users(**more: Any) -> Component:
    return part(
        **{"kind": "demand", "name": "users", "carrier": "hydrogen", "column": "wanted_hydrogen_kg_per_h", **more}
    )


def activity(
    parts: Sequence[Component], amounts: Mapping[str, Any], start: str = "2026-03-02", leave_out: Sequence[str] = ()
) -> Activity:
    """The park's meters with these amounts; meters that are not named counted nothing."""
    hours = max(len(np.atleast_1d(v)) for v in amounts.values())
    index = pd.date_range(start, periods=hours, freq="h", tz=TZ)
    site = park(*parts)
    meters = {m.name: m for m in rate_meters(site, "entered").values() if m.name not in leave_out}
    assert set(amounts) <= set(meters), sorted(set(amounts) - set(meters))
    table = pd.DataFrame({name: np.broadcast_to(amounts.get(name, 0.0), (hours,)) for name in meters}, index=index)
    return Activity(site, meters, table.astype(float))


def on_grid(kwh: Any, kg: Any, start: str = "2026-03-02", **more: Any) -> Activity:
    """PV, grid and an electrolyser; amounts of further meters by name with ``__`` for the dot."""
    given = {name.replace("__", "."): v for name, v in more.items()}
    amounts = {"electrolyser.power_kwh": kwh, "electrolyser.hydrogen_kg": kg, **given}
    return activity([roof(), mains(export_limit_kw=1e5), electrolyser()], amounts, start)


def account(x: Activity, factor: Any = SHANDONG, levels: pd.DataFrame | None = None, **more: Any) -> HydrogenReport:
    """The account under given choices, certificates aside."""
    shares = {k: more.pop(k) for k in ("sold_share", "export_sold_share") if k in more}
    certified = more.pop("certificates_share", 0.0)
    return hydrogen_account(x, factor, certified, HydrogenAccount(**more), levels, **shares)

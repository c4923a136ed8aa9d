"""Small studies for tests: a park of a few components over some days that stand for a year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ems.problem import Limits
from ems.site import Site
from ems.sizing.alternative import alternative
from ems.sizing.design import Designed, design
from ems.sizing.study import Study
from models import Window
from tests.toys import mains, outlet, park, part, solver, table, wants

TITLE = {"zh": "算例", "en": "case"}
HOURS = 48
SUN = np.tile([0] * 7 + [0.1, 0.3, 0.5, 0.7, 0.8, 0.8, 0.7, 0.5, 0.3, 0.1] + [0] * 7, 2)
PRICE = np.tile([0.3] * 8 + [0.9] * 3 + [0.2] * 4 + [0.7] * 3 + [1.4] * 4 + [0.5] * 2, 2)
COST = {"capex_cny_per_unit": 1000.0, "price_year": 2026, "lifetime_years": 10}


def study(**changes: Any) -> Study:
    """A study of the sun, a battery, an electrolyser and a tank."""
    sizes = {
        "roof.capacity_kwp": {"max": 3000, "cost": "roof"},
        "battery.capacity_kwh": {"max": 4000, "cost": "cells"},
        "battery.power_kw": {"max": 2000, "cost": "converter"},
        "electrolyser.capacity_kw": {"max": 2000, "cost": "electrolyser"},
        "tank.capacity_kg": {"max": 500, "cost": "tank"},
    }
    costs = {
        "roof": {**COST, "capex_cny_per_unit": 2500, "lifetime_years": 25, "fixed_om_share": 0.015},
        "cells": {**COST, "capex_cny_per_unit": 500, "lifetime_years": 12},
        "converter": {**COST, "capex_cny_per_unit": 250, "lifetime_years": 15},
        "electrolyser": {**COST, "capex_cny_per_unit": 1800, "lifetime_years": 9, "replacement_share": 0.4},
        "tank": {**COST, "capex_cny_per_unit": 4000, "lifetime_years": 30},
    }
    economics = {"base_year": 2026, "years": 20, "discount_rate": 0.07, "inflation": 0.02}
    plain = {"name": "case", "title": TITLE, "year": 2026, "reference": {"title": TITLE}}
    made = {**plain, "sizes": sizes, "costs": costs, "economics": economics}
    for path, value in changes.items():
        at: Any = made
        *way, last = path.split("__")
        for key in way:
            at = at[key]
        at[last] = value
    return Study.model_validate(made)


def hydrogen_park(**grid: Any) -> Site:
    """Sun, battery, electrolyser and tank between a grid and demands for electricity and hydrogen."""
    return park(
        part(kind="pv", name="roof", capacity_kwp=100, column="sun_share"),
        mains(connection_kw=5000, demand_charge_cny_per_kw_month=38.4, **grid),
        part(
            kind="battery",
            capacity_kwh=100,
            power_kw=50,
            charge_efficiency=0.95,
            discharge_efficiency=0.95,
            end_short_cny_per_unit=1,
            end_surplus_cny_per_unit=0,
            throughput_cny_per_unit=0.05,
        ),
        part(
            kind="electrolyser",
            capacity_kw=500,
            specific_kwh_per_kg=[[0.1, 51], [0.5, 52.5], [1.0, 55]],
            start_cny=20,
            wear_cny_per_h=2,
        ),
        part(
            kind="hydrogen_tank",
            name="tank",
            capacity_kg=50,
            rate_kg_per_h=100,
            end_short_cny_per_unit=60,
            end_surplus_cny_per_unit=0,
        ),
        wants("hydrogen"),
        wants("electricity"),
        outlet("hydrogen"),
    )


def hours() -> pd.DataFrame:
    """Two days in two months."""
    load = 200 + 100 * np.sin(np.arange(HOURS) / 24 * 2 * np.pi)
    columns = {
        "sun_share": SUN,
        "import_cny_per_kwh": PRICE,
        "export_cny_per_kwh": 0.2,
        "wanted_electricity_kw": load,
        "wanted_hydrogen_kg_per_h": np.tile([0.0] * 8 + [3.0] * 10 + [0.0] * 6, 2),
    }
    return table(columns, start="2026-05-31")


def year(times: float = 182.5) -> Window:
    return Window(hours(), period_weights=(times,), design=True)


def designed(site: Site, given: Study, w: Window) -> tuple[Designed, dict[str, Any]]:
    """The best sizes and what the study tells of them."""
    found = design(site, given, w, solver(), Limits(60))
    return found, alternative(found.site, w, found.schedule, given, found.sizes)

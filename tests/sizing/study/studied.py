"""Toy studies: one day that stands for the year, a hall with sun, demands and a few machines to size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ems.problem import Limits as SolverLimits
from ems.site import Site
from ems.sizing.design import Designed, design
from ems.sizing.parks import with_candidates
from ems.sizing.study import Study
from models import Window
from tests.toys import mains, park, part, solver, table, wants

SUN = np.clip(np.sin((np.arange(24) - 6) / 12 * np.pi), 0, None)
VERTEX = SolverLimits(seconds=60, method="simplex")
COSTS = {"pv": 3000.0, "cells": 700.0, "inverter": 300.0, "electrolyser": 4000.0, "tank": 2000.0, "fuel_cell": 6000.0}


def study(sizes: dict[str, Any], **more: Any) -> Study:
    """A study at 7 % over 20 years; a size is its largest, or its bounds; its cost is named by its component."""
    ranges = {}
    for name, size in sizes.items():
        kind = name.partition(".")[0].rstrip("0123456789_")
        cost = {"battery": "inverter" if "power" in name else "cells"}.get(kind, kind)
        ranges[name] = {"cost": cost, **(size if isinstance(size, dict) else {"max": size})}
    costs = {
        name: {"capex_cny_per_unit": capex, "price_year": 2026, "lifetime_years": 20}
        for name, capex in (COSTS | more.pop("capex", {})).items()
    }
    return Study.model_validate(
        {
            "name": "toy",
            "title": {"zh": "玩具", "en": "toy"},
            "year": 2026,
            "sizes": ranges,
            "costs": costs,
            "economics": {"base_year": 2026, "discount_rate": 0.07},
            "reference": {"title": {"zh": "无", "en": "none"}},
            **more,
        }
    )


def a_day(**columns: Any) -> Window:
    """A day of 24 hours with sun, dear evenings and a constant demand, 365 times a year."""
    price = np.where((np.arange(24) >= 17) & (np.arange(24) < 22), 1.4, 0.6)
    given = {"import_cny_per_kwh": price, "pv.yield_kw_per_kwp": SUN, "wanted_electricity_kw": np.full(24, 100.0)}
    return Window(table(given | columns), period_weights=(365.0,), design=True)


def hall(**hydrogen: Any) -> Site:
    """Grid, sun, battery, demand; with ``hydrogen`` a demand for it, an electrolyser, a tank and a fuel cell."""
    parts = [
        mains(),
        part(kind="pv", capacity_kwp=1, column="pv.yield_kw_per_kwp"),
        part(
            kind="battery",
            capacity_kwh=1,
            power_kw=1,
            charge_efficiency=0.95,
            discharge_efficiency=0.9,
            min_share=0.1,
            end_short_cny_per_unit=1,
            end_surplus_cny_per_unit=0,
        ),
        wants("electricity"),
    ]
    if hydrogen:
        parts += [
            part(
                kind="electrolyser",
                capacity_kw=1,
                specific_kwh_per_kg=[[0.1, 55], [1.0, 55]],
                min_load=0.1,
                **hydrogen.get("electrolyser", {}),
            ),
            part(
                kind="hydrogen_tank",
                name="tank",
                capacity_kg=100,
                rate_kg_per_h=50,
                end_short_cny_per_unit=1,
                end_surplus_cny_per_unit=0,
            ),
            part(
                kind="fuel_cell",
                capacity_kw=1,
                electric_efficiency=[[0.1, 0.5], [1.0, 0.5]],
                min_load=0.1,
                heat_bus=None,
            ),
            wants("hydrogen"),
        ]
    return park(*parts)


def designed(site: Site, s: Study, w: Window, limits: SolverLimits = VERTEX) -> Designed:
    return design(with_candidates(site, s), s, w, solver(), limits)


def series(d: Designed, name: str) -> pd.Series[float]:
    component, quantity = name.split(".")
    found: pd.Series[float] = d.schedule.tables[component][quantity]
    return found

"""Small designs for the truth tests: toy parks of a few days, sized by the linear program and operated day by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pandas as pd

from ems.problem import Limits
from ems.site import Site
from ems.sizing.design import Designed, design
from ems.sizing.study import Study
from ems.sizing.truth import operate
from models import Window
from tests.toys import bottles, mains, park, part, solver, table, wants

LIMITS = Limits(60, 1e-3)
VALLEY = [0.2] * 6 + [1.0] * 18  # CNY/kWh


@dataclass(frozen=True)
class Case:
    """A park with its study and the year it is designed for.

    Where the design tells no value of stock, as designs of whole modules do not, operators take the site's prices.
    """

    site: Site
    study: Study
    inputs: pd.DataFrame
    tells_values: bool = True

    @property
    def window(self) -> Window:
        return Window(self.inputs, period_weights=(1.0,), design=True)

    def designed(self, seen: Site | None = None) -> Designed:
        found = design(seen or self.site, self.study, self.window, solver(), Limits())
        return found if self.tells_values else replace(found, midnight={})

    def operated(self, designed: Designed) -> dict[str, Any]:
        return operate(self.site, self.study, designed, self.inputs, LIMITS)


def study_of(sizes: Mapping[str, Any], **more: Any) -> Study:
    """A study whose sizes all cost 1 CNY a year and unit: no interest, no inflation, written off over its one year.

    ``sizes``: (least, most) of each.
    """
    return Study.model_validate(
        {
            "name": "toy",
            "title": {"zh": "玩具", "en": "toy"},
            "year": 2026,
            "sizes": {name: {"min": low, "max": high, "cost": "one"} for name, (low, high) in sizes.items()},
            "costs": {"one": {"capex_cny_per_unit": 1, "price_year": 2026, "lifetime_years": 1}},
            "economics": {"base_year": 2026, "years": 1, "discount_rate": 0.0},
            "reference": {"title": {"zh": "无", "en": "none"}},
            **more,
        }
    )


def said(truth: Mapping[str, Any], lang: str = "en") -> str:
    return " ".join(note[lang] for note in truth["why"])


def line(truth: Mapping[str, Any], component: str, cause: str) -> dict[str, Any]:
    return next(x for x in truth["by_cause"] if (x["component"], x["cause"]) == (component, cause))


@cache
def battery() -> tuple[Case, Designed, dict[str, Any]]:
    """Four equal days over the turn of a month: nothing to foresee, nothing to start."""
    site = park(
        mains(demand_charge_cny_per_kw_month=31),
        wants("electricity"),
        part(
            kind="battery",
            capacity_kwh=100,
            power_kw=50,
            start_share=0,
            end_target_share=0,
            end_short_cny_per_unit=1.5,
            end_surplus_cny_per_unit=0.1,
            throughput_cny_per_unit=0.01,
        ),
    )
    inputs = table({"import_cny_per_kwh": VALLEY * 4, "wanted_electricity_kw": 10}, steps=96, start="2026-01-30")
    case = Case(site, study_of({"battery.capacity_kwh": (0, 60), "battery.power_kw": (0, 10)}), inputs)
    designed = case.designed()
    return case, designed, case.operated(designed)


@cache
def starting() -> tuple[Case, Designed, dict[str, Any]]:
    """An electrolyser three times as large as needed, which works at 60 % or not at all; a tank for six hours.

    Every start takes 15 kWh.
    """
    site = park(
        mains(),
        part(
            kind="electrolyser",
            capacity_kw=150,
            specific_kwh_per_kg=[(0.6, 50.0), (1.0, 50.0)],
            min_load=0.6,
            start_cny=100,
            wear_cny_per_h=2,
            cold_start_kwh_per_kw=0.1,
        ),
        bottles(capacity_kg=6, rate_kg_per_h=10, start_share=0.5, end_target_share=0.5, end_short_cny_per_unit=300),
        wants("hydrogen"),
    )
    inputs = table({"wanted_hydrogen_kg_per_h": 1}, steps=48)
    case = Case(site, study_of({"electrolyser.capacity_kw": (150, 150)}), inputs)
    designed = case.designed()
    return case, designed, case.operated(designed)

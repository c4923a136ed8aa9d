"""Studies of the tutorial park and of a park without any weather, for tests of the simulated year."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ems.site import Site
from ems.site_file import SiteFile, read_site
from ems.sizing.study import Study
from tests.toys import TZ, mains, part, wants


@lru_cache(maxsize=1)
def demo() -> SiteFile:
    return read_site("demo")


def study(**more: Any) -> Study:
    """A study of the tutorial park that sizes its roof; what a year is made of is ``more``."""
    cost = {"capex_cny_per_unit": 3000, "price_year": 2026, "lifetime_years": 25}
    return Study.model_validate(
        {
            "name": "year",
            "title": {"zh": "年", "en": "year"},
            "year": 2026,
            "sizes": {"roof.capacity_kwp": {"max": 1000, "cost": "pv"}},
            "costs": {"pv": cost},
            "economics": {"base_year": 2026, "discount_rate": 0.07},
            "reference": {"title": {"zh": "无", "en": "none"}},
            **more,
        }
    )


def week(**more: Any) -> Study:
    return study(horizon={"start": "2026-03-02", "days": 7, "per_year": 1}, weather="climatology", **more)


def case_site() -> SiteFile:
    """A published case as it may be entered: every series comes from the study's file, nothing is forecast."""
    parts = [mains(), wants("electricity"), part(kind="pv", name="roof", capacity_kwp=10, column="sun_kw_per_kwp")]
    plain = demo().site.model_dump() | {
        "climatology": None,
        "demands": {},
        "arrays": {},
        "buses": {"electricity": "electricity"},
        "components": [c.model_dump() for c in parts],
    }
    return replace(demo(), site=Site.model_validate(plain))


def write_csv(path: Path, start: str, steps: int, minutes: int = 60, **columns: Any) -> Path:
    """A file of series with RFC 3339 times; a column is a number or one value per step."""
    index = pd.date_range(start, periods=steps, freq=f"{minutes}min", tz=TZ)
    table = pd.DataFrame({name: np.broadcast_to(x, (steps,)) for name, x in columns.items()}, index=index)
    table.rename_axis("time").rename(index=lambda t: t.isoformat()).to_csv(path)
    return path

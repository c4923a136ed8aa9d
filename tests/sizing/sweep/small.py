"""A small study of the tutorial park: one week that stands for a year, so that a design takes a quarter of a second."""

from __future__ import annotations

from typing import Any

from ems.sizing.study import Study


def _cost(capex: float, life: int) -> dict[str, Any]:
    return {"capex_cny_per_unit": capex, "price_year": 2025, "lifetime_years": life, "fixed_om_share": 0.015}


PLAIN: dict[str, Any] = {
    "name": "small",
    "title": {"zh": "小研究", "en": "small study"},
    "year": 2026,
    "horizon": {"start": "2026-03-02", "days": 7, "per_year": 52},
    "weather": "climatology",
    "sizes": {
        "roof.capacity_kwp": {"max": 2000, "cost": "pv"},
        "battery.capacity_kwh": {"max": 4000, "cost": "battery"},
        "battery.power_kw": {"max": 1000, "cost": "inverter"},
        "electrolyser.capacity_kw": {"min": 100, "max": 800, "cost": "electrolyser"},
        "tank.capacity_kg": {"min": 10, "max": 500, "cost": "tank"},
    },
    "costs": {
        "pv": _cost(2760, 25),
        "battery": _cost(700, 15),
        "inverter": _cost(300, 15),
        "electrolyser": _cost(3000, 20),
        "tank": _cost(4000, 25),
    },
    "economics": {"base_year": 2026, "discount_rate": 0.07, "inflation": 0.02},
    "reference": {
        "title": {"zh": "无光伏", "en": "no PV"},
        "sizes": {"roof.capacity_kwp": 0, "battery.capacity_kwh": 0, "battery.power_kw": 0},
    },
}


def small(**changes: Any) -> Study:
    """The study with other parts at its top."""
    return Study.model_validate(PLAIN | changes)

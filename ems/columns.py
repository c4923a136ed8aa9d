"""What every column means: one description for `plan.json`, workbooks and the API."""

from __future__ import annotations

from typing import Any

from ems.given import DERIVED
from ems.report.names import carrier_name
from ems.site import Site
from forecasting.buildings import OUTPUTS, Building
from forecasting.demand import Process
from models import CARRIERS, unit_of
from models.storage import WASTE_COLUMN

FIXED = {  # input column -> (Chinese, English)
    "temperature_c": ("气温", "air temperature"),
    "ghi_w_per_m2": ("水平面总辐照度", "global horizontal irradiance"),
    "import_cny_per_kwh": ("购电价", "purchase price"),
    "export_cny_per_kwh": ("上网电价", "feed-in price"),
    "grid_kgco2e_per_kwh": ("电网碳排放因子", "grid carbon intensity"),
}


def series_columns(site: Site) -> dict[str, dict[str, Any]]:
    """Every series of a plan of the site, ``component.quantity`` -> unit, meaning, at, bus, sign."""
    return {
        f"{c.name}.{q.name}": {
            "unit": unit_of(q.name),
            "meaning": {"zh": q.zh, "en": q.en},
            "at": "end" if q.at_end else "mean",
            "bus": next((p.bus for p in c.ports if p.quantity is q or p.quantity == q), None),
            "sign": q.sign,
        }
        for c in site.components
        for q in c.quantities
    }


def input_columns(site: Site) -> dict[str, dict[str, Any]]:
    """Every column of the inputs of the site that a forecast from outside may replace, described in the same way."""
    return {
        name: {
            "unit": unit_of(name),
            "meaning": input_meaning(name),
            "at": "mean",
            "bus": None,
            "sign": 0,
        }
        for name in _input_names(site)
        if name not in DERIVED
    }


def _input_names(site: Site) -> list[str]:
    """The columns that `ems.inputs.make_inputs` makes, told without making them."""
    names = ["temperature_c", "ghi_w_per_m2", *(f"{array}.yield_kw_per_kwp" for array in site.arrays)]
    for name, recipe in site.demands.items():
        if isinstance(recipe, Building):
            results: tuple[str, ...] = OUTPUTS
        else:
            results = (recipe.column,) if isinstance(recipe, Process) else tuple(recipe.columns)
        names += [f"{name}.{result}" for result in results]
    return [*names, "import_cny_per_kwh", "export_cny_per_kwh", "grid_kgco2e_per_kwh"]


def input_meaning(name: str) -> dict[str, str]:
    """What an input column holds, in both languages."""
    return dict(zip(("zh", "en"), _meaning(name), strict=True))


def _meaning(name: str) -> tuple[str, str]:
    if name in FIXED:
        return FIXED[name]
    if name == WASTE_COLUMN:
        return "购电价为负的时段", "1 where the purchase price is negative"
    owner, _, quantity = name.rpartition(".")
    if quantity == "yield_kw_per_kwp":
        return f"光伏单位容量出力 ({owner})", f"PV yield per kWp ({owner})"
    carrier = next((c.name for c in CARRIERS.values() if quantity == f"{c.name}_{c.rate}"), "")
    if not carrier:
        return owner, owner
    return f"{carrier_name(carrier, 'zh')}负荷 ({owner})", f"{carrier_name(carrier, 'en')} demand ({owner})"

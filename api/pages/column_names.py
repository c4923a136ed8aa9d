"""What readers call the columns of the inputs table, and in which group they look for them."""

from __future__ import annotations

from typing import Literal

from ems.columns import FIXED, input_columns
from ems.report.view import Lang
from ems.site import Site
from models import CARRIERS

Group = Literal["weather", "pv", "demand", "price", "carbon", "other"]
GROUPS: dict[str, Group] = {
    "temperature_c": "weather",
    "ghi_w_per_m2": "weather",
    "import_cny_per_kwh": "price",
    "export_cny_per_kwh": "price",
    "grid_kgco2e_per_kwh": "carbon",
}


def column_group(column: str) -> Group:
    if column in GROUPS:
        return GROUPS[column]
    if column.endswith(".yield_kw_per_kwp"):
        return "pv"
    return "demand" if carrier_of(column) else "other"


def carrier_of(column: str) -> str:
    """The carrier of a demand column such as ``offices.heat_kw``; empty where it is none."""
    quantity = column.rpartition(".")[2]
    return next((c.name for c in CARRIERS.values() if quantity == f"{c.name}_{c.rate}"), "")


def column_titles(site: Site, lang: Lang) -> dict[str, str]:
    """The words for every column; the one component that reads a column lends it the name that the site gives it."""
    titles = {column: both[lang == "en"] for column, both in FIXED.items()}
    titles |= {column: str(told["meaning"][lang]) for column, told in input_columns(site).items()}
    for column in titles:
        users = [
            c for c in site.components if column in (getattr(c, "need_column", ""), getattr(c, "yield_column", ""))
        ]
        if len(users) == 1 and (users[0].label_zh or users[0].label_en):
            titles[column] = users[0].label(lang)
    return titles

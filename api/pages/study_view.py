"""What the page of a study shows: names and units of sizes and figures, and the cards of the design."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from api.contract.studies import StudySummary
from api.pages.environment import Words
from api.pages.parameter_names import parameter_title
from ems.report.chart import axis, base_layout
from ems.report.formats import number, unit_name
from ems.report.script import config
from ems.site import Site
from models import unit_of

MONEY = {"zh": (1e4, "万元"), "en": (1e3, "k CNY")}
CHART_HEIGHT = 420


@dataclass(frozen=True)
class Figure:
    """Where a figure stands in a row, what a reader calls it, how it is written."""

    part: str
    name: str
    kind: str  # money | share | number
    unit: str = ""
    digits: int = 0


FIGURES = (
    Figure("money", "annual_cost_cny", "money"),
    Figure("money", "capex_cny", "money"),
    Figure("kpis", "emissions_t", "number", "tCO2e"),
    Figure("compared", "npv_cny", "money"),
    Figure("compared", "irr", "share"),
    Figure("compared", "payback_years", "years", digits=1),
    Figure("kpis", "renewable_share", "share"),
    Figure("levelised", "hydrogen_cny_per_kg", "number", "CNY/kg", 2),
)
CARDS = ("annual_cost_cny", "npv_cny", "irr", "payback_years", "emissions_t", "capex_cny", "hydrogen_cny_per_kg")
WITH_REFERENCE = ("annual_cost_cny", "emissions_t")


@dataclass(frozen=True)
class Card:
    """``base`` is empty where there is nothing to stand beside."""

    name: str
    value: str
    unit: str
    base: str


def shown(figure: Figure, value: float | None, w: Words) -> tuple[str, str]:
    """A figure as readers write it: number and unit."""
    scale, unit, digits = scaled(figure, w)
    return number(None if value is None else value / scale, digits), unit


def scaled(figure: Figure, w: Words) -> tuple[float, str, int]:
    """What a figure is divided by, its unit then, its decimals."""
    if figure.kind == "money":
        scale, unit = MONEY[w.lang]
        return scale, unit, 1
    if figure.kind == "share":
        return 0.01, "%", 1
    if figure.kind == "years":
        return 1.0, w("sy_years"), figure.digits
    return 1.0, unit_name(figure.unit, w.lang), figure.digits


def cards(summary: StudySummary, w: Words) -> list[Card]:
    """The figures of the design that are looked at first; undefined ones are left out."""
    told = summary.figures or {}
    known = {figure.name: figure for figure in FIGURES}
    found = []
    for name in CARDS:
        if told.get(name) is None:
            continue
        value, unit = shown(known[name], told[name], w)
        was = told.get(f"reference_{name}") if name in WITH_REFERENCE else None
        base = "" if was is None else w("sy_was", value=" ".join(shown(known[name], was, w)))
        found.append(Card(w(f"sy_{name}"), value, unit, base))
    return found


def took(stretch: timedelta, w: Words) -> str:
    """How long it took, in a unit that fits."""
    seconds = stretch.total_seconds()
    return w("st_took_s", seconds=f"{seconds:.0f}") if seconds < 90 else w("st_took", minutes=f"{seconds / 60:.0f}")


def sizes(names: list[str], parks: list[Site], w: Words) -> dict[str, dict[str, str]]:
    """Label and unit of sizes ``component.field``, by the first park that has the component."""
    found = {}
    for name in names:
        owner, _, field = name.partition(".")
        c = next((c for park in parks for c in park.components if c.name == owner), None)
        label = owner if c is None else c.label(w.lang)
        found[name] = {"label": f"{label} · {parameter_title(field, w.lang)}", "unit": unit_name(_unit(field), w.lang)}
    return found


def _unit(field: str) -> str:
    try:
        return unit_of(field)
    except ValueError:  # a limit, in what the component deals in
        return "1"


def figures_for_script(w: Words) -> list[dict[str, Any]]:
    """Key figures of a row as the script writes them."""
    found = []
    for figure in FIGURES:
        scale, unit, digits = scaled(figure, w)
        place = {"part": figure.part, "name": figure.name, "label": w(f"sy_{figure.name}")}
        found.append(place | {"scale": scale, "unit": unit, "digits": digits})
    return found


def chart(w: Words) -> dict[str, Any]:
    """The front before there is a point on it, for the page's script."""
    _, unit = MONEY[w.lang]
    layout = base_layout() | {
        "xaxis": axis(w("sy_x"), rangemode="normal", zeroline=False),
        "yaxis": axis(w("sy_y", unit=unit), rangemode="normal", zeroline=False),
        "hovermode": "closest",
        "margin": {"l": 60, "r": 20, "t": 12, "b": 44},
        "legend": base_layout()["legend"] | {"y": -0.2},
    }
    return {
        "config": config(w.lang),
        "charts": [
            {"key": "front", "points": True, "data": [], "layout": layout, "height": CHART_HEIGHT, "least_width": 0}
        ],
        "money": MONEY[w.lang][0],
    }

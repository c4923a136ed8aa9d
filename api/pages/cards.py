"""The figures that an operator looks at first, plan beside operation by rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from api.pages.environment import Words
from ems.report.formats import digits_for, number, unit_name
from ems.report.key_figures import KeyFigure, is_baseline, key_figures, percent, shown_unit
from ems.report.view import NOTHING, Floats, PlanView, Series

AS_THEY_ARE = ("total_cost_cny", "emissions_kgco2e")
Stored = dict[tuple[str, str], Series]


@dataclass(frozen=True)
class Card:
    """``change`` and ``base`` are empty where there is nothing to compare with; ``arrow`` says up or down."""

    name: str
    value: str
    unit: str
    verdict: str
    arrow: str
    change: str
    base: str


def cards(view: PlanView, w: Words) -> list[Card]:
    known = {f.key: f for f in key_figures(view)}
    figures = [known[key] for key in AS_THEY_ARE if key in known]
    shares = [self_use(view, series) for series in (view.series, view.baseline_series)]
    figures.append(KeyFigure("self_use_share", w("k_self_use"), "%", *(None if x is None else 100 * x for x in shares)))
    if "renewable_share" in known:
        figures.append(_renamed(known["renewable_share"], w("k_renewable")))
    if "grid_peak_kw" in known:
        figures.append(_renamed(known["grid_peak_kw"], w("k_peak")))
    cost = KeyFigure(
        "hydrogen_cost_cny_per_kg",
        w("k_hydrogen_cost"),
        "CNY/kg",
        hydrogen_cost(view, view.series),
        hydrogen_cost(view, view.baseline_series),
    )
    return [_card(view, f) for f in [*figures, cost] if f.plan is not None]


def self_use(view: PlanView, series: Stored) -> float | None:
    """Share of the solar electricity made that is not sold; None without any.

    What is sold counts as solar as long as there is sun in that interval, for a park does not sell what it buys.
    """
    made, sold = _sum(view, series, "pv", "power_kw"), _sum(view, series, "grid", "export_kw")
    return 1 - float(np.minimum(made, sold).sum() / made.sum()) if made.sum() > NOTHING else None


def hydrogen_cost(view: PlanView, series: Stored) -> float | None:
    """Electricity of all electrolysers at the purchase price of its interval, per kilogram made [CNY/kg]."""
    price = view.input("import_cny_per_kwh")
    used = _sum(view, series, "electrolyser", "power_kw") + _sum(view, series, "electrolyser", "auxiliary_kw")
    made = _sum(view, series, "electrolyser", "hydrogen_kg_per_h")
    return None if price is None or made.sum() < NOTHING else float((used * price).sum() / made.sum())


def _sum(view: PlanView, series: Stored, kind: str, quantity: str) -> Floats:
    found = [s.values for (name, q), s in series.items() if q == quantity and view.kind(name) == kind]
    return sum(found, np.zeros(view.steps))


def _renamed(f: KeyFigure, label: str) -> KeyFigure:
    return KeyFigure(f.key, label, f.unit, f.plan, f.baseline)


def _card(view: PlanView, f: KeyFigure) -> Card:
    digits = digits_for(f.unit)
    unit = shown_unit(view, f)
    change = base = arrow = ""
    if not is_baseline(view) and f.change is not None:
        points = view.say("points") if f.unit == "%" else unit_name(f.unit, view.lang)
        change = percent(f.share) or f"{number(f.change, digits, signed=True)} {points}"
        base = f"{view.say('baseline')} {number(f.baseline, digits)} {unit}"
        arrow = "" if f.verdict == "same" else ("up" if f.change > 0 else "down")
    return Card(f.label, number(f.plan, digits), unit, f.verdict, arrow, change, base)

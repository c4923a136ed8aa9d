"""The tables of a plan as columns of ready cells, for the page and for the terminal alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ems.report.formats import digits_for, number, unit_name
from ems.report.hourly import by_band, columns, hour_band, hours
from ems.report.key_figures import is_baseline, key_figures, percent, shown_unit
from ems.report.view import PlanView


@dataclass(frozen=True)
class Cells:
    """A column; ``keep`` orders columns where the room is short: 0 always stays, then 1 longest."""

    title: str
    unit: str
    cells: Sequence[str]
    keep: int
    words: bool = False  # text, not numbers
    wrap: bool = False  # may be broken into lines
    tones: Sequence[str] = ()  # better, worse or same, cell by cell


def hour_cells(view: PlanView) -> list[Cells]:
    """The schedule by hour; the last cell of each column is the sum of the day."""
    spans = hours(view)
    found = [
        Cells(view.say("time"), "", [*(view.clock(a) for a, _ in spans), view.say("day_sum")], 0, words=True),
        Cells(view.say("band"), "", [*(hour_band(view, s) for s in spans), view.say("sum_units")], 0, words=True),
    ]
    for c in columns(view):
        total = c.of_day(view.step_h)
        cells = [number(x, c.digits, signed=c.signed) for x in c.by(spans, view.step_h)]
        last = "" if total is None else number(total, signed=c.signed)
        found.append(Cells(c.title, unit_name(c.unit, view.lang), [*cells, last], c.keep))
    return found


def band_cells(view: PlanView) -> list[Cells]:
    """Sums by tariff band, dearest first; the last cell of each column is the sum of the day."""
    found = by_band(view)
    kwh, cny = sum(b.import_kwh for b in found), sum(b.cost_cny for b in found)
    money, price = unit_name("CNY", view.lang), unit_name("CNY/kWh", view.lang)
    mean = cny / kwh if kwh else None

    def column(key: str, unit: str, keep: int, values: list[float], last: float | None, digits: int = 0) -> Cells:
        return Cells(view.say(key), unit, [number(x, digits) for x in (*values, last)], keep)

    parts = [
        Cells(view.say("band"), "", [*(b.name for b in found), view.say("day_sum")], 0, words=True),
        Cells(
            view.say("b_hours"), "h", [f"{h:g}" for h in (*(b.hours for b in found), sum(b.hours for b in found))], 5
        ),
        column("b_import", "kWh", 1, [b.import_kwh for b in found], kwh),
        column("b_share", "%", 6, [100 * b.share for b in found], 100 if kwh else 0),
        column("b_cost", money, 2, [b.cost_cny for b in found], cny),
        column("b_price", price, 3, [b.price_cny_per_kwh for b in found], mean, 3),
        column("b_pv", "kWh", 7, [b.pv_kwh for b in found], sum(b.pv_kwh for b in found)),
        column("b_hydrogen", "kg", 8, [b.hydrogen_kg for b in found], sum(b.hydrogen_kg for b in found), 1),
    ]
    return [c for c in parts if c.keep < 7 or c.cells[-1].strip("0.")]


def key_cells(view: PlanView) -> list[Cells]:
    """Plan, baseline and difference; of a plan that is the baseline itself only its own figures."""
    found = [(f, digits_for(f.unit)) for f in key_figures(view)]
    label = Cells(view.say("figure"), "", [f.label for f, _ in found], 0, words=True, wrap=True)
    unit = Cells(view.say("unit"), "", [shown_unit(view, f) for f, _ in found], 1, words=True)
    baseline = Cells(view.say("baseline"), "", [number(f.baseline, d) for f, d in found], 2)
    if is_baseline(view):
        return [label, baseline, unit]
    tones = [f.verdict for f, _ in found]
    return [
        label,
        Cells(view.say("plan"), "", [number(f.plan, d) for f, d in found], 1),
        baseline,
        Cells(view.say("difference"), "", [number(f.change, d, signed=True) for f, d in found], 3, tones=tones),
        Cells(view.say("change"), "", [percent(f.share) for f, _ in found], 4),
        unit,
    ]

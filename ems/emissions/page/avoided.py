"""What the park avoided: from the emissions of a baseline, cause by cause, down to its own; and month by month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ems.emissions.page.pieces import SOME, axis_label, line_label, month_bars, month_layout, sideways_layout
from ems.emissions.page.view import METHODS, TONNES, EmissionView, Line, value_digits
from ems.report.chart import Chart
from ems.report.formats import plain, quantity
from ems.report.palette import BETTER, TOTAL, WORSE
from ems.sizing.report.pieces import Choice, Section, box, bullets, fold, numbers, quiet, sheet, words


def avoided_section(view: EmissionView) -> Section:
    cases = [(name, m) for name in view.baselines for m in METHODS]
    names = [f"{view.baseline_title(n)} · {view.say(m)}" for n, m in cases]
    falls = [(word, waterfall(view, *case)) for word, case in zip(names, cases, strict=True)]
    figures = [Choice("avoided", view.say("by_cause"), view.say("by_cause_caption"), view.say("against"), falls)]
    if len(view.months) > 1:
        bars = [(word, months_chart(view, *case)) for word, case in zip(names, cases, strict=True)]
        figures.append(Choice("avoided-months", view.say("by_month"), "", view.say("against"), bars))
    tables = "".join(
        fold(view.say("table_of", what=word), cause_table(view, *case)) for word, case in zip(names, cases, strict=True)
    )
    return Section(
        "avoided",
        view.say("avoided"),
        before=quiet(view.say("avoided_caption")) + totals_table(view) + left_out(view),
        figures=figures,
        after=tables + assumed(view) + not_counted(view),
    )


def totals_table(view: EmissionView) -> str:
    """Baseline, park and difference, for every baseline and both methods."""
    rows = [(name, m) for name in view.baselines for m in METHODS]
    before = [float(view.content["baselines"][n]["inventory"][m]["total_kg"]) for n, m in rows]
    spared = [abs(view.avoided_kg(n, m)) for n, m in rows]
    like = min((x for x in spared if x), default=0.0)

    def cells(values: Sequence[float]) -> list[str]:
        return [view.tonnes(x, like=like) for x in values]

    return sheet(
        [
            words(view.say("baseline"), [view.baseline_title(n) for n, _ in rows]),
            words(view.say("method"), [view.say(m) for _, m in rows]),
            numbers(view.say("baseline_emits"), cells(before), TONNES),
            numbers(view.say("park_emits"), cells([view.inventory_kg(m) for _, m in rows]), TONNES),
            numbers(view.say("card_avoided"), cells([view.avoided_kg(n, m) for n, m in rows]), TONNES),
        ],
        "totals",
    )


def causes(view: EmissionView, name: str, method: str) -> list[Line]:
    """Differences by cause, the largest first; what is next to nothing is left to the table."""
    found: list[Line] = sorted(view.content["avoided"][name][method]["by_cause"], key=lambda x: -abs(x["kg"]))
    peak = max((abs(x["kg"]) for x in found), default=0.0)
    return [x for x in found if abs(x["kg"]) > SOME * peak]


def waterfall(view: EmissionView, name: str, method: str) -> Chart:
    """Baseline, less each cause, is the park."""
    parts = causes(view, name, method)
    before = float(view.content["baselines"][name]["inventory"][method]["total_kg"])
    steps = [before, *(-float(x["kg"]) for x in parts)]
    after = sum(steps)
    reached = [0.0, before]
    for step in steps[1:]:
        reached.append(reached[-1] + step)
    shown = [*steps, after]
    like = max(map(abs, reached))
    room = 0.16 * ((max(reached) - min(reached)) or 1.0) / 1000
    labels = [
        axis_label(view.baseline_title(name)),
        *unlike(axis_label(line_label(view, x)) for x in parts),
        axis_label(view.say("park_and_left_out" if hours_left_out(view, name) else "the_park")),
    ]
    data: list[dict[str, Any]] = [
        {
            "type": "waterfall",
            "orientation": "h",
            "y": labels,
            "x": [float(f"{x / 1000:.7g}") for x in shown],
            "measure": ["absolute", *["relative"] * len(parts), "total"],
            "text": [view.tonnes(x, like=like, signed=0 < k < len(steps)) for k, x in enumerate(shown)],
            "textposition": "outside",
            "cliponaxis": False,
            "customdata": [plain(view.tonnes_with_unit(x)) for x in shown],
            "hovertemplate": "%{y}: %{customdata}<extra></extra>",
            "increasing": {"marker": {"color": WORSE}},
            "decreasing": {"marker": {"color": BETTER}},
            "totals": {"marker": {"color": TOTAL}},
            "connector": {"line": {"color": TOTAL, "width": 1, "dash": "dot"}},
        }
    ]
    layout = sideways_layout(TONNES)
    low = min(reached) / 1000
    layout["xaxis"]["range"] = [low - 1.6 * room if low < 0 else 0.0, max(reached) / 1000 + room]
    layout["showlegend"] = False
    return Chart(f"avoided-{name}-{method}", "", "", data, layout, 90 + 46 * len(shown))


def unlike(labels: Any) -> list[str]:
    """Labels of an axis with spaces behind those that have been there before: equal ones would fall together."""
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        found.append(label + " " * seen.get(label, 0))
        seen[label] = seen.get(label, 0) + 1
    return found


def months_chart(view: EmissionView, name: str, method: str) -> Chart:
    parts = causes(view, name, method)
    data = month_bars(view, parts, [x["months"] for x in parts])
    layout = month_layout(view, TONNES)
    return Chart(f"avoided-months-{name}-{method}", "", "", data, layout, 400)


def hours_left_out(view: EmissionView, name: str) -> int:
    """Hours that count on neither side, because one lacks data."""
    return int(view.content["avoided"][name]["hours_left_out"])


def cause_table(view: EmissionView, name: str, method: str) -> str:
    """Every cause by month and over the period."""
    parts: list[Line] = view.content["avoided"][name][method]["by_cause"]
    total = view.avoided_kg(name, method)
    columns = [words(view.say("cause"), [*(line_label(view, x) for x in parts), view.say("sum")])]
    if len(view.months) > 1:
        for m in view.months:
            values = [x["months"].get(m, 0.0) for x in parts]
            columns.append(numbers(m, [view.tonnes(v, like=total) for v in (*values, sum(values))], TONNES))
    all_months = [view.tonnes(x, like=total) for x in (*(p["kg"] for p in parts), total)]
    columns.append(numbers(view.say("period"), all_months, TONNES))
    return sheet(columns, "months", foot=True)


def left_out(view: EmissionView) -> str:
    """Why avoided is not baseline less park, where that is so."""
    told = [(view.baseline_title(n), hours_left_out(view, n)) for n in view.baselines]
    return bullets([view.say("hours_left_out", baseline=title, n=n) for title, n in told if n])


def assumed(view: EmissionView) -> str:
    """What each baseline assumes, in words."""
    found = []
    for name in view.baselines:
        told = view.content["baselines"][name]["assumptions"]
        texts = [_assumption(view, a) for a in told]
        if texts:
            title = view.say("baseline_assumes", baseline=view.baseline_title(name))
            found.append(f'<h3 class="sub">{plain(title)}</h3>{bullets(texts)}')
    return "".join(found)


def _assumption(view: EmissionView, a: Any) -> str:
    value = (
        "" if a["value"] is None else f": {quantity(a['value'], a['unit'], view.lang, digits=value_digits(a['value']))}"
    )
    told = "; ".join(filter(None, (view.word(a["status"]), str(a["source"] or ""))))
    return f"{view.pick(a['text'])}{value} ({told})"


def not_counted(view: EmissionView) -> str:
    texts = [view.pick(t) for name in view.baselines[:1] for t in view.content["avoided"][name]["not_counted"]]
    return box(view.say("not_counted"), "caution", texts) if texts else ""

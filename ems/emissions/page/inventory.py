"""What the park emitted, by scope and both methods, and what stands beside all totals."""

from __future__ import annotations

from typing import Any

from ems.emissions.page.pieces import SOME, line_colours, line_label, sideways_layout
from ems.emissions.page.view import METHODS, TONNES, EmissionView, Line, amount
from ems.report.chart import Chart
from ems.report.formats import plain
from ems.report.palette import INK
from ems.sizing.report.pieces import Section, numbers, quiet, sheet, words

PARTS = ("scope1_kg", "scope2_kg", "scope3_kg", "total_kg")
SCOPES = {"location": ("1", "2_location", "3"), "market": ("1", "2_market", "3")}


def inventory_section(view: EmissionView) -> Section:
    charts = [parts_chart(view)] if any(view.inventory_kg(m) for m in METHODS) else []
    return Section(
        "inventory",
        view.say("inventory"),
        before=quiet(view.say("inventory_caption")) + scopes_table(view),
        figures=charts,
        after=beside(view),
    )


def scopes_table(view: EmissionView) -> str:
    like = max(abs(view.inventory_kg(m)) for m in METHODS)
    columns = [words(view.say("scope"), [view.say(p) for p in PARTS])]
    for m in METHODS:
        columns.append(numbers(view.say(m), [view.tonnes(view.inventory_kg(m, p), like=like) for p in PARTS], TONNES))
    return sheet(columns, "scopes", foot=True)


def lines_of(view: EmissionView, method: str) -> list[Line]:
    """Lines that make up the total of a method, the largest first."""
    found = [x for x in view.content["lines"] if x["scope"] in SCOPES[method]]
    return sorted(found, key=lambda x: -abs(x["kg"]))


def parts_chart(view: EmissionView) -> Chart:
    """The total of each method as a bar of its lines."""
    by_method = [lines_of(view, m) for m in METHODS]
    # a bought carrier has a line in each method: both are one colour and one entry of the legend
    keys: dict[tuple[str, str, str], list[Line | None]] = {}
    for k, lines in enumerate(by_method):
        for line in lines:
            key = (line["component"], line["cause"], line["carrier"])
            keys.setdefault(key, [None, None])[k] = line
    pairs = sorted(keys.values(), key=lambda pair: -max(abs(x["kg"]) for x in pair if x))
    firsts = [a or b or {} for a, b in pairs]
    peak = max(abs(view.inventory_kg(m)) for m in METHODS)
    names = [view.say(m) for m in METHODS]
    data: list[dict[str, Any]] = []
    for pair, line, shade in zip(pairs, firsts, line_colours(firsts), strict=True):
        values = [0.0 if x is None else float(x["kg"]) for x in pair]
        if max(map(abs, values)) < SOME * peak:
            continue
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": plain(line_label(view, line)),
                "y": names,
                "x": [float(f"{v / 1000:.6g}") for v in values],
                "marker": {"color": shade, "line": {"width": 0}},
                "text": [view.tonnes(v, like=peak) if abs(v) > 0.07 * peak else "" for v in values],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "customdata": [plain(view.tonnes_with_unit(v)) for v in values],
                "hovertemplate": "%{customdata}",
            }
        )
    layout = sideways_layout(TONNES)
    layout |= {"barmode": "relative", "bargap": 0.35, "showlegend": True}
    layout["legend"] |= {"y": -0.35}
    layout["xaxis"]["zerolinecolor"] = INK
    return Chart("inventory", view.say("by_line"), "", data, layout, 250 + 10 * len(data))


def beside(view: EmissionView) -> str:
    """Lines that no total holds."""
    memo: list[Line] = view.content["inventory"]["memo"]
    columns = [
        words(view.say("line"), [line_label(view, x) for x in memo]),
        numbers(view.say("activity"), [f"{amount(x['activity'])} {x['unit']}" for x in memo]),
        numbers(view.say("factor"), [amount(x["factor"]) for x in memo], "kgCO₂e"),
        numbers(view.say("emissions"), [view.tonnes(x["kg"]) for x in memo], TONNES),
    ]
    told = sheet(columns, "memo") if memo else ""
    head = f"<h3>{plain(view.say('beside'))}</h3>{quiet(view.say('beside_caption'))}"
    return f'<div class="beside">{head}{told}</div>'

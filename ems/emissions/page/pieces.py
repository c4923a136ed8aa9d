"""What several sections of the page are made of: tables with marks in them, bars of parts, colours of causes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ems.emissions.page.view import TONNES, EmissionView, Line, tonne_digits
from ems.report.chart import axis, base_layout
from ems.report.formats import broken, number, plain
from ems.report.palette import CARRIER_COLOUR, UNKNOWN, mix

LABEL = 20  # letters in a line of an axis
SOME = 0.0005  # of the largest part: less is left out of a picture


def rich_table(name: str, heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> str:
    """A table whose cells are html already; ``right`` names the columns of numbers."""

    def line(tag: str, cells: Sequence[str]) -> str:
        kind = [' class="n"' if k in right else "" for k in range(len(cells))]
        return f"<tr>{''.join(f'<{tag}{k}>{c}</{tag}>' for k, c in zip(kind, cells, strict=True))}</tr>"

    body = "".join(line("td", row) for row in rows)
    head = line("th", [plain(h) for h in heads])
    return f'<div class="scroll"><table class="{name}"><thead>{head}</thead><tbody>{body}</tbody></table></div>'


def chip(word: str, kind: str) -> str:
    return f'<span class="chip {plain(kind)}">{plain(word)}</span>'


def small(text: str) -> str:
    return f'<div class="id">{plain(text)}</div>' if text else ""


def line_label(view: EmissionView, line: Line) -> str:
    """Component and cause: "grid: electricity bought"."""
    component, cause = view.pick(line["label"]), view.pick(line["cause_text"])
    return component if not cause or cause == component else f"{component}: {cause}"


def line_colours(lines: Sequence[Line]) -> list[str]:
    """One hue per carrier; further lines of a carrier in lighter shades."""
    seen: dict[str, int] = {}
    found = []
    for line in lines:
        carrier = str(line["carrier"])
        nth = seen.get(carrier, 0)
        seen[carrier] = nth + 1
        base = CARRIER_COLOUR.get(carrier) or UNKNOWN[sum(map(ord, carrier)) % len(UNKNOWN)]
        found.append(mix(base, "#ffffff", min(0.3 * nth, 0.6)))
    return found


def month_bars(
    view: EmissionView, lines: Sequence[Line], months: Sequence[Mapping[str, float]]
) -> list[dict[str, Any]]:
    """Stacked bars by month [tCO2e], one trace a line; ``months`` holds the kilograms of each line."""
    peak = max((abs(x) for part in months for x in part.values()), default=0.0)
    return [
        {
            "type": "bar",
            "name": plain(line_label(view, line)),
            "x": view.months,
            "y": [float(f"{part.get(m, 0.0) / 1000:.6g}") for m in view.months],
            "marker": {"color": shade},
            "hovertemplate": f"%{{y:,.{tonne_digits(peak)}f}} {TONNES}",
        }
        for line, part, shade in zip(lines, months, line_colours(lines), strict=True)
        if any(abs(x) > SOME * peak for x in part.values())
    ]


def month_layout(view: EmissionView, y_title: str) -> dict[str, Any]:
    layout = base_layout()
    layout["xaxis"] = axis("", type="category", showgrid=False)
    layout["yaxis"] = axis(y_title)
    layout |= {"barmode": "relative", "bargap": 0.4, "hovermode": "x unified", "showlegend": True}
    layout["legend"] |= {"traceorder": "normal"}
    return layout


def sideways_layout(title: str) -> dict[str, Any]:
    """Layout of bars that lie, named at their left."""
    layout = base_layout()
    layout["margin"] = {"l": 20, "r": 40, "t": 10, "b": 40}
    layout["xaxis"] = axis(title, tickangle=0, nticks=6)
    layout["yaxis"] = {"automargin": True, "autorange": "reversed", "ticks": "", "showgrid": False, "dtick": 1}
    layout["legend"] |= {"traceorder": "normal"}
    return layout


def axis_label(text: str) -> str:
    return broken(text, LABEL)


def share_text(x: float) -> str:
    return f"{number(100 * x, 1)}%"

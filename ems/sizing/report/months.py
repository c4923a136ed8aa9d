"""Stacked balance of every bus by month: supply above zero, use below."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import number, plain
from ems.report.names import CARRIER_TEXT
from ems.report.palette import INK, STORES, colour
from ems.sizing.report.pieces import Choice, Section, fold, numbers, quiet, sheet, words
from ems.sizing.report.view import StudyView

MERGED = ("pv", "demand")  # several of these on a bus are shown as one
LARGE = 20_000.0  # kWh or kg of a month: above it MWh and t are shown
LEAST = 1e-6  # of the largest flow: less is left out


@dataclass
class Layer:
    """Flows of one device, or of all of a merged kind, by month."""

    label: str
    kind: str
    nth: int
    into: list[float] = field(default_factory=list)
    out: list[float] = field(default_factory=list)


def months_section(view: StudyView) -> Section:
    buses = ordered(view)
    if not buses:
        return Section("months", view.say("months"))
    options = [(view.bus(b), month_chart(view, b)) for b in buses]
    tables = "".join(fold(view.say("table_of", what=view.bus(b)), month_table(view, b)) for b in buses)
    choice = Choice("months", "", "", view.say("select_carrier"), options)
    return Section("months", view.say("months"), quiet(view.say("months_caption")), [choice], tables)


def ordered(view: StudyView) -> list[str]:
    """Buses with any flow, electricity first."""
    carriers = list(CARRIER_TEXT)
    buses = view.design["buses"]
    used = [b for b in buses if layers(view, b)]
    return sorted(used, key=lambda b: carriers.index(buses[b]["carrier"]) if buses[b]["carrier"] in carriers else 99)


def layers(view: StudyView, bus: str) -> list[Layer]:
    """What is stacked, supply and use of one device on one layer."""
    months, flows = len(view.design["months"]), view.design["buses"][bus]
    found: dict[str, Layer] = {}
    kinds: dict[str, int] = {}
    owners = {name.partition(".")[0] for name in (*flows["in"], *flows["out"])}
    for side in ("in", "out"):
        for name, values in flows[side].items():
            component = name.partition(".")[0]
            kind = view.kind(component)
            same = {owner for owner in owners if view.kind(owner) == kind}
            key = kind if kind in MERGED and len(same) > 1 else component
            if key not in found:
                label = view.kind_label(kind) if key == kind else view.label(component)
                nth = kinds.get(kind, 0)
                kinds[kind] = nth + 1
                found[key] = Layer(label, kind, nth, [0.0] * months, [0.0] * months)
            target = found[key].into if side == "in" else found[key].out
            for k, x in enumerate(values):
                target[k] += float(x)
    peak = max((x for layer in found.values() for x in (*layer.into, *layer.out)), default=0.0)
    return [layer for layer in found.values() if max(*layer.into, *layer.out) > LEAST * peak]


def scale_of(view: StudyView, bus: str) -> tuple[float, str]:
    """What one shown unit is in kWh or kg, and its name."""
    unit = str(view.design["buses"][bus]["unit"])
    peak = max((x for layer in layers(view, bus) for x in (*layer.into, *layer.out)), default=0.0)
    return (1000.0, {"kWh": "MWh", "kg": "t"}[unit]) if peak > LARGE else (1.0, unit)


def month_chart(view: StudyView, bus: str) -> Chart:
    scale, unit = scale_of(view, bus)
    data: list[dict[str, Any]] = []
    months = [str(m) for m in view.design["months"]]
    for layer in layers(view, bus):
        shade = colour(layer.kind, layer.nth)
        named = False
        for values, sign in ((layer.into, 1), (layer.out, -1)):
            if not any(values):
                continue
            marker: dict[str, Any] = {"color": shade}
            if layer.kind in STORES:
                marker["pattern"] = {"shape": "/" if sign > 0 else "\\", "size": 6, "solidity": 0.35}
            data.append(
                {
                    "type": "bar",
                    "name": plain(layer.label),
                    "legendgroup": layer.label,
                    "showlegend": not named,
                    "x": months,
                    "y": [float(f"{sign * x / scale:.6g}") for x in values],
                    "marker": marker,
                    "hovertemplate": f"%{{y:,.1f}} {unit}",
                }
            )
            named = True
    layout = base_layout()
    layout["xaxis"] = axis(view.say("month"), type="category", showgrid=False)
    layout["yaxis"] = axis(unit, zerolinecolor=INK)
    layout |= {"barmode": "relative", "bargap": 0.25, "hovermode": "x unified", "showlegend": True}
    layout["legend"] |= {"traceorder": "normal", "y": -0.2}
    return Chart(f"months-{bus}", "", "", data, layout, 420)


def month_table(view: StudyView, bus: str) -> str:
    """The numbers of the chart; use is negative, the last row is the year."""
    scale, unit = scale_of(view, bus)
    digits = 1
    columns = [words(view.say("month"), [*map(str, view.design["months"]), "Σ"])]
    for layer in layers(view, bus):
        for values, sign in ((layer.into, 1), (layer.out, -1)):
            if any(values):
                shown = [number(sign * x / scale, digits) for x in (*values, sum(values))]
                columns.append(numbers(layer.label, shown, unit))
    return sheet(columns, "months", foot=True)

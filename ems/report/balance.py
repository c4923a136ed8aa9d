"""Stacked balance of a bus: supply above zero, use below, equal in every interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ems.report.chart import Chart, axis, hours_axis, numbers, step_line, time_layout
from ems.report.formats import plain, unit_name
from ems.report.names import CARRIER_TEXT
from ems.report.palette import INK, STORES, colour
from ems.report.view import NOTHING, Floats, PlanView

MERGED = ("pv", "demand")  # several of these on a bus are shown as one


@dataclass(frozen=True)
class Part:
    """One layer of a balance: flow into the bus of a component or of all of its kind."""

    label: str
    kind: str
    nth: int  # which of its kind, for the shade
    supply: Floats
    use: Floats  # at or below zero
    names: tuple[str, ...]


def group_of(view: PlanView, component: str, bus: str) -> str:
    """The component itself, or the kind where several of a merged kind are on the bus."""
    kind = view.kind(component)
    same = {s.component for s in view.flows(bus) if view.kind(s.component) == kind}
    return f"{kind}@{bus}" if kind in MERGED and len(same) > 1 else component


def balance_parts(view: PlanView, bus: str) -> list[Part]:
    """The layers of a bus, those without any flow left out; what does not add up is a layer of its own."""
    groups: dict[str, list[str]] = {}
    for s in view.flows(bus):
        names = groups.setdefault(group_of(view, s.component, bus), [])
        if s.component not in names:
            names.append(s.component)
    parts: list[Part] = []
    seen: dict[str, int] = {}
    for names in groups.values():
        flows = [s for s in view.flows(bus) if s.component in names and not s.is_zero]
        if not flows:
            continue
        kind = view.kind(names[0])
        label = view.label(names[0]) if len(names) == 1 else view.kind_label(kind)
        zero = np.zeros(view.steps)
        supply = sum((s.values for s in flows if s.sign > 0), zero)
        use = sum((-s.values for s in flows if s.sign < 0), zero)
        parts.append(Part(label, kind, seen.get(kind, 0), supply, use, tuple(names)))
        seen[kind] = seen.get(kind, 0) + 1
    missing = -sum((p.supply + p.use for p in parts), np.zeros(view.steps))
    if np.abs(missing).max(initial=0) > 10 * NOTHING:
        parts.append(Part(view.say("imbalance"), "imbalance", 0, np.maximum(missing, 0), np.minimum(missing, 0), ()))
    return parts


def ordered_buses(view: PlanView) -> list[str]:
    """Buses with flows, electricity first."""
    order = list(CARRIER_TEXT)
    rank = {bus: (order.index(c) if c in order else len(order), k) for k, (bus, c) in enumerate(view.buses.items())}
    return [b for b in sorted(rank, key=lambda b: rank[b]) if any(not s.is_zero for s in view.flows(b))]


def balance_charts(view: PlanView) -> list[Chart]:
    return [_chart(view, bus) for bus in ordered_buses(view)]


def _chart(view: PlanView, bus: str) -> Chart:
    parts = balance_parts(view, bus)
    unit = next(s.unit for s in view.flows(bus))
    layout = time_layout(view, unit_name(unit, view.lang))
    layout |= {"barmode": "relative", "bargap": 0}
    data = [trace for part in parts for trace in _layers(view, part, unit)]
    caption = view.say("balance_caption")
    electric = view.buses[bus] == "electricity"
    price = view.input("import_cny_per_kwh")
    if electric and price is not None:
        layout["yaxis2"] = _price_axis(view, price)
        layout["margin"]["r"] = 64
        look = {"line": {"color": INK, "width": 1.6}, "yaxis": "y2"}
        data.append(step_line(view, price, view.say("price"), "CNY/kWh", 3, **look))
        caption += ("" if view.lang == "zh" else " ") + view.say("balance_caption_bands")
    title = view.say("balance", bus=view.bus(bus) + " " * view.bus(bus)[-1].isascii()).rstrip()
    return Chart(f"balance-{bus}", title, caption, data, layout, 460 if electric else 340)


def _price_axis(view: PlanView, price: Floats) -> dict[str, Any]:
    top = max(float(price.max()), 0.0) * 1.06 or 1.0
    low = min(float(price.min()), 0.0) * 1.06
    unit = unit_name("CNY/kWh", view.lang)
    more = {
        "overlaying": "y",
        "side": "right",
        "showgrid": False,
        "nticks": 6,
        "tickformat": ".1f",
        "range": [low, top],
        "zeroline": False,
        "tickmode": "auto",
    }
    found = axis(unit, **more)
    found["title"]["standoff"] = 16
    return found


def _layers(view: PlanView, part: Part, unit: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for values in (part.supply, part.use):
        if float(np.abs(values).max(initial=0)) < NOTHING:
            continue
        marker: dict[str, Any] = {"color": colour(part.kind, part.nth), "line": {"width": 0}}
        if part.kind in STORES:
            marker["pattern"] = {"shape": "/", "size": 5, "solidity": 0.28, "fgcolor": "#ffffff", "fillmode": "overlay"}
        found.append(
            {
                "type": "bar",
                **hours_axis(view),
                "y": numbers(values, NOTHING),
                "offset": 0,
                "width": view.step_h * 3_600_000,
                "name": plain(part.label),
                "legendgroup": plain("+".join(part.names)),
                "showlegend": not found,
                "marker": marker,
                "hovertemplate": f"%{{y:,.1f}} {plain(unit_name(unit, view.lang))}",
            }
        )
    return found

"""What one more kWh or kg is worth on each bus, hour by hour."""

from __future__ import annotations

import numpy as np

from ems.report.chart import Chart, step_line, time_layout
from ems.report.formats import digits_for, unit_name
from ems.report.names import CARRIER_TEXT
from ems.report.palette import CARRIER_COLOUR, INK, QUIET, mix
from ems.report.stores import DASHES
from ems.report.view import PlanView


def marginal_charts(view: PlanView) -> list[Chart]:
    """Energy carriers together, every other carrier in a figure of its own."""
    values = view.content["marginal_values"]
    sets: dict[tuple[str, str], list[str]] = {}
    order = list(CARRIER_TEXT)
    carriers = view.buses
    for bus in sorted(values, key=lambda b: order.index(carriers[b]) if carriers.get(b) in order else len(order)):
        unit = values[bus]["unit"]
        if np.abs(np.asarray(values[bus]["values"], float)).max(initial=0) > 1e-6:
            sets.setdefault((unit, "" if unit.endswith("kWh") else carriers[bus]), []).append(bus)
    return [_chart(view, unit, buses) for (unit, _), buses in sets.items()]


def _chart(view: PlanView, unit: str, buses: list[str]) -> Chart:
    layout = time_layout(view, unit_name(unit, view.lang))
    data = []
    shades: dict[str, int] = {}
    for k, bus in enumerate(buses):
        carrier = view.buses[bus]
        nth = shades.setdefault(carrier, 0)
        shades[carrier] += 1
        look = {"color": mix(CARRIER_COLOUR.get(carrier, QUIET), INK, 0.4 * nth), "dash": DASHES[k % len(DASHES)]}
        values = np.asarray(view.content["marginal_values"][bus]["values"], float)
        data.append(step_line(view, values, view.bus(bus), unit, digits_for(unit), line=look))
    price = view.input("import_cny_per_kwh")
    energy = unit == "CNY/kWh"
    if energy and price is not None:
        data.append(step_line(view, price, view.say("price"), unit, 3, line={"color": INK, "width": 1, "dash": "dot"}))
    every = np.concatenate([view.content["marginal_values"][b]["values"] for b in buses])
    if energy or np.ptp(every) < 0.05 * np.abs(every).max():
        layout["yaxis"]["rangemode"] = "tozero"  # a flat line shall look flat
    key = "marginal-energy" if energy else f"marginal-{buses[0]}"
    title = view.say("marginal_energy") if energy else view.say("marginal_mass", bus=view.bus(buses[0]))
    if not energy and len(buses) > 1:
        title = view.say(
            "marginal_mass",
            bus="、".join(map(view.bus, buses)) if view.lang == "zh" else ", ".join(map(view.bus, buses)),
        )
    return Chart(key, title, view.say("marginal_caption"), data, layout, 340 if energy else 280, wide=energy)

"""Fleets on the park's hydrogen: distance, the diesel they stand in for, hydrogen and what its supply emitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ems.emissions.page.pieces import axis_label, sideways_layout
from ems.emissions.page.view import METHODS, TONNES, EmissionView
from ems.report.chart import Chart
from ems.report.formats import number, plain
from ems.report.palette import BETTER, TOTAL, mix
from ems.sizing.report.pieces import Section, bullets, numbers, quiet, sheet, words


def vehicles_section(view: EmissionView) -> Section:
    fleets: Sequence[Mapping[str, Any]] = view.content["vehicles"]
    if not fleets:
        return Section("vehicles", view.say("vehicles"))
    notes = bullets([view.pick(n) for f in fleets for n in f["notes"]])
    return Section(
        "vehicles",
        view.say("vehicles"),
        before=quiet(view.say("vehicles_caption")) + fleet_table(view, fleets) + notes,
        figures=[fleet_chart(view, fleets)],
    )


def fleet_table(view: EmissionView, fleets: Sequence[Mapping[str, Any]]) -> str:
    """One column a fleet, one row a figure."""
    rows = [
        ("vehicles_n", "", [number(f["vehicles"]) for f in fleets]),
        ("km", "km", [number(f["km"]) for f in fleets]),
        ("hydrogen_kg", "kg", [number(f["hydrogen_kg"], 1) for f in fleets]),
        ("kg_per_100km", "kg/100 km", [number(f["hydrogen_kg_per_100km"], 2) for f in fleets]),
        ("l_per_100km", "L/100 km", [number(f["baseline_l_per_100km"], 1) for f in fleets]),
        ("baseline_l", "L", [number(f["baseline_l"]) for f in fleets]),
        ("baseline_kg", TONNES, [view.tonnes(f["baseline_kg"]) for f in fleets]),
    ]
    for m in METHODS:
        rows.append((f"supply_{m}", TONNES, [view.tonnes(f["supply_kg"][m]) for f in fleets]))
    for m in METHODS:
        rows.append((f"spared_{m}", TONNES, [view.tonnes(f["avoided_kg"][m]) for f in fleets]))
    for m in METHODS:
        per_km = [f["avoided_kg_per_km"][m] for f in fleets]
        rows.append((f"per_km_{m}", "kgCO₂e/km", [number(x, 3) for x in per_km]))
    columns = [words(view.say("figure"), [view.say(key) for key, _, _ in rows])]
    for k, f in enumerate(fleets):
        columns.append(numbers(view.pick(f["title"]), [cells[k] for _, _, cells in rows]))
    columns.append(words(view.say("unit"), [unit for _, unit, _ in rows]))
    return sheet(columns, "keys")


def fleet_chart(view: EmissionView, fleets: Sequence[Mapping[str, Any]]) -> Chart:
    """Diesel beside the supply of the hydrogen by both methods."""
    bars = [
        (view.say("baseline_kg"), [f["baseline_kg"] for f in fleets], TOTAL),
        *(
            (view.say(f"supply_{m}"), [f["supply_kg"][m] for f in fleets], mix(BETTER, "#ffffff", 0.4 * k))
            for k, m in enumerate(METHODS)
        ),
    ]
    data: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": plain(name),
            "y": [axis_label(view.pick(f["title"])) for f in fleets],
            "x": [None if x is None else float(f"{x / 1000:.6g}") for x in values],
            "marker": {"color": shade},
            "text": [view.tonnes(x) for x in values],
            "textposition": "outside",
            "cliponaxis": False,
            "hovertemplate": f"%{{text}} {TONNES}",
        }
        for name, values, shade in bars
    ]
    layout = sideways_layout(TONNES)
    peak = max((x for _, values, _ in bars for x in values if x is not None), default=0.0)
    layout["xaxis"]["range"] = [0, 1.15 * peak / 1000]
    layout |= {"barmode": "group", "bargap": 0.3, "showlegend": True}
    layout["legend"] |= {"y": 1.02, "yanchor": "bottom"}
    return Chart("vehicles", "", "", data, layout, 130 + 80 * len(fleets))

"""Which machine is off, warming up, in standby or on, and at what load: one row per machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ems.report.chart import Chart, hours_axis, time_layout
from ems.report.formats import number, plain, unit_name
from ems.report.palette import LINE, PAPER
from ems.report.view import NOTHING, Floats, PlanView

WARMING, STANDBY, OFF = -0.8, -0.4, 0.0  # places on the colour scale; loads take 0 … 1
WARMING_COLOUR, STANDBY_COLOUR, OFF_COLOUR = "#d55e00", "#f0b400", "#eef1f4"
LOW_COLOUR, FULL_COLOUR = "#a9cbe6", "#08306b"
CONVERTERS = ("compressor", "electric_boiler", "heat_rejection", "waste_heat")  # no commitment, yet shown


@dataclass(frozen=True)
class Row:
    """A machine's day: place on the colour scale and the words for each step."""

    label: str
    states: Floats
    texts: tuple[str, ...]


def machine_rows(view: PlanView) -> list[Row]:
    """All machines, those that stand still as well; converters without commitment only where they run."""
    rows = []
    for name in view.components:
        modules = (name, "on_modules") in view.series
        load = next(iter(view.of(name)), None)
        if load is None or not (modules or (view.kind(name) in CONVERTERS and not load.is_zero)):
            continue
        size = view.size(name) or max(float(load.values.max()), 1.0)
        on = view.values(name, "on_modules") if modules else (load.values > NOTHING).astype(float)
        waiting, heating = view.values(name, "standby_modules"), view.values(name, "warming_modules")
        share = load.values / size
        states = np.full(view.steps, OFF)
        states[waiting > 0.5] = STANDBY
        states[heating > 0.5] = WARMING
        working = on > 0.5
        states[working] = np.clip(share[working], 0.02, 1.0)
        total = int(view.definitions.get(name, {}).get("modules", 1))
        unit = unit_name(load.unit, view.lang)
        texts = []
        for k in range(view.steps):
            if not working[k]:
                texts.append(view.say(_state(states[k])))
                continue
            word = view.say("modules_on", on=f"{on[k]:.0f}", all=total) if total > 1 else view.say("on")
            texts.append(f"{word}, {view.say('load')} {share[k]:.0%} ({number(load.values[k], 0)} {unit})")
        rows.append(Row(view.label(name), states, tuple(texts)))
    return rows


def _state(place: float) -> str:
    return {WARMING: "warming", STANDBY: "standby"}.get(place, "off")


def raster_charts(view: PlanView) -> list[Chart]:
    rows = machine_rows(view)
    if not rows:
        return []
    layout = time_layout(view, "", bands=False)
    layout["hovermode"] = "closest"
    layout["yaxis"] |= {
        "autorange": "reversed",
        "gridcolor": PAPER,
        "ticks": "",
        "showgrid": False,
        "title": {"text": ""},
    }
    layout["xaxis"]["showgrid"] = False
    layout["margin"] |= {"b": 60}
    data = [_heatmap(view, rows)]
    height = 84 + 34 * len(rows)
    return [Chart("raster", view.say("raster"), view.say("raster_caption"), data, layout, height)]


def _heatmap(view: PlanView, rows: list[Row]) -> dict[str, Any]:
    scale = [
        [0.0, WARMING_COLOUR], [0.2, WARMING_COLOUR], [0.2, STANDBY_COLOUR], [0.4, STANDBY_COLOUR],
        [0.4, OFF_COLOUR], [0.505, OFF_COLOUR], [0.505, LOW_COLOUR], [1.0, FULL_COLOUR],
    ]  # fmt: skip
    words = [view.say(key) for key in ("warming", "standby", "off")]
    return {
        "type": "heatmap",
        **hours_axis(view, half=True),
        "y": [plain(r.label) for r in rows],
        "z": [[round(float(v), 3) for v in r.states] for r in rows],
        "text": [[plain(t) for t in r.texts] for r in rows],
        "customdata": [[f"{view.clock(k)}–{view.clock(k + 1)}" for k in range(view.steps)] for _ in rows],
        "zmin": -1,
        "zmax": 1,
        "ygap": 5,
        "colorscale": scale,
        "hovertemplate": "<b>%{y}</b> %{customdata}<br>%{text}<extra></extra>",
        "colorbar": {
            "orientation": "h",
            "y": 0,
            "yanchor": "top",
            "ypad": 34,
            "thickness": 12,
            "len": 1.0,
            "outlinewidth": 0,
            "tickvals": [WARMING, STANDBY, -0.1, 0.5, 1.0],
            "tickangle": 0,
            "tickfont": {"size": 10},
            "ticktext": [*words, "50%", "100%"],
            "tickcolor": LINE,
        },
    }

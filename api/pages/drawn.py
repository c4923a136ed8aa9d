"""Figures of a page as its scripts draw them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ems.report.chart import Chart, iso
from ems.report.script import config
from ems.report.view import PlanView


def drawn(view: PlanView, charts: Sequence[Chart]) -> dict[str, Any]:
    """``view`` gives the time axis and the language."""
    return {
        "config": config(view.lang),
        "hours": view.steps * view.step_h,
        "start": view.local[0].isoformat(),
        "origin": iso(view, 0),
        "step_s": view.step_h * 3600,
        "steps": view.steps,
        "spans": [f"{view.clock(k)}–{view.clock(k + 1)}" for k in range(view.steps)],
        "charts": [
            {"key": c.key, "data": c.data, "layout": c.layout, "height": c.height, "least_width": c.least_width}
            for c in charts
        ],
    }

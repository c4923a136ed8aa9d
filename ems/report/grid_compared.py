"""Electricity bought by the plan and by the baseline, over the tariff bands."""

from __future__ import annotations

from ems.report.chart import Chart, step_line, time_layout
from ems.report.formats import unit_name
from ems.report.key_figures import is_baseline
from ems.report.palette import BETTER, WORSE
from ems.report.view import PlanView


def grid_charts(view: PlanView) -> list[Chart]:
    """One figure per grid connection that the baseline reports as well."""
    charts: list[Chart] = []
    if is_baseline(view):
        return charts
    for name in (c for c in view.components if view.kind(c) == "grid"):
        plan, baseline = view.series.get((name, "import_kw")), view.baseline_series.get((name, "import_kw"))
        if plan is None or baseline is None or (plan.is_zero and baseline.is_zero):
            continue
        layout = time_layout(view, unit_name(plan.unit, view.lang))
        layout["yaxis"]["rangemode"] = "tozero"
        fill = {"fill": "tozeroy", "fillcolor": "rgba(0, 114, 178, 0.12)"}
        data = [
            step_line(view, plan.values, view.say("plan"), plan.unit, 0, line={"color": BETTER}, **fill),
            step_line(view, baseline.values, view.say("baseline"), plan.unit, 0, line={"color": WORSE, "dash": "dash"}),
        ]
        several = sum(view.kind(c) == "grid" for c in view.components) > 1
        title = view.say("grid_compared") + (f" ({view.label(name)})" if several else "")
        charts.append(Chart(f"grid-{name}", title, view.say("grid_compared_caption"), data, layout, 300))
    return charts

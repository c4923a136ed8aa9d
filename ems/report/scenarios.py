"""What a plan under scenarios tells of them: sentences and one line for each."""

from __future__ import annotations

from ems.report.cells import Cells
from ems.report.formats import number, unit_name
from ems.report.view import PlanView


def scenario_texts(view: PlanView) -> list[str]:
    """The sentences; none where the plan is for the expected day alone."""
    told = view.content.get("stochastic")
    return [view.pick(n) for n in told["text"]] if told else []


def scenario_cells(view: PlanView) -> list[Cells]:
    """Probability, cost and key figures of each scenario, dearest first; none where there are no scenarios."""
    told = view.content.get("stochastic")
    if not told or not told["scenarios"]:
        return []
    rows = sorted(told["scenarios"], key=lambda s: -(s["total_cny"] or 0.0))

    def figure(name: str, unit: str, keep: int) -> Cells:
        label = view.pick(view.content["kpi_text"][name])
        return Cells(label, unit_name(unit, view.lang), [number(s["kpis"][name]) for s in rows], keep)

    return [
        Cells(view.say("s_weight"), "%", [number(100 * s["weight"], 1) for s in rows], 0),
        Cells(view.say("s_total"), unit_name("CNY", view.lang), [number(s["total_cny"]) for s in rows], 0),
        figure("grid_import_kwh", "kWh", 1),
        figure("pv_kwh", "kWh", 2),
        figure("pv_curtailed_kwh", "kWh", 4),
        figure("emissions_kgco2e", "kgCO2e", 3),
        figure("unserved_kwh", "kWh", 5),
        Cells(view.say("s_beyond"), "kWh", [number(s["beyond_band_kwh"]) for s in rows], 6),
    ]

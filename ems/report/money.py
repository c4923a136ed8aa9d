"""Cost and emissions by cause, of the plan and of the baseline, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import broken, number, plain, quantity, unit_name
from ems.report.key_figures import is_baseline
from ems.report.names import carrier_name
from ems.report.palette import BETTER, TOTAL, WORSE, colour
from ems.report.view import PlanView

CENT = 0.005  # CNY or kgCO2e: what stays below is not shown
LABEL = 18  # letters in a line of the axis


@dataclass(frozen=True)
class Line:
    """One cause with its amount in the plan and in the baseline."""

    label: str
    plan: float
    baseline: float

    @property
    def change(self) -> float:
        return self.plan - self.baseline


def lines_by_cause(view: PlanView, column: str) -> list[Line]:
    """Causes in the order of the plan's own list; bills of different carriers stand apart."""
    sides = (view.content["accounts"], view.content["baseline"]["accounts"])
    sums: dict[tuple[str, str], list[float]] = {}
    texts = view.content["cause_text"]
    rows = [(side, row) for side, rows in enumerate(sides) for row in rows]
    order = list(texts)
    for side, row in sorted(rows, key=lambda r: order.index(r[1]["cause"]) if r[1]["cause"] in order else len(order)):
        cause = row["cause"]
        paid = texts.get(cause, {}).get("kind") == "paid"
        sums.setdefault((cause, row["carrier"] if paid else ""), [0.0, 0.0])[side] += float(row[column])
    kept = {key: pair for key, pair in sums.items() if max(map(abs, pair)) > CENT}
    found = []
    for (cause, carrier), (plan, baseline) in kept.items():
        label = view.pick(texts[cause]) if cause in texts else cause
        if sum(c == cause for c, _ in kept) > 1 and carrier:
            label += f" ({carrier_name(carrier, view.lang)})"
        found.append(Line(label, plan, baseline))
    return found


def money_charts(view: PlanView) -> list[Chart]:
    return [*_pair(view, "cost", "cny", "CNY"), *_pair(view, "carbon", "kgco2e", "kgCO2e")]


def _pair(view: PlanView, key: str, column: str, unit: str) -> list[Chart]:
    lines = lines_by_cause(view, column)
    if not lines:
        return []
    changed = [x for x in lines if abs(x.change) > CENT]
    height = 120 + 46 * len(lines)
    charts = [_grouped(view, f"{key}_causes", lines, unit, height)]
    if len(changed) > 1:
        charts.append(_waterfall(view, f"{key}_change", changed, unit, height))
    return charts


def _frame(view: PlanView, unit: str) -> dict[str, Any]:
    layout = base_layout()
    layout["margin"] = {"l": 20, "r": 30, "t": 10, "b": 40}
    layout["xaxis"] = axis(unit_name(unit, view.lang), tickformat=",.0f", nticks=4, tickangle=0)
    layout["yaxis"] = {"automargin": True, "autorange": "reversed", "ticks": "", "showgrid": False}
    layout["legend"] |= {"y": 1.02, "yanchor": "bottom", "traceorder": "normal"}
    return layout


def _grouped(view: PlanView, key: str, lines: list[Line], unit: str, height: int) -> Chart:
    labels = [broken(x.label, LABEL) for x in lines]
    peak = max(max(abs(x.plan), abs(x.baseline)) for x in lines)
    low = min(0.0, *(min(x.plan, x.baseline) for x in lines))
    sides = [
        (view.say("plan"), [x.plan for x in lines], colour("electrolyser")),
        (view.say("baseline"), [x.baseline for x in lines], colour("deferrable_demand")),
    ]
    data = []
    for name, values, shade in sides[is_baseline(view) :]:
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "x": [round(v, 3) for v in values],
                "y": labels,
                "marker": {"color": shade},
                "text": [number(v) for v in values],
                "textposition": "outside",
                "cliponaxis": False,
                "customdata": [plain(quantity(v, unit, view.lang, digits=1)) for v in values],
                "hovertemplate": "%{y}: %{customdata}",
            }
        )
    layout = _frame(view, unit)
    layout |= {"barmode": "group", "bargap": 0.3, "bargroupgap": 0.08}
    layout["xaxis"]["range"] = [1.3 * low, 1.2 * peak]
    caption = "" if is_baseline(view) else view.say(f"{key}_caption")
    layout["showlegend"] = True
    return Chart(key, view.say(key), caption, data, layout, height, wide=False)


def _waterfall(view: PlanView, key: str, lines: list[Line], unit: str, height: int) -> Chart:
    changes = [x.change for x in lines]
    total = sum(changes)
    reached = [0.0]
    for c in changes:
        reached.append(reached[-1] + c)
    room = 0.4 * (max(reached) - min(reached))
    shown = [quantity(v, unit, view.lang, digits=1, signed=True) for v in [*changes, total]]
    data = [
        {
            "type": "waterfall",
            "orientation": "h",
            "y": [*(broken(x.label, LABEL) for x in lines), view.say("sum")],
            "x": [round(v, 3) for v in [*changes, total]],
            "measure": ["relative"] * len(changes) + ["total"],
            "text": [number(v, signed=True) for v in [*changes, total]],
            "textposition": "outside",
            "cliponaxis": False,
            "customdata": [plain(t) for t in shown],
            "hovertemplate": "%{y}: %{customdata}<extra></extra>",
            "increasing": {"marker": {"color": WORSE}},
            "decreasing": {"marker": {"color": BETTER}},
            "totals": {"marker": {"color": TOTAL}},
            "connector": {"line": {"color": TOTAL, "width": 1, "dash": "dot"}},
        }
    ]
    layout = _frame(view, unit)
    layout["showlegend"] = False
    layout["xaxis"]["range"] = [min(reached) - room, max(reached) + room]
    return Chart(key, view.say(key), view.say(f"{key}_caption"), data, layout, height, wide=False)

"""The money year by year: what the design earns over the reference, and what each year is made of."""

from __future__ import annotations

from typing import Any

from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import number, plain
from ems.report.palette import BETTER, INK, QUIET, WORSE, mix
from ems.sizing.report.pieces import Choice, Section, fold, numbers, quiet, sheet, words
from ems.sizing.report.view import StudyView

LINE_COLOUR = {
    "capex": "#0072b2",
    "incentives": "#88ccee",
    "replacement": "#56b4e9",
    "residual": "#332288",
    "fixed_om": "#999933",
    "electricity": "#555f6b",
    "export": "#f0b400",
    "demand_charge": "#7f8fa3",
    "gas": "#8c510a",
    "water": "#4477aa",
    "hydrogen": "#009e73",
    "wear": "#cc79a7",
    "carbon": "#222222",
    "penalties": "#9b1c31",
    "tax": "#e0b070",
    "loan_drawn": "#c2a5cf",
    "interest": "#d55e00",
    "principal": "#7a5195",
    "interest_tax": "#b07aa1",
}
SOME = 0.005  # CNY: less is nothing


def cash_section(view: StudyView) -> Section:
    sides = ((view.say("design"), view.design), (view.reference_title, view.reference))
    return Section(
        "cash",
        view.say("cash"),
        before=quiet(view.say("cash_caption")),
        figures=[earned(view), lines(view)],
        after="".join(
            fold(view.say("table_of", what=f"{name} [{view.unit('CNY')}]"), lines_table(view, side))
            for name, side in sides
        ),
    )


def calendar(view: StudyView) -> list[int]:
    """Calendar years of years 0 … N."""
    return [int(view.economics["base_year"]) + int(y) for y in view.design["cash_flow"]["years"]]


def earned(view: StudyView) -> Choice:
    """Bars of every year and their sum, of the project and of equity."""
    extra, discount = view.content["compared"]["incremental"], view.design["cash_flow"]["discount"]
    options = []
    for key in ("project", "equity"):
        flow = [float(x) for x in extra[key]]
        present = [x * float(v) for x, v in zip(flow, discount, strict=True)]
        options.append((view.say(key), _bars(view, flow, _running(flow), _running(present))))
    return Choice("cash", view.say("gain"), "", view.say("cash"), options)


def _running(flow: list[float]) -> list[float]:
    total, out = 0.0, []
    for x in flow:
        total += x
        out.append(total)
    return out


def _bars(view: StudyView, flow: list[float], total: list[float], present: list[float]) -> Chart:
    years = calendar(view)
    unit = plain(view.money_unit)

    def line(key: str, values: list[float], shade: str, **style: Any) -> dict[str, Any]:
        return {
            "type": "scatter",
            "mode": "lines",
            "name": view.say(key),
            "x": years,
            "y": view.scaled(values),
            "line": {"color": shade, "width": 2.5, **style},
            "hovertemplate": f"%{{y:,.2f}} {unit}",
        }

    data = [
        {
            "type": "bar",
            "name": view.say("yearly"),
            "x": years,
            "y": view.scaled(flow),
            "marker": {"color": [BETTER if x >= 0 else WORSE for x in flow]},
            "hovertemplate": f"%{{y:,.2f}} {unit}",
        },
        line("cumulative", total, INK),
        line("cumulative_discounted", present, QUIET, dash="dash"),
    ]
    return Chart("cash", "", "", data, year_layout(view), 400)


def year_layout(view: StudyView) -> dict[str, Any]:
    layout = base_layout()
    layout["xaxis"] = axis("", tickformat="d", zeroline=False, showgrid=False)
    layout["yaxis"] = axis(view.money_unit)
    layout["hovermode"] = "x unified"
    layout["bargap"] = 0.25
    layout["showlegend"] = True
    return layout


def paid_lines(side: dict[str, Any]) -> dict[str, list[float]]:
    """Lines of a cash flow that hold anything."""
    found = {str(k): [float(x) for x in values] for k, values in side["cash_flow"]["lines"].items()}
    return {k: values for k, values in found.items() if any(abs(x) > SOME for x in values)}


def lines(view: StudyView) -> Choice:
    """What each year is made of, of the design and of the reference."""
    options = [
        (view.say("design"), _stacked(view, view.design)),
        (f"{view.say('reference')}: {view.reference_title}", _stacked(view, view.reference)),
    ]
    return Choice("lines", view.say("lines"), view.say("lines_caption"), view.say("alternative"), options)


def _stacked(view: StudyView, side: dict[str, Any]) -> Chart:
    data: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": view.word(key),
            "x": calendar(view),
            "y": view.scaled(values),
            "marker": {"color": LINE_COLOUR.get(key, mix(QUIET, "#ffffff", 0.3))},
            "hovertemplate": f"%{{y:,.2f}} {plain(view.money_unit)}",
        }
        for key, values in paid_lines(side).items()
    ]
    layout = year_layout(view)
    layout["barmode"] = "relative"
    layout["legend"] |= {"traceorder": "normal"}
    return Chart("lines", "", "", data, layout, 440)


def lines_table(view: StudyView, side: dict[str, Any]) -> str:
    """Every line of every year [CNY]; the sums of the file itself below."""
    found = paid_lines(side)
    years = calendar(view)
    cash = side["cash_flow"]
    columns = [words(view.say("year"), [str(y) for y in years])]
    columns += [numbers(view.word(k), [number(x) for x in values]) for k, values in found.items()]
    columns += [numbers(view.say(key), [number(float(x)) for x in cash[key]]) for key in ("project", "equity")]
    return sheet(columns, "cash")

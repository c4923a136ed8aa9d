"""Figures of the analysis: use by day, load duration, usual day, findings in time."""

from __future__ import annotations

from typing import Any

from ems.analysis.finding import METHODS
from ems.analysis.report.view import AnalysisView
from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import plain, unit_name
from ems.report.names import CARRIER_TEXT
from ems.report.palette import CARRIER_COLOUR, mix
from ems.sizing.report.pieces import Choice, Figure

KIND_COLOUR = {
    "gap": "#999999", "stuck": "#7a5195", "spike": "#ef5675", "unit_slip": "#9b1c31", "repeated_day": "#44aa99",
    "drift": "#d55e00", "night_base": "#332288", "efficiency": "#009e73",
}  # fmt: skip


def daily_choice(view: AnalysisView) -> list[Figure]:
    """Use by day, stacked, one content for each carrier."""
    days = view.analysis["days"]
    options = []
    for carrier in CARRIER_TEXT:
        rows = [m for m in view.analysis["consumption"]["meters"] if m["carrier"] == carrier and m["amount"]]
        if not rows:
            continue
        data = [
            {
                "type": "bar",
                "name": plain(view.pick(row["name"])),
                "x": days["dates"],
                "y": days["sums"][row["meter"]],
                "marker": {"color": mix(CARRIER_COLOUR[carrier], "#ffffff" if k % 2 else "#1d232b", 0.16 * k)},
                "hovertemplate": f"%{{y:,.0f}} {row['unit']}",
            }
            for k, row in enumerate(rows)
        ]
        layout = base_layout()
        layout["xaxis"] = axis("", type="date", showgrid=False)
        layout["yaxis"] = axis(f"{rows[0]['unit']}/d")
        layout |= {"barmode": "stack", "bargap": 0.05, "hovermode": "x unified", "showlegend": True}
        options.append((view.carrier(carrier), Chart(f"daily-{carrier}", "", "", data, layout, 360)))
    return [Choice("daily", view.say("daily"), "", view.say("pick_carrier"), options)] if options else []


def duration_choice(view: AnalysisView) -> list[Figure]:
    options = []
    for row in (r for r in view.analysis["load"] if r["figures"]):
        points = row["figures"]["duration"]
        layout = base_layout()
        layout["xaxis"] = axis(view.say("of_hours"), tickformat=".0%", range=[0, 1])
        layout["yaxis"] = axis(unit_name(row["unit"], view.lang), rangemode="tozero")
        layout["showlegend"] = False
        data = [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [p["share"] for p in points],
                "y": [float(f"{p['value']:.5g}") for p in points],
                "line": {"color": CARRIER_COLOUR[row["carrier"]], "width": 2},
                "hovertemplate": f"%{{y:,.1f}} {row['unit']}<extra></extra>",
            }
        ]
        key = row["meter"] or row["carrier"]
        options.append((view.pick(row["name"]), Chart(f"duration-{key}", "", "", data, layout, 320)))
    title = view.say("duration")
    return [Choice("duration", title, "", view.say("pick_meter"), options, wide=False)] if options else []


def profile_choice(view: AnalysisView) -> list[Figure]:
    options = []
    for row in view.analysis["profiles"]:
        layout = base_layout()
        layout["xaxis"] = axis(view.say("hour"), dtick=3, range=[0, 23])
        layout["yaxis"] = axis(unit_name(row["unit"], view.lang), rangemode="tozero")
        data: list[dict[str, Any]] = [
            {
                "type": "scatter",
                "mode": "lines",
                "name": view.say(kind),
                "x": list(range(24)),
                "y": [None if x is None else float(f"{x:.5g}") for x in row[kind]],
                "line": {"color": CARRIER_COLOUR[row["carrier"]], "width": 2, "dash": dash, "shape": "hv"},
                "hovertemplate": f"%{{y:,.1f}} {row['unit']}",
            }
            for kind, dash in (("working", "solid"), ("free", "dot"))
        ]
        layout["hovermode"] = "x unified"
        options.append((view.pick(row["name"]), Chart(f"profile-{row['meter']}", "", "", data, layout, 320)))
    title = view.say("profile")
    return [Choice("profile", title, "", view.say("pick_meter"), options, wide=False)] if options else []


def timeline(view: AnalysisView) -> Chart:
    """Every finding as a line from begin to end, a row for each meter, a colour for each kind."""
    found = view.analysis["anomalies"]["findings"]
    meters = list(dict.fromkeys(f["meter"] for f in found))
    names = {f["meter"]: plain(view.pick(f["name"])) for f in found}
    data: list[dict[str, Any]] = []
    for method in METHODS:
        mine = [f for f in found if f["kind"] == method.kind]
        if not mine:
            continue
        x: list[str | None] = []
        y: list[int | None] = []
        told: list[str | None] = []
        for f in mine:
            x += [f["start"][:16], f["end"][:16], None]
            y += [meters.index(f["meter"])] * 2 + [None]
            told += [plain(view.pick(f["text"]))] * 2 + [None]
        colour = KIND_COLOUR[method.kind]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": method.name.zh if view.lang == "zh" else method.name.en,
                "x": x,
                "y": y,
                "text": told,
                "line": {"color": colour, "width": 6},
                "marker": {"color": colour, "size": 8},
                "hovertemplate": "%{x}<br>%{text}<extra></extra>",
            }
        )
    period = view.content["period"]
    layout = base_layout()
    layout["xaxis"] = axis("", type="date", range=[period["from"], period["to"] + "T23:59"])
    layout["yaxis"] = axis(
        "", tickmode="array", tickvals=list(range(len(meters))), ticktext=[names[m] for m in meters],
        range=[len(meters) - 0.5, -0.5], zeroline=False,
    )  # fmt: skip
    layout["showlegend"] = True
    return Chart("timeline", view.say("timeline"), "", data, layout, 140 + 34 * len(meters))

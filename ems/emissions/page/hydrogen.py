"""Hydrogen made in the park: emissions per kilogram by hour and month beside the limits, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ems.emissions.page.heading import card
from ems.emissions.page.pieces import axis_label, share_text, sideways_layout
from ems.emissions.page.view import EmissionView
from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import digits_for, number, plain, unit_name
from ems.report.palette import BETTER, INK, QUIET, mix
from ems.sizing.report.field import field_of, is_flat
from ems.sizing.report.pieces import Choice, Figure, Section, bullets, fold, numbers, quiet, sheet, words

INTENSITY = "hydrogen_kgco2e_per_kg"  # column of the hours
PER_KG = "kgCO2e/kg"
BAND = ("#2166ac", "#67a9cf", "#f1c75b", "#b5501e")  # below the lowest limit, up to the next ones, above the highest
MOST = 2.0  # of the highest limit: what is above has one colour, so that the limits stay apart
FEW_DAYS = 14  # each has its date below the field
SOURCE_COLOUR = {
    "own_pv": "#f0b400",
    "matched_pv": "#f7dc8c",
    "certificates": "#009e73",
    "grid": "#555f6b",
    "sold_pv": "#b08a4f",
    "gas": "#8c510a",
    "fuel_cell": "#88ccee",
    "delivered": "#7a5195",
    "unknown": "#b9c2cc",
}


def hydrogen_section(view: EmissionView) -> Section:
    told = view.content["hydrogen"]
    if not told:
        return Section("hydrogen", view.say("hydrogen"))
    figures: list[Figure] = [*fields(view), month_chart(view), shares_chart(view)]
    rules = view.say(
        "hydrogen_caption",
        matching=view.pick(told["matching_text"]),
        attribution=view.pick(told["attribution_text"]),
        reason=view.pick(told["attribution_reason"]),
    )
    return Section(
        "hydrogen",
        view.say("hydrogen"),
        before=cards_html(view) + quiet(rules) + standards_table(view),
        figures=figures,
        after=fold(view.say("hydrogen_by_matching"), matching_table(view))
        + fold(view.say("table_of", what=view.say("hydrogen_by_month")), months_table(view))
        + bullets([view.pick(n) for n in told["notes"]]),
    )


def per_kg(x: float | None) -> str:
    return number(x, 2)


def cards_html(view: EmissionView) -> str:
    total = view.content["hydrogen"]["totals"]
    own = sum(total["shares"].get(s, 0.0) for s in ("own_pv", "matched_pv"))
    unit = unit_name(PER_KG, view.lang)
    told = [
        (view.say("made"), number(total["kg"], digits_for("kg")), "kg"),
        (view.say("per_kg"), per_kg(total["kgco2e_per_kg"]), unit),
        (view.say("per_kg_certified"), per_kg(total["kgco2e_per_kg_with_certificates"]), unit),
        (view.say("own_share"), number(100 * own, 1), "%"),
    ]
    return f'<div class="cards">{"".join(card(*x) for x in told)}</div>'


def limits(view: EmissionView) -> list[tuple[float, str]]:
    """Limits of the standards [kgCO2e/kg] with their names, the lowest first."""
    found = [
        (float(x["kgco2e_per_kg"]), f"{view.word('short_' + s['standard'])} {view.word('limit_' + x['class'])}")
        for s in view.content["hydrogen"]["standards"]
        for x in s["limits"]
    ]
    return sorted(found)


def fields(view: EmissionView) -> list[Figure]:
    """Days and hours of everything that is told of hydrogen, emissions per kilogram first."""
    columns = view.content["hours"]["columns"]
    names = sorted((n for n in columns if n.startswith("hydrogen")), key=lambda n: n != INTENSITY)
    options = []
    for name in (n for n in names if not is_flat(columns[n])):
        chart = field_of(name, columns[name], view.say("hour"))
        if name == INTENSITY:
            _stepped(view, chart.data[0])
        chart.data[0]["colorbar"]["title"]["text"] = plain(unit_name(columns[name]["unit"], view.lang))
        if view.period["hours"] < 24 * FEW_DAYS:
            chart.layout["xaxis"] |= {"tick0": view.period["from"], "dtick": 86_400_000}
        options.append((view.pick(columns[name]["text"]), chart))
    caption = view.say("hydrogen_field_caption")
    return [Choice("hydrogen", view.say("hydrogen_field"), caption, view.say("shown"), options)] if options else []


def _stepped(view: EmissionView, trace: dict[str, Any]) -> None:
    """Colours change at the limits, so that an hour shows which of them it meets."""
    edges = [x for x, _ in limits(view)]
    if not edges:
        return
    highest = float(trace["zmax"])
    top = min(max(highest, 1.15 * edges[-1]), MOST * edges[-1])
    shades = [*BAND[: len(edges)], BAND[-1]]
    scale: list[list[Any]] = []
    for shade, low, high in zip(shades, [0.0, *edges], [*edges, top], strict=True):
        scale += [[low / top, mix(shade, "#ffffff", 0.25)], [high / top, shade]]
    end = f"{'≥' if highest > top else ''}{top:.0f}"
    trace |= {"colorscale": scale, "reversescale": False, "zmin": 0.0, "zmax": top}
    trace["colorbar"] |= {"tickvals": [0, *edges, top], "ticktext": ["0", *(f"{x:g}" for x in edges), end]}
    trace["colorbar"]["tickfont"] = {"color": QUIET, "size": 10}


def month_chart(view: EmissionView) -> Chart:
    """Emissions per kilogram by month, location based and with certificates, with the limits as lines."""
    months = view.content["hydrogen"]["months"]
    names = [m["period"] for m in months]
    unit = unit_name(PER_KG, view.lang)
    series = [("per_kg", "kgco2e_per_kg", BETTER)]
    if any(m["shares"].get("certificates") for m in months):
        series.append(("per_kg_certified", "kgco2e_per_kg_with_certificates", "#009e73"))
    data: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": view.say(word),
            "x": names,
            "y": [None if m[key] is None else float(f"{m[key]:.5g}") for m in months],
            "marker": {"color": shade},
            "hovertemplate": f"%{{y:,.2f}} {unit}",
        }
        for word, key, shade in series
    ]
    layout = base_layout()
    layout["xaxis"] = axis("", type="category", showgrid=False)
    layout["yaxis"] = axis(unit)
    highest = max((m[key] or 0.0 for _, key, _ in series for m in months), default=0.0)
    shown = [(x, name) for x, name in limits(view) if x <= max(2.0 * highest, limits(view)[0][0])]
    layout["yaxis"]["range"] = [0, 1.12 * max([highest, *(x for x, _ in shown)], default=1.0)]
    layout["shapes"] = [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": x, "y1": x, "line": {"color": INK, "dash": "dash"}}
        for x, _ in shown
    ]
    for shape in layout["shapes"]:
        shape["line"]["width"] = 1.2
    layout["annotations"] = [
        {
            "xref": "paper",
            "x": 1.0 if k % 2 else 0.0,
            "xanchor": "right" if k % 2 else "left",
            "y": x,
            "yanchor": "bottom",
            "text": plain(f"{name} {x:g}"),
            "showarrow": False,
            "font": {"size": 11, "color": INK},
        }
        for k, (x, name) in enumerate(shown)
    ]
    layout |= {
        "barmode": "group",
        "bargap": 0.8 if len(names) == 1 else 0.4,
        "hovermode": "x unified",
        "showlegend": True,
    }
    return Chart("hydrogen-months", view.say("hydrogen_by_month"), "", data, layout, 380)


def shares_chart(view: EmissionView) -> Chart:
    """What made the hydrogen, and what every use of it got, by source."""
    told = view.content["hydrogen"]
    bars: list[tuple[str, Mapping[str, float]]] = [(view.say("made"), told["totals"]["shares"])]
    bars += [(view.say("taken_by", who=view.pick(x["label"])), x["shares"]) for x in told["supplied"] if x["kg"] > 0]
    used = [s for s in told["sources"] if any(shares.get(s) for _, shares in bars)]
    data: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": plain(view.pick(told["sources"][s])),
            "y": [axis_label(name) for name, _ in bars],
            "x": [float(f"{100 * shares.get(s, 0.0):.5g}") for _, shares in bars],
            "marker": {"color": SOURCE_COLOUR.get(s, QUIET)},
            "text": [share_text(shares[s]) if shares.get(s, 0.0) > 0.06 else "" for _, shares in bars],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "hovertemplate": "%{x:.1f}%",
        }
        for s in used
    ]
    layout = sideways_layout("%")
    layout["xaxis"]["range"] = [0, 100]
    layout |= {"barmode": "stack", "bargap": 0.35, "showlegend": True}
    layout["legend"] |= {"y": -0.25}
    return Chart(
        "hydrogen-shares", view.say("each_kg"), view.say("each_kg_caption"), data, layout, 190 + 44 * len(bars)
    )


def standards_table(view: EmissionView) -> str:
    """How many kilograms are of which class of which standard, and on what conditions."""
    found = []
    for s in view.content["hydrogen"]["standards"]:
        classes = s["classes"]
        columns = [
            words(f"{view.pick(s['title'])} ({view.pick(s['averaging'])})", [view.pick(c["text"]) for c in classes]),
            numbers(view.say("amount"), [number(c["kg"], 1) for c in classes], "kg"),
            numbers(view.say("share"), [view.percent(c["share"]) for c in classes]),
        ]
        grid = [
            view.say("largest_grid_share", limit=f"{x['kgco2e_per_kg']:g}", share=view.percent(x["largest_grid_share"]))
            for x in s["limits"]
        ]
        conditions = bullets([view.pick(c) for c in s["conditions"]] + grid + [f"{view.say('source')}: {s['source']}"])
        found.append(sheet(columns, "classes") + fold(view.say("conditions"), conditions))
    return "".join(found)


def matching_table(view: EmissionView) -> str:
    """The same hydrogen under each matching period."""
    told = view.content["hydrogen"]["by_matching"]
    return sheet(
        [words(view.say("matching"), [view.say(f"matching_{p}") for p in told]), *_figures(view, told)], "keys2"
    )


def months_table(view: EmissionView) -> str:
    months = {m["period"]: m for m in view.content["hydrogen"]["months"]}
    return sheet([words(view.say("month"), list(months)), *_figures(view, months)], "months")


def _figures(view: EmissionView, rows: Mapping[str, Mapping[str, Any]]) -> list[Any]:
    unit = unit_name(PER_KG, view.lang)
    own = [sum(x["shares"].get(s, 0.0) for s in ("own_pv", "matched_pv")) for x in rows.values()]
    return [
        numbers(view.say("made"), [number(x["kg"], 1) for x in rows.values()], "kg"),
        numbers(view.say("power"), [number(x["kwh_per_kg"], 2) for x in rows.values()], "kWh/kg"),
        numbers(view.say("emissions"), [number(x["kgco2e"], 0) for x in rows.values()], unit_name("kgCO2e", view.lang)),
        numbers(view.say("per_kg"), [per_kg(x["kgco2e_per_kg"]) for x in rows.values()], unit),
        numbers(
            view.say("per_kg_certified"), [per_kg(x["kgco2e_per_kg_with_certificates"]) for x in rows.values()], unit
        ),
        numbers(view.say("own_share"), [view.percent(x) for x in own]),
    ]

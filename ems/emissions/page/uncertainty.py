"""How sure the headline figures are, and what that comes from."""

from __future__ import annotations

from typing import Any

from ems.emissions.page.pieces import axis_label, share_text, sideways_layout
from ems.emissions.page.view import TONNES, EmissionView
from ems.report.chart import Chart
from ems.report.formats import number, plain
from ems.report.palette import BETTER, INK
from ems.sizing.report.pieces import Choice, Section, numbers, quiet, sheet, words

MOST = 10  # sources that are shown


def uncertainty_section(view: EmissionView) -> Section:
    found = view.content["uncertainty"]
    if not found["headline"]:
        return Section("uncertainty", view.say("uncertainty"))
    told = view.say("uncertainty_caption", method=found["method"], draws=number(found["draws"]), seed=found["seed"])
    options = [(view.pick(h["text"]), shares_chart(view, h)) for h in found["headline"] if h["contributions"]]
    choice = Choice("contributions", view.say("contributions"), "", view.say("figure"), options)
    return Section(
        "uncertainty",
        view.say("uncertainty"),
        before=quiet(told) + headline_table(view, found["headline"]),
        figures=[choice] if options else [],
    )


def headline_table(view: EmissionView, headlines: list[dict[str, Any]]) -> str:
    def interval(h: dict[str, Any], low: str, high: str) -> str:
        return " … ".join(view.tonnes(h[k], like=h["value_kg"]) for k in (low, high))

    relative = [number(None) if h["relative"] is None else f"±{share_text(h['relative'])}" for h in headlines]
    return sheet(
        [
            words(view.say("figure"), [view.pick(h["text"]) for h in headlines]),
            numbers(view.say("value"), [view.tonnes(h["value_kg"]) for h in headlines], TONNES),
            numbers("± 95%", relative),
            numbers(view.say("propagated"), [interval(h, "low_kg", "high_kg") for h in headlines], TONNES),
            numbers(view.say("drawn"), [interval(h, "drawn_low_kg", "drawn_high_kg") for h in headlines], TONNES),
        ],
        "headlines",
    )


def shares_chart(view: EmissionView, headline: dict[str, Any]) -> Chart:
    """Shares of the variance; they sum to one."""
    found = headline["contributions"][:MOST]
    rest = 1.0 - sum(x["share"] for x in found)
    names = [axis_label(view.pick(x["text"])) for x in found]
    shares = [float(x["share"]) for x in found]
    if len(headline["contributions"]) > MOST:
        names.append(view.say("others"))
        shares.append(rest)
    data: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "y": names,
            "x": [float(f"{100 * x:.5g}") for x in shares],
            "marker": {"color": BETTER},
            "text": [share_text(x) for x in shares],
            "textposition": "outside",
            "cliponaxis": False,
            "hovertemplate": "%{y}: %{text}<extra></extra>",
        }
    ]
    layout = sideways_layout(plain(view.say("of_variance")))
    layout["xaxis"]["range"] = [0, 112 * max(shares, default=1.0)]
    layout["yaxis"]["linecolor"] = INK
    layout["showlegend"] = False
    return Chart(f"shares-{headline['name']}", "", "", data, layout, 100 + 46 * len(names))

"""Figures of the page of forecasts: fans, the last days, reliability, scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ems.forecasts.text import say
from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import Lang, unit_name
from ems.report.palette import INK, QUIET
from ems.sizing.report.pieces import Choice

Series = Mapping[str, Any]
WIDE, NARROW, LINE, DOT = "rgba(0, 114, 178, 0.16)", "rgba(0, 114, 178, 0.30)", "#0072b2", "#d55e00"
RUNG_COLOUR = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e6a800", "#332288", "#88ccee", "#882255", "#44aa99")


def fans(series: Mapping[str, Series], lang: Lang) -> list[Choice]:
    """The forecast of each series that has one."""
    told = {name: s for name, s in series.items() if s.get("mean")}
    options = [(s["title"][lang], _fan(name, s, lang)) for name, s in told.items()]
    return [Choice("fan", "", say("fan_caption", lang), say("series", lang), options)] if options else []


def _fan(name: str, s: Series, lang: Lang) -> Chart:
    q = s["quantiles"]
    data = [
        *_band(s["times"], q["q05"], q["q95"], WIDE, say("band_90", lang)),
        *_band(s["times"], q["q25"], q["q75"], NARROW, say("band_50", lang)),
        _line(s["times"], s["mean"], say("mean", lang), {"color": LINE, "width": 2}),
    ]
    return Chart(f"fan-{name}", "", "", data, _layout(s, lang), 360)


def recents(series: Mapping[str, Series], lang: Lang) -> list[Choice]:
    """Measured against what was forecast, the last days of each series with a history."""
    told = {name: s for name, s in series.items() if s.get("recent")}
    options = [(s["title"][lang], _recent(name, s, lang)) for name, s in told.items()]
    return [Choice("recent", "", say("recent_caption", lang), say("series", lang), options)] if options else []


def _recent(name: str, s: Series, lang: Lang) -> Chart:
    r = s["recent"]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "name": say("measured", lang),
        "x": r["times"],
        "y": r["measured"],
        "marker": {"color": DOT, "size": 4},
    }
    data = [
        *_band(r["times"], r["q10"], r["q90"], WIDE, say("band_80", lang)),
        _line(r["times"], r["mean"], say("mean", lang), {"color": LINE, "width": 1.5}),
        dots,
    ]
    return Chart(f"recent-{name}", "", "", data, _layout(s, lang), 360)


def reliabilities(series: Mapping[str, Series], lang: Lang) -> list[Choice]:
    """Share of measurements below each quantile, beside the diagonal."""
    told = {name: s for name, s in series.items() if s.get("score") and s["score"]["reliability"]}
    options = [(s["title"][lang], _reliability(name, s["score"]["reliability"], lang)) for name, s in told.items()]
    caption = say("reliability_caption", lang)
    return [Choice("reliability", "", caption, say("series", lang), options, wide=False)] if options else []


def _reliability(name: str, rungs: Mapping[str, Any], lang: Lang) -> Chart:
    data: list[dict[str, Any]] = [
        {**_line([0, 1], [0, 1], "", {"color": QUIET, "dash": "dot", "width": 1}), "showlegend": False}
    ]
    for k, r in enumerate(rungs.values()):
        line = {"color": RUNG_COLOUR[k % len(RUNG_COLOUR)], "width": 2}
        data.append({**_line(r["levels"], r["observed"], r["title"][lang], line), "mode": "lines+markers"})
    layout = base_layout()
    layout["xaxis"] = axis(say("level", lang), range=[0, 1], tickformat=".0%")
    layout["yaxis"] = axis(say("observed", lang), range=[0, 1], tickformat=".0%")
    layout["showlegend"] = True
    return Chart(f"reliability-{name}", "", "", data, layout, 400)


def scenario_charts(content: Mapping[str, Any], lang: Lang) -> list[Choice]:
    """Every scenario as a line, the thicker the likelier."""
    told = content.get("scenarios")
    if not told:
        return []
    options = []
    for name, paths in told["series"].items():
        s = content["series"][name]
        data = [
            _line(
                s["times"],
                path,
                f"{say('probability', lang)} {weight:.0%}",
                {"color": RUNG_COLOUR[k % len(RUNG_COLOUR)], "width": 1 + 6 * weight},
            )
            for k, (weight, path) in enumerate(zip(told["weights"], paths, strict=True))
        ]
        options.append((s["title"][lang], Chart(f"scenario-{name}", "", "", data, _layout(s, lang), 340)))
    caption = say("scenarios_caption", lang, count=len(told["weights"]))
    return [Choice("scenario", "", caption, say("series", lang), options)]


def _band(x: Sequence[Any], low: Sequence[Any], high: Sequence[Any], colour: str, name: str) -> list[dict[str, Any]]:
    edge = {"type": "scatter", "mode": "lines", "x": x, "line": {"width": 0}, "hoverinfo": "skip"}
    return [
        {**edge, "y": low, "showlegend": False},
        {**edge, "y": high, "fill": "tonexty", "fillcolor": colour, "name": name},
    ]


def _line(x: Sequence[Any], y: Sequence[Any], name: str, line: dict[str, Any]) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", "name": name, "x": x, "y": y, "line": line}


def _layout(s: Series, lang: Lang) -> dict[str, Any]:
    layout = base_layout()
    layout["xaxis"] = axis("", type="date", linecolor=INK)
    layout["yaxis"] = axis(unit_name(s["unit"], lang), rangemode="tozero")
    layout |= {"hovermode": "x unified", "showlegend": True}
    return layout

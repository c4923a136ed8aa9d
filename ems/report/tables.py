"""HTML tables and cards of the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ems.report.cells import Cells
from ems.report.formats import digits_for, number, plain
from ems.report.key_figures import CARDS, is_baseline, key_figures, percent, shown_unit
from ems.report.names import solver_name
from ems.report.view import PlanView

COUNTS = ("sourced", "computed", "assumption", "default", "unmarked")
WEATHER = ("forecast", "climatology", "synthetic", "typical_year", "file")


def table(found: Sequence[Cells], *, name: str, foot: bool = False) -> str:
    """A table of columns; ``foot`` marks the last row as a sum."""
    heads = "".join(_cell("th", c, c.title, c.unit) for c in found)
    rows = []
    for k, row in enumerate(zip(*(c.cells for c in found), strict=True)):
        cells = (_cell("td", c, text, tone=c.tones[k] if c.tones else "") for c, text in zip(found, row, strict=True))
        rows.append(f"<tr>{''.join(cells)}</tr>")
    end = f"<tfoot>{rows.pop()}</tfoot>" if foot and rows else ""
    return (
        f'<div class="scroll"><table class="{name}"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody>{end}</table></div>"
    )


def _cell(tag: str, c: Cells, text: str, unit: str = "", tone: str = "") -> str:
    kind = " ".join(filter(None, ["" if c.words else "n", tone]))
    inner = plain(text) + (f"<br><small>{plain(unit)}</small>" if unit else "")
    return f'<{tag} class="{kind}">{inner}</{tag}>' if kind else f"<{tag}>{inner}</{tag}>"


def cards(view: PlanView) -> str:
    """The figures that matter most, large."""
    found = []
    by_key = {f.key: f for f in key_figures(view)}
    for f in (by_key[key] for key in CARDS if key in by_key):
        digits = digits_for(f.unit)
        unit = plain(shown_unit(view, f))
        against = ""
        if not is_baseline(view):
            arrow = "" if f.verdict == "same" else ("▲ " if (f.change or 0) > 0 else "▼ ")
            points = view.say("points") if f.unit == "%" else unit
            share = percent(f.share) or f"{number(f.change, digits, signed=True)} {points}"
            against = (
                f'<div class="against {f.verdict}">{arrow}{plain(share)}</div>'
                f'<div class="base">{view.say("baseline")} {number(f.baseline, digits)} {unit}</div>'
            )
        found.append(
            f'<div class="card"><div class="name">{plain(f.label)}</div>'
            f'<div class="big">{number(f.plan, digits)} <span>{unit}</span></div>{against}</div>'
        )
    return f'<div class="cards">{"".join(found)}</div>'


def provenance_table(view: PlanView) -> str:
    """What the plan rests on: weather, prices, factor, site, software."""
    rows, titles = provenance(view), (view.say("item"), view.say("value"))
    return table([Cells(t, "", [r[k] for r in rows], 0, words=True) for k, t in enumerate(titles)], name="source")


def provenance(view: PlanView) -> list[tuple[str, str]]:
    """The same as pairs of name and value."""
    p: dict[str, Any] = view.content["provenance"]
    weather, factor = p["weather"], p.get("grid_factor")
    counts = p.get("site_figures", {})
    listed = [
        ("p_weather", f"{weather_kind(view)} · {weather['source']}"),
        ("p_issued", view.moment(weather.get("issued_at"))),
        ("p_tariff", p.get("tariff")),
        ("p_factor", view.say("p_factor_value", **factor) if factor else None),
        ("p_figures", _list(view, [f"{view.say(k)} {counts[k]}" for k in COUNTS if counts.get(k)])),
        ("p_digest", p.get("site_digest")),
        ("p_solver", solver_name(p.get("solver") or "", view.lang)),
        ("p_versions", _list(view, [f"{k} {v}" for k, v in p.get("versions", {}).items()])),
        ("p_schema", view.content["schema_version"]),
        ("p_created", view.moment(p.get("created_at"))),
    ]
    return [(view.say(key), str(value)) for key, value in listed if value]


def weather_kind(view: PlanView) -> str:
    kind = view.content["provenance"]["weather"]["kind"]
    return view.say(f"weather_{kind}") if kind in WEATHER else view.say("weather_other", name=kind)


def _list(view: PlanView, items: list[str]) -> str:
    return ("、" if view.lang == "zh" else ", ").join(items)

"""Every number with its status and source, notes, and what the result rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ems.columns import input_meaning
from ems.report.formats import number, plain
from ems.sizing.report.heading import weather_text
from ems.sizing.report.paths import path_label
from ems.sizing.report.pieces import Section, bullets, fold, numbers, quiet, sheet, words
from ems.sizing.report.view import StudyView

STATUSES = ("sourced", "computed", "assumption", "default", "unmarked")


def assumptions_section(view: StudyView) -> Section:
    figures = view.content["assumptions"]
    own = [f for f in figures if f["file"] == "study"]
    site = [f for f in figures if f["file"] == "site"]
    counts = {s: sum(f["status"] == s for f in figures) for s in STATUSES}
    told = "; ".join(f"{view.say(s)} {n}" for s, n in counts.items() if n)
    return Section(
        "assumptions",
        view.say("assumptions"),
        before=quiet(f"{view.say('assumptions_caption')} {told}"),
        after=fold(view.say("of_study"), figures_table(view, own))
        + fold(view.say("of_site", n=len(site)), figures_table(view, site)),
    )


def figures_table(view: StudyView, figures: Sequence[dict[str, Any]]) -> str:
    if not figures:
        return ""
    heads = "".join(f"<th>{plain(view.say(k))}</th>" for k in ("name", "value", "status", "source"))
    rows = "".join(
        f'<tr><td>{plain(label(view, f["name"]))}</td><td class="n">{number(f["value"], _digits(f["value"]))}</td>'
        f'<td><span class="chip {plain(f["status"])}">{plain(view.word(f["status"]))}</span></td>'
        f"<td>{plain(f['source'])}</td></tr>"
        for f in figures
    )
    head, body = f"<thead><tr>{heads}</tr></thead>", f"<tbody>{rows}</tbody>"
    return f'<div class="scroll"><table class="assumed">{head}{body}</table></div>'


def label(view: StudyView, name: str) -> str:
    """The path as it stands in the file; with words where they are known."""
    said = path_label(view, name.replace(".", "/"))
    return name if said == name.replace(".", "/") else f"{said} ({name})"


def _digits(x: float) -> int:
    return 0 if x == round(x) else 4 if abs(x) < 1 else 2


def notes_section(view: StudyView) -> Section:
    parts = [bullets([view.pick(n) for n in view.content["notes"]])]
    if error := view.content["resolution_error"]:
        parts.append(f'<h3 class="sub">{view.say("resolution_error")}</h3>{error_tables(view, error)}')
    return Section("notes", view.say("notes"), before="".join(parts))


def error_tables(view: StudyView, error: dict[str, Any]) -> str:
    """Typical days beside the full year where both were run, and how far each input column is off."""
    parts = []
    if against := error["against_full_year"]:
        rows = [(part, n, x) for part in ("money", "sizes", "kpis") for n, x in against[part].items()]
        named = [view.size_label(n) if part == "sizes" else view.word(n) for part, n, _ in rows]
        columns = [
            words(view.say("figure"), named),
            numbers(view.say("full_value"), [number(x["full"], _digits(x["full"])) for _, _, x in rows]),
            numbers(view.say("typical_value"), [number(x["typical"], _digits(x["typical"])) for _, _, x in rows]),
            numbers(view.say("difference"), [_percent(x["relative"]) for _, _, x in rows]),
        ]
        parts.append(sheet(columns, "error"))
    inputs = error["columns"]
    columns = [
        words(view.say("input"), [input_meaning(n)[view.lang] for n in inputs]),
        numbers(view.say("duration_error"), [_percent(x["share_of_range"]) for x in inputs.values()]),
        numbers(view.say("sum_error"), [_percent(x["sum_share"]) for x in inputs.values()]),
    ]
    return "".join([*parts, fold(view.say("inputs"), sheet(columns, "error"))])


def _percent(x: float | None) -> str:
    return number(None) if x is None else f"{number(100 * x, 2, signed=True)}%"


def provenance_section(view: StudyView) -> Section:
    p, comma = view.content["provenance"], "、" if view.lang == "zh" else ", "
    factor = p.get("grid_factor")
    rows = [
        ("p_site", f"{view.pick(view.content['site']['title'])} ({view.content['site']['name']})"),
        ("p_weather", f"{weather_text(view)} · {p['weather']['source']}"),
        ("p_tariff", p["tariff"]),
        ("p_factor", f"{factor['value']} kgCO₂e/kWh ({factor['id']}; {factor['issuer']})" if factor else ""),
        ("p_site_digest", p["site_digest"]),
        ("p_study_digest", p["study_digest"]),
        ("p_versions", comma.join(f"{k} {v}" for k, v in p["versions"].items())),
        ("p_schema", view.content["schema_version"]),
        ("p_timings", comma.join(f"{k.removesuffix('_s')} {v:,.1f} s" for k, v in view.content["timings"].items())),
        ("p_created", view.moment(p["created_at"])),
    ]
    kept = [(view.say(k), str(v)) for k, v in rows if v]
    columns = [words(view.say("item"), [k for k, _ in kept]), words(view.say("value"), [v for _, v in kept])]
    return Section("provenance", view.say("provenance"), before=sheet(columns, "source"))

"""What is missing, what is assumed, and what the report rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ems.emissions.page.pieces import chip, rich_table, small
from ems.emissions.page.view import EmissionView, amount
from ems.report.formats import number, plain
from ems.sizing.report.pieces import Section, box, bullets, fold, quiet, sheet, words

STATUSES = ("sourced", "computed", "assumption", "default", "unmarked")
FEW = 12  # gaps that are shown without being asked for


def gaps_section(view: EmissionView) -> Section:
    gaps = view.content["gaps"]
    if not gaps:
        return Section("gaps", view.say("gaps"), before=box(view.say("no_gaps"), "good"))
    heads = [view.say(k) for k in ("meter", "start", "end", "hours", "why")]
    rows = [
        (
            plain(gap_meter(view, g)) + small(g["meter"]),
            plain(view.moment(g["start"])),
            plain(view.moment(g["end"])),
            number(g["hours"], 0 if g["hours"] == round(g["hours"]) else 1),
            plain(view.pick(g["why"])),
        )
        for g in gaps
    ]
    table = rich_table("gaps", heads, rows, right=(3,))
    told = view.say("gaps_caption", share=view.percent(view.content["coverage"], 2), n=len(gaps))
    shown = table if len(gaps) <= FEW else fold(view.say("table_of", what=view.say("gaps")), table)
    return Section("gaps", view.say("gaps"), before=box(told, "caution"), after=shown)


def gap_meter(view: EmissionView, gap: Mapping[str, Any]) -> str:
    if not gap["meter"]:
        return view.say("all_meters")
    label = gap["label"]
    return view.pick(label) if isinstance(label, Mapping) else str(label)


def assumptions_section(view: EmissionView) -> Section:
    figures = view.content["assumptions"]
    if not figures:
        return Section("assumptions", view.say("assumptions"))
    counts = {s: sum(f["status"] == s for f in figures) for s in STATUSES}
    told = "; ".join(f"{view.say(s)} {n}" for s, n in counts.items() if n)
    ordered = sorted(figures, key=lambda f: f["status"] != "assumption")
    return Section(
        "assumptions",
        view.say("assumptions"),
        before=quiet(f"{view.say('assumptions_caption')} {told}")
        + fold(view.say("all_figures", n=len(figures)), figures_table(view, ordered)),
    )


def figures_table(view: EmissionView, figures: Sequence[Mapping[str, Any]]) -> str:
    heads = [view.say(k) for k in ("name", "value", "status", "source")]
    rows = [
        (
            f"<code>{plain(f['name'])}</code>",
            plain(f"{amount(f['value'])} {f.get('unit') or ''}".rstrip()),
            chip(view.word(f["status"]), f["status"]),
            plain(f["source"] or ""),
        )
        for f in figures
    ]
    return rich_table("assumed", heads, rows, right=(1,))


def notes_section(view: EmissionView) -> Section:
    return Section("notes", view.say("notes"), before=bullets([view.pick(n) for n in view.content["notes"]]))


def evidence_section(view: EmissionView) -> Section:
    """Digests that the evidence bundle is recomputed against."""
    p = view.content["provenance"]
    rows = [
        (view.say("p_source"), view.word(f"source_{p['source']}")),
        (view.say("p_inputs"), p["inputs_digest"]),
        (view.say("p_accounting"), p["accounting_digest"]),
        (view.say("p_site"), p["site_digest"]),
        (view.say("p_factors"), view.listed(f"{f['id']} {f['digest']}" for f in view.content["factors"])),
        (view.say("p_versions"), view.listed(f"{k} {v}" for k, v in p["versions"].items())),
        (view.say("p_schema"), view.content["schema_version"]),
        (view.say("p_created"), view.moment(p["created_at"])),
    ]
    columns = [words(view.say("item"), [k for k, _ in rows]), words(view.say("value"), [str(v) for _, v in rows])]
    return Section(
        "evidence", view.say("evidence"), before=quiet(view.say("evidence_caption")) + sheet(columns, "source")
    )

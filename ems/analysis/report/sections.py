"""The sections of the page in the order in which they are read."""

from __future__ import annotations

from typing import Any

from ems.analysis.finding import METHOD
from ems.analysis.report.charts import daily_choice, duration_choice, profile_choice, timeline
from ems.analysis.report.view import AnalysisView, amount, moment, share
from ems.report.cells import Cells
from ems.report.formats import plain, unit_name
from ems.report.names import band_name
from ems.sizing.report.pieces import Section, bullets, fold, lead, numbers, quiet, sheet, words

SHOWN = 60  # findings in the table


def sections(view: AnalysisView) -> list[Section]:
    return [
        anomalies(view), consumption(view), changes(view), intensity(view), loads(view), notes(view)
    ]  # fmt: skip


def answer(view: AnalysisView) -> str:
    """What was found, in a sentence."""
    found = view.analysis["anomalies"]["findings"]
    if not found:
        return view.say("found_none")
    counts: dict[str, int] = {}
    for f in found:
        counts[f["kind"]] = counts.get(f["kind"], 0) + 1
    kinds = [f"{kind_name(view, k)} {n}" for k, n in sorted(counts.items(), key=lambda item: -item[1])]
    comma = "、" if view.lang == "zh" else ", "
    return view.say("found", n=len(found), meters=len({f["meter"] for f in found}), kinds=comma.join(kinds))


def kind_name(view: AnalysisView, kind: str) -> str:
    name = next(m.name for k, m in METHOD.items() if k == kind)
    return name.zh if view.lang == "zh" else name.en


def anomalies(view: AnalysisView) -> Section:
    part = view.analysis["anomalies"]
    found = sorted(part["findings"], key=lambda f: (f["kind"] == "gap", f["start"]))
    table = sheet(
        [
            words(view.say("kind"), [kind_name(view, f["kind"]) for f in found[:SHOWN]]),
            words(view.say("meter"), [view.pick(f["name"]) for f in found[:SHOWN]]),
            words(view.say("start"), [moment(f["start"]) for f in found[:SHOWN]]),
            words(view.say("end"), [moment(f["end"]) for f in found[:SHOWN]]),
            words(view.say("known_from"), [moment(f["known_from"]) for f in found[:SHOWN]]),
            words(view.say("what"), [view.pick(f["text"]) for f in found[:SHOWN]]),
        ],
        "findings",
    )
    rest = quiet(view.say("more", n=len(found) - SHOWN)) if len(found) > SHOWN else ""
    caption = quiet(view.say("anomalies_caption", rate=f"{part['false_alarms_per_meter_year']:g}"))
    after = table + rest + _machines(view) + _not_judged(view) + _methods(view)
    return Section("anomalies", view.say("anomalies"), caption, [timeline(view)] if found else [], after)


def _machines(view: AnalysisView) -> str:
    rows = view.analysis["anomalies"]["machines"]
    columns = [
        words(view.say("machines"), [view.pick(r["name"]) for r in rows]),
        words("", [r["unit"] for r in rows]),
        numbers(view.say("of_curve"), [share(r["of_curve"]) for r in rows]),
        numbers(view.say("days_counted"), [f"{r['days']:g}" for r in rows]),
    ]
    return sheet(columns, "machines")


def _not_judged(view: AnalysisView) -> str:
    rows = view.analysis["anomalies"]["not_judged"]
    by_why: dict[str, list[str]] = {}
    for r in rows:
        by_why.setdefault(view.pick(r["why"]), []).append(r["meter"])
    return fold(view.say("not_judged"), bullets([f"{why} {', '.join(m)}" for why, m in by_why.items()])) if rows else ""


def _methods(view: AnalysisView) -> str:
    rows = view.analysis["anomalies"]["methods"]
    columns = [
        words(view.say("kind"), [view.pick(m["name"]) for m in rows]),
        words(view.say("rule"), [view.pick(m["rule"]) for m in rows]),
        words(view.say("source"), [m["source"] for m in rows]),
    ]
    return fold(view.say("methods"), sheet(columns, "methods"))


def consumption(view: AnalysisView) -> Section:
    part = view.analysis["consumption"]
    rows = part["meters"]
    bands = list(dict.fromkeys(b for r in rows for b in (r["by_band"] or {})))
    columns = [
        words(view.say("meter"), [view.pick(r["name"]) for r in rows]),
        words(view.say("carrier"), [view.carrier(r["carrier"]) for r in rows]),
        numbers(view.say("amount"), [f"{amount(r['amount'])} {r['unit']}" for r in rows]),
        numbers(view.say("share"), [share(r["share"]) for r in rows]),
        *(_band(view, b, rows) for b in bands),
        numbers(view.say("known"), [share(r["known_share"]) for r in rows]),
    ]
    buildings = part["buildings"]
    by_building = [
        words(view.say("building"), [view.pick(b["name"]) for b in buildings]),
        words(view.say("carrier"), [view.carrier(b["carrier"]) for b in buildings]),
        numbers(view.say("amount"), [f"{amount(b['amount'])} {b['unit']}" for b in buildings]),
        numbers(view.say("known"), [share(b["known_share"]) for b in buildings]),
    ]
    below = f'<h3 class="sub">{plain(view.say("buildings"))}</h3>{sheet(by_building, "buildings")}' if buildings else ""
    caption = quiet(view.say("consumption_caption"))
    return Section(
        "consumption", view.say("consumption"), caption, daily_choice(view), sheet(columns, "consumption") + below
    )


def _band(view: AnalysisView, band: str, rows: list[dict[str, Any]]) -> Cells:
    cells = [amount((r["by_band"] or {}).get(band)) if r["by_band"] else "" for r in rows]
    return numbers(band_name(band, view.lang), cells, "kWh")


def changes(view: AnalysisView) -> Section:
    rows = view.analysis["changes"]
    columns = [
        words(view.say("meter"), [view.pick(r["name"]) for r in rows]),
        numbers(view.say("this"), [f"{amount(r['this']['total'])} {r['unit']}" for r in rows]),
        numbers(view.say("known"), [share(r["this"]["coverage"]) for r in rows]),
    ]
    for key in ("year_on_year", "period_on_period"):
        columns += [
            numbers(view.say(key), [amount(r[key]["that"]["total"]) for r in rows], _span(rows, key)),
            numbers(view.say("known"), [share(r[key]["that"]["coverage"]) for r in rows]),
            numbers(view.say("change"), [share(r[key]["change"], signed=True) for r in rows]),
            numbers(view.say("comparable"), [share(r[key]["comparable"], signed=True) for r in rows]),
        ]
    return Section("changes", view.say("changes"), quiet(view.say("changes_caption")), (), sheet(columns, "changes"))


def _span(rows: list[dict[str, Any]], key: str) -> str:
    return f"{rows[0][key]['that']['from']} … {rows[0][key]['that']['to']}" if rows else ""


def intensity(view: AnalysisView) -> Section:
    rows = view.analysis["intensity"]
    columns = [
        words("", [view.pick(r["name"]) for r in rows]),
        words(view.say("carrier"), [view.carrier(r["carrier"]) for r in rows]),
        words(view.say("per"), [view.say(f"per_{r['per']}") for r in rows]),
        numbers(view.say("value"), [amount(r["value"]) for r in rows]),
        words(view.say("unit"), [r["unit"].replace("m2", "m²") for r in rows]),
        numbers(view.say("basis"), [amount(r["basis"]) for r in rows]),
        numbers(view.say("known"), [share(r["known_share"]) for r in rows]),
    ]
    caption = quiet(view.say("intensity_caption"))
    return Section("intensity", view.say("intensity"), caption, (), sheet(columns, "intensity"))


def loads(view: AnalysisView) -> Section:
    rows = [r for r in view.analysis["load"] if r["figures"]]
    figures = [r["figures"] for r in rows]
    columns = [
        words(view.say("meter"), [view.pick(r["name"]) for r in rows]),
        words(view.say("unit"), [unit_name(r["unit"], view.lang) for r in rows]),
        numbers(view.say("peak"), [amount(f["peak"]) for f in figures]),
        words(view.say("peak_at"), [moment(f["peaks"][0]["at"]) for f in figures]),
        numbers(view.say("mean"), [amount(f["mean"]) for f in figures]),
        numbers(view.say("base"), [amount(f["base"]) for f in figures]),
        numbers(view.say("load_factor"), [share(f["load_factor"]) for f in figures]),
    ]
    charts = [*duration_choice(view), *profile_choice(view)]
    return Section("load", view.say("load"), quiet(view.say("load_caption")), charts, sheet(columns, "load"))


def notes(view: AnalysisView) -> Section:
    return Section("notes", view.say("notes"), bullets([view.pick(n) for n in view.analysis["notes"]]))


def heading_html(view: AnalysisView) -> str:
    c = view.content
    p, sky = c["period"], c["provenance"]["weather"]
    facts = [
        view.say("period", first=p["from"], last=p["to"], hours=p["hours"]),
        view.say("coverage", share=share(view.analysis["coverage"])),
        view.say("measured", name=c["provenance"]["measured"]),
        view.say("weather", weather=sky["source"]),
    ]
    other = "en" if view.lang == "zh" else "zh"
    return (
        f'<header><div><div class="eyebrow">{plain(view.say("title"))}</div>'
        f"<h1>{plain(view.pick(c['site']['title']))}</h1></div>"
        f'<div class="tools"><button class="language" type="button" data-lang="{other}">{view.say("language")}'
        f"</button></div></header>{lead(answer(view))}"
        f'<ul class="facts">{"".join(f"<li>{plain(x)}</li>" for x in facts)}</ul>'
    )

"""Forecasts or their scores as one HTML page in both languages: fans, the last days, honest tables, quality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ems.forecasts import charts
from ems.forecasts.text import say
from ems.report.cells import Cells
from ems.report.formats import Lang, number, plain, unit_name
from ems.sizing.report.bilingual import Side, bilingual_html, language_button
from ems.sizing.report.pieces import Section, bullets, lead, numbers, quiet, sheet, words

LANGS: tuple[Lang, Lang] = ("zh", "en")
SHARES = ("rmse", "mae", "bias", "pinball", "crps")


def forecast_html(content: Mapping[str, Any], lang: Lang) -> str:
    """The page of a probabilistic forecast or of scores, given as its document; ``lang`` is shown first."""
    sides = []
    for each in LANGS:
        parts = [s for s in _sections(content, each) if not s.is_empty]
        sides.append(Side(each, _title(content, each), _top(content, each), parts))
    return bilingual_html(sides, lang, {"start": "", "columns": {}})


def _title(c: Mapping[str, Any], lang: Lang) -> str:
    if c["kind"] == "forecast_score":
        return say("score_title", lang, first=c["period"]["from"], last=c["period"]["to"])
    return say("forecast_title", lang, day=c["period"]["from"])


def _top(c: Mapping[str, Any], lang: Lang) -> str:
    history = c["history"]
    facts = [say("issued", lang, at=c["issued_at"][:16].replace("T", " "))] if c["issued_at"] else []
    facts += [say("weather", lang, source=c["weather"]["source"])] if c["weather"] else []
    facts.append(
        say("history", lang, file=history["file"], first=history["from"], last=history["to"])
        if history
        else say("no_history", lang)
    )
    button = language_button(lang, say("language", lang))
    items = "".join(f"<li>{plain(x)}</li>" for x in facts)
    return f'{button}<h1>{plain(c["site"]["title"][lang])}</h1>{lead(_title(c, lang))}<ul class="facts">{items}</ul>'


def _sections(c: Mapping[str, Any], lang: Lang) -> list[Section]:
    series = c["series"]
    used = say("chosen" if c["issued_at"] else "least", lang)
    return [
        Section("fan", say("fan", lang), figures=charts.fans(series, lang)),
        Section("chosen", used, quiet(say("chosen_caption", lang)), after=_chosen(series, lang)),
        Section("recent", say("recent", lang), figures=charts.recents(series, lang)),
        Section("scores", say("scores", lang), _scores(series, lang)),
        Section("reliability", say("reliability", lang), figures=charts.reliabilities(series, lang)),
        Section("scenarios", say("scenarios", lang), figures=charts.scenario_charts(c, lang)),
        Section("left_out", say("left_out", lang), _left_out(series, lang)),
        Section("quality", say("quality", lang), _quality(series, lang)),
        Section("notes", say("notes", lang), bullets([n[lang] for n in c["notes"]])),
    ]


def _chosen(series: Mapping[str, Any], lang: Lang) -> str:
    rows = list(series.values())
    by = {"history": "by_history", "mean_by_history": "mean_by_history", "assumed": "by_assumption"}
    why = [f"{s['title'][lang]}: {s['why'][lang]}" for s in rows if s["why"]]
    return sheet(
        [
            words(say("series", lang), [s["title"][lang] for s in rows]),
            words(say("rung", lang), [s["model_title"][lang] for s in rows]),
            words(say("why", lang), [say(by[s["source"]], lang) for s in rows]),
        ],
        "chosen",
    ) + bullets(why)


def _scores(series: Mapping[str, Any], lang: Lang) -> str:
    told = [s for s in series.values() if s["score"]]
    tables = "".join(_score(s, lang) for s in told)
    return quiet(say("scores_caption", lang)) + tables if tables else ""


def _score(s: Mapping[str, Any], lang: Lang) -> str:
    score = s["score"]
    rows = score["rows"]
    columns = [
        words(say("rung", lang), [r["title"][lang] + (" ✓" if r["chosen"] else "") for r in rows]),
        numbers(say("n", lang), [number(r["n"]) for r in rows]),
        *(numbers(say(key, lang), [_percent(r[key]) for r in rows], "%") for key in SHARES),
        numbers(say("skill", lang), [number(r["skill"], 3) for r in rows]),
        numbers(say("coverage", lang), [_percent(r["coverage_80"]) for r in rows], "%"),
        numbers(say("width", lang), [_percent(r["width_80"]) for r in rows], "%"),
    ]
    told = say(
        "denominator",
        lang,
        capacity=number(score["capacity"], 1 if score["capacity"] >= 10 else 3),
        unit=unit_name(score["unit"], lang),
        counted=score["counted"][lang],
        reference=score["reference_title"][lang],
        first=score["from"],
        last=score["to"],
    )
    return f'<h3 class="sub">{plain(s["title"][lang])}</h3>{sheet(columns, "score")}{quiet(told)}'


def _percent(share: float | None) -> str:
    return number(None if share is None else 100 * share, 2)


def _left_out(series: Mapping[str, Any], lang: Lang) -> str:
    rows = [(s, r) for s in series.values() for r in s["left_out"]]
    columns: list[Cells] = [
        words(say("series", lang), [s["title"][lang] for s, _ in rows]),
        words(say("rung", lang), [r["title"][lang] for _, r in rows]),
        words(say("reason", lang), [r["reason"][lang] for _, r in rows]),
    ]
    return sheet(columns, "left-out")


def _quality(series: Mapping[str, Any], lang: Lang) -> str:
    told = [(s, s["quality"]) for s in series.values() if s["quality"]]
    return "".join(
        f'<h3 class="sub">{plain(s["title"][lang])}</h3>{bullets([n[lang] for n in q["sentences"]])}' for s, q in told
    )

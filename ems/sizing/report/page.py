"""The whole report of a study as one HTML file that needs nothing else, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ems.report.formats import plain
from ems.report.page import POLICY
from ems.report.script import plotly_script
from ems.sizing.report.heading import heading_html, page_title
from ems.sizing.report.pieces import Choice, Figure, Section
from ems.sizing.report.script import DRAW, report_json
from ems.sizing.report.sections import sections
from ems.sizing.report.style import CSS
from ems.sizing.report.view import Lang, StudyView

LANGS: tuple[Lang, Lang] = ("zh", "en")
TAGS = {"zh": "zh-CN", "en": "en"}


def study_html(content: Mapping[str, Any], lang: Lang) -> str:
    """The report of a study, given as the content of its `study.json`; ``lang`` is shown first, a button switches."""
    views = {each: StudyView(content, each) for each in LANGS}
    parts = {each: [s for s in sections(view) if not s.is_empty] for each, view in views.items()}
    figures: dict[Lang, list[Figure]] = {each: [f for s in parts[each] for f in s.figures] for each in LANGS}
    titles = {each: page_title(view) for each, view in views.items()}
    pages = "".join(_page(views[each], parts[each], shown=each == lang) for each in LANGS)
    return (
        f'<!DOCTYPE html>\n<html lang="{TAGS[lang]}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{plain(titles[lang])}</title><style>{CSS}</style></head><body>{pages}"
        f"<script>{plotly_script()}</script>"
        f'<script type="application/json" id="report-data">'
        f"{report_json(figures, titles, content['design']['series'])}</script>"
        f"<script>{DRAW}</script></body></html>\n"
    )


def _page(view: StudyView, parts: list[Section], *, shown: bool) -> str:
    body = "".join(_section(view, s) for s in parts)
    no_script = f'<noscript><p class="box caution">{view.say("no_script")}</p></noscript>'
    return (
        f'<main id="{view.lang}" lang="{TAGS[view.lang]}"{"" if shown else " hidden"}>'
        f'<div class="top">{heading_html(view)}{no_script}</div>{body}</main>'
    )


def _section(view: StudyView, s: Section) -> str:
    drawn = "".join(_figure(view, f) for f in s.figures)
    figures = f'<div class="figures">{drawn}</div>' if drawn else ""
    return f'<section id="{view.lang}-{s.key}"><h2>{plain(s.title)}</h2>{s.before}{figures}{s.after}</section>'


def _figure(view: StudyView, f: Figure) -> str:
    key = f"{view.lang}-{f.key}"
    head = f"<h3>{plain(f.title)}</h3>" if f.title else ""
    caption = f"<figcaption>{plain(f.caption)}</figcaption>" if f.caption else ""
    pick = _selector(key, f) if isinstance(f, Choice) else ""
    half = "" if f.wide else " class=half"
    return f'<figure{half}>{head}{caption}{pick}<div class="frame"><div id="figure-{plain(key)}"></div></div></figure>'


def _selector(key: str, choice: Choice) -> str:
    if len(choice.options) < 2:
        return ""
    options = "".join(f'<option value="{k}">{plain(name)}</option>' for k, (name, _) in enumerate(choice.options))
    return (
        f'<label class="pick">{plain(choice.word)}'
        f'<select class="figure-choice" data-figure="{plain(key)}">{options}</select></label>'
    )

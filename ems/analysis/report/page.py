"""The whole analysis as one HTML file that needs nothing else, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ems.analysis.report.sections import heading_html, sections
from ems.analysis.report.text import Lang
from ems.analysis.report.view import AnalysisView
from ems.report.chart import Chart
from ems.report.formats import plain
from ems.report.page import POLICY
from ems.report.script import plotly_script
from ems.sizing.report.pieces import Figure, Section
from ems.sizing.report.script import DRAW, report_json
from ems.sizing.report.style import CSS

LANGS: tuple[Lang, Lang] = ("zh", "en")
TAGS = {"zh": "zh-CN", "en": "en"}


def analysis_html(content: Mapping[str, Any], lang: Lang) -> str:
    """The page of an analysis, given as the content of its document; ``lang`` is shown first, a button switches."""
    views = {each: AnalysisView(content, each) for each in LANGS}
    parts = {each: [s for s in sections(view) if not s.is_empty] for each, view in views.items()}
    figures: dict[Lang, list[Figure]] = {each: [f for s in parts[each] for f in s.figures] for each in LANGS}
    titles = {each: view.title() for each, view in views.items()}
    pages = "".join(_page(views[each], parts[each], shown=each == lang) for each in LANGS)
    data = report_json(figures, titles, {"start": content["period"]["from"], "columns": {}})
    return (
        f'<!DOCTYPE html>\n<html lang="{TAGS[lang]}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{plain(titles[lang])}</title><style>{CSS}</style></head><body>{pages}"
        f"<script>{plotly_script()}</script>"
        f'<script type="application/json" id="report-data">{data}</script>'
        f"<script>{DRAW}</script></body></html>\n"
    )


def _page(view: AnalysisView, parts: list[Section], *, shown: bool) -> str:
    body = "".join(_section(view, s) for s in parts)
    no_script = f'<noscript><p class="box caution">{view.say("no_script")}</p></noscript>'
    return (
        f'<main id="{view.lang}" lang="{TAGS[view.lang]}"{"" if shown else " hidden"}>'
        f'<div class="top">{heading_html(view)}{no_script}</div>{body}</main>'
    )


def _section(view: AnalysisView, s: Section) -> str:
    drawn = "".join(figure_html(view.lang, f) for f in s.figures)
    figures = f'<div class="figures">{drawn}</div>' if drawn else ""
    return f'<section id="{view.lang}-{s.key}"><h2>{plain(s.title)}</h2>{s.before}{figures}{s.after}</section>'


def figure_html(lang: Lang, f: Figure) -> str:
    """The place of a figure, with the selector of one that has several contents."""
    key = plain(f"{lang}-{f.key}")
    head = f"<h3>{plain(f.title)}</h3>" if f.title else ""
    pick = ""
    if not isinstance(f, Chart) and len(f.options) > 1:
        options = "".join(f'<option value="{k}">{plain(name)}</option>' for k, (name, _) in enumerate(f.options))
        pick = (
            f'<label class="pick">{plain(f.word)}<select class="figure-choice" data-figure="{key}">{options}'
            f"</select></label>"
        )
    half = "" if f.wide else " class=half"
    return f'<figure{half}>{head}{pick}<div class="frame"><div id="figure-{key}"></div></div></figure>'

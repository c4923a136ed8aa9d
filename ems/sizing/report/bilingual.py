"""One HTML file that needs nothing else, with its text and figures in both languages and a button between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ems.report.formats import plain
from ems.report.page import POLICY
from ems.report.script import plotly_script
from ems.report.text import say
from ems.sizing.report.pieces import Choice, Figure, Section
from ems.sizing.report.script import DRAW, report_json
from ems.sizing.report.style import CSS
from ems.sizing.report.view import Lang

TAGS = {"zh": "zh-CN", "en": "en"}


@dataclass(frozen=True)
class Side:
    """The page in one language: title of the window, html of the head, sections that are not empty."""

    lang: Lang
    title: str
    top: str
    sections: Sequence[Section]


def bilingual_html(sides: Sequence[Side], lang: Lang, series: Mapping[str, Any], style: str = "") -> str:
    """The page; ``lang`` is shown first.

    ``series`` has ``start`` and ``columns`` (name -> values), for figures that name a series; ``style`` is CSS of the
    page's own, after what all pages share.
    """
    figures = {side.lang: [f for s in side.sections for f in s.figures] for side in sides}
    titles = {side.lang: side.title for side in sides}
    pages = "".join(_page(side, shown=side.lang == lang) for side in sides)
    return (
        f'<!DOCTYPE html>\n<html lang="{TAGS[lang]}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{plain(titles[lang])}</title><style>{CSS}{style}</style></head><body>{pages}"
        f"<script>{plotly_script()}</script>"
        f'<script type="application/json" id="report-data">{report_json(figures, titles, series)}</script>'
        f"<script>{DRAW}</script></body></html>\n"
    )


def language_button(lang: Lang, word: str) -> str:
    """The button on the page in ``lang`` that shows the other language."""
    other = "en" if lang == "zh" else "zh"
    return f'<button class="language" type="button" data-lang="{other}">{plain(word)}</button>'


def _page(side: Side, *, shown: bool) -> str:
    body = "".join(_section(side.lang, s) for s in side.sections)
    no_script = f'<noscript><p class="box caution">{say("no_script", side.lang)}</p></noscript>'
    return (
        f'<main id="{side.lang}" lang="{TAGS[side.lang]}"{"" if shown else " hidden"}>'
        f'<div class="top">{side.top}{no_script}</div>{body}</main>'
    )


def _section(lang: Lang, s: Section) -> str:
    drawn = "".join(_figure(lang, f) for f in s.figures)
    figures = f'<div class="figures">{drawn}</div>' if drawn else ""
    return f'<section id="{lang}-{s.key}"><h2>{plain(s.title)}</h2>{s.before}{figures}{s.after}</section>'


def _figure(lang: Lang, f: Figure) -> str:
    key = f"{lang}-{f.key}"
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

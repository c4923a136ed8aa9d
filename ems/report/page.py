"""The whole report as one HTML file that needs nothing else."""

from __future__ import annotations

from typing import Any

from ems.report.cells import band_cells, hour_cells, key_cells
from ems.report.chart import Chart
from ems.report.figures import figures
from ems.report.formats import plain
from ems.report.heading import baseline_html, day_text, header_html, site_title
from ems.report.key_figures import is_baseline, saving_text
from ems.report.scenarios import scenario_cells, scenario_texts
from ems.report.script import DRAW, data_json, plotly_script
from ems.report.style import CSS
from ems.report.tables import cards, provenance_table, table
from ems.report.view import Lang, PlanView

POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"


def plan_html(content: dict[str, Any], lang: Lang) -> str:
    """The report of a plan, given as the content of its `plan.json`; works offline and prints."""
    view = PlanView(content, lang)
    charts = figures(view)
    title = f"{view.say('title')} · {site_title(view)} · {day_text(view)}"
    body = "".join(
        [
            f'<div class="top">{header_html(view)}</div>',
            _section(
                view.say("key_figures" if is_baseline(view) else "against_baseline"),
                f'{cards(view)}<p class="lead">{plain(saving_text(view))}</p>'
                f"{table(key_cells(view), name='keys')}{baseline_html(view)}",
            ),
            _section(view.say("why"), _sentences(view.content["why"], view)) if content["why"] else "",
            _scenarios(view),
            _section(view.say("figures"), _figures(view, charts)),
            _section(view.say("bands_title"), table(band_cells(view), name="bands", foot=True)),
            _section(view.say("notes"), _sentences(view.content["notes"], view)) if content["notes"] else "",
            _section(view.say("provenance"), provenance_table(view)),
            _section(
                view.say("schedule"),
                f'<p class="quiet">{view.say("schedule_caption")}</p>'
                f"{table(hour_cells(view), name='hours', foot=True)}",
            ),
        ]
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{plain(title)}</title><style>{CSS}</style></head><body><main>{body}</main>"
        f"<script>{plotly_script()}</script>"
        f'<script type="application/json" id="report-data">{data_json(view, charts)}</script>'
        f"<script>{DRAW}</script></body></html>\n"
    )


def _section(title: str, inner: str) -> str:
    return f"<section><h2>{plain(title)}</h2>{inner}</section>"


def _scenarios(view: PlanView) -> str:
    """Nothing where the plan is for the expected day alone."""
    texts, cells = scenario_texts(view), scenario_cells(view)
    said = f'<ul class="why">{"".join(f"<li>{plain(t)}</li>" for t in texts)}</ul>'
    return _section(view.say("scenarios"), said + table(cells, name="scenarios")) if cells else ""


def _sentences(notes: list[dict[str, str]], view: PlanView) -> str:
    return f'<ul class="why">{"".join(f"<li>{plain(view.pick(n))}</li>" for n in notes)}</ul>'


def _figures(view: PlanView, charts: list[Chart]) -> str:
    drawn = "".join(
        f"<figure{'' if c.wide else ' class=half'}><h3>{plain(c.title)}</h3><figcaption>{plain(c.caption)}</figcaption>"
        f'<div class="frame"><div id="figure-{plain(c.key)}"></div></div></figure>'
        for c in charts
    )
    missing = "" if view.content["marginal_values"] else f'<p class="quiet gap">{view.say("no_marginal")}</p>'
    no_script = f'<noscript><p class="box caution">{view.say("no_script")}</p></noscript>'
    return f'{no_script}<div class="figures">{drawn}</div>{missing}'

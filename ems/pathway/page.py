"""A pathway as one HTML page in both languages: the lines, what is found, the table, where numbers come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import Lang, number, plain
from ems.report.palette import INK, QUIET
from ems.sizing.report.bilingual import Side, bilingual_html, language_button
from ems.sizing.report.pieces import Section, box, fold, lead, numbers, quiet, sheet, words

LANGS: tuple[Lang, Lang] = ("zh", "en")
LINE_COLOUR = {"usual": "#7f8893", "own": "#d9a400", "green": "#0072b2", "net": "#009e73"}  # as in the group's report
ACTUAL, REFERENCE = "#c0272d", "#8a6fb0"
GRADES = {"error": "bad", "caution": "caution", "fact": "good"}
TABLE_EVERY = 5  # years between the rows of the table
TEXT = {
    "other": ("English", "中文"),
    "lines": ("路径", "The pathway"),
    "lines_caption": (
        "每年排放量, 万吨二氧化碳当量。线间的年份为直线; 抵消不影响达峰年。",
        "Emissions a year, 10 000 t CO2e. Straight between the years given; offsets do not move the peak.",
    ),
    "axis": ("万吨 CO₂e/年", "10 000 t CO₂e a year"),
    "actual": ("实际", "actual"),
    "peak": ("达峰", "peak"),
    "neutral": ("中和", "neutral"),
    "findings": ("读图须知", "What to know"),
    "error": ("错误", "errors"),
    "caution": ("提醒", "cautions"),
    "fact": ("事实", "facts"),
    "table": ("逐年数据", "Year by year"),
    "table_caption": ("吨二氧化碳当量/年。", "t CO2e a year."),
    "year": ("年份", "year"),
    "by_source": ("基准情景的排放源", "Sources, as usual"),
    "measures": ("自身措施(已按可减部分计)", "Own measures, as far as there is something to save"),
    "offsets": ("抵消", "Offsets"),
    "assumptions": ("数据与依据", "Numbers and where they come from"),
    "name": ("名称", "name"),
    "value": ("数值", "value"),
    "status": ("状态", "status"),
    "source": ("来源", "source"),
    "never": ("期内不中和", "not neutral in these years"),
    "lead": ("{peak} 年达峰, {neutral}。", "Peak in {peak}, {neutral}."),
    "neutral_in": ("{year} 年中和", "neutral in {year}"),
}


def pathway_html(content: Mapping[str, Any], lang: Lang) -> str:
    """The page of a pathway, given as the content of its pathway.json; ``lang`` is shown first."""
    sides = [Side(each, content["title"][each], _top(content, each), _sections(content, each)) for each in LANGS]
    return bilingual_html(sides, lang, {"start": "", "columns": {}})


def _say(key: str, lang: Lang, **more: object) -> str:
    return TEXT[key][LANGS.index(lang)].format(**more)


def _top(content: Mapping[str, Any], lang: Lang) -> str:
    year = content["neutrality_year"]
    neutral = _say("neutral_in", lang, year=year) if year else _say("never", lang)
    text = _say("lead", lang, peak=content["peak_year"], neutral=neutral)
    button = language_button(lang, _say("other", lang))
    return f"{button}<h1>{plain(content['title'][lang])}</h1>{lead(text)}"


def _sections(content: Mapping[str, Any], lang: Lang) -> list[Section]:
    figure = Chart("lines", "", _say("lines_caption", lang), _traces(content, lang), _layout(content, lang), height=460)
    return [
        Section("lines", _say("lines", lang), figures=[figure]),
        Section("findings", _say("findings", lang), before=_findings(content, lang)),
        Section("table", _say("table", lang), before=quiet(_say("table_caption", lang)) + _tables(content, lang)),
        Section("assumptions", _say("assumptions", lang), before=_assumptions(content, lang)),
    ]


def _traces(content: Mapping[str, Any], lang: Lang) -> list[dict[str, Any]]:
    years = content["years"]
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": plain(line["text"][lang]),
            "x": years,
            "y": [round(t / 1e4, 3) for t in line["t"]],
            "line": {"color": LINE_COLOUR[name], "width": 2.5},
            "hovertemplate": "%{x}: %{y:,.2f}<extra>%{fullData.name}</extra>",
        }
        for name, line in content["lines"].items()
    ]
    if reference := content["reference"]:
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": plain(reference["text"][lang]),
                "x": years,
                "y": [round(t / 1e4, 3) for t in reference["t"]],
                "line": {"color": REFERENCE, "width": 1.5, "dash": "dash"},
                "hovertemplate": "%{x}: %{y:,.2f}<extra>%{fullData.name}</extra>",
            }
        )
    if actuals := content["actuals"]:
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": _say("actual", lang),
                "x": [int(y) for y in actuals],
                "y": [round(a["total_t"] / 1e4, 3) for a in actuals.values()],
                "line": {"color": ACTUAL, "width": 1.5, "dash": "dot"},
                "marker": {"size": 10, "symbol": "diamond", "color": ACTUAL},
                "hovertemplate": "%{x}: %{y:,.2f}<extra>%{fullData.name}</extra>",
            }
        )
    return traces


def _layout(content: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    layout = base_layout()
    layout["xaxis"] = axis("", dtick=5, linecolor=QUIET, zeroline=False, separatethousands=False)
    layout["yaxis"] = axis(_say("axis", lang), rangemode="tozero")
    marks = [(content["peak_year"], "peak", content["lines"]["green"]["t"])]
    if content["neutrality_year"]:
        marks.append((content["neutrality_year"], "neutral", content["lines"]["net"]["t"]))
    layout["annotations"] = [
        {
            "x": year,
            "y": t[content["years"].index(year)] / 1e4,
            "text": f"{_say(key, lang)} {year}",
            "showarrow": True,
            "arrowhead": 0,
            "arrowcolor": INK,
            "ax": 44,
            "ay": -34,
            "font": {"size": 12, "color": INK},
        }
        for year, key, t in marks
    ]
    return layout


def _findings(content: Mapping[str, Any], lang: Lang) -> str:
    parts = []
    for grade, look in GRADES.items():
        if texts := [f[lang] for f in content["findings"] if f["grade"] == grade]:
            parts.append(box(_say(grade, lang), look, texts))
    return "".join(parts)


def _tables(content: Mapping[str, Any], lang: Lang) -> str:
    years = content["years"]
    wanted = {content["peak_year"], content["neutrality_year"], *map(int, content["actuals"]), years[0], years[-1]}
    rows = [k for k, y in enumerate(years) if y % TABLE_EVERY == 0 or y in wanted]

    def columns(parts: Mapping[str, Mapping[str, Any]], key: str = "t") -> str:
        cells = [words(_say("year", lang), [str(years[k]) for k in rows])]
        cells += [numbers(part["text"][lang], [number(part[key][k]) for k in rows]) for part in parts.values()]
        return sheet(cells, key)

    main = dict(content["lines"])
    if content["reference"]:
        main["reference"] = content["reference"]
    parts = [columns(main), fold(_say("by_source", lang), columns(content["sources"], "usual"))]
    for key in ("measures", "offsets"):
        if content[key]:
            parts.append(fold(_say(key, lang), columns(content[key])))
    return "".join(parts)


def _assumptions(content: Mapping[str, Any], lang: Lang) -> str:
    told = content["assumptions"]
    return fold(
        f"{_say('assumptions', lang)} ({len(told)})",
        sheet(
            [
                words(_say("name", lang), [a["name"] for a in told]),
                numbers(_say("value", lang), [f"{a['value']:,.6g}" for a in told]),
                words(_say("status", lang), [a["status"] for a in told]),
                words(_say("source", lang), [a["source"] for a in told]),
            ],
            "assumptions",
        ),
    )

"""An inventory as one HTML page in both languages: findings, accounts by scope and segment, changes, measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ems.inventory.findings import GRADE_TEXT, n, percent
from ems.inventory.units import joined
from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import Lang, broken, number, plain
from ems.report.palette import INK, mix
from ems.sizing.report.bilingual import Side, bilingual_html, language_button
from ems.sizing.report.pieces import Section, box, fold, lead, numbers, quiet, sheet, words

LANGS: tuple[Lang, Lang] = ("zh", "en")
LOOKS = {"error": "bad", "warning": "caution", "rounding": "good"}
SCOPE_COLOUR = {"scope-1": "#8c510a", "scope-2": "#e6a800", "scope-3": "#4477aa"}
SEGMENT_COLOUR = ("#332288", "#cc6677", "#117733", "#88ccee", "#aa4499", "#999933", "#44aa99", "#882255")
STYLE = """
.measures td{vertical-align:top} .measures td:nth-child(2){white-space:nowrap}
.measures td:nth-child(1),.measures td:nth-child(3),.measures td:nth-child(8){min-width:10em}
.measures td:nth-child(4){min-width:14em}
"""
LABEL, LEAST_LABEL = 10, 0.06  # letters in a line of a label; share of the total below which a part has none
TEXT = {
    "other": ("English", "中文"),
    "eyebrow": ("温室气体清单", "Greenhouse gas inventory"),
    "lead": ("{year} 年 {total}; {counts}。", "{total} in {year}; {counts}."),
    "clean": ("未发现问题", "nothing was found"),
    "about": (
        "{standard}; {approach}。数值未经舍入, 只在显示时舍入。",
        "{standard}; {approach}. Values are kept unrounded; only what is shown is rounded.",
    ),
    "findings": ("核查发现", "What the checks found"),
    "findings_caption": (
        "每个印刷数字代表其末位所允许的区间; 只有区间不相交才算矛盾。",
        "A printed figure stands for the interval that its last digit leaves open; only intervals that do not meet "
        "contradict each other.",
    ),
    "accounts": ("按范围与板块", "By scope and by segment"),
    "accounts_caption": ("{year} 年, {unit}二氧化碳当量。", "{year}, {unit} CO2e."),
    "by_scope": ("按范围与排放源", "By scope and source"),
    "by_segment": ("按板块", "By segment"),
    "shares_caption": (
        "各范围与各板块的占比按最大余数法舍入, 合计为 100 %; 余量行为各项之和与总数之差。",
        "Shares of scopes and of segments are rounded by largest remainder and sum to 100 %; a residual row is what "
        "the parts miss of the whole.",
    ),
    "account": ("项目", "account"),
    "amount": ("排放量", "emissions"),
    "share": ("占比", "share"),
    "told": ("所报占比", "share as told"),
    "how": ("取值方式", "how it is known"),
    "residual": ("余量: {of}", "residual of {of}"),
    "changes": ("变化", "Changes"),
    "years": ("年份", "years"),
    "before": ("期初", "beginning"),
    "after": ("期末", "end"),
    "implied": ("(反推)", "(implied)"),
    "computed_change": ("计算变化", "computed"),
    "told_change": ("所报变化", "told"),
    "unit": ("单位", "unit"),
    "comparisons": ("与预期比较", "Against what was expected"),
    "against": ("比较对象", "against"),
    "actual": ("实际", "actual"),
    "difference": ("差值", "difference"),
    "expected": ("预期值", "expected"),
    "measures": ("措施台账", "Measures"),
    "measures_caption": (
        "吨二氧化碳当量。计入量为所报值, 除非有防重复或存疑的理由。",
        "t CO2e. Counted is what is told, unless a guard against double counting or a contradiction says no.",
    ),
    "measure": ("措施", "measure"),
    "kind": ("类别", "kind"),
    "activity": ("活动数据", "activity"),
    "method": ("方法与因子", "method and factor"),
    "told_t": ("所报", "told"),
    "computed_t": ("计算", "computed"),
    "counted_t": ("计入", "counted"),
    "guard": ("说明", "why not counted"),
    "sum": ("合计", "sum"),
    "assumptions": ("数据与依据", "Figures and where they come from"),
    "name": ("名称", "name"),
    "value": ("数值", "value"),
    "status": ("状态", "status"),
    "source": ("来源", "source"),
    "sourced": ("有来源", "sourced"),
    "computed": ("计算", "computed"),
    "assumption": ("假设", "assumption"),
    "default": ("默认", "default"),
    "unmarked": ("未标注", "unmarked"),
    "equity_share": ("股权比例法", "equity share"),
    "financial_control": ("财务控制权法", "financial control"),
    "operational_control": ("运营控制权法", "operational control"),
}


def inventory_html(content: Mapping[str, Any], lang: Lang) -> str:
    """The page of an inventory, given as the content of its inventory.json; ``lang`` is shown first."""
    sides = [
        Side(each, _title(content, each), _top(content, each), [s for s in _sections(content, each) if not s.is_empty])
        for each in LANGS
    ]
    return bilingual_html(sides, lang, {"start": "", "columns": {}}, STYLE)


def say(key: str, lang: Lang, **more: object) -> str:
    return TEXT[key][LANGS.index(lang)].format(**more)


def _title(content: Mapping[str, Any], lang: Lang) -> str:
    return str(content["inventory"]["title"][lang])


def amount(content: Mapping[str, Any], kg: float | None, digits: int = 2) -> str:
    """Emissions in the unit of the inventory."""
    return number(None if kg is None else kg / content["unit"]["size_kg"], digits)


def counted(content: Mapping[str, Any], lang: Lang) -> str:
    """How many findings there are of each grade."""
    k = LANGS.index(lang)
    many = [(content["counts"][g], GRADE_TEXT[g]) for g in ("error", "warning", "rounding") if content["counts"][g]]
    if not many:
        return say("clean", lang)
    if lang == "zh":
        return "、".join(f"{words_[k]} {count} 处" for count, words_ in many)
    return ", ".join(f"{count} {words_[k]}{'s' if count > 1 else ''}" for count, words_ in many)


def summary(content: Mapping[str, Any], lang: Lang) -> str:
    year = content["inventory"]["year"]
    rows = content["years"].get(str(year), {}).get("scope", [])
    total = joined(amount(content, rows[0]["kg"] if rows else None), f"{content['unit']['text'][lang]} CO₂e")
    return say("lead", lang, year=year, total=total, counts=counted(content, lang))


def _top(content: Mapping[str, Any], lang: Lang) -> str:
    inventory = content["inventory"]
    about = say("about", lang, standard=inventory["standard"], approach=say(inventory["consolidation"], lang))
    return (
        f'<header><div><div class="eyebrow">{plain(say("eyebrow", lang))} · '
        f"{plain(inventory['organisation'][lang])}</div>"
        f"<h1>{plain(_title(content, lang))}</h1></div>"
        f'<div class="tools">{language_button(lang, say("other", lang))}</div></header>'
        f'<p class="answer">{plain(summary(content, lang))}</p>{lead(about)}'
    )


def _sections(content: Mapping[str, Any], lang: Lang) -> list[Section]:
    year = str(content["inventory"]["year"])
    unit = content["unit"]["text"][lang]
    rows = content["years"][year]
    figure = Chart(
        "accounts", "", say("accounts_caption", lang, year=year, unit=unit), _bars(content, rows, lang),
        _layout(content, lang), height=300,
    )  # fmt: skip
    tables = "".join(
        f'<h3 class="sub">{plain(say(f"by_{by}", lang))}</h3>'
        f"{sheet(account_cells(content, rows[by], lang), 'accounts')}"
        for by in ("scope", "segment")
        if len(rows[by]) > 1
    )
    measures = content["measures"]
    return [
        Section("findings", say("findings", lang), before=_findings(content, lang)),
        Section("accounts", say("accounts", lang), figures=[figure], after=quiet(say("shares_caption", lang)) + tables),
        Section("changes", say("changes", lang), before=sheet(change_cells(content, lang), "changes")),
        Section("comparisons", say("comparisons", lang), before=sheet(comparison_cells(content, lang), "comparisons")),
        Section(
            "measures",
            say("measures", lang),
            before=quiet(say("measures_caption", lang)) + sheet(measure_cells(content, lang), "measures", foot=True)
            if measures
            else "",
        ),
        Section("assumptions", say("assumptions", lang), before=_assumptions(content, lang)),
    ]


def _findings(content: Mapping[str, Any], lang: Lang) -> str:
    parts = [quiet(say("findings_caption", lang))]
    for grade, look in LOOKS.items():
        if texts := [f["text"][lang] for f in content["findings"] if f["grade"] == grade]:
            parts.append(box(f"{GRADE_TEXT[grade][LANGS.index(lang)]} ({len(texts)})", look, texts))
    if len(parts) == 1:
        parts.append(box(say("clean", lang), "good"))
    return "".join(parts)


def account_cells(content: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], lang: Lang) -> list[Any]:
    """Accounts with amounts and shares; sources stand below their scope."""
    titles = content["titles"]

    def name(r: Mapping[str, Any]) -> str:
        title = str(titles[r["account"]][lang])
        indent = "　" * int(r["depth"])
        return indent + (say("residual", lang, of=title) if r["residual"] else title)

    shares = [f"{r['share_shown']:.2f}".replace("-", "−") if r["share_shown"] is not None else "–" for r in rows]
    told = ["–" if r["told_share"] is None else f"{100 * r['told_share']:.2f}" for r in rows]
    return [
        words(say("account", lang), [name(r) for r in rows]),
        numbers(say("amount", lang), [amount(content, r["kg"], 4) for r in rows], content["unit"]["text"][lang]),
        numbers(say("share", lang), shares, "%"),
        numbers(say("told", lang), told, "%"),
        words(say("how", lang), [r["how_text"][lang] for r in rows]),
    ]


def change_cells(content: Mapping[str, Any], lang: Lang) -> list[Any]:
    rows = content["changes"]
    titles = content["titles"]

    def of(kg: float | None, r: Mapping[str, Any]) -> str:
        return "–" if kg is None else n(kg / r["size"])

    def before(r: Mapping[str, Any]) -> str:
        if r["before"] is None and r["implied_before"] is not None:
            return f"{of(r['implied_before'], r)} {say('implied', lang)}"
        return of(r["before"], r)

    def told(r: Mapping[str, Any]) -> str:
        parts = []
        if r["told_absolute"] is not None:
            parts.append(f"{r['told_absolute'] / r['size']:+.5g}")
        if r["told_relative"] is not None:
            parts.append(percent(r["told_relative"]))
        return " / ".join(parts)

    return [
        words(say("account", lang), [titles[r["of"]][lang] for r in rows]),
        words(say("years", lang), [f"{r['since']}–{r['until']}" for r in rows]),
        numbers(say("before", lang), [before(r) for r in rows]),
        numbers(say("after", lang), [of(r["after"], r) for r in rows]),
        words(say("unit", lang), ["–" if r["after"] is None else r["unit"][lang] for r in rows]),
        numbers(say("computed_change", lang), ["–" if r["relative"] is None else percent(r["relative"]) for r in rows]),
        numbers(say("told_change", lang), [told(r) for r in rows]),
    ]


def comparison_cells(content: Mapping[str, Any], lang: Lang) -> list[Any]:
    rows, unit = content["comparisons"], content["unit"]["text"][lang]
    return [
        words(say("account", lang), [f"{content['titles'][r['of']][lang]} {r['year']}" for r in rows]),
        words(say("against", lang), [r["against"][lang] for r in rows]),
        numbers(say("actual", lang), [amount(content, r["actual_kg"]) for r in rows], unit),
        numbers(say("difference", lang), [amount(content, r["difference_kg"]) for r in rows], unit),
        numbers(say("expected", lang), [amount(content, r["expected_kg"]) for r in rows], unit),
    ]


def measure_cells(content: Mapping[str, Any], lang: Lang) -> list[Any]:
    """The ledger; its last row is the sum of what counts."""
    rows = content["measures"]

    def computed(r: Mapping[str, Any]) -> str:
        low, high = r["computed_low_t"], r["computed_high_t"]
        if low is None:
            return "–"
        return number(low, 1) if abs(high - low) < 0.002 * high else f"{number(low)} … {number(high)}"

    def method(r: Mapping[str, Any]) -> str:
        return "; ".join(x for x in ((r["method"] or {}).get(lang, ""), r["factor"]) if x)

    total = sum(r["counted_t"] for r in rows)
    names = [r["title"][lang] + (f" · {r['who'][lang]}" if r["who"] else "") for r in rows]
    return [
        words(say("measure", lang), [*names, say("sum", lang)]),
        words(say("kind", lang), [*(r["kind_text"][lang] for r in rows), ""]),
        words(say("activity", lang), [*(r["activity"][lang] or "–" for r in rows), ""]),
        words(say("method", lang), [*(method(r) or "–" for r in rows), ""]),
        numbers(say("told_t", lang), [*(number(r["told_t"], 1) for r in rows), ""], "t"),
        numbers(say("computed_t", lang), [*(computed(r) for r in rows), ""], "t"),
        numbers(say("counted_t", lang), [*(number(r["counted_t"], 1) for r in rows), number(total, 1)], "t"),
        words(say("guard", lang), [*(r["guard"][lang] if r["guard"] else "" for r in rows), ""]),
    ]


def _bars(
    content: Mapping[str, Any], rows: Mapping[str, Sequence[Mapping[str, Any]]], lang: Lang
) -> list[dict[str, Any]]:
    """Two bars of the same total: scopes with their sources, and segments."""
    size, traces = content["unit"]["size_kg"], []
    total = rows["scope"][0]["kg"] if rows["scope"] else 0.0
    segment = 0
    for by in ("segment", "scope"):
        scope, nth = "", 0
        for r in rows[by][1:]:
            if r["depth"] == 1:
                scope, nth = r["account"], 0
            if r["residual"] or r["kg"] <= 0 or (r["depth"] == 1 and _has_parts(rows[by], r)):
                continue
            if by == "scope":
                shade = mix(SCOPE_COLOUR.get(scope, INK), "#ffffff", min(0.14 * nth, 0.7))
            else:
                shade = SEGMENT_COLOUR[segment % len(SEGMENT_COLOUR)]
            nth, segment = nth + 1, segment + (by == "segment")
            title = content["titles"][r["account"]][lang]
            told = f"{title}: {amount(content, r['kg'])} ({r['share_shown']:.2f} %)"
            traces.append(
                {
                    "type": "bar", "orientation": "h", "y": [say(f"by_{by}", lang)],
                    "x": [float(f"{r['kg'] / size:.6g}")],
                    "name": plain(title), "marker": {"color": shade, "line": {"color": "#ffffff", "width": 1}},
                    "text": [broken(title, LABEL)] if r["kg"] >= LEAST_LABEL * total else [""],
                    "textposition": "inside", "insidetextanchor": "middle", "textangle": 0,
                    "constraintext": "none", "customdata": [plain(told)],
                    "hovertemplate": "%{customdata}<extra></extra>",
                    "showlegend": False,
                }
            )  # fmt: skip
    return traces


def _has_parts(rows: Sequence[Mapping[str, Any]], scope: Mapping[str, Any]) -> bool:
    at = next(k for k, r in enumerate(rows) if r is scope)
    return at + 1 < len(rows) and rows[at + 1]["depth"] == 2


def _layout(content: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    layout = base_layout()
    layout["xaxis"] = axis(f"{content['unit']['text'][lang]} CO₂e", rangemode="tozero")
    layout["yaxis"] = {"automargin": True, "showgrid": False}
    layout |= {"barmode": "stack", "bargap": 0.35, "showlegend": False}
    layout["margin"] = {"l": 20, "r": 20, "t": 10, "b": 44}
    return layout


def _assumptions(content: Mapping[str, Any], lang: Lang) -> str:
    told = content["assumptions"]
    columns = [
        words(say("name", lang), [a["name"] for a in told]),
        numbers(say("value", lang), [f"{a['value']:,.10g}" for a in told]),
        words(say("status", lang), [say(a["status"], lang) for a in told]),
        words(say("source", lang), [a["source"] for a in told]),
    ]
    return fold(f"{say('assumptions', lang)} ({len(told)})", sheet(columns, "assumed"))

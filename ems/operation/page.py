"""A backtest as one HTML page in both languages: the table, pictures, what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ems.accounts import CAUSES
from ems.operation.policies import POLICIES
from ems.operation.words import COLUMNS, cells
from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import Lang, number, plain
from ems.sizing.report.bilingual import Side, bilingual_html, language_button
from ems.sizing.report.pieces import Section, bullets, lead, numbers, quiet, sheet, words

LANGS: tuple[Lang, Lang] = ("zh", "en")
COLOUR = {
    "rule_based": "#7f8893", "day_ahead": "#e69f00", "rolling": "#0072b2", "rolling_stochastic": "#cc79a7",
    "perfect": "#009e73",
}  # fmt: skip
SHARES = {
    "energy": "#0072b2", "demand_charge": "#d55e00", "wear": "#7f8893", "start": "#a6761d", "throughput": "#cc79a7",
    "end_stock": "#009e73", "unserved": "#000000",
}  # fmt: skip
WEEK = 7
TEXT = {
    "other": ("English", "中文"),
    "title": ("运行回测", "Backtest of operation"),
    "lead": (
        "{first} 至 {last}, 步长 {step} 分钟, 各策略面对相同的天气、负荷与预测。",
        "{first} to {last}, steps of {step} min; every policy meets the same weather, demands and forecasts.",
    ),
    "table": ("各策略结果", "What each policy came to"),
    "table_caption": (
        "总成本 = 购能、需量、磨损与启停、存量差额及缺供罚项之和。占完全预见节省 = (规则 − 策略) / (规则 − 完全预见)。"
        "计划变动 = 相邻两次计划重叠时段内变化超过额定值 5 % 或启停不同的设定值占比。",
        "Total = energy, demand charge, wear and starts, difference of stocks and penalties. Of perfect = (rules - "
        "policy) / (rules - perfect foresight). Churn = share of setpoints in the hours of two plans in a row that "
        "move by more than 5 % of the rating, or whose modules differ.",
    ),
    "money": ("成本构成", "Where the money goes"),
    "money_caption": ("全部月份合计, 万元。", "All months, 10 000 CNY."),
    "savings": ("逐月节省", "Saved, month by month"),
    "savings_caption": ("相对规则运行, 万元。", "Against operation by rules, 10 000 CNY."),
    "peaks": ("逐月最大需量", "Peak of each month"),
    "peaks_caption": ("购电功率的最大值, kW。", "Highest import, kW."),
    "week": ("首月首周购电", "Import in the first week"),
    "week_caption": ("各策略的购电功率, kW。", "Import of each policy, kW."),
    "months": ("逐月数据", "Month by month"),
    "month": ("月份", "month"),
    "capture": ("占完全预见节省", "of perfect"),
    "rest": ("数据与假设", "What it rests on"),
    "errors": ("预测误差: {name}, 来源: {source}({status})。", "Forecast errors, {name}: {source} ({status})."),
    "spread_unit": ("万元", "10 000 CNY"),
}


def backtest_html(content: Mapping[str, Any], lang: Lang) -> str:
    """The page of a backtest, given as the content of its backtest.json; ``lang`` is shown first."""
    sides = [Side(each, _title(content, each), _top(content, each), _sections(content, each)) for each in LANGS]
    return bilingual_html(sides, lang, {"start": "", "columns": {}})


def _say(key: str, lang: Lang, **more: object) -> str:
    return TEXT[key][LANGS.index(lang)].format(**more)


def _name(policy: str, lang: Lang) -> str:
    note = POLICIES[policy]
    return note.zh if lang == "zh" else note.en


def _title(content: Mapping[str, Any], lang: Lang) -> str:
    return f"{_say('title', lang)} · {content['site']['title'][lang]}"


def _top(content: Mapping[str, Any], lang: Lang) -> str:
    span = _say("lead", lang, first=content["from"], last=content["to"], step=content["step_minutes"])
    found = bullets([f[lang] for f in content["findings"]])
    return f"{language_button(lang, _say('other', lang))}<h1>{plain(_title(content, lang))}</h1>{lead(span)}{found}"


def _sections(content: Mapping[str, Any], lang: Lang) -> list[Section]:
    return [
        Section("table", _say("table", lang), before=_table(content, lang) + quiet(_say("table_caption", lang))),
        Section("pictures", _say("money", lang), figures=[_money(content, lang)]),
        Section("months", _say("months", lang), figures=_by_month(content, lang), after=_month_table(content, lang)),
        Section("rest", _say("rest", lang), before=_rest(content, lang)),
    ]


def _table(content: Mapping[str, Any], lang: Lang) -> str:
    lines = [cells(p, lang) for p in content["policies"]]
    side = LANGS.index(lang)
    columns = []
    for k, heads in enumerate(COLUMNS.values()):
        name, unit = heads[side]
        column = [line[k] for line in lines]
        columns.append(words(name, column) if k == 0 else numbers(name, column, unit))
    return sheet(columns, "policies")


def _money(content: Mapping[str, Any], lang: Lang) -> Chart:
    """One stacked bar for each policy."""
    sums: dict[str, dict[str, float]] = {}
    for row in content["rows"]:
        for cause, cny in row["causes_cny"].items():
            sums.setdefault(cause, {}).setdefault(row["policy"], 0.0)
            sums[cause][row["policy"]] += cny
    policies = [p["policy"] for p in content["policies"]]
    side = 1 - LANGS.index(lang)
    data: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": plain(CAUSES[cause][side]),
            "x": [_name(p, lang) for p in policies],
            "y": [round(by.get(p, 0.0) / 1e4, 3) for p in policies],
            "marker": {"color": SHARES.get(cause, "#b9c2cc")},
            "hovertemplate": "%{x}: %{y:,.2f}<extra>%{fullData.name}</extra>",
        }
        for cause, by in sorted(sums.items(), key=lambda item: -sum(item[1].values()))
        if any(abs(x) > 100 for x in by.values())
    ]
    layout = base_layout() | {"barmode": "relative", "xaxis": axis(""), "yaxis": axis(_say("spread_unit", lang))}
    return Chart("money", "", _say("money_caption", lang), data, layout, height=420)


def _by_month(content: Mapping[str, Any], lang: Lang) -> list[Chart]:
    rows = {(r["policy"], r["month"]): r for r in content["rows"]}
    months, policies = content["months"], [p["policy"] for p in content["policies"]]

    def saved(p: str) -> list[float | None]:
        pairs = [(rows.get(("rule_based", m)), rows.get((p, m))) for m in months]
        return [round((a["total_cny"] - b["total_cny"]) / 1e4, 3) if a and b else None for a, b in pairs]

    def peaks(p: str) -> list[float | None]:
        return [round(r["peak_kw"], 1) if (r := rows.get((p, m))) else None for m in months]

    better = [p for p in policies if p != "rule_based"] if "rule_based" in policies else []
    bars = [_bars(p, months, saved(p), lang) for p in better]
    layout = base_layout() | {"barmode": "group", "xaxis": axis("", type="category")}
    highest, power = [_bars(p, months, peaks(p), lang) for p in policies], axis("kW", rangemode="tozero")
    charts = [
        Chart("peaks", _say("peaks", lang), _say("peaks_caption", lang), highest, layout | {"yaxis": power}),
        _week(content, lang),
    ]  # fmt: skip
    if bars:
        money = layout | {"yaxis": axis(_say("spread_unit", lang))}
        charts.insert(0, Chart("savings", _say("savings", lang), _say("savings_caption", lang), bars, money))
    return charts


def _bars(policy: str, months: Sequence[str], values: list[float | None], lang: Lang) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": _name(policy, lang),
        "x": list(months),
        "y": values,
        "marker": {"color": COLOUR[policy]},
        "hovertemplate": "%{x}: %{y:,.1f}<extra>%{fullData.name}</extra>",
    }


def _week(content: Mapping[str, Any], lang: Lang) -> Chart:
    """Import of the first days of the first month."""
    steps = WEEK * 1440 // content["step_minutes"]
    data = []
    for row in content["rows"]:
        if row["month"] != content["months"][0]:
            continue
        bought = [x for name, x in row["series"].items() if name.endswith(".import_kw")]
        total = [round(sum(values), 1) for values in zip(*bought, strict=True)][:steps]
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": _name(row["policy"], lang),
                "x0": content["start"][:19],
                "dx": content["step_minutes"] * 60_000,
                "y": total,
                "line": {"shape": "hv", "width": 1.6, "color": COLOUR[row["policy"]]},
                "hovertemplate": "%{y:,.0f} kW<extra>%{fullData.name}</extra>",
            }
        )
    layout = base_layout() | {"xaxis": axis("", type="date"), "yaxis": axis("kW", rangemode="tozero")}
    return Chart("week", _say("week", lang), _say("week_caption", lang), data, layout)


def _month_table(content: Mapping[str, Any], lang: Lang) -> str:
    rows = {(r["policy"], r["month"]): r for r in content["rows"]}
    columns = [words(_say("month", lang), content["months"])]
    for p in content["policies"]:
        name = p["policy"]
        totals = [number(rows[name, m]["total_cny"], 0) if (name, m) in rows else "–" for m in content["months"]]
        columns.append(numbers(_name(name, lang), totals, "CNY" if lang == "en" else "元"))
        if name not in ("rule_based", "perfect"):
            shares = [p["capture_by_month"].get(m) for m in content["months"]]
            told = ["–" if x is None else f"{x:.1%}" for x in shares]
            columns.append(numbers(f"{_name(name, lang)}, {_say('capture', lang)}", told))
    return sheet(columns, "months")


def _rest(content: Mapping[str, Any], lang: Lang) -> str:
    errors = [
        _say("errors", lang, name=name, source=e["source"], status=e["status"])
        for name, e in content["forecast_errors"].items()
    ]
    return bullets([*(n[lang] for n in content["notes"]), *errors])

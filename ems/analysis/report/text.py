"""Every word of the analysis page that is not a name: key -> (Chinese, English)."""

from __future__ import annotations

from typing import Literal

Lang = Literal["zh", "en"]
TEXT: dict[str, tuple[str, str]] = {
    "title": ("用能分析", "Energy analysis"),
    "language": ("English", "中文"),
    "no_script": (
        "图形需要启用脚本才能显示, 表格与文字不受影响。",
        "The figures need scripts enabled; tables and text do not.",
    ),
    "period": ("{first} 至 {last}, {hours} 小时", "{first} to {last}, {hours} hours"),
    "coverage": ("全部表计均有读数的小时: {share}", "hours with readings of all meters: {share}"),
    "measured": ("读数文件: {name}", "readings: {name}"),
    "weather": ("预期所用天气: {weather}", "weather of what is expected: {weather}"),
    "found_none": ("读数中未发现异常。", "Nothing was found in the readings."),
    "found": ("在 {meters} 个表计中发现 {n} 处异常: {kinds}。", "{n} findings in {meters} meters: {kinds}."),
    "anomalies": ("异常与预警", "Anomalies and early warnings"),
    "anomalies_caption": (
        "在无故障的模拟年中, 误报不超过每表每年 {rate} 次(docs/energy-analysis.md)。缺测只列出, 不填补。",
        "On clean years without a fault at most {rate} false alarms per meter and year (docs/energy-analysis.md). Gaps "
        "are listed, never filled.",
    ),
    "timeline": ("何时何表", "Which meter, when"),
    "kind": ("类别", "kind"),
    "meter": ("表计", "meter"),
    "start": ("起", "from"),
    "end": ("止", "to"),
    "known_from": ("可知时刻", "known from"),
    "what": ("说明", "what"),
    "more": ("其余 {n} 处见 JSON。", "{n} more stand in the JSON."),
    "machines": ("设备与其曲线", "Machines and their curves"),
    "of_curve": ("实测能效占曲线值(中位数)", "efficiency of the curve's (median)"),
    "days_counted": ("计入天数", "days that count"),
    "not_judged": ("未作判断的", "What was not judged"),
    "methods": ("方法与阈值", "Methods and thresholds"),
    "rule": ("规则", "rule"),
    "source": ("来源", "source"),
    "consumption": ("用量", "Consumption"),
    "consumption_caption": (
        "有读数的小时之和; 占比按同一介质的全部用量表计。分时只列电力。",
        "Sums of the hours with readings; shares of all metered use of the carrier. Bands for electricity alone.",
    ),
    "carrier": ("介质", "carrier"),
    "amount": ("用量", "amount"),
    "share": ("占比", "share"),
    "known": ("有读数", "readings"),
    "buildings": ("按建筑", "By building"),
    "building": ("建筑", "building"),
    "daily": ("每日用量", "Use by day"),
    "pick_carrier": ("介质", "carrier"),
    "pick_meter": ("表计", "meter"),
    "changes": ("同比与环比", "Year on year, period on period"),
    "changes_caption": (
        "变化: 两期读数齐全时的总量之比。可比变化: 以本期工作日与休息日天数为权, 用两期日均值比较, "
        "不受假日移动与月份长短影响。缺数据即为空, 不作推算。",
        "Change: of the totals, where both are complete. Comparable: means of working and of free days weighed by this "
        "period's days, so that neither moved holidays nor the length of a month counts. Empty where data are missing.",
    ),
    "this": ("本期", "this period"),
    "year_on_year": ("上年同期", "a year before"),
    "period_on_period": ("上期", "period before"),
    "change": ("变化", "change"),
    "comparable": ("可比变化", "comparable"),
    "intensity": ("能耗强度", "Intensity"),
    "intensity_caption": (
        "按所示期间, 不折算全年; 读数不足 95% 的为空。建筑面积取自站点文件。",
        "For the period as it is, not scaled to a year; empty below 95 % of readings. Floor areas are the site file's.",
    ),
    "per_m2": ("单位建筑面积", "per floor area"),
    "per_kg": ("单位产氢", "per hydrogen made"),
    "per_occupied_day": ("每工作日", "per occupied day"),
    "per_free_day": ("每休息日", "per free day"),
    "per": ("口径", "per"),
    "basis": ("基数", "basis"),
    "value": ("数值", "value"),
    "unit": ("单位", "unit"),
    "load": ("负荷", "Load"),
    "load_caption": (
        "小时平均。基荷: 各日最低小时的中位数; 负荷率: 平均与最大之比。",
        "Hourly means. Base load: median of the days' lowest hours; load factor: mean over peak.",
    ),
    "peak": ("最大", "peak"),
    "peak_at": ("最大时刻", "at"),
    "mean": ("平均", "mean"),
    "base": ("基荷", "base load"),
    "load_factor": ("负荷率", "load factor"),
    "duration": ("负荷持续曲线", "Load duration"),
    "profile": ("典型日(中位数)", "Usual day (median)"),
    "working": ("工作日", "working day"),
    "free": ("休息日", "free day"),
    "hour": ("时", "hour"),
    "of_hours": ("占小时数", "of the hours"),
    "notes": ("数据说明与假设", "Data and assumptions"),
}


def say(key: str, lang: Lang, **values: object) -> str:
    """A text of the page with its blanks filled."""
    text = TEXT[key][lang == "en"]
    return text.format(**values) if values else text

"""Words of what pages say about uncertain forecasts and plans under scenarios: key -> (Chinese, English)."""

from __future__ import annotations

from api.pages.words import WordTable

UNCERTAINTY: WordTable = {
    "un_title": ("预测的不确定性", "How far the forecast may be off"),
    "un_lead": (
        "色带为 80% 区间(q10 至 q90): 十个时段中约有两个会落在带外。",
        "The band holds 80% of what may come (q10 to q90): about two intervals of ten lie outside of it.",
    ),
    "un_issued": ("预测发布于 {at}。", "Issued {at}."),
    "un_none": (
        "这些输入没有区间: 它们与计划一同生成, 或早于区间功能。刷新预测即可得到区间。",
        "These inputs have no intervals: they were made with a plan, or before intervals were kept. Refresh the "
        "forecast to get them.",
    ),
    "un_fan": ("{what}: 80% 区间", "{what}: 80% interval"),
    "un_caption": ("方法: {rung}。{held}", "Method: {rung}. {held}"),
    "un_what": ("项目", "What"),
    "un_rung": ("方法", "Method"),
    "un_held_title": ("区间是否可信", "Has the band held"),
    "un_peak": ("最高时段(80% 区间)", "Highest interval (80% band)"),
    "un_peak_of": ("{mean} ({low} 至 {high}) {unit}, {at}", "{mean} ({low} to {high}) {unit} at {at}"),
    "un_held": (
        "{first} 至 {last}, 实测有 {share}% 落在这样的 80% 区间内。",
        "From {first} to {last}, {share}% of measurements lay within such 80% bands.",
    ),
    "un_never_checked": (
        "区间宽度为假定, 未经本地实测检验。",
        "The width is assumed: it was never checked against measurements of this park.",
    ),
    "un_low": ("下限 q10", "lower edge, q10"),
    "un_band": ("80% 区间(上限 q90)", "80% interval (upper edge q90)"),
    "un_mean": ("均值", "mean"),
    "un_planned": ("计划所用", "as plans use it"),
    "us_expected": ("期望费用", "Expected cost"),
    "us_cvar": ("最贵一成的均值 (CVaR)", "Mean of the dearest tenth (CVaR)"),
    "us_vss": ("考虑情景的价值 (VSS)", "Worth of looking at scenarios (VSS)"),
    "us_evpi": ("完全信息的价值 (EVPI)", "Worth of knowing the day (EVPI)"),
    "us_unknown": ("无法给出", "cannot be told"),
    "us_scenario": ("概率 {share}%", "probability {share}%"),
    "us_planned": ("计划", "as planned"),
    "us_chart": (
        "{grid}: 计划与各情景的购电(负为上网)",
        "{grid}: import as planned and in each scenario (below 0: export)",
    ),
    "us_chart_caption": ("颜色越深, 概率越大。", "The darker a line, the likelier."),
    "un_why": ("依据与数据质量", "Evidence and quality of the history"),
}

PLAN_UNCERTAINTY: WordTable = {
    "s_scenarios": ("不确定性下的计划", "Under scenarios"),
    "pu_title": ("不确定性", "Uncertainty"),
    "pu_lead": (
        "默认只按预期的一天优化。可同时考虑多种可能的一天: 计算更久, 但设备启停和储能对各种可能都合适。",
        "By default the expected day alone is planned. With scenarios the plan has to do for several days that may "
        "come: starts and stores suit all of them, and it takes longer.",
    ),
    "pu_scenarios": ("情景数(0 为不考虑)", "Scenarios (0: none)"),
    "pu_from_now": ("从现在起重排", "Re-plan from now"),
    "pu_from_now_more": (
        "按测量与执行中的计划重排今日余下时段; 结果与其他计划一样需要批准。",
        "The rest of today anew, from measurements and the approved plan; to be approved as every plan.",
    ),
    "pu_risk": ("最贵一成的权重(0 至 100)", "Weight of the dearest tenth (0 to 100)"),
}

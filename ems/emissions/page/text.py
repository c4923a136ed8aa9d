"""Every word of an emission report and its workbook that is not a name: key -> (Chinese, English)."""

from __future__ import annotations

from ems.report.formats import Lang

TEXT: dict[str, tuple[str, str]] = {
    # heading
    "title": ("碳排放与减排报告", "Emissions and what was avoided"),
    "language": ("English", "中文"),
    "from_to": ("{start} 至 {end}", "{start} to {end}"),
    "answer": (
        "{period}, 园区与“{baseline}”相比减排 {location}(基于位置), {market}(基于市场)。"
        "同期园区自身排放 {own_location}(基于位置), {own_market}(基于市场)。",
        "From {period} the park avoided {location} (location based) or {market} (market based) against “{baseline}”. "
        "It emitted {own_location} (location based) or {own_market} (market based) itself.",
    ),
    "answer_mixed": (
        "{period}, 园区与“{baseline}”相比的减排量为 {location}(基于位置), {market}(基于市场); 负值表示多排放。"
        "同期园区自身排放 {own_location}(基于位置), {own_market}(基于市场)。",
        "From {period} the park avoided {location} (location based) or {market} (market based) against “{baseline}”; "
        "below zero it emitted more. It emitted {own_location} (location based) or {own_market} (market based) itself.",
    ),
    "card_avoided": ("减排量", "avoided"),
    "card_inventory": ("园区排放", "emitted by the park"),
    "location": ("基于位置", "location based"),
    "market": ("基于市场", "market based"),
    "interval": ("95% 区间 {low} 至 {high}", "95% between {low} and {high}"),
    "fact_hours": ("{hours} 小时({days} 天)", "{hours} hours ({days} days)"),
    "fact_baseline": ("基准: {baseline}", "baseline: {baseline}"),
    "fact_coverage": ("数据完整率 {share}", "hours with all data: {share}"),
    "made_at": ("编制时间 {time}", "made {time}"),
    "source_plans": ("按计划值", "from plans"),
    "source_measured": ("按计量值", "from meters"),
    "gaps_badge": ("数据缺口 {n} 处", "gaps in data: {n}"),
    "complete": ("数据完整", "no gaps"),
    "outside": (
        "减排量是基准情景与园区实际之差, 不属于范围一至三的排放清单, 也不从清单中扣减。",
        "Avoided emissions are the baseline less the park. They stand outside the inventory of scopes 1 to 3 and are "
        "not subtracted from it.",
    ),
    # avoided
    "avoided": ("减排量", "Avoided emissions"),
    "avoided_caption": (
        "每个基准都以同样的负荷、供热、供冷、用氢和行驶里程为前提。自发自用的光伏不再外购, 不会再次扣减。",
        "Each baseline serves the same electricity, heat, cooling, hydrogen and distance. Own solar power used on site "
        "is not bought, and it is not subtracted a second time.",
    ),
    "against": ("基准与方法", "baseline and method"),
    "by_cause": ("减排来自何处", "Where it was avoided"),
    "by_cause_caption": (
        "从基准排放开始, 向左为少排放, 向右为园区另有的排放, 末条为园区排放。",
        "From the emissions of the baseline: to the left is spared, to the right is what the park emits instead; the "
        "last bar is the park.",
    ),
    "by_month": ("逐月减排量", "Avoided by month"),
    "baseline": ("基准", "baseline"),
    "method": ("方法", "method"),
    "baseline_emits": ("基准排放", "baseline"),
    "park_emits": ("园区排放", "park"),
    "the_park": ("园区排放", "the park"),
    "park_and_left_out": ("园区及未比较的小时", "the park and hours not compared"),
    "hours_left_out": (
        "“{baseline}”: 有 {n} 小时一侧缺少数据, 两侧都不计入减排, 因此减排量不等于两个总量之差。",
        "“{baseline}”: {n} hours lack data on one side and count on neither, so what was avoided is not the difference "
        "of the two totals.",
    ),
    "cause": ("原因", "cause"),
    "sum": ("合计", "sum"),
    "check": ("核对: 两种分法之差", "check: difference of the two"),
    "period": ("全期", "period"),
    "table_of": ("数据表: {what}", "Table: {what}"),
    "baseline_assumes": ("基准“{baseline}”的假设", "What “{baseline}” assumes"),
    "not_counted": ("没有计入的减排", "Not counted as avoided"),
    # inventory
    "inventory": ("排放清单", "Inventory"),
    "inventory_caption": (
        "园区自身的排放。范围二按两种方法并列: 基于位置用所在电网的平均因子, 基于市场计入绿证, 其余用剩余组合因子。",
        "What the park emits itself. Scope 2 stands twice: location based with the average of its grid, market based "
        "with certificates and the residual mix for the rest.",
    ),
    "scope": ("范围", "scope"),
    "scope1_kg": ("范围一: 园区内燃烧", "scope 1: burnt in the park"),
    "scope2_kg": ("范围二: 外购能源", "scope 2: bought energy"),
    "scope3_kg": ("范围三: 外购介质的生产与运输", "scope 3: making and carrying what is bought"),
    "total_kg": ("清单合计", "inventory"),
    "scope_1": ("范围一", "scope 1"),
    "scope_2_location": ("范围二(位置)", "scope 2, location"),
    "scope_2_market": ("范围二(市场)", "scope 2, market"),
    "scope_3": ("范围三", "scope 3"),
    "scope_memo": ("单列", "beside"),
    "by_line": ("构成", "What it is made of"),
    "beside": ("清单之外单列", "Beside the inventory"),
    "beside_caption": (
        "不计入任何合计: 减排量, 以及下列项目(如有)。",
        "In no total: what was avoided, and the lines below where there are any.",
    ),
    "line": ("项目", "line"),
    "activity": ("活动量", "activity"),
    "factor": ("因子", "factor"),
    "emissions": ("排放", "emissions"),
    # lines
    "lines": ("逐项: 活动量 × 因子", "Line by line: activity × factor"),
    "lines_caption": (
        "每行可追溯到一个计量点和一个因子; 因子随时间变化时, 所示为按活动量加权的平均值。",
        "Each line leads to one meter and one factor. Where a factor varies over time its mean weighted by the "
        "activity is shown.",
    ),
    "lines_by_month": ("逐月", "By month"),
    # factors, formulas, change
    "factors": ("排放因子", "Emission factors"),
    "factors_caption": (
        "报告冻结其所用因子; 编号下方为内容摘要的前十二位。",
        "A report freezes its factors; below each id stand the first twelve digits of its digest.",
    ),
    "value": ("数值", "value"),
    "varies": ("随时间变化", "varies over time"),
    "region_year": ("地区 · 数据年份", "region · year of data"),
    "announcement": ("公告", "announcement"),
    "status": ("状态", "status"),
    "source": ("出处", "source"),
    "formulas": ("公式", "Formulas"),
    "meaning": ("含义", "what"),
    "formula": ("公式", "formula"),
    "change": ("与旧报告相比", "Since the older report"),
    "change_caption": (
        "旧报告编制于 {created}, 期间 {start} 至 {end}。差异完整分解为因子、活动量与方法三部分。",
        "The older report was made {created} for {start} to {end}. The change is split into factors, activity and "
        "method without a rest.",
    ),
    "old_kg": ("旧", "older"),
    "new_kg": ("新", "newer"),
    "factors_kg": ("因子", "factors"),
    "activity_kg": ("活动量", "activity"),
    "method_kg": ("方法", "method"),
    "change_kg": ("变化", "change"),
    # uncertainty
    "uncertainty": ("不确定性", "Uncertainty"),
    "uncertainty_caption": (
        "95% 区间; 方法: {method}; 抽样 {draws} 次, 种子 {seed}。",
        "95% intervals. Method: {method}; {draws} draws, seed {seed}.",
    ),
    "propagated": ("误差传播", "error propagation"),
    "drawn": ("蒙特卡洛", "Monte Carlo"),
    "contributions": ("不确定性来自何处", "Where the uncertainty comes from"),
    "of_variance": ("占方差 %", "% of the variance"),
    "others": ("其余", "others"),
    # gaps, assumptions, evidence
    "gaps": ("数据缺口", "Gaps in the data"),
    "no_gaps": ("本期所有计量点逐时数据完整。", "Every meter has data for every hour of the period."),
    "gaps_caption": (
        "有全部数据的小时占 {share}; 缺口 {n} 处, 只列出, 不填补: 缺数的小时不计入合计。",
        "{share} of the hours have all data; there are {n} gaps. They are listed and not filled: hours without data "
        "count as nothing in the totals.",
    ),
    "all_meters": ("全部计量点", "all meters"),
    "meter": ("计量点", "meter"),
    "start": ("开始", "from"),
    "end": ("结束", "to"),
    "hours": ("小时", "hours"),
    "why": ("原因", "why"),
    "assumptions": ("假设与数据来源", "Assumptions and their sources"),
    "assumptions_caption": (
        "核算文件中的每个数字; 状态: 有出处, 推算, 假设, 默认值, 未标注。站点数字见 ems check。",
        "Every number of the accounting file. Status: sourced, computed, assumed, default, unmarked. "
        "`ems check` lists those of the site.",
    ),
    "all_figures": ("全部数字({n} 个), 假设在前", "All {n} figures, assumptions first"),
    "name": ("名称", "name"),
    "sourced": ("有出处", "sourced"),
    "computed": ("推算", "computed"),
    "assumption": ("假设", "assumption"),
    "default": ("默认值", "default"),
    "unmarked": ("未标注", "unmarked"),
    "notes": ("说明", "Notes"),
    "evidence": ("证据", "Evidence"),
    "evidence_caption": (
        "证据包可用 ems report --verify 重新计算, 每个数字到最后一位。",
        "The evidence bundle is recomputed to the last digit by ems report --verify.",
    ),
    "item": ("项目", "item"),
    "p_source": ("活动量来源", "source of the amounts"),
    "p_inputs": ("输入数据摘要", "digest of the inputs"),
    "p_accounting": ("核算文件摘要", "digest of the accounting file"),
    "p_site": ("站点文件摘要", "digest of the site file"),
    "p_factors": ("因子摘要", "digests of the factors"),
    "p_versions": ("软件版本", "versions"),
    "p_schema": ("文件格式版本", "schema version"),
    "p_created": ("生成时间", "created"),
    "figure": ("指标", "figure"),
    "unit": ("单位", "unit"),
    # hydrogen
    "hydrogen": ("氢的碳强度", "Emissions of the hydrogen"),
    "no_hydrogen": ("园区不制氢。", "No hydrogen is made in the park."),
    "hydrogen_caption": (
        "匹配期: {matching}; 归属: {attribution}。{reason}",
        "Matching period: {matching}. Attribution: {attribution}. {reason}",
    ),
    "made": ("产氢", "hydrogen made"),
    "per_kg": ("每千克排放(位置)", "per kg, location based"),
    "per_kg_certified": ("每千克排放(计入绿证)", "per kg, with certificates"),
    "own_share": ("自有光伏份额", "share of own solar power"),
    "power": ("用电", "power"),
    "hydrogen_field": ("逐时", "Hour by hour"),
    "hydrogen_field_caption": (
        "横轴为日, 纵轴为小时, 空白为不产氢或缺数; 每千克排放的颜色在各标准限值处变化。",
        "Days across, hours upwards, blank where none is made or data are missing. Emissions per kg change their "
        "colour at the limits of the standards.",
    ),
    "hour": ("时", "h"),
    "shown": ("显示", "show"),
    "month": ("月份", "month"),
    "hydrogen_by_month": ("逐月与标准限值", "By month, beside the limits"),
    "hydrogen_by_matching": ("其他匹配期下的结果", "Under other matching periods"),
    "each_kg": ("每千克氢的来源", "What each kilogram is made of"),
    "each_kg_caption": (
        "制氢用电的来源; 各用户取自管网或储罐, 储罐中的氢按混合物计。",
        "By the sources of its power. Users draw from the net or the tank, and what the tank holds is a mixture.",
    ),
    "taken_by": ("供给: {who}", "taken by: {who}"),
    "amount": ("数量", "amount"),
    "share": ("份额", "share"),
    "conditions": ("条件与出处", "Conditions and source"),
    "largest_grid_share": (
        "在 {limit} kgCO₂e/kg 以内, 网电份额最多 {share}, 其余须为自有光伏。",
        "To stay within {limit} kgCO₂e/kg at most {share} may be grid power, the rest own solar power.",
    ),
    "matching": ("匹配期", "matching period"),
    "matching_hour": ("小时", "hour"),
    "matching_month": ("月", "month"),
    "matching_year": ("年", "year"),
    "short_t_cab_0078_2020": ("T/CAB 0078", "T/CAB 0078"),
    "short_rfnbo": ("欧盟", "EU"),
    "limit_low_carbon": ("低碳氢", "low-carbon"),
    "limit_clean": ("清洁氢", "clean"),
    "limit_rfnbo": ("RFNBO", "RFNBO"),
    # certificates
    "certificates": ("绿证", "Certificates"),
    "certificates_caption": (
        "绿证只影响基于市场的结果; 只有已注销且与购电同期的绿证才覆盖购电。",
        "Certificates count in market-based figures alone, and only where they are retired and of the time of the "
        "purchase.",
    ),
    "no_certificates": ("核算文件中没有绿证。", "The accounting file lists no certificates."),
    "certificate": ("绿证", "certificate"),
    "generated": ("发电期", "generated"),
    "fate": ("去向", "fate"),
    "lot_mwh": ("数量 MWh", "lot MWh"),
    "used_mwh": ("本期起作用 MWh", "counts here MWh"),
    "effect": ("作用", "effect"),
    "kind_bought": ("外购", "bought"),
    "kind_own": ("自有发电", "own generation"),
    "wind": ("风电", "wind"),
    "solar": ("光伏", "solar"),
    "hydro": ("水电", "hydro"),
    "biomass": ("生物质", "biomass"),
    "geothermal": ("地热", "geothermal"),
    "ocean": ("海洋能", "ocean"),
    "retired": ("{day} 注销", "retired {day}"),
    "sold": ("{day} 售出", "sold {day}"),
    "kept": ("未注销", "not retired"),
    "import_kwh": ("购电", "electricity bought"),
    "covered_kwh": ("绿证覆盖", "covered by certificates"),
    "uncovered_kwh": ("未覆盖", "not covered"),
    "covered_share": ("覆盖率", "share covered"),
    "sold_own_use_kwh": ("绿证已售出的自用电", "own use whose certificates were sold"),
    "by_month_word": ("逐月", "by month"),
    # indicators
    "indicators": ("零碳园区指标", "Indicators of zero-carbon parks"),
    "indicators_caption": (
        "按发改环资〔2025〕910号的指标体系; 阈值在此只作标尺, 不构成评定。",
        "After the indicators of 发改环资〔2025〕910号; the thresholds serve as a yardstick here, not as a rating.",
    ),
    "indicator": ("指标", "indicator"),
    "threshold": ("阈值", "threshold"),
    "meets": ("达到", "meets it"),
    "meets_yes": ("是", "yes"),
    "meets_no": ("否", "no"),
    "meets_unknown": ("未知", "not known"),
    "needs": ("尚需", "needs"),
    # what may be claimed
    "eligibility": ("可以怎么说, 不可以怎么说", "What may be claimed and what not"),
    "eligibility_caption": (
        "没有方法学覆盖的, 不主张任何减排量信用; 下列数量不是碳信用。",
        "No credit is claimed that no method covers; the quantities below are no credits.",
    ),
    "of_hydrogen": ("关于氢", "Of the hydrogen"),
    "of_methods": ("按方法学", "By method"),
    "may": ("能否", "may be said"),
    "sentence": ("说法", "sentence"),
    "may_yes": ("可以", "yes"),
    "may_conditional": ("有条件", "on conditions"),
    "may_no": ("不可", "no"),
    "qualifies": ("是否适用", "qualifies"),
    "qualifies_yes": ("符合", "yes"),
    "qualifies_no": ("不符合", "no"),
    "qualifies_unknown": ("未知", "not known"),
    "quantity": ("数量", "quantity"),
    # vehicles
    "vehicles": ("氢能车辆", "Hydrogen vehicles"),
    "vehicles_caption": (
        "按团体标准的思路: 行驶里程 × 基准车百公里油耗 × 柴油因子, 减去所用氢气的供应排放。"
        "已包含在上面的减排量之中, 不再相加。",
        "After the group standard: distance × litres of the baseline vehicle × diesel factor, less what the supply of "
        "the hydrogen emitted. It is part of what was avoided above and is not added to it.",
    ),
    "vehicles_n": ("车辆数", "vehicles"),
    "km": ("行驶里程", "distance"),
    "hydrogen_kg": ("用氢", "hydrogen"),
    "kg_per_100km": ("百公里氢耗", "hydrogen per 100 km"),
    "l_per_100km": ("基准车百公里油耗", "diesel of the baseline vehicle"),
    "baseline_l": ("基准柴油", "diesel of the baseline"),
    "baseline_kg": ("基准排放(柴油)", "baseline: diesel"),
    "supply_location": ("氢气供应排放(位置)", "supply of the hydrogen, location"),
    "supply_market": ("氢气供应排放(市场)", "supply of the hydrogen, market"),
    "spared_location": ("减排(位置)", "avoided, location"),
    "spared_market": ("减排(市场)", "avoided, market"),
    "per_km_location": ("每公里减排(位置)", "avoided per km, location"),
    "per_km_market": ("每公里减排(市场)", "avoided per km, market"),
}


def say(key: str, lang: Lang, **values: object) -> str:
    """A text in one language with its blanks filled."""
    text = TEXT[key][lang == "en"]
    return text.format(**values) if values else text

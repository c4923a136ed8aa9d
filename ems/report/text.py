"""Every word of the report that is not a name: key -> (Chinese, English)."""

from __future__ import annotations

from typing import Literal

Lang = Literal["zh", "en"]
TEXT: dict[str, tuple[str, str]] = {
    # heading
    "title": ("日前运行计划", "Day-ahead plan"),
    "day": ("{date} {weekday}", "{weekday}, {date}"),
    "optimal": ("最优", "optimal"),
    "time_limit": ("达到时限", "time limit"),
    "relaxed": ("部分愿望未满足", "wishes unmet"),
    "fallback": ("规则运行方案", "rule-based fallback"),
    "infeasible": ("未放行", "not released"),
    "objective_cost": ("目标: 成本最低", "objective: lowest cost"),
    "objective_carbon": ("目标: 排放最低", "objective: lowest emissions"),
    "objective_balanced": ("目标: 成本与碳价合计最低", "objective: cost and carbon price together"),
    "objective_other": ("目标: {name}", "objective: {name}"),
    "gap": ("与最优界的间隙 {gap}", "gap to the best bound {gap}"),
    "resolution": ("{minutes} 分钟一步, 共 {steps} 步", "{steps} steps of {minutes} min"),
    "made_at": ("编制时间 {time}", "made {time}"),
    "weather_forecast": ("天气预报", "weather forecast"),
    "weather_climatology": ("气候平均典型日(不是预报)", "climatology, not a forecast"),
    "weather_synthetic": ("合成气象年(不是预报)", "synthetic year, not a forecast"),
    "weather_typical_year": ("典型气象年(不是预报)", "typical year, not a forecast"),
    "weather_file": ("天气文件", "weather from a file"),
    "weather_other": ("天气: {name}", "weather: {name}"),
    "not_a_forecast": (
        "天气取自气候平均典型日, 不是预报: 光伏出力、供热与供冷负荷按多年平均值估算, 当天实际会偏离。",
        "The weather is a climatology, not a forecast: solar yield, heat and cooling demand follow long-term means, "
        "and the actual day will differ.",
    ),
    "not_a_forecast_year": (
        "天气取自典型气象年, 不是当天的预报。",
        "The weather is taken from a typical year; it is not a forecast of this day.",
    ),
    "not_a_forecast_synthetic": (
        "天气取自合成气象年, 供规划研究, 不是当天的预报。",
        "The weather is taken from a synthetic year made for studies; it is not a forecast of this day.",
    ),
    # scenarios
    "scenarios": ("不确定性下的计划", "Under scenarios"),
    "s_weight": ("概率", "probability"),
    "s_total": ("成本", "cost"),
    "s_beyond": ("越界电量", "beyond the band"),
    # audit
    "audit_clean": (
        "审核通过: 各设备物理规律、母线平衡、状态衔接与费用复算均成立。",
        "Audit clean: the physics of every machine, the balances, the continuity and the money hold.",
    ),
    "audit_broken": ("审核发现 {n} 处违反:", "The audit found {n} broken laws:"),
    "audit_broken_one": ("审核发现 1 处违反:", "The audit found one broken law:"),
    "broken_law": ("{who}: {law}, 最大偏差 {worst}, {time}", "{who}: {law}, worst residual {worst}, {time}"),
    "baseline_broken": (
        "对照方案(规则运行)本身违反约束, 比较仅供参考:",
        "The rule-based baseline itself breaks laws; take the comparison with care:",
    ),
    "wishes": ("未满足的愿望", "Unmet wishes"),
    # key figures
    "key_figures": ("关键指标", "Key figures"),
    "against_baseline": ("与规则运行方案对比", "Against rule-based operation"),
    "figure": ("指标", "figure"),
    "plan": ("计划", "plan"),
    "baseline": ("规则运行", "rule-based"),
    "difference": ("差值", "difference"),
    "change": ("变化", "change"),
    "unit": ("单位", "unit"),
    "same_as_baseline": (
        "所示即规则运行方案, 与其自身比较没有差值。",
        "What is shown is the rule-based schedule itself, so there is nothing to compare.",
    ),
    "saving": (
        "比规则运行{cost}, {carbon}。",
        "Against rule-based operation: {cost}, {carbon}.",
    ),
    "saving_cost": ("节省 {x}({share})", "saves {x} ({share})"),
    "saving_cost_less": ("多支出 {x}({share})", "costs {x} more ({share})"),
    "saving_carbon": ("减排 {x}({share})", "avoids {x} ({share})"),
    "saving_carbon_less": ("多排放 {x}({share})", "emits {x} more ({share})"),
    "starts_unit": ("次", ""),
    "points": ("个百分点", "points"),
    # why
    "why": ("为什么这样安排", "Why the plan is as it is"),
    # figures
    "figures": ("图", "Figures"),
    "balance": ("{bus}平衡", "Balance of {bus}"),
    "balance_caption": (
        "零线以上为供给, 以下为用途, 每一时段合计为零; 斜线为储能充放。",
        "Supply above zero, use below; both add up to zero in every interval. Hatched: stores charging or discharging.",
    ),
    "balance_caption_bands": (
        "底色为分时电价时段, 黑线为购电价(右轴)。",
        "Background: tariff bands. Black line: purchase price (right axis).",
    ),
    "price": ("购电价", "purchase price"),
    "imbalance": ("不平衡量", "imbalance"),
    "grid_compared": ("购电功率: 计划与规则运行", "Electricity bought: plan and rule-based operation"),
    "grid_compared_caption": (
        "计划把购电移向何时: 底色为分时电价时段。",
        "Where the plan moves the purchase to; background: tariff bands.",
    ),
    "stores": ("储能存量", "Store levels"),
    "stores_caption": (
        "占容量的份额, 时段末值; 虚线为最低存量。",
        "Share of capacity at the end of each interval; dotted: lowest level.",
    ),
    "stores_axis": ("占容量", "of capacity"),
    "raster": ("设备启停与负荷", "Machines on and off"),
    "raster_caption": (
        "每行一台(组)设备, 颜色为运行状态, 运行时深浅为负荷率。",
        "One row per machine; the colour is its state, and its depth the load while it runs.",
    ),
    "off": ("停机", "off"),
    "standby": ("热备", "standby"),
    "warming": ("预热", "warming"),
    "on": ("运行", "on"),
    "load": ("负荷", "load"),
    "modules_on": ("运行 {on}/{all} 台", "{on} of {all} running"),
    "sankey": ("全天能量流向", "Energy of the day"),
    "sankey_caption": (
        "单位 kWh; 氢按低热值 33.33 kWh/kg 折算; 每条母线流入等于流出。",
        "In kWh, hydrogen by its lower heating value of 33.33 kWh/kg; at every bus inflow equals outflow.",
    ),
    "losses": ("损耗", "losses"),
    "curtailed": ("弃光", "curtailed"),
    "ambient": ("环境冷、热", "ambient heat and cold"),
    "waste_source": ("余热源", "waste-heat source"),
    "stock_gained": ("存量增加", "stock gained"),
    "stock_drawn": ("存量减少", "stock drawn"),
    "node_in": ("{label} 入", "{label}, in"),
    "node_out": ("{label} 出", "{label}, out"),
    "small_uses": ("其他小项", "small uses"),
    "cost_causes": ("成本构成", "Cost by cause"),
    "cost_causes_caption": ("计划与规则运行方案对比。", "The plan beside rule-based operation."),
    "cost_change": ("成本差异来自何处", "Where the cost differs"),
    "cost_change_caption": (
        "计划减规则运行; 向左为节省, 末条为合计。",
        "Plan minus rule-based; to the left is saved, the last bar is the sum.",
    ),
    "carbon_causes": ("排放构成", "Emissions by cause"),
    "carbon_causes_caption": ("基于位置的核算, 与规则运行方案对比。", "Location based, beside rule-based operation."),
    "carbon_change": ("排放差异来自何处", "Where emissions differ"),
    "carbon_change_caption": (
        "计划减规则运行; 向左为减排, 末条为合计。",
        "Plan minus rule-based; to the left is avoided, the last bar is the sum.",
    ),
    "sum": ("合计", "sum"),
    "marginal_energy": ("边际价值: 能量", "Marginal values of energy"),
    "marginal_mass": ("边际价值: {bus}", "Marginal value of {bus}"),
    "marginal_caption": (
        "母线上再多一个单位的价值: 低于它的新增供给值得用, 高于它的新增用途值得供。",
        "What one more unit on the bus is worth: supply that costs less pays, use that earns more pays.",
    ),
    "no_marginal": (
        "没有边际价值: 所示方案不是优化求解的结果。",
        "No marginal values: the schedule shown is not the answer of the optimiser.",
    ),
    "no_script": (
        "图形需要启用脚本才能显示, 表格与文字不受影响。",
        "The figures need scripts enabled; tables and text do not.",
    ),
    # notes and provenance
    "notes": ("数据说明与假设", "Data and assumptions"),
    "provenance": ("来源", "Provenance"),
    "item": ("项目", "item"),
    "value": ("内容", "value"),
    "p_weather": ("天气", "weather"),
    "p_issued": ("天气发布时间", "weather issued"),
    "p_tariff": ("电价表", "tariff"),
    "p_factor": ("电网排放因子", "grid factor"),
    "p_factor_value": (
        "{value} kgCO₂e/kWh ({id}; 发布: {issuer} {announcement})",
        "{value} kgCO₂e/kWh ({id}; issued by {issuer}, {announcement})",
    ),
    "p_digest": ("站点文件摘要", "digest of the site file"),
    "p_figures": ("站点数据", "figures of the site"),
    "p_solver": ("求解器结果", "solver"),
    "p_versions": ("软件版本", "versions"),
    "p_created": ("生成时间", "created"),
    "p_schema": ("文件格式版本", "schema version"),
    "sourced": ("有出处", "sourced"),
    "computed": ("推算", "computed"),
    "assumption": ("假设", "assumption"),
    "default": ("默认值", "default"),
    "unmarked": ("未标注", "unmarked"),
    # table of the day
    "schedule": ("逐时计划", "Hourly schedule"),
    "schedule_caption": (
        "功率为小时平均, 氢为该小时的量, 存量为小时末值; 电池为正表示放电。",
        "Rates are means of the hour, hydrogen is the amount in it, stocks stand at its end; the battery is positive "
        "when it discharges.",
    ),
    "time": ("时间", "time"),
    "band": ("时段", "band"),
    "c_price": ("电价", "price"),
    "c_pv": ("光伏", "PV"),
    "c_import": ("购电", "import"),
    "c_export": ("上网", "export"),
    "c_electrolysers": ("制氢用电", "H₂ power"),
    "c_hydrogen": ("产氢", "H₂ made"),
    "c_hydrogen_use": ("用氢", "H₂ served"),
    "c_tank": ("储氢", "H₂ tank"),
    "c_battery": ("电池", "battery"),
    "c_soc": ("荷电", "SoC"),
    "c_generation": ("发电机组", "CHP"),
    "c_demand": ("用电负荷", "demand"),
    "c_heat": ("供热", "heat"),
    "c_cooling": ("供冷", "cooling"),
    "day_sum": ("全天", "day"),
    "sum_units": ("kWh, kg", "kWh, kg"),
    "bands_title": ("分时汇总", "By tariff band"),
    "b_hours": ("小时", "hours"),
    "b_import": ("购电量", "bought"),
    "b_share": ("占比", "share"),
    "b_cost": ("电费", "cost"),
    "b_price": ("均价", "mean price"),
    "b_pv": ("光伏", "PV"),
    "b_hydrogen": ("产氢", "H₂ made"),
    # terminal only
    "inputs_title": ("输入数据 {date}", "Inputs of {date}"),
    "c_temperature": ("气温", "air"),
    "c_ghi": ("辐照", "GHI"),
    "c_pv_total": ("光伏合计", "PV total"),
    "c_intensity": ("排放因子", "intensity"),
    "figures_title": ("站点数据及其来源", "Figures of the site and where they come from"),
    "f_none": ("没有假设值。", "There are no assumptions."),
    "assumptions": ("假设值", "Assumptions"),
    # toolbar of the figures
    "bar_image": ("下载为图片", "Download as image"),
    "bar_zoom": ("放大", "Zoom"),
    "bar_pan": ("平移", "Pan"),
    "bar_reset": ("复位", "Reset"),
    "bar_isolate": ("双击图例可单独显示", "Double-click on legend to isolate one trace"),
    "bar_back": ("双击可恢复全图", "Double-click to zoom back out"),
}
WEEKDAYS = {
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def say(key: str, lang: Lang, **values: object) -> str:
    """A text of the report with its blanks filled."""
    text = TEXT[key][lang == "en"]
    return text.format(**values) if values else text

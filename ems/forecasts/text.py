"""Every word of the page of forecasts that is not a name: key -> (Chinese, English)."""

from __future__ import annotations

from ems.report.formats import Lang

TEXT: dict[str, tuple[str, str]] = {
    "language": ("English", "中文"),
    "forecast_title": ("预测与不确定性 {day}", "Forecast with its uncertainty, {day}"),
    "score_title": ("预测评分 {first} 至 {last}", "Scores of forecasts, {first} to {last}"),
    "issued": ("发布于 {at}", "issued {at}"),
    "weather": ("天气: {source}", "weather: {source}"),
    "history": ("历史: {file}, {first} 至 {last}", "history: {file}, {first} to {last}"),
    "no_history": ("未提供历史: 区间为假定", "no history given: intervals are assumed"),
    "series": ("序列", "series"),
    "fan": ("区间预测", "Intervals"),
    "fan_caption": (
        "深色带 50 %(q25 至 q75), 浅色带 90 %(q05 至 q95), 线为均值。",
        "Dark band 50 % (q25 to q75), light band 90 % (q05 to q95), line the mean.",
    ),
    "band_50": ("50 % 区间", "50 % interval"),
    "band_90": ("90 % 区间", "90 % interval"),
    "mean": ("均值", "mean"),
    "peak": ("最高时段均值(80 % 区间)", "highest mean (80 % interval)"),
    "measured": ("实测", "measured"),
    "recent": ("最近几日: 当时的预测与实测", "The last days: what was forecast, and what came"),
    "recent_caption": (
        "浅色带为 80 % 区间(q10 至 q90); 每日只用其发布时刻已有的数据。",
        "Light band 80 % (q10 to q90); each day uses what was there when it was issued, nothing later.",
    ),
    "band_80": ("80 % 区间", "80 % interval"),
    "scores": ("评分", "Scores"),
    "scores_caption": (
        "误差以分母的百分比计; 分母、计入规则与参照均列于表下。✓ 为所选。",
        "Errors in per cent of the denominator, told below each table with the rule of counting and the reference. "
        "✓ marks the method that is used.",
    ),
    "rung": ("方法", "method"),
    "n": ("样本", "values"),
    "rmse": ("RMSE", "RMSE"),
    "mae": ("MAE", "MAE"),
    "bias": ("偏差", "bias"),
    "skill": ("技巧", "skill"),
    "pinball": ("分位损失", "pinball"),
    "crps": ("CRPS", "CRPS"),
    "coverage": ("80 % 区间覆盖", "80 % interval covers"),
    "width": ("80 % 区间宽", "80 % interval is wide"),
    "denominator": (
        "分母: {capacity} {unit}; 计入: {counted}; 技巧的参照: {reference}; {first} 至 {last}。",
        "Denominator: {capacity} {unit}; counted: {counted}; skill against: {reference}; {first} to {last}.",
    ),
    "reliability": ("区间可信么", "Can the intervals be trusted"),
    "reliability_caption": (
        "实测低于某分位数的比例; 可信者落在对角线上。",
        "Share of measurements below each quantile; what can be trusted lies on the diagonal.",
    ),
    "level": ("分位水平", "level of the quantile"),
    "observed": ("实测低于它的比例", "measured below it"),
    "left_out": ("未采用的方法", "Methods that were left out"),
    "reason": ("原因", "reason"),
    "quality": ("历史数据质量", "Quality of the history"),
    "chosen": ("所用方法", "Method used"),
    "least": ("误差最小的方法", "Method that erred least"),
    "chosen_caption": (
        "每个序列按历次评分选用误差最小者; 无历史者用假定的误差。",
        "Each series takes the method that erred least before; without a history errors are assumed.",
    ),
    "why": ("依据", "by"),
    "by_history": ("历史评分", "scores of the past"),
    "mean_by_history": ("均值按历史, 误差为假定", "mean by its history, errors assumed"),
    "by_assumption": ("假定", "assumption"),
    "notes": ("说明", "Notes"),
    "scenarios": ("情景", "Scenarios"),
    "scenarios_caption": (
        "{count} 个加权情景; 同一情景内各时段相互关联。",
        "{count} weighted scenarios; within one the hours belong together.",
    ),
    "probability": ("权重", "weight"),
}


def say(key: str, lang: Lang, **more: object) -> str:
    """A text in one language."""
    return TEXT[key][("zh", "en").index(lang)].format(**more)

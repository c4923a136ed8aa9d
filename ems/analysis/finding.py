"""What was found in a meter's readings, and what each kind of finding is called, rests on and comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from forecasting.notes import Note

STATED_RATE = 0.1  # false alarms per meter-year on clean years, at most: docs/energy-analysis.md
Kind = Literal["gap", "stuck", "spike", "unit_slip", "repeated_day", "drift", "night_base", "efficiency"]


@dataclass(frozen=True)
class Finding:
    """A stretch ``[start, end)`` of a meter that cannot be right, or that is not what it was."""

    kind: Kind
    meter: str
    start: pd.Timestamp
    end: pd.Timestamp
    alarm: pd.Timestamp  # the end of the first hour after which it could be known
    ratio: float | None  # measured over expected, where the kind has one
    text: Note

    @property
    def hours(self) -> float:
        return float((self.end - self.start) / pd.Timedelta(hours=1))


@dataclass(frozen=True)
class Method:
    """How a kind of finding comes about."""

    kind: Kind
    name: Note
    rule: Note
    source: str


CUSUM_SOURCE = "Page (1954), Biometrika 41, 100-115; NIST/SEMATECH e-Handbook 6.3.2.3"
METHODS = (
    Method(
        "gap",
        Note("缺测", "gap"),
        Note("没有读数的小时; 只列出, 不填补。", "Hours without a reading; listed, never filled."),
        "definition",
    ),
    Method(
        "stuck",
        Note("卡滞", "stuck value"),
        Note(
            "相同的非零读数连续出现, 长到纯属巧合时一年不足 0.05 次: n(1-p)p^(L-1) <= 0.05, "
            "p 为相邻两小时读数相同的份额(各周中位数, 0.05 至 0.9), "
            "且 L >= 4, 读数不低于常见高值的 5%; "
            "同一数值三次以上长时间出现, 或调度设备在别的时间也读到该值, 视为设定值(如满负荷); "
            "或在应有读数的小时里连续 6 小时为零(常为零的表 24 小时)。",
            "The same reading other than zero in a row, so long that chance makes fewer than 0.05 in a year: "
            "n(1-p)p^(L-1) <= 0.05, p the share of hours equal to the one before (median of weeks, 0.05 to 0.9), "
            "L >= 4, from 5 % of the high level on; a value that stands long three times, or that a dispatched "
            "machine reads at other times too, is a setting such as full load; or zero in a row for 6 hours that are "
            "never zero (24 for a meter that is zero in 5 % of its hours).",
        ),
        "runs of length L: Schilling (1990), College Math. J. 21, 196-207; 0.05 and p's bounds are of this project",
    ),
    Method(
        "spike",
        Note("尖峰", "spike"),
        Note(
            "至多 2 小时的读数, 超出该表常见范围(高于 99.5% 分位数的 1.2 倍, 或低于 0.5% 分位数的一半), "
            "且其对同类日同一小时移动中位数的偏差, 与前 4 小时及后 4 小时的偏差均相差 10 个稳健标准差以上。",
            "At most 2 hours outside the meter's range (above 1.2 times its 99.5 % quantile or below half its 0.5 % "
            "quantile), whose deviation from the moving median of the same hour of like days differs from that of the "
            "4 hours before and of the 4 hours after by more than 10 robust standard deviations.",
        ),
        "Hampel identifier: Davies and Gather (1993), J. Am. Stat. Assoc. 88, 782-792; 10 and 1.2 are of this project",
    ),
    Method(
        "unit_slip",
        Note("单位错误", "unit slip"),
        Note(
            "各小时与参照之比的中位数落在 1000, 3.6 (MJ 与 kWh), 4 (15 分钟 kW 当作 kWh) 或其倒数附近, "
            "且六成以上小时一致; 1000 需一天, 其余需连续两天。能量不应为负, 负值即符号错误。",
            "The median ratio of a day's hours to their reference is near 1000, 3.6 (MJ for kWh), 4 (kW of 15 min as "
            "kWh) or an inverse, and six tenths of the hours agree; one day for 1000, two days for the others. "
            "Amounts are not negative: a negative one is a slip of the sign.",
        ),
        "1 kWh = 3.6 MJ (SI brochure, 9th edition, section 4, table 8); the rule is of this project",
    ),
    Method(
        "repeated_day",
        Note("重复日", "repeated day"),
        Note(
            "一天 24 个读数与此前某天逐一相同, 且至少有 12 个不同的非零值。",
            "All 24 readings equal those of an earlier day, with at least 12 different ones above zero.",
        ),
        "definition; 12 is of this project",
    ),
    Method(
        "drift",
        Note("漂移", "drift"),
        Note(
            "每周日间用量与预期之比的对数的累积和, 以稳健标准差为单位: "
            "松弛取 0.5 与 4% (冷热 8%) 中较大者, 限值 5; 斜率按 Theil-Sen。",
            "CUSUM of the weekly logarithm of measured over expected by day, in robust standard deviations: slack the "
            "larger of 0.5 and 4 % (heat and cold 8 %), limit 5; the slope is Theil-Sen's.",
        ),
        CUSUM_SOURCE + "; Sen (1968), J. Am. Stat. Assoc. 63, 1379-1389",
    ),
    Method(
        "night_base",
        Note("夜间基荷升高", "night base load"),
        Note(
            "0 至 5 时用电下四分位数与参照之比的对数的单侧累积和: 松弛取 0.5 与 8% 中较大者, 限值 5; "
            "与漂移同幅同时者只计漂移。",
            "One-sided CUSUM of the logarithm of the lower quartile from 0 to 5 o'clock over its reference: slack the "
            "larger of 0.5 and 8 %, limit 5; what goes along with an equal drift counts as drift alone.",
        ),
        CUSUM_SOURCE,
    ),
    Method(
        "efficiency",
        Note("能效偏离曲线", "efficiency off its curve"),
        Note(
            "热泵 COP, 电解槽 kWh/kg: 曲线电量与实测电量之比的对数, 每三天取中位数; "
            "累积和的松弛取 0.5 与 1% 中较大者, 限值 5。",
            "COP of heat pumps, kWh/kg of electrolysers: logarithm of electricity by the curve over electricity "
            "measured, median of three days; slack of the CUSUM the larger of 0.5 and 1 %, limit 5.",
        ),
        "curves: the site file; " + CUSUM_SOURCE,
    ),
)
METHOD = {m.kind: m for m in METHODS}

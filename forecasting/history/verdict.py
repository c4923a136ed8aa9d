"""Which rungs of the ladder a history may carry: it is refused, or a rung lower is taken, never fitted silently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from forecasting.history.measured import Measured
from forecasting.history.quality import STUCK, QualityReport
from forecasting.notes import Note

Level = Literal["learn", "level_only", "refused"]
LEARN_DAYS = 90  # usable days that learners need
LEVEL_DAYS = {"pv": 10, "demand": 14}  # usable days of a level, of a weekly pattern: assumptions
LEAST_SHARE = 0.05  # of the days: a record with fewer usable ones is not trusted in those either
DOUBTFUL, WRONG = 0.10, 0.40  # shares of samples that cannot be right: assumptions
SLIPPED, SHIFTED = 0.20, 0.50  # shares of days after which it is unknown which unit, which clock is right
STANDS = 0.5  # share of readings that stand still
LOWEST_LEVEL, HIGHEST_LEVEL = 0.35, 1.6  # of a plant under a clear sky: outside, nameplate or unit are wrong


@dataclass(frozen=True)
class Verdict:
    """``learn``: every rung; ``level_only``: nothing beyond physics or recipe x level, and naive; ``refused``: none."""

    level: Level
    reasons: tuple[Note, ...]


def verdict(measured: Measured) -> Verdict:
    """What the history may be used for, with the reasons where that is not all."""
    report = measured.report
    refused = [*_cannot_be(report), *_physics(report), *_nothing(measured)]
    if refused:
        return Verdict("refused", tuple(refused))
    lower = _little(report)
    return Verdict("level_only" if lower else "learn", tuple(lower))


def _nothing(measured: Measured) -> list[Note]:
    """Too little, or nothing but zero."""
    report, need = measured.report, LEVEL_DAYS[measured.kind]
    known = measured.values.dropna()
    if len(known) and (known == 0).all():
        return [Note("所有读数为零: 接错测点或停运。", "Every reading is zero: a wrong point, or out of service.")]
    if report.shares[STUCK] > STANDS:
        return [
            Note(
                f"{100 * report.shares[STUCK]:.0f}% 的读数停在同一值上。",
                f"{100 * report.shares[STUCK]:.0f}% of the readings stand still.",
            )
        ]
    if report.usable_days < need or report.usable_days < LEAST_SHARE * report.days:
        need = max(need, round(LEAST_SHARE * report.days))
        return [
            Note(
                f"{report.days} 天中只有 {report.usable_days} 天可用, 至少需要 {need} 天。",
                f"Only {report.usable_days} of {report.days} days are usable; at least {need} are needed.",
            )
        ]
    if report.above_zero == 0.0:
        return [Note("可用的读数全部为零。", "Every usable reading is zero.")]
    return []


def _cannot_be(report: QualityReport) -> list[Note]:
    """Too much that cannot be right."""
    out = []
    if report.slipped_days > SLIPPED * report.days:
        out.append(
            Note(
                f"{report.days} 天中有 {report.slipped_days} 天单位不同: 无法判断哪个单位正确, 请统一单位。",
                f"{report.slipped_days} of {report.days} days are in another unit: which one is right cannot be told. "
                "Bring them to one unit.",
            )
        )
    if report.shifted_days > SHIFTED * report.days and report.shift_h is not None:
        out.append(_shifted(report.shift_h))
    if report.wrong_share > WRONG and not out:
        out.append(
            Note(
                f"{100 * report.wrong_share:.0f}% 的读数不可能正确。",
                f"{100 * report.wrong_share:.0f}% of the readings cannot be right.",
            )
        )
    return out


def _physics(report: QualityReport) -> list[Note]:
    """What the sun says of a plant."""
    out = []
    if report.level is not None and not LOWEST_LEVEL <= report.level <= HIGHEST_LEVEL:
        out.append(
            Note(
                f"晴天出力为铭牌模型的 {report.level:.3g} 倍: 单位或铭牌容量有误, 请更正。",
                f"On clear days the plant makes {report.level:.3g} times what its nameplate allows for: the unit or "
                "the nameplate is wrong. Correct it.",
            )
        )
    return out


def _shifted(hours: float) -> Note:
    way = ("晚", "late") if hours > 0 else ("早", "early")
    return Note(
        f"记录比太阳{way[0]} {abs(hours):.1f} 小时: 时区有误, 请给出正确的时差。",
        f"The record runs {abs(hours):.1f} h {way[1]} against the sun: the time zone is wrong. Give the right offset.",
    )


def _little(report: QualityReport) -> list[Note]:
    """What leaves the level, but nothing to learn from."""
    out = []
    if report.usable_days < LEARN_DAYS:
        out.append(
            Note(
                f"只有 {report.usable_days} 天可用, 学习模型需要 {LEARN_DAYS} 天。",
                f"Only {report.usable_days} days are usable; models that learn need {LEARN_DAYS}.",
            )
        )
    if report.wrong_share > DOUBTFUL:
        out.append(
            Note(
                f"{100 * report.wrong_share:.0f}% 的读数不可能正确: 不用于学习, 只定水平。",
                f"{100 * report.wrong_share:.0f}% of the readings cannot be right: nothing is learned from this "
                "record but its level.",
            )
        )
    return out

"""What is known of the quality of a series: flags, figures, and the same in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from forecasting.notes import Note

TITLES = {
    "missing": Note("缺测", "missing"),
    "told": Note("仪表或人工标记为可疑、估计", "marked as suspect or estimated"),
    "out_of_range": Note("超出可能范围", "out of the possible range"),
    "night_power": Note("夜间有光伏出力", "solar power at night"),
    "stuck": Note("读数卡滞", "stuck"),
    "unit_slip": Note("单位错误", "another unit"),
    "duplicate_day": Note("与更早一天逐点相同", "copy of an earlier day"),
    "outage": Note("停运", "outage"),
    "curtailed": Note("限电", "curtailed"),
    "time_shift": Note("时间错位", "shifted in time"),
}
FLAGS = tuple(TITLES)
MISSING, TOLD, OUT_OF_RANGE, NIGHT_POWER, STUCK, UNIT_SLIP, DUPLICATE_DAY, OUTAGE, CURTAILED, TIME_SHIFT = FLAGS
WRONG = (OUT_OF_RANGE, NIGHT_POWER, STUCK, UNIT_SLIP, DUPLICATE_DAY, TIME_SHIFT)  # what a record should not hold


@dataclass(frozen=True)
class QualityReport:
    """Figures of one series.

    Attributes:
        name: of the series.
        first, last: local days from and to which it reaches.
        step_minutes: length of its intervals.
        samples: intervals from first to last that count (of PV those with the sun up and nights that are wrong).
        shares: flag -> share of these samples.
        wrong_share: share of the samples that are there and cannot be right.
        days, usable_days: local days from first to last; those with at least 80 % usable samples.
        above_zero: share of the usable samples above zero.
        level: median of measured / clear sky power on clear days [1]; None for demands or where no day was clear.
        shift_h: hours by which the record runs late against the sun; None for demands or where it cannot be told.
        shifted_days, slipped_days: days shifted in time, days in another unit.
        notes: what was found, in words.
    """

    name: str
    first: date
    last: date
    step_minutes: int
    samples: int
    shares: dict[str, float]
    wrong_share: float
    days: int
    usable_days: int
    above_zero: float
    level: float | None
    shift_h: float | None
    shifted_days: int
    slipped_days: int
    notes: tuple[Note, ...]

    @property
    def sentences(self) -> tuple[Note, ...]:
        """All of it in words: how much is there, what cannot be used and why."""
        head = Note(
            f"{self.name}: {self.first} 至 {self.last}, 每 {self.step_minutes} 分钟一个值, "
            f"{self.days} 天中 {self.usable_days} 天可用。",
            f"{self.name}: {self.first} to {self.last}, every {self.step_minutes} min, "
            f"{self.usable_days} of {self.days} days usable.",
        )
        flagged = {flag: share for flag, share in self.shares.items() if share > 0}
        if not flagged:
            return (head, Note("未发现不可用的数据。", "Nothing was found that cannot be used."), *self.notes)
        zh = ", ".join(f"{TITLES[flag].zh} {_percent(share)}" for flag, share in flagged.items())
        en = ", ".join(f"{TITLES[flag].en} {_percent(share)}" for flag, share in flagged.items())
        return (head, Note(f"未使用: {zh}。", f"Left out: {en}."), *self.notes)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%" if share >= 0.001 else "<0.1%"

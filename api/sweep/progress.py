"""How far a sweep is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from forecasting.notes import Note


@dataclass(frozen=True)
class Progress:
    """``done`` and ``failed`` count what was taken from the journal, too; the rate is that of this run alone."""

    done: int
    failed: int
    total: int
    reused: int
    rate_per_min: float | None  # None until the first scenario of this run has ended
    remaining_s: float | None
    last_row: dict[str, Any] | None

    @property
    def said(self) -> Note:
        """One line for a terminal."""
        zh, en = f"已完成 {self.done}/{self.total}", f"{self.done} of {self.total} done"
        if self.failed:
            zh, en = f"{zh}, 失败 {self.failed}", f"{en}, {self.failed} failed"
        if self.reused:
            zh, en = f"{zh}, 其中 {self.reused} 取自记录", f"{en}, {self.reused} of them from the journal"
        if self.rate_per_min is not None and self.remaining_s is not None:
            zh = f"{zh}; 每分钟 {self.rate_per_min:.3g} 个, 约剩 {_span(self.remaining_s)}"
            en = f"{en}; {self.rate_per_min:.3g} per minute, about {_span(self.remaining_s)} left"
        return Note(zh, en)


def _span(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, hours = round(whole / 60), whole // 3600
    return f"{minutes} min" if not hours else f"{hours} h {round((whole - 3600 * hours) / 60)} min"

"""The measured past of a park, as a planning process gets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class History:
    """Readings as CSV, empty where there are none, and series that were left out with the reason (zh, en)."""

    readings: str = ""
    meters: tuple[str, ...] = ()
    left_out: Mapping[str, tuple[str, str]] = field(default_factory=dict)

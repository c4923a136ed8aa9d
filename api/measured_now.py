"""The newest measurements of a park, as a planning process gets them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Readings:
    """Usable values of one measured series by the start of their interval, rising."""

    name: str
    unit: str
    resolution_s: int
    points: tuple[tuple[datetime, float], ...]

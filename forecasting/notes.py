"""Sentences that tell the reader what was estimated, filled, stale or assumed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """One notice in both languages of the system."""

    zh: str
    en: str

    def __str__(self) -> str:
        """Return the English sentence."""
        return self.en

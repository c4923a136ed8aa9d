"""Runs of equal neighbours, such as the hours of one tariff band."""

from __future__ import annotations

from collections.abc import Sequence


def runs(items: Sequence[str]) -> list[tuple[int, int, str]]:
    """(first, end, item) of every run of equal items; ``end`` is one past the last."""
    found: list[tuple[int, int, str]] = []
    for k, item in enumerate(items):
        if found and found[-1][2] == item:
            found[-1] = (found[-1][0], k + 1, item)
        else:
            found.append((k, k + 1, item))
    return found

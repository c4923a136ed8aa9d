"""Levels of a store across typical periods (Kotzur et al. 2018): what each day opens with, plus its period's course.

    course[t]    = keep course[t-1] + gained[t]                        0 before the first step of a period
    opening[d+1] = keep^n opening[d] + course at the end of d's period     the last day leads to the first
    level        = keep^(k+1) opening[d] + course                      k-th step of a day, from 0

A level lies within its bounds on every day of a period when it does so on the days that open highest and lowest.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from models import pyo
from models.window import Expr, Floats, Window


def linked_levels(
    b: Any, w: Window, cap: Expr, top: float, min_share: float, keep: float, gained: list[Expr]
) -> list[Expr]:
    """Declare openings and courses on ``b``; returns the level of each step, mean of the days its period stands for.

    ``cap`` is the capacity and ``top`` the largest it may become, ``gained`` what flows bring in each step [kWh or kg].
    """
    assert w.chronology is not None
    order, n, many = w.chronology.period, w.period, len(w.period_weights)
    days_of = [[d for d, p in enumerate(order) if p == k] for k in range(many)]
    b.course = pyo.Var(w.t, bounds=(-top, top))
    b.opening = pyo.Var(range(len(order)), bounds=(0, top))
    b.within = pyo.Constraint(
        w.t, rule=lambda b, t: b.course[t] == (keep * b.course[t - 1] if t % n else 0.0) + gained[t]
    )
    b.across = pyo.Constraint(
        range(len(order)),
        rule=lambda b, d: b.opening[(d + 1) % len(order)] == keep**n * b.opening[d] + b.course[order[d] * n + n - 1],
    )
    several = [(p, d) for p, days in enumerate(days_of) if len(days) > 1 for d in days]
    b.highest = pyo.Var(sorted({p for p, _ in several}), bounds=(0, top))
    b.lowest = pyo.Var(sorted({p for p, _ in several}), bounds=(0, top))
    b.opens_below = pyo.Constraint(several, rule=lambda b, p, d: b.opening[d] <= b.highest[p])
    b.opens_above = pyo.Constraint(several, rule=lambda b, p, d: b.opening[d] >= b.lowest[p])

    def opens(extreme: Any, p: int) -> Expr:
        return extreme[p] if len(days_of[p]) > 1 else b.opening[days_of[p][0]]

    used = [t for t in w.t if days_of[t // n]]
    b.full = pyo.Constraint(used, rule=lambda b, t: keep ** (t % n + 1) * opens(b.highest, t // n) + b.course[t] <= cap)
    b.empty = pyo.Constraint(
        used, rule=lambda b, t: keep ** (t % n + 1) * opens(b.lowest, t // n) + b.course[t] >= min_share * cap
    )
    mean = [pyo.quicksum(b.opening[d] for d in days) / max(1, len(days)) for days in days_of]
    return [keep ** (t % n + 1) * mean[t // n] + b.course[t] for t in w.t]


def unrolled(w: Window, keep: float, gained: Floats, level: Floats) -> tuple[Floats, float]:
    """Levels day by day, shape (days, steps of a day), from reported flows; and what is missing to close the year.

    Without standing losses flows alone leave the openings free: the reported mean ``level`` fixes them.
    """
    assert w.chronology is not None
    order, n = np.array(w.chronology.period), w.period
    gains = gained.reshape(-1, n)
    course = np.zeros_like(gains)
    for k in range(n):
        course[:, k] = keep * (course[:, k - 1] if k else 0.0) + gains[:, k]
    ahead = np.zeros(len(order) + 1)  # openings of days that follow an empty first one
    for d, p in enumerate(order):
        ahead[d + 1] = keep**n * ahead[d] + course[p, -1]
    left = (keep**n) ** np.arange(len(order) + 1)  # of what the first day opens with
    if keep**n < 0.5:
        first = ahead[-1] / (1 - left[-1])
    else:
        alike = np.flatnonzero(order == order[0])
        mean = (level[order[0] * n] - gains[order[0], 0]) / keep
        first = (mean - ahead[alike].mean()) / left[alike].mean()
    opening = ahead + left * first
    levels = np.outer(opening[:-1], keep ** np.arange(1, n + 1)) + course[order]
    return np.asarray(levels), float(opening[-1] - opening[0])

"""Falsified schedules: one reported series bent, shifted, turned or lost."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from ems.audit import audit
from ems.schedule import Schedule
from models import Violation
from tests.toys import Solved

Bend = Callable[[np.ndarray], np.ndarray]
NOTICEABLE = 0.02  # kW, kg/h, kWh or kg: smaller changes are within what the audit tolerates


def _one_gap(x: np.ndarray) -> np.ndarray:
    return np.where(np.arange(len(x)) == len(x) // 2, np.nan, x)


BENDS: dict[str, Bend] = {
    "two percent and a bit more": lambda x: x * 1.02 + 0.01,
    "two percent and a bit less": lambda x: x * 0.98 - 0.01,
    "one step later": lambda x: np.roll(x, 1),
    "other sign": lambda x: -x,
    "nothing": lambda x: 0 * x,
    "one gap": _one_gap,
}


def replaced(schedule: Schedule, name: str, quantity: str, values: np.ndarray) -> Schedule:
    table = schedule.tables[name].copy()
    table.attrs = dict(schedule.tables[name].attrs)
    table[quantity] = values
    return Schedule({**schedule.tables, name: table}, schedule.sizes)


def judged(s: Solved, name: str, quantity: str, values: np.ndarray) -> list[Violation]:
    """What the audit says of the schedule with one series replaced."""
    return audit(s.site, s.w, replaced(s.schedule, name, quantity, values), s.objective, s.answer.objective)


def noticed(s: Solved, name: str, quantity: str, values: np.ndarray) -> bool:
    """Whether the audit objects; the component's own check, a part of it, is asked first because it is quick."""
    bent = replaced(s.schedule, name, quantity, values).tables[name]
    own = next(s.site.component(name).check(bent, s.w), None) if np.isfinite(values).all() else None
    return own is not None or bool(judged(s, name, quantity, values))


def unnoticed(s: Solved, name: str) -> list[str]:
    """Falsifications of a component's series that the audit lets pass; those that change nothing are left out."""
    passed = []
    table: pd.DataFrame = s.schedule.tables[name]
    for quantity in table:
        x = table[quantity].to_numpy(float)
        for what, bend in BENDS.items():
            bent = bend(x)
            if np.nanmax(np.abs(bent - x)) < NOTICEABLE / 2 and np.isfinite(bent).all():
                continue
            if not noticed(s, name, str(quantity), bent):
                passed.append(f"{name}.{quantity}: {what}")
        lost = Schedule({**s.schedule.tables, name: table.drop(columns=[quantity])}, s.schedule.sizes)
        if not audit(s.site, s.w, lost):
            passed.append(f"{name}.{quantity}: lost")
    return passed

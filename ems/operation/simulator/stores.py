"""Stores that are told what to do: they go down to their minimum where a plan says so, else they keep a cushion."""

from __future__ import annotations

from ems.rules.plant import Unit
from models import Store
from models.component import fixed
from models.operation import Room, Run


def emptied(c: Store, run: Run) -> float:
    """Rate that takes a store to its minimum by the end of the step [kW or kg/h]."""
    kept, bottom = c.kept(run), c.min_share * c.top
    return min(fixed(c.rate), max(0.0, kept - bottom) * c.discharge_efficiency / run.w.step_h)


def moved(c: Store, want: float, room: Room, run: Run) -> dict[str, float]:
    """``want`` above zero is discharge, below zero charge, both within ``room``; at its minimum it must not lose."""
    kept, hours = c.kept(run), run.w.step_h
    need = (c.min_share * c.top - kept) / (hours * c.charge_efficiency)
    charge = max(min(-want, room.charge), min(need, fixed(c.rate)), 0.0)
    discharge = 0.0 if charge else min(max(want, 0.0), room.reserve)
    level = kept + hours * (c.charge_efficiency * charge - discharge / c.discharge_efficiency)
    return {f"charge_{c.RATE}": charge, f"discharge_{c.RATE}": discharge, c.level_name: level}


def store(u: Unit) -> Store:
    assert isinstance(u.component, Store)
    return u.component

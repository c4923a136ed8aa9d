"""Demand that may be moved within its slots, as it answers to a rate that is told instead of an even one."""

from __future__ import annotations

from collections.abc import Iterator

from models.demand import DeferrableDemand
from models.demand import _Run as Slot
from models.operation import EPS, Run


def least_rate(c: DeferrableDemand, t: int, run: Run) -> float:
    """Rate of step ``t`` below which the slot's amount could not be served any more [kW or kg/h]."""
    for slot, given in _under_way(c, t, run):
        later = (slot.steps[-1] - t) * run.w.step_h * c.rate_limit
        return max(0.0, slot.need - given - later) / run.w.step_h
    return 0.0


def served(c: DeferrableDemand, want: float, t: int, run: Run) -> dict[str, float]:
    """What is served at ``want``, up to the rate limit and the slot's amount; what is short shows in its last step."""
    step_h, rate, unserved = run.w.step_h, 0.0, 0.0
    for slot, given in _under_way(c, t, run):
        rate = min(max(want, 0.0), c.rate_limit, max(0.0, slot.most - given) / step_h)
        if t == slot.steps[-1]:
            short = slot.need - given - step_h * rate
            unserved = short / step_h if short > EPS else 0.0
    return {f"served_{c.unit}": rate, f"unserved_{c.unit}": unserved}


def _under_way(c: DeferrableDemand, t: int, run: Run) -> Iterator[tuple[Slot, float]]:
    """The slot of step ``t`` with what was served in it so far, if there is one."""
    for slot in run.once((c.name, "runs"), lambda: c.runs(run.w)):
        if slot.steps[0] <= t <= slot.steps[-1]:
            yield slot, run.w.step_h * sum(run.past(c.name, f"served_{c.unit}")[slot.steps[0] : t])

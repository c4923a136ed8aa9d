"""From what the plan wants to what may be written: clamp first, then ramp, then what the field can hold."""

from __future__ import annotations

import math
from dataclasses import dataclass

from api.field.parts import Setpoint


class Refused(Exception):
    """Nothing may be written now; the text says why."""


@dataclass(frozen=True)
class Target:
    """What is to be written: the amount, and the number that stands for it at the peer."""

    amount: float
    number: float


def target(setpoint: Setpoint, wanted: float, present: float) -> Target | None:
    """The next amount on the way from ``present``, as read from the field, to ``wanted``; None where it is there.

    The amount lies in ``clamp`` and at most ``ramp_per_min * period_s / 60`` from ``present``, whatever is wanted.
    Raises `Refused` for wishes that are no number, and where the field stands beyond the clamp: to bring it back is
    nothing that clamp and ramp can both allow.
    """
    low, high = setpoint.clamp
    if not math.isfinite(wanted):
        raise Refused("the plan has no number for now")
    if not low - setpoint.tolerance <= present <= high + setpoint.tolerance:
        raise Refused(f"the field stands at {present:g}, outside the clamp [{low:g}, {high:g}]")
    aim = min(max(wanted, low), high)
    if abs(aim - present) <= setpoint.tolerance:
        return None
    step = setpoint.ramp_per_min * setpoint.period_s / 60
    ends = setpoint.number(max(low, present - step)), setpoint.number(min(high, present + step))
    number = setpoint.at.nearest(setpoint.number(aim), min(ends), max(ends))
    if number is None:
        raise Refused(f"the registers hold no amount between {present - step:g} and {present + step:g}")
    return Target(setpoint.amount(number), number)

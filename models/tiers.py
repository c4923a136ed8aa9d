"""Prices that rise with the amount: a convex function that a linear program can minimise.

    amount(x) = sum over k of step_k * max(x - above_k, 0),    every step_k >= 0

A price that falls with the amount is not convex: the cheap block would be filled before the dear one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from models import pyo
from models.window import Expr, Floats


@dataclass(frozen=True)
class Rising:
    """What an amount costs; thresholds rise, the first may be 0."""

    above: tuple[float, ...]
    step: tuple[float, ...]  # by how much a unit above the threshold is dearer than one below

    @classmethod
    def of_prices(cls, above: Sequence[float], price: Sequence[float]) -> Rising:
        """From prices above thresholds; raises ``ValueError`` where prices fall or thresholds do not rise."""
        for k, (low, high) in enumerate(pairwise(above)):
            if high <= low:
                raise ValueError(f"threshold {k + 2}, {high:g}, is not above the one before, {low:g}")
        for at, before, after in zip(above[1:], price, price[1:], strict=False):
            if after < before:
                raise ValueError(
                    f"the price falls from {before:g} to {after:g} above {at:g}: falling blocks are not convex and "
                    "cannot be planned with; rising ones can"
                )
        return cls(tuple(above), tuple(np.diff(price, prepend=0.0).tolist()))

    def cost(self, x: Any) -> Floats:
        """What amounts cost, in the shape of ``x``."""
        amounts = np.asarray(x, float)
        return np.asarray(sum(s * np.maximum(amounts - a, 0) for a, s in zip(self.above, self.step, strict=True)))

    def added(self, b: Any, name: str, paid: float, more: Expr, most: float) -> Expr:
        """Cost of ``more`` (0 … ``most``) on top of what is ``paid`` for, for an objective that minimises it.

        Declares one variable on ``b`` for every threshold that may be crossed.
        """
        ahead = [k for k, a in enumerate(self.above) if paid < a < paid + most and self.step[k]]
        cost = sum(s for a, s in zip(self.above, self.step, strict=True) if a <= paid) * more
        if not ahead:
            return cost
        beyond = pyo.Var(ahead, bounds=lambda b, k: (0, paid + most - self.above[k]))
        b.add_component(f"{name}_beyond", beyond)
        b.add_component(
            f"{name}_crossed", pyo.Constraint(ahead, rule=lambda b, k: beyond[k] >= paid + more - self.above[k])
        )
        return cost + pyo.quicksum(self.step[k] * beyond[k] for k in ahead)


class EnergyTier(BaseModel):
    """What a kWh costs on top of the price column, once a month has seen more than a threshold."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    above_kwh: Annotated[float, Field(ge=0, le=1e9, description="energy of the month [kWh]")]
    adder_cny_per_kwh: Annotated[float, Field(ge=0, le=100)]

"""How much the dear days count: expected cost plus a weight times the conditional value at risk.

    CVaR = min over eta of  eta + 1 / (1 - alpha) * sum over s of p_s * max(cost_s - eta, 0)

the mean of the dearest share 1 - alpha of the days (Rockafellar and Uryasev 2000, equation 4 and theorem 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from models.window import Floats, Ints


class _Columns(Protocol):
    """What is put together of columns and rows."""

    @property
    def count(self) -> int: ...

    def add(self, many: int, lower: float = 0.0) -> Ints: ...

    def row(self, terms: Sequence[tuple[int, float]], lower: float, upper: float) -> None: ...


@dataclass(frozen=True)
class Risk:
    """``weight`` of the conditional value at risk beside the expected cost; 0: only the expected cost counts."""

    weight: float = 0.0
    alpha: float = 0.9

    def of(self, costs: Floats, weights: Floats) -> float:
        """What is minimised, from the costs of the scenarios [CNY]."""
        return float(weights @ costs) + self.weight * cvar(costs, weights, self.alpha)

    def into(
        self,
        whole: _Columns,
        objective: Floats,
        costs: Sequence[Floats],
        offsets: Sequence[float],
        weights: Floats,
    ) -> tuple[Floats, list[Floats]]:
        """Add the columns and rows of the definition; returns objective and costs by column."""
        if not self.weight:
            return objective, list(costs)
        eta, above = whole.add(1, lower=-np.inf), whole.add(len(costs))
        objective = np.append(objective, np.zeros(1 + len(costs)))
        objective[eta] = self.weight
        objective[above] = self.weight / (1 - self.alpha) * weights
        for cost, offset, column in zip(costs, offsets, above.tolist(), strict=True):
            terms = [(int(k), float(cost[k])) for k in np.flatnonzero(cost)]
            whole.row([*terms, (int(eta[0]), -1.0), (column, -1.0)], -np.inf, -offset)
        return objective, [np.append(cost, np.zeros(1 + len(costs))) for cost in costs]


def cvar(costs: Floats, weights: Floats, alpha: float) -> float:
    """Mean of the dearest share ``1 - alpha``, a scenario that lies across its edge counted in part [CNY]."""
    order = np.argsort(-costs, kind="stable")
    left = np.clip((1 - alpha) - np.concatenate([[0.0], np.cumsum(weights[order])[:-1]]), 0.0, weights[order])
    return float(costs[order] @ left) / (1 - alpha)

"""The mixed-integer program as plain arrays, the solver's answer likewise: what crosses to the solver's process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Status = Literal["optimal", "time_limit", "infeasible", "no_answer"]


@dataclass(frozen=True)
class Problem:
    """min cost x + offset,  row_lower <= A x <= row_upper,  lower <= x <= upper,  x[integer] whole.

    A in compressed columns: start (n + 1), index and value (nonzeros).
    """

    cost: np.ndarray
    offset: float
    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray
    row_lower: np.ndarray
    row_upper: np.ndarray
    start: np.ndarray
    index: np.ndarray
    value: np.ndarray


@dataclass(frozen=True)
class Limits:
    """How long and how close: the gap is relative, between the answer and the proven bound.

    ``method`` is for linear programs alone: simplex, or the interior point (HiPO), which suits a whole year, with a
    vertex found after it or not.
    """

    seconds: float = 60.0
    gap: float = 1e-3
    method: Literal["simplex", "interior", "interior_and_vertex"] = "simplex"


@dataclass(frozen=True)
class Answer:
    """``x`` is None where the solver found nothing; ``row_dual`` is that of the LP with all integers fixed."""

    status: Status
    x: np.ndarray | None
    objective: float
    bound: float
    seconds: float
    row_dual: np.ndarray | None = None
    col_dual: np.ndarray | None = None  # reduced costs, of linear programs only
    nodes: int = 0
    message: str = ""
    conflict: tuple[int, ...] = field(default=())  # rows of an irreducible infeasible subset

    @property
    def gap(self) -> float:
        return abs(self.objective - self.bound) / max(abs(self.objective), 1e-9)

"""Whole numbers of modules: a branch and bound over the sizes alone, whose nodes are linear programs.

The program is built once; a node has other bounds on a few columns. The best bound is looked at first:

    a size of a fractional number of modules is split into at most the number below and at least the number above;
    rounding all sizes up, and to the nearest, gives the first answers;
    nodes whose cost is within the gap of the best answer are not looked into.

A year's linear program takes long and its bound is nearly tight; a solver's own search would solve the same programs
and try its heuristics on 8 760 hours besides.
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from ems.problem import Answer, Limits, Problem
from ems.sizing.study import Study
from ems.solve import Progress, Solver

GAP = 1e-4  # relative, between the answer and the proven bound
NODES = 400
WHOLE = 1e-4  # how far from whole a number of modules may be: an interior point does not end on the dot

Bounds = dict[int, tuple[int, int]]  # column -> fewest and most modules


@dataclass(frozen=True)
class _Node:
    bounds: Bounds
    answer: Answer


def whole_columns(study: Study, columns: Mapping[str, int]) -> dict[int, float]:
    """Column -> capacity of one module, of every size that must be a whole number of them."""
    return {
        columns[name]: size.module
        for name, size in study.sizes.items()
        if size.whole and size.module is not None and name in columns
    }


def whole_modules(
    problem: Problem,
    modules: Mapping[int, float],
    root: Answer,
    solver: Solver,
    limits: Limits,
    progress: Callable[[Progress], None] | None = None,
    gap: float = GAP,
    nodes: int = NODES,
) -> Answer:
    """The best answer in which some columns are whole multiples of the size of one module.

    ``modules``: column -> capacity of one module. ``root``: the answer in which they need not be.
    ``x`` is None, the status "infeasible", where no whole numbers can meet demand and limits.
    """
    search = _Search(problem, modules, root, solver, limits, progress or (lambda p: None), gap)
    return search.run(nodes)


class _Search:
    def __init__(
        self,
        problem: Problem,
        modules: Mapping[int, float],
        root: Answer,
        solver: Solver,
        limits: Limits,
        say: Callable[[Progress], None],
        gap: float,
    ) -> None:
        self.problem, self.modules, self.root = problem, modules, root
        self.solver, self.limits, self.say, self.gap = solver, limits, say, gap
        self.began = time.perf_counter()
        self.best = replace(root, status="infeasible", x=None, objective=math.inf, row_dual=None, col_dual=None)
        self.solved = 1

    def run(self, nodes: int) -> Answer:
        first: Bounds = {
            k: (math.ceil(self.problem.lower[k] / one - WHOLE), math.floor(self.problem.upper[k] / one + WHOLE))
            for k, one in self.modules.items()
        }
        order = count()
        queue: list[tuple[float, int, _Node]] = []
        for node in self._tried(first, self.root):
            heapq.heappush(queue, (node.answer.objective, next(order), node))
        while queue and self.solved < nodes and not self._closed(queue[0][0]):
            bound, _, node = heapq.heappop(queue)
            self.say(Progress(time.perf_counter() - self.began, self.best.objective, bound))
            k, number = self._most_fractional(node.answer)
            low, high = node.bounds[k]
            for part in ((low, math.floor(number)), (math.floor(number) + 1, high)):
                if part[0] > part[1]:
                    continue
                bounds = node.bounds | {k: part}
                answer = self._solve(bounds)
                if answer.x is not None and not self._closed(answer.objective):
                    for child in self._tried(bounds, answer):
                        heapq.heappush(queue, (child.answer.objective, next(order), child))
        bound = min([self.best.objective, *(item[0] for item in queue)])
        done = not queue or self._closed(queue[0][0])
        status = self.best.status if done else "time_limit"
        return replace(
            self._without_false_duals(),
            status=status,
            bound=bound,
            seconds=time.perf_counter() - self.began,
            nodes=self.solved,
            message=f"{self.solved} linear programs of whole modules",
        )

    def _closed(self, bound: float) -> bool:
        """Whether nothing of that bound can be better than the best answer by more than the gap."""
        return self.best.x is not None and bound >= self.best.objective - self.gap * abs(self.best.objective)

    def _tried(self, bounds: Bounds, answer: Answer) -> list[_Node]:
        """A node to be split, after its roundings were tried; none where it is whole already."""
        numbers = self._numbers(answer)
        if max((abs(x - round(x)) for x in numbers.values()), default=0.0) <= WHOLE:
            self._keep({k: round(x) for k, x in numbers.items()})
            return []
        if math.isinf(self.best.objective) or answer is self.root:
            for rounded in (math.ceil, round):
                kept = {k: min(max(rounded(x - WHOLE), bounds[k][0]), bounds[k][1]) for k, x in numbers.items()}
                self._keep(kept)
        return [_Node(bounds, answer)]

    def _keep(self, numbers: Mapping[int, int]) -> None:
        answer = self._solve({k: (n, n) for k, n in numbers.items()})
        if answer.x is not None and answer.objective < self.best.objective:
            self.best = answer

    def _solve(self, bounds: Bounds) -> Answer:
        lower, upper = self.problem.lower.copy(), self.problem.upper.copy()
        for k, (few, many) in bounds.items():
            lower[k], upper[k] = few * self.modules[k], many * self.modules[k]
        self.solved += 1
        return self.solver.solve(replace(self.problem, lower=lower, upper=upper), self.limits)

    def _numbers(self, answer: Answer) -> dict[int, float]:
        assert answer.x is not None
        return {k: float(answer.x[k]) / one for k, one in self.modules.items()}

    def _most_fractional(self, answer: Answer) -> tuple[int, float]:
        return max(self._numbers(answer).items(), key=lambda item: abs(item[1] - round(item[1])))

    def _without_false_duals(self) -> Answer:
        """The best answer, in which a size between its bounds has no reduced cost: it was only held there."""
        if self.best.col_dual is None or self.best.x is None:
            return self.best
        duals = np.array(self.best.col_dual)
        for k, one in self.modules.items():
            x = self.best.x[k]
            at_max = x > self.problem.upper[k] - WHOLE * one and duals[k] < 0
            at_min = x < self.problem.lower[k] + WHOLE * one and duals[k] > 0
            if not (at_max or at_min):
                duals[k] = 0.0
        return replace(self.best, col_dual=duals)

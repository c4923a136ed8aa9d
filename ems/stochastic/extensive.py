"""One program for all scenarios: what is decided ahead stands in it once, the rest once for each scenario.

    min  sum over s of p_s * cost_s  +  risk.weight * CVaR          cost_s = c_s x_s + band_s
    A_s x_s within its limits for every s,  x_s = (shared columns, own columns)
    the same for the expected course, which has no part in the cost: what is decided ahead must be possible for it too

Rows that touch shared columns alone and are the same in all scenarios are kept once. Every grid has its exchange
planned, P[t] = import less export; what a scenario exchanges beyond a band around it is priced:

    -width - down_s[t] <= import_s[t] - export_s[t] - P[t] <= width + up_s[t]
    band_s = price * sum over t of h[t] * (up_s[t] + down_s[t])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from ems.build import Built
from ems.problem import Problem
from ems.site import Site
from ems.stochastic.first_stage import Column, FirstStage, columns_of
from ems.stochastic.risk import Risk
from models import Grid, Window
from models.window import Floats, Ints


@dataclass(frozen=True)
class Band:
    """How far the exchange with the grid may leave the plan at the normal price, and what lies beyond costs."""

    width_kw: float
    beyond_cny_per_kwh: float


class Piece(NamedTuple):
    """One scenario within the whole."""

    columns: Ints  # of the whole, by the scenario's own column
    cost: Floats  # of the scenario by column of the whole, what lies beyond its band included
    offset: float


@dataclass(frozen=True)
class Extensive:
    """The whole, and each scenario's place in it."""

    problem: Problem
    pieces: tuple[Piece, ...]
    columns: Sequence[Column | None]  # names of those that are decided ahead, None of all others
    planned: Mapping[str, Ints]  # grid -> columns of the exchange as planned, where there is a band

    def own(self, s: int, x: np.ndarray) -> np.ndarray:
        """Column values of one scenario's own program."""
        return np.asarray(x[self.pieces[s].columns])

    def costs(self, x: np.ndarray) -> Floats:
        """Objective of each scenario, shape (scenarios,) [CNY]."""
        return np.array([p.offset + p.cost @ x for p in self.pieces])


def extensive(
    site: Site,
    w: Window,
    scenarios: Sequence[Built],
    weights: Floats,
    first: FirstStage,
    risk: Risk,
    band: Band,
    also: Built | None = None,
) -> Extensive:
    """Join the programs of the scenarios, whose weights add up to 1.

    What is decided ahead must be possible for ``also`` too, which costs nothing.
    """
    members = [*scenarios, *([also] if also else [])]
    names = [columns_of(b) for b in members]
    shared = [np.array([first.shares(c) for c in own], bool) for own in names]
    places, count = _places(names, shared)
    whole = _Whole(count)
    costs = [np.zeros(count) for _ in scenarios]
    for s, b in enumerate(members):
        p, at = b.problem, places[s]
        whole.bound(at, p)
        whole.rows(p, at, bool(s))
        if s < len(scenarios):
            np.add.at(costs[s], at, p.cost)
    planned: dict[str, Ints] = {}
    if len(scenarios) > 1:
        for c in site.components:
            if isinstance(c, Grid):
                flows = [
                    _exchange(c, own, at, w) for own, at in list(zip(names, places, strict=True))[: len(scenarios)]
                ]
                planned[c.name], costs = _banded(whole, flows, costs, w, band)
    offsets = [b.problem.offset for b in scenarios]
    objective = np.sum([p * c for p, c in zip(weights, costs, strict=True)], axis=0)
    objective, costs = risk.into(whole, objective, costs, offsets, weights)
    pieces = tuple(Piece(*parts) for parts in zip(places[: len(scenarios)], costs, offsets, strict=True))
    labels: list[Column | None] = [None] * whole.count
    for own, common, at in zip(names, shared, places, strict=True):
        for k in np.flatnonzero(common):
            labels[at[k]] = own[k]
    return Extensive(whole.problem(objective, float(weights @ offsets)), pieces, labels, planned)


def _places(names: Sequence[Sequence[Column]], shared: Sequence[np.ndarray]) -> tuple[list[Ints], int]:
    """Column of the whole by each scenario's own column, and how many there are."""
    once: dict[Column, int] = {}
    places, count = [], 0
    for own, common in zip(names, shared, strict=True):
        at = np.empty(len(own), int)
        for k, column in enumerate(own):
            if common[k] and column in once:
                at[k] = once[column]
                continue
            at[k] = count
            if common[k]:
                once[column] = count
            count += 1
        places.append(at)
    return places, count


def _exchange(c: Grid, own: Sequence[Column], at: Ints, w: Window) -> list[list[tuple[int, float]]]:
    """Import less export of a grid by step: columns of the whole and their signs."""
    column = {name: int(k) for name, k in zip(own, at, strict=True) if name.block == c.name}
    ways = (("bought", 1.0), ("sold", -1.0))
    return [[(column[k], sign) for way, sign in ways if (k := Column(c.name, way, t)) in column] for t in w.t]


def _banded(
    whole: _Whole, flows: list[list[list[tuple[int, float]]]], costs: list[Floats], w: Window, band: Band
) -> tuple[Ints, list[Floats]]:
    """Add the planned exchange of one grid and what scenarios pay beyond its band; its columns and all costs."""
    steps = len(w.inputs)
    planned = whole.add(steps, lower=-np.inf)
    for s, flow in enumerate(flows):
        up, down = whole.add(steps), whole.add(steps)
        for t in w.t:
            net = [*flow[t], (int(planned[t]), -1.0)]
            whole.row([*net, (int(up[t]), -1.0)], -np.inf, band.width_kw)
            whole.row([*net, (int(down[t]), 1.0)], -band.width_kw, np.inf)
        costs[s] = np.append(costs[s], np.zeros(whole.count - len(costs[s])))
        costs[s][up] = costs[s][down] = band.beyond_cny_per_kwh * w.weights
    return planned, [np.append(c, np.zeros(whole.count - len(c))) for c in costs]


class _Whole:
    """Columns and rows of the whole while it is put together."""

    def __init__(self, count: int) -> None:
        self.lower, self.upper = np.full(count, -np.inf), np.full(count, np.inf)
        self.integer = np.zeros(count, bool)
        self.blocks: list[Any] = []  # parts of the matrix: (rows, columns, values, lower, upper)
        self.kept: set[tuple[bytes, bytes, float, float]] = set()
        self.many = 0

    @property
    def count(self) -> int:
        return len(self.lower)

    def add(self, many: int, lower: float = 0.0) -> Ints:
        """New columns without an upper bound."""
        first = self.count
        self.lower = np.append(self.lower, np.full(many, lower))
        self.upper = np.append(self.upper, np.full(many, np.inf))
        self.integer = np.append(self.integer, np.zeros(many, bool))
        return np.arange(first, first + many)

    def bound(self, at: Ints, p: Problem) -> None:
        """What every scenario asks of its columns holds for those that are shared."""
        self.lower[at] = np.maximum(self.lower[at], p.lower)
        self.upper[at] = np.minimum(self.upper[at], p.upper)
        self.integer[at] |= p.integer

    def rows(self, p: Problem, at: Ints, again: bool) -> None:
        """The rows of a scenario; those that stand already are left out."""
        a = sparse.csc_matrix((p.value, p.index, p.start), shape=(len(p.row_lower), len(p.cost))).tocsr()
        a = sparse.csr_matrix((a.data, at[a.indices], a.indptr), shape=(a.shape[0], self.count))
        a.sort_indices()
        take = np.ones(a.shape[0], bool)
        for k in range(a.shape[0]):
            part = slice(a.indptr[k], a.indptr[k + 1])
            key = (a.indices[part].tobytes(), a.data[part].tobytes(), float(p.row_lower[k]), float(p.row_upper[k]))
            take[k] = not (again and key in self.kept)
            self.kept.add(key)
        self._take(a[take].tocoo(), p.row_lower[take], p.row_upper[take])

    def row(self, terms: Sequence[tuple[int, float]], lower: float, upper: float) -> None:
        columns, values = zip(*terms, strict=True)
        self.blocks.append((np.full(len(terms), self.many), columns, values, [lower], [upper]))
        self.many += 1

    def _take(self, a: Any, lower: Floats, upper: Floats) -> None:
        self.blocks.append((a.row + self.many, a.col, a.data, lower, upper))
        self.many += a.shape[0]

    def problem(self, cost: Floats, offset: float) -> Problem:
        rows, columns, values, lower, upper = (np.concatenate(x) for x in zip(*self.blocks, strict=True))
        a = sparse.csc_matrix((values, (rows, columns)), shape=(self.many, self.count))
        a.sort_indices()
        return Problem(
            cost, offset, self.lower, self.upper, self.integer, lower, upper,
            a.indptr.astype(np.int32), a.indices.astype(np.int32), a.data,
        )  # fmt: skip

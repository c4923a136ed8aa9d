"""Why a study has no answer, in a sentence that names what stands in the way.

The same linear program is asked what it lacks, first without the limits of the study, then with them:

1. min sum of what is missing and left over on the buses: a demand that the bounds of the sizes cannot meet
2. min sum of give / limit, nothing missing: the limits that cannot be kept, and the nearest that can

Reduced costs and duals tell which bounds and other limits would have to give way. Every size and every flow has a
bound: the program cannot be unbounded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ems.problem import Answer, Problem
from ems.problem import Limits as SolverLimits
from ems.site import Site
from ems.sizing.free import build_free, size_columns
from ems.sizing.laws import StudyLaw, laws_of, worths
from ems.sizing.study import Study
from ems.solve import Solver
from forecasting.errors import InputError
from models import CARRIERS, Formulation, Window, pyo, unit_of

PER_UNIT = {"hydrogen": 33.33, "water": 0.1}  # what a kg weighs beside a kWh when shortages are added up
LAST = 1000.0  # a bus that nobody asks anything of is short only where no other can be
SMALL = 1e-5  # of what it is compared with: the solver's tolerance, not a shortage
ROUNDS = 3  # to the nearest value of a ratio
LEANS = 1e-6  # of the objective: what a bound or limit must matter to be named


@dataclass(frozen=True)
class _Nothing:
    """An objective in which nothing of the park costs."""

    carbon_cny_per_kg: float = 0.0

    def weight(self, cause: str, component: str = "") -> float:
        return 0.0


def explained(site: Site, study: Study, w: Window, solver: Solver, answer: Answer, limits: SolverLimits) -> InputError:
    """The error to raise where the sizes of a study cannot be chosen; ``site`` is the park with its candidates."""
    if answer.status != "infeasible":
        remedy = "allow it more time, or ask for typical days"
        zh = f"求解器未给出结果({answer.message})。可放宽时限或改用典型日。"
        return InputError("study", "solver", answer.message, f"an answer in {limits.seconds:g} s", remedy, zh=zh)
    laws = laws_of(site, study, w)
    elastic = _Elastic(site, study, w, laws)
    if (short := elastic.short(solver, limits)) is not None:
        return short
    reached = elastic.reached(solver, limits)
    if reached is not None and reached.nearest:
        return _refined(elastic, reached, solver, limits).told
    whole = [name for name, size in study.sizes.items() if size.whole]
    if reached is not None and whole:
        names = ", ".join(whole)
        remedy = "widen the bounds of one of them, or give smaller modules"
        zh = f"尺寸 {names} 的整数台数在其上下限内无法满足需求与约束;可放宽上下限或改用更小的单台容量。"
        return InputError("study", "sizes", names, "whole modules that meet demand and limits", remedy, zh=zh)
    rows = ", ".join(dict.fromkeys(_owner(elastic.built.rows[k]) for k in elastic.conflict(solver, limits)))
    return InputError(
        "study",
        "park",
        None,
        "components whose own laws can be kept together",
        f"look at {rows}" if rows else "look at amounts, rates and outages of each",
        zh=f"部件自身约束相互矛盾({rows})。",
    )


def _owner(row: Any) -> str:
    block = row.parent_block()
    return str(block.index() or block.name)


class _Elastic:
    """The linear program of a study with slack on every bus and in every limit, and what it lacks."""

    def __init__(self, site: Site, study: Study, w: Window, laws: Sequence[StudyLaw]) -> None:
        self.site, self.study, self.w, self.laws = site, study, w, laws
        self.built = build_free(site, study, w, _Nothing(), [*(law.rule for law in laws), _loose_buses])
        self.at = {id(var): k for k, var in enumerate(self.built.columns)}
        self.sized = size_columns(self.built, site, study)
        none = np.zeros_like(self.built.problem.cost)
        self.problem: Problem = replace(self.built.problem, cost=none, offset=0.0)
        self.most = np.full(len(none), math.inf)  # a demand is short of no more than itself
        for k, (missing, (bus, t)) in self._slack().items():
            if missing and bus in (wanted := self._wanted):
                self.most[k] = wanted[bus][t]

    def conflict(self, solver: Solver, limits: SolverLimits) -> tuple[int, ...]:
        """Rows that contradict each other even where buses and limits give way."""
        return solver.solve(self._priced({}, free=[*self._slack(), *self._gives()]), limits).conflict

    def short(self, solver: Solver, limits: SolverLimits) -> InputError | None:
        """The demand that cannot be met within the bounds of the sizes, without any limit of the study."""
        price = {k: self._weight(*index) for k, (_, index) in self._slack().items()}
        answer = solver.solve(self._priced(price, free=[*price, *self._gives()]), limits)
        wanted = sum(float(self.w.weights @ x) for x in self._wanted.values())
        if answer.x is None or answer.objective <= SMALL * max(1.0, wanted):
            return None
        return self._told_short(answer)

    def reached(self, solver: Solver, limits: SolverLimits) -> _Reached | None:
        """How near to the limits that cannot be kept one can come; None where even that is no way out."""
        price = {k: 1 / self._scale(law) for k, law in self._gives().items()}
        answer = solver.solve(self._priced(price, free=list(price)), limits)
        if answer.x is None:
            return None
        self.built.tables(answer.x, self.w)
        values = {}
        for k, law in self._gives().items():
            if (give := float(answer.x[k])) > SMALL * self._scale(law):
                values[law] = law.value + give * self._per_give(law)
        return _Reached(values, self._in_the_way(answer, list(values)) if values else [])

    def nearest(self, solver: Solver, limits: SolverLimits) -> float | None:
        """The nearest that the last limit, a ratio, can come to its present value or go beyond it; all others hold."""
        law = self.laws[-1]
        k = self.at[id(self.built.model.component(law.key).give)]
        problem = self._priced({k: 1 / self._scale(law)}, free=[k])
        problem.lower[k] = -math.inf
        answer = solver.solve(problem, limits)
        if answer.x is None:
            return None
        self.built.tables(answer.x, self.w)
        return law.value + float(answer.x[k]) * self._per_give(law)

    def _per_give(self, law: StudyLaw) -> float:
        """By how much the value moves with the give of a law."""
        if law.a_ratio:
            return 1 / float(pyo.value(self.built.model.component(law.key).per_unit[0]))
        return 1.0 if law.more_allows else -1.0

    # ---- the program -------------------------------------------------------------------------------------------

    def _slack(self) -> dict[int, tuple[bool, tuple[str, int]]]:
        """Column -> (missing rather than left over, (bus, step)) of every slack on a bus."""
        m = self.built.model
        return {
            self.at[id(var[i])]: (var is m.missing, i)
            for var in (m.missing, m.left_over)
            for i in var
            if id(var[i]) in self.at
        }

    def _gives(self) -> dict[int, StudyLaw]:
        found = {id(self.built.model.component(law.key).give): law for law in self.laws}
        return {self.at[var]: law for var, law in found.items() if var in self.at}

    def _priced(self, price: Mapping[int, float], free: Sequence[int]) -> Problem:
        """The program with a price on some columns, in which some slacks are free to be more than nothing."""
        cost, lower, upper = self.problem.cost.copy(), self.problem.lower.copy(), self.problem.upper.copy()
        upper[list(self._slack())] = 0.0
        upper[list(free)] = self.most[list(free)]
        cost[list(price)] = list(price.values())
        return replace(self.problem, cost=cost, lower=lower, upper=upper)

    def _weight(self, bus: str, t: int) -> float:
        last = 1.0 if bus in self._wanted else LAST
        return last * PER_UNIT.get(self.site.buses[bus], 1.0) * float(self.w.weights[t])

    def _scale(self, law: StudyLaw) -> float:
        """What a give is measured by: the limit itself, of a ratio what it allows at the demand of the park."""
        if not law.a_ratio:
            return max(abs(law.value), 1e-3)
        carrier = "hydrogen" if law.name.startswith("hydrogen") else "electricity"
        wanted = sum(float(self.w.weights @ x) for bus, x in self._wanted.items() if self.site.buses[bus] == carrier)
        return max(law.value, 1e-3) * max(wanted, 1.0)

    @cached_property
    def _wanted(self) -> dict[str, np.ndarray]:
        """Fixed demand of each bus that has one, shape (steps,) [kW or kg/h]."""
        found: dict[str, np.ndarray] = {}
        for c in self.site.components:
            for quantity, bus in c.ports:
                flow = self.built.parts[c.name].series[quantity.name]
                if quantity.name.startswith("served_"):
                    now = np.array([v if isinstance(v := flow[t], float | int) else 0.0 for t in self.w.t], float)
                    found[bus] = found.get(bus, np.zeros(len(now))) + now
        return found

    # ---- the sentences -----------------------------------------------------------------------------------------

    def _told_short(self, answer: Answer) -> InputError:
        assert answer.x is not None
        flows: dict[tuple[str, bool], np.ndarray] = {}
        for k, (missing, (bus, t)) in self._slack().items():
            flows.setdefault((bus, missing), np.zeros(len(self.w.inputs)))[t] = answer.x[k]
        amounts = {of: float(self.w.weights @ x) * PER_UNIT.get(self.site.buses[of[0]], 1.0) for of, x in flows.items()}
        (bus, missing), _ = max(amounts.items(), key=lambda item: item[1])
        flow, wanted = flows[bus, missing], self._wanted.get(bus)
        worst = int(flow.argmax())
        at = pd.Timestamp(self.w.inputs.index[worst])
        carrier = CARRIERS[self.site.buses[bus]]
        rate, stock = unit_of(carrier.rate), unit_of(carrier.stock)
        months = {m: float(hours @ flow) for m, hours in self.w.months.items()}
        month = max(months, key=lambda m: months[m])
        most, most_zh = (f", most in month {month}", f",以 {month} 月最多") if len(months) > 1 else ("", "")
        of = f" of {_n(wanted[worst])}" if wanted is not None and missing else ""
        of_zh = f"(需求 {_n(wanted[worst])})" if wanted is not None and missing else ""
        when, year = f"{at:%Y-%m-%d %H:%M}", f"{_n(float(self.w.weights @ flow))} {stock}"
        word, word_zh = ("missing", "缺") if missing else ("left over", "多")
        way = self._in_the_way(answer, [], worst)
        do = "add a source" if missing else "add what takes it"
        return InputError(
            "study",
            f"buses.{bus}",
            f"{_n(flow[worst])}{of} {rate} {word} at {when}",
            f"a demand that the bounds can meet; {year} a year are {word}{most}",
            f"at their limit: {', '.join(way)}; raise one of them or {do}" if way else do,
            zh=f"母线 {bus} 在 {when} {word_zh} {_n(flow[worst])} {rate}{of_zh},全年 {year}{most_zh};"
            + (f"已到上限: {'、'.join(way)}。" if way else "没有可增大的设备。"),
        )

    def _in_the_way(self, answer: Answer, out: Sequence[StudyLaw], step: int | None = None) -> list[str]:
        """Bounds of sizes and limits that matter to what is out of reach, and components at a fixed limit in a step."""
        assert answer.x is not None
        assert answer.col_dual is not None
        found, least = [], LEANS * abs(answer.objective)
        for name, k in self.sized.items():
            size, dual = self.study.sizes[name], float(answer.col_dual[k])
            x = float(answer.x[k])
            if dual * size.max < -least and x > 0.999 * size.max:
                found.append(f"{name} (max {_n(size.max)})")
            elif dual * size.min > least and x < 1.001 * size.min:
                found.append(f"{name} (min {_n(size.min)})")
        for law, worth in zip(self.laws, worths(self.laws, self.built, answer).values(), strict=True):
            if law not in out and abs(worth) * max(abs(law.value), 1.0) > least:
                found.append(f"limits.{law.name} ({_n(law.value)} {law.unit})".replace(" 1)", ")"))
        if step is not None:
            sized = {name.partition(".")[0] for name in self.study.sizes}
            for k, var in enumerate(self.built.columns):
                block = var.parent_block()
                full = var.index() == step and answer.col_dual[k] < -LEANS and self.problem.upper[k] > 0
                if full and block.index() is not None and block.index() not in {*sized, *found}:
                    found.append(str(block.index()))
        return found


def _refined(elastic: _Elastic, reached: _Reached, solver: Solver, limits: SolverLimits) -> _Reached:
    """The nearest value of a single ratio, on which its own weighing of both sides depends (Dinkelbach 1967)."""
    for _ in range(ROUNDS):
        if len(reached.nearest) != 1 or not next(iter(reached.nearest)).a_ratio:
            break
        (law, value) = next(iter(reached.nearest.items()))
        others = [other for other in elastic.laws if other.name != law.name]
        again = _Elastic(elastic.site, elastic.study, elastic.w, [*others, replace(law, value=value)])
        nearer = again.nearest(solver, limits)
        if nearer is None or abs(nearer - value) <= SMALL * max(abs(value), 1e-3):
            break
        reached = replace(reached, nearest={law: nearer})
    return reached


@dataclass(frozen=True)
class _Reached:
    """The limits that cannot be kept with the nearest values that can, and what stands in the way."""

    nearest: Mapping[StudyLaw, float]
    way: Sequence[str]

    @property
    def told(self) -> InputError:
        (first, *others), way = self.nearest, self.way
        nearest = {law: _outward(value, up=law.more_allows) for law, value in self.nearest.items()}
        more = [f"limits.{law.name} {_n(nearest[law])} {law.unit}".removesuffix(" 1") for law in others]
        word, most = ("or more", "least") if first.more_allows else ("or less", "most")
        together = f" together with {', '.join(more)}" if more else ""
        return InputError(
            "study",
            f"limits.{first.name}",
            first.value,
            f"{_n(nearest[first])} {word}, the {most} that can be reached{together}",
            f"in the way: {', '.join(way)}" if way else "the demand itself asks for it",
            zh=f"limits.{first.name} 为 {first.value:g},在现有上下限与其他约束下"
            f"{'最少' if first.more_allows else '最多'}只能达到 {_n(nearest[first])}"
            + (f"(同时 {'、'.join(more)})" if more else "")
            + (f";起限制作用的是: {'、'.join(way)}。" if way else "。"),
        )


def _loose_buses(m: Any, parts: Mapping[str, Formulation]) -> None:
    """Slack on every bus in every step: what is missing, and what is left over."""
    m.missing = pyo.Var(m.balance.index_set(), domain=pyo.NonNegativeReals)
    m.left_over = pyo.Var(m.balance.index_set(), domain=pyo.NonNegativeReals)
    for i in m.balance:
        m.balance[i].set_value(m.balance[i].body + m.missing[i] - m.left_over[i] == m.balance[i].upper)


def _outward(value: float, *, up: bool) -> float:
    """Four digits that can be kept."""
    if abs(value) < 1e-9:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - 3)
    return (math.ceil(value / unit - 1e-6) if up else math.floor(value / unit + 1e-6)) * unit


def _n(value: float) -> str:
    """A number for readers: four digits or all before the point."""
    digits = 3 - math.floor(math.log10(abs(value))) if abs(value) > 1e-9 else 0
    text = f"{value:,.{max(0, digits)}f}".replace(",", " ")
    return text.rstrip("0").rstrip(".") if "." in text else text

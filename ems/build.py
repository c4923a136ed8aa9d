"""From a site and a window to the matrices of a mixed-integer program, and from an answer back to tables.

Every component builds itself on its own block; flows per bus sum to zero; costs and emissions sum to the objective:

    min  sum(real costs) + carbon_price * sum(emissions) + wish_weight * sum(penalties)

Pyomo writes its standard form, the arrays go to the solver as they are: the usual interfaces cost ten times as much.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ems.objective import Weights
from ems.problem import Answer, Problem
from ems.site import Site
from forecasting.errors import InputError
from models import Formulation, Window, pyo


@dataclass(frozen=True)
class Built:
    """A model with its parts, its matrices and the way back."""

    model: Any
    parts: Mapping[str, Formulation]
    problem: Problem
    columns: list[Any]  # Pyomo variables in the order of the matrices
    rows: list[Any]

    def tables(self, x: np.ndarray, w: Window) -> tuple[dict[str, pd.DataFrame], dict[str, float]]:
        """Reported series of every component and the sizes, from the solver's column values."""
        for var, value in zip(self.columns, x.tolist(), strict=True):
            var.set_value(value, skip_validation=True)
        tables: dict[str, pd.DataFrame] = {}
        sizes: dict[str, float] = {}
        for name, part in self.parts.items():
            values: dict[str, Any] = {}
            for quantity, flow in part.series.items():
                values[quantity] = flow(values) if isinstance(flow, Callable) else self._read(flow, w)  # type: ignore[arg-type]
            tables[name] = pd.DataFrame(values, index=w.inputs.index)
            for size, expr in part.sizes.items():
                sizes[f"{name}.{size}"] = float(pyo.value(expr))
                tables[name].attrs[size] = sizes[f"{name}.{size}"]
        return tables, sizes

    @staticmethod
    def _read(flow: Any, w: Window) -> np.ndarray:
        x = np.array([v if isinstance(v := flow[t], float | int) else v() for t in w.t], float)
        x[np.abs(x) < 1e-7] = 0.0  # the solver's own tolerance: no "-0.0" and no dust in the tables
        return x

    def marginal_values(self, answer: Answer, w: Window) -> dict[str, np.ndarray]:
        """Value of one more unit on every bus in every step, commitment fixed: bus -> [CNY/kWh or CNY/kg]."""
        values: dict[str, np.ndarray] = {}
        if answer.row_dual is None:
            return values
        for k, row in enumerate(self.rows):
            if row.parent_component() is self.model.balance:
                bus, t = row.index()
                values.setdefault(bus, np.zeros(len(w.inputs)))[t] = answer.row_dual[k] / w.weights[t]
        return values

    @cached_property
    def row_names(self) -> list[str]:
        return [str(row.name) for row in self.rows]


Law = Callable[[Any, Mapping[str, Formulation]], None]


def build(site: Site, w: Window, objective: Weights, laws: Sequence[Law] = ()) -> Built:
    """Build all components of a site on a window and translate the model; ``laws`` add what spans components."""
    from pyomo.common.gc_manager import PauseGC

    with PauseGC():  # a sweep over a hundred thousand live expressions costs as much as building them
        m, parts = _assemble(site, w, objective)
        for law in laws:
            law(m, parts)
        return _translate(m, parts)


def _assemble(site: Site, w: Window, objective: Weights) -> tuple[Any, dict[str, Formulation]]:
    m: Any = pyo.ConcreteModel(site.name)
    m.part = pyo.Block([c.name for c in site.components])
    parts: dict[str, Formulation] = {}
    into: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    alone: list[tuple[str, int, float]] = []
    for c in site.components:
        parts[c.name] = c.build(m.part[c.name], w)
        for quantity, bus in c.ports:
            into[bus].append((quantity.sign, parts[c.name].series[quantity.name]))

    def balance(_: Any, bus: str, t: int) -> Any:
        total = pyo.quicksum(flow[t] if sign > 0 else -flow[t] for sign, flow in into[bus])
        if not isinstance(total, float | int):
            return total == 0
        if abs(total) >= 1e-9:
            alone.append((bus, t, float(total)))
        return pyo.Constraint.Feasible

    m.balance = pyo.Constraint(sorted(into), w.t, rule=balance)
    if alone:
        bus, t, total = max(alone, key=lambda item: abs(item[2]))
        raise _alone(bus, total, w.inputs.index[t])
    terms = [objective.weight(cause, name) * expr for name, p in parts.items() for cause, expr in p.cost.items()]
    terms += [objective.carbon_cny_per_kg * expr for p in parts.values() for expr in p.emissions.values()]
    m.objective = pyo.Objective(expr=pyo.quicksum(terms))
    return m, parts


def _alone(bus: str, total: float, at: pd.Timestamp) -> InputError:
    """Nothing on a bus can be chosen, and what is given does not add up to nothing."""
    when = f"{at:%Y-%m-%d %H:%M}"
    if total < 0:
        what, lack, zh = f"{-total:g} wanted at {when}", "a component that serves it", "需求无任何设备可供"
    else:
        what, lack, zh = f"{total:g} too much at {when}", "a component that takes it", "多余量无处可去"
    return InputError("site", f"buses.{bus}", what, lack, zh=f"母线 {bus} 在 {when} 有 {abs(total):g} 的{zh}。")


def _translate(m: Any, parts: dict[str, Formulation]) -> Built:
    from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

    form = LinearStandardFormCompiler().write(m, mixed_form=True, set_sense=None)
    rhs = np.asarray(form.rhs, float)
    kind = np.array([row.bound_type for row in form.rows], int)
    lower, upper, whole = zip(*((*v.bounds, v.is_integer() or v.is_binary()) for v in form.columns), strict=True)
    a = form.A.tocsc()
    problem = Problem(
        cost=np.asarray(form.c.todense(), float).ravel(),
        offset=float(np.ravel(form.c_offset)[0]),
        lower=np.array([-math.inf if v is None else v for v in lower], float),
        upper=np.array([math.inf if v is None else v for v in upper], float),
        integer=np.array(whole, bool),
        row_lower=np.where(kind <= 0, rhs, -math.inf),
        row_upper=np.where(kind >= 0, rhs, math.inf),
        start=np.asarray(a.indptr, np.int32),
        index=np.asarray(a.indices, np.int32),
        value=np.asarray(a.data, float),
    )
    return Built(m, parts, problem, list(form.columns), [row.constraint for row in form.rows])

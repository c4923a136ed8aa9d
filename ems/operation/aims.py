"""A month as one linear program: a bound, the peak worth paying for, and what stock at midnight is worth.

Whole modules, minimum loads and times are left out: no operation of the month by its equations is cheaper. Its duals at
midnight are what a unit kept for the next day is worth; their median, one price for all policies, settles what stocks
differ by at the end of the month as it came. Stock is worth no more than its best use in the month. What plans look at
is another thing: `ems.operation.future`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ems.objective import Objective
from ems.problem import Limits
from ems.site import Site
from ems.solve import Solver
from ems.state import States
from models import Grid, Store, Window

MONTH_LIMITS = Limits(seconds=300.0, method="interior")


@dataclass(frozen=True)
class Aims:
    """Peaks to plan with, grid -> key of the charge -> kW; stock values, store -> CNY per kWh or kg; plain numbers."""

    peaks_kw: Mapping[str, Mapping[str, float]]
    stock_cny: Mapping[str, float]
    bound_cny: float  # objective of the linear program: no operation of the same month by its equations is cheaper

    def to_dict(self) -> dict[str, object]:
        peaks = {grid: dict(keys) for grid, keys in self.peaks_kw.items()}
        return {"peaks_kw": peaks, "stock_cny": dict(self.stock_cny), "bound_cny": self.bound_cny}

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Aims:
        return cls(data["peaks_kw"], data["stock_cny"], data["bound_cny"])  # type: ignore[arg-type]


def month_aims(site: Site, inputs: pd.DataFrame, opening: States, goal: Objective, solver: Solver) -> Aims:
    """The aims of one month of ``inputs`` (every step of it); raises ``ValueError`` where the program has no answer."""
    found = relaxed(paying_all(keeping_stock(site, opening)), Window(inputs, opening), goal, solver)
    midnight = _last_of_days(inputs)
    worth = {name: max(0.0, float(np.median(x[midnight]))) for name, x in found.stock_cny.items()}
    return Aims(found.peaks_kw, worth, found.objective_cny)


@dataclass(frozen=True)
class Relaxed:
    """Answer of a linear program: peaks, and what a unit in store is worth at the end of each step."""

    peaks_kw: Mapping[str, Mapping[str, float]]
    stock_cny: Mapping[str, np.ndarray]
    objective_cny: float


def relaxed(park: Site, w: Window, goal: Objective, solver: Solver) -> Relaxed:
    """The window without whole modules; raises ``ValueError`` where the program has no answer."""
    from ems.build import build

    built = build(park, w, goal)
    problem = replace(built.problem, integer=np.zeros_like(built.problem.integer))
    answer = solver.solve(problem, MONTH_LIMITS)
    if answer.x is None or answer.row_dual is None:
        raise ValueError(f"the linear program from {w.inputs.index[0]} has no answer: {answer.message}")
    tables, _ = built.tables(answer.x, w)
    peaks = {}
    for c in park.components:
        if isinstance(c, Grid) and c.charges:
            bought = tables[c.name]["import_kw"].to_numpy(float)
            peaks[c.name] = {key: _peak(bought, w, c, key) for key in c.charges}
    duals: dict[str, np.ndarray] = {}
    stores = {id(built.model.part[c.name].balance): c.name for c in park.components if isinstance(c, Store)}
    for k, row in enumerate(built.rows):
        if (name := stores.get(id(row.parent_component()))) is not None:
            duals.setdefault(name, np.zeros(len(w.inputs)))[row.index()] = -answer.row_dual[k]
    return Relaxed(peaks, duals, float(answer.objective))


def paying_above(site: Site, aims: Aims) -> Site:
    """The site whose peak costs nothing up to the aim."""
    return _with_peaks(site, aims.peaks_kw)


def settling(site: Site, opening: States, aims: Aims) -> Site:
    """The site as a month is billed: the whole peak, and stock that differs from the opening at the month's value."""
    park = paying_all(site)
    stores = {}
    for c in site.components:
        if isinstance(c, Store):
            level = float(opening.get(c.name, {}).get(c.level_name, c.start_share * c.top))
            price = aims.stock_cny[c.name]
            stores[c.name] = {
                "end_short_cny_per_unit": price,
                "end_surplus_cny_per_unit": price,
                "end_short_kgco2e_per_unit": 0.0,
                "end_target_share": level / c.top,
            }
    return park.with_components(**stores)


def keeping_stock(site: Site, opening: States) -> Site:
    """The site whose window is to end with the stock that it opens with, at the prices of the file."""
    return site.with_components(
        **{
            c.name: {
                "end_target_share": float(opening.get(c.name, {}).get(c.level_name, c.start_share * c.top)) / c.top,
            }
            for c in site.components
            if isinstance(c, Store)
        }
    )


def paying_all(site: Site) -> Site:
    """The site that pays for its peak from the first kW on."""
    return _with_peaks(site, {})


def _with_peaks(site: Site, peaks_kw: Mapping[str, Mapping[str, float]]) -> Site:
    found = {}
    for c in site.components:
        if isinstance(c, Grid) and c.charges:
            aim = peaks_kw.get(c.name, {})
            own = [
                charge.model_copy(update={"expected_peak_kw": aim.get(f"peak_{charge.name}_kw", 0.0)})
                for charge in c.demand_charges
            ]
            found[c.name] = {"expected_peak_kw": aim.get("peak_kw", 0.0), "demand_charges": own}
    return site.with_components(**found)


def _peak(bought: np.ndarray, w: Window, c: Grid, key: str) -> float:
    """Highest import that a charge counts [kW]."""
    opened = c.charges[key].opened(w, c.name, key)
    return max((max(o.paid_kw, float(bought[o.counted].max(initial=0.0))) for o in opened), default=0.0)


def _last_of_days(inputs: pd.DataFrame) -> np.ndarray:
    """Rows that end at a midnight with another day to come."""
    days = pd.DatetimeIndex(inputs.index).normalize()
    return np.flatnonzero(days[:-1] != days[1:])

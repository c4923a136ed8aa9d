"""Limits of a study that span components, as constraints of the linear program.

Every limit is one or more rows ``left <= value * per_unit``, in words and symbols (sums over the simulated hours, each
as often as it occurs in the year; steps t of h hours):

    roofs               sum of m2_per_kwp * capacity <= area              over the pv on the roof
    connection_kw       sum of imports[t] <= limit                        in every step
    budget_cny          sum of capex after incentives * size <= budget    over all sizes, in money of the base year
    carbon_t_per_year   sum of all emissions / 1000 <= cap                location based
    renewable_share     sum of own >= share * sum of used                 with, in every step,
                          own[t] = pv - export - released electricity     what is curtailed is not in pv
                          used[t] = own + import + engines                stores and fuel cells only pass on
    hydrogen_kgco2e_…   sum of intensity * grid <= limit * sum of hydrogen made          with, in every step,
                          grid[t] >= electrolysers - own,  grid[t] >= 0   own pv goes to them first, hour by hour
    autonomy            see `_autonomy`

Electricity of electrolysers is that of the whole system with warm-up and standby; compression and water are left out.
What comes out of a battery or an engine counts as the grid's there: its origin is not followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ems.build import Built, Law
from ems.problem import Answer
from ems.site import Site
from ems.sizing.parks import size_key, sized_field
from ems.sizing.study import Autonomy, Roof, Study
from ems.sizing.worth import payments
from forecasting.errors import InputError
from models import PV, Formulation, Grid, Window, pyo
from models.cogeneration import Cogenerator
from models.demand import Demand
from models.electrolyser import Electrolyser
from models.fuel_cell import LHV_KWH_PER_KG, FuelCell
from models.storage import Battery, HydrogenTank
from models.supply import Spill
from models.window import Expr

Parts = Mapping[str, Formulation]


class Row(NamedTuple):
    """``left <= value * per_unit``: what one more unit of the value allows may itself depend on the design."""

    left: Expr
    per_unit: Expr = 0.0


@dataclass(frozen=True)
class StudyLaw:
    """One limit: its name (a path under ``limits``), unit and value, and its rows on the parts of a model.

    ``more_allows``: a higher value is the looser one. ``a_ratio``: the rows' per unit depends on the design.
    """

    name: str
    unit: str
    value: float
    rows: Callable[[Any, Parts], Iterable[Row]]  # on the law's own block
    more_allows: bool = True
    a_ratio: bool = False

    @property
    def key(self) -> str:
        return f"law_{self.name.replace('.', '_')}"

    @property
    def rule(self) -> Law:
        """Adds a block ``law_…`` with the rows; its ``give`` is 0 unless one asks how far the limit is out of reach.

        ``give`` loosens the value itself, of a ratio the left side.
        """

        def add(m: Any, parts: Parts) -> None:
            m.add_component(self.key, pyo.Block())
            b = m.component(self.key)
            b.give = pyo.Var(bounds=(0, 0))
            rows = list(self.rows(b, parts))
            sign = 1.0 if self.more_allows else -1.0

            def hold(b: Any, k: int) -> Any:
                left, per_unit = rows[k]
                loose = b.give if self.a_ratio else sign * per_unit * b.give
                return left - self.value * per_unit - loose <= 0

            b.per_unit = [row.per_unit for row in rows]
            b.rows = pyo.Constraint(range(len(rows)), rule=hold)

        return add


def laws_of(site: Site, study: Study, w: Window) -> list[StudyLaw]:
    """Every limit that the study sets, for the park whose sizes are free."""
    limits, found = study.limits, []
    for name, roof in limits.roofs.items():
        found.append(StudyLaw(f"roofs.{name}", "m²", roof.area_m2, _roof(site, roof)))
    if (limit := limits.connection_kw) is not None:
        found.append(StudyLaw("connection_kw", "kW", limit, _connection(site, w)))
    if (limit := limits.budget_cny) is not None:
        found.append(StudyLaw("budget_cny", "CNY", limit, _budget(site, study)))
    if (limit := limits.renewable_share) is not None:
        rows = _renewable(site, w)
        found.append(StudyLaw("renewable_share", "1", limit, rows, more_allows=False, a_ratio=True))
    if (limit := limits.hydrogen_kgco2e_per_kg) is not None:
        found.append(StudyLaw("hydrogen_kgco2e_per_kg", "kgCO2e/kg", limit, _hydrogen(site, w), a_ratio=True))
    if (limit := limits.carbon_t_per_year) is not None:
        found.append(StudyLaw("carbon_t_per_year", "tCO2e/a", limit, _carbon))
    if (autonomy := limits.autonomy) is not None:
        rows = _autonomy(site, w, autonomy)
        found.append(StudyLaw("autonomy.demand_share", "1", autonomy.demand_share, rows, more_allows=False))
    return found


def worths(laws: Sequence[StudyLaw], built: Built, answer: Answer) -> dict[str, float]:
    """What one more unit of each limit would save [CNY/a per unit]: negative where more asks for more.

        d objective / d value = sum over rows of dual * per_unit

    The values of the answer must have been set (`Built.tables`).
    """
    if answer.row_dual is None:
        return {}
    found = {law.key: 0.0 for law in laws}
    for row, dual in zip(built.rows, answer.row_dual.tolist(), strict=True):
        block = row.parent_block()
        if block.name in found and row.parent_component() is block.rows:
            found[block.name] -= dual * float(pyo.value(block.per_unit[row.index()]))
    return {law.name: found[law.key] for law in laws}


def _roof(site: Site, roof: Roof) -> Callable[[Any, Parts], Iterable[Row]]:
    def rows(_: Any, parts: Parts) -> list[Row]:
        return [Row(pyo.quicksum(roof.m2_per_kwp * parts[name].sizes["capacity"] for name in roof.components), 1.0)]

    return rows


def _connection(site: Site, w: Window) -> Callable[[Any, Parts], Iterable[Row]]:
    def rows(_: Any, parts: Parts) -> list[Row]:
        bought = _flows(site, parts, Grid, "import_kw")
        return [Row(_sum(bought, t), 1.0) for t in w.t]

    return rows


def _budget(site: Site, study: Study) -> Callable[[Any, Parts], Iterable[Row]]:
    def rows(_: Any, parts: Parts) -> list[Row]:
        spent = []
        for name, size in study.sizes.items():
            c, field = sized_field(site, name)
            price = float(payments(study.costs[size.cost], study.economics).capex[0])
            spent.append(price * parts[c.name].sizes[size_key(c, field)])
        return [Row(pyo.quicksum(spent), 1.0)]

    return rows


def _carbon(_: Any, parts: Parts) -> list[Row]:
    return [Row(pyo.quicksum(expr for p in parts.values() for expr in p.emissions.values()) / 1000, 1.0)]


def _renewable(site: Site, w: Window) -> Callable[[Any, Parts], Iterable[Row]]:
    def rows(_: Any, parts: Parts) -> list[Row]:
        bought = _flows(site, parts, Grid, "import_kw")
        engines = [
            parts[c.name].series["power_kw"]
            for c in site.components
            if isinstance(c, Cogenerator) and not isinstance(c, FuelCell)
        ]
        own = w.total(_own(site, parts))
        used = own + w.total(lambda t: _sum(bought, t) + _sum(engines, t))
        return [Row(-own, -used)]

    return rows


def _hydrogen(site: Site, w: Window) -> Callable[[Any, Parts], Iterable[Row]]:
    def rows(b: Any, parts: Parts) -> list[Row]:
        own = _own(site, parts)
        power = _flows(site, parts, Electrolyser, "power_kw") + _flows(site, parts, Electrolyser, "auxiliary_kw")
        made = _flows(site, parts, Electrolyser, "hydrogen_kg_per_h")
        grids = [w.column(c.intensity) for c in site.components if isinstance(c, Grid)]
        intensity = np.max(grids, axis=0) if grids else np.zeros(len(w.inputs))
        b.grid = pyo.Var(w.t, domain=pyo.NonNegativeReals)
        b.attributed = pyo.Constraint(w.t, rule=lambda b, t: b.grid[t] >= _sum(power, t) - own(t))
        return [Row(w.total(lambda t: float(intensity[t]) * b.grid[t]), w.total(lambda t: _sum(made, t)))]

    return rows


def _autonomy(site: Site, w: Window, autonomy: Autonomy) -> Callable[[Any, Parts], Iterable[Row]]:
    """At the end of every step what is stored carries a share of the demand of the next hours, without grid and sun.

    With the power p_f of all fuel cells (also no more than the tanks give) and p_b of all batteries at the bus, the
    usable content e_b[t] of batteries and e_f[t] of tanks through fuel cells at rated efficiency, both above the
    minimum level, d[k] = share * demand of step k, and sums over the ``hours`` that follow t:

        p_b + p_f >= highest d                          together they are strong enough
        e_b[t] + e_f[t] >= sum of d[k] h                together they hold enough
        e_b[t] >= sum of x[k] h,   x[k] >= d[k] - p_f   batteries hold what fuel cells are too weak for
        e_f[t] >= sum of z[k] h,   z[k] >= d[k] - p_b   and the other way round

    These are what it takes for a division of the load between both to exist; with one kind alone the first two are.
    Demand is that of the fixed electricity demands; heat pumps, electrolysers and demand for hydrogen stand still;
    minimum loads and starts are left out.
    """
    if w.chronology is not None:
        remedy = "ask for the full resolution"
        raise InputError("study", "limits.autonomy", None, "the level of every hour, not of typical periods", remedy)
    users = [c for c in site.components if isinstance(c, Demand) and c.carrier == "electricity"]
    need = np.sum([w.column(c.need_column) for c in users], axis=0)
    rounds, rest = divmod(w.steps_of(autonomy.hours), w.period)

    def after(t: int, k: int) -> int:
        """The step k after t, round and round in its period."""
        return t - t % w.period + (t + k) % w.period

    wanted = np.array([need[[after(t, k) for k in range(1, rest + 1)]].sum() for t in w.t])
    wanted += rounds * np.repeat(need.reshape(-1, w.period).sum(axis=1), w.period)

    def ahead(b: Any, name: str) -> Callable[[int], Expr]:
        """Energy above some power in the hours that follow a step: its variable in each step, summed up as it moves."""
        b.add_component(name, pyo.Var(w.t, domain=pyo.NonNegativeReals))
        b.add_component(f"{name}_ahead", pyo.Var(w.t, domain=pyo.NonNegativeReals))
        x, moved = b.component(name), b.component(f"{name}_ahead")

        def move(b: Any, t: int) -> Any:
            if t % w.period == 0:
                return moved[t] == pyo.quicksum(x[after(t, k)] for k in range(1, rest + 1))
            return moved[t] == moved[t - 1] - x[t] + x[after(t, rest)]

        b.add_component(f"{name}_moves", pyo.Constraint(w.t, rule=move))
        whole = [pyo.quicksum(x[t] for t in range(first, first + w.period)) for first in w.t[:: w.period]]
        return lambda t: w.step_h * (moved[t] + (rounds * whole[t // w.period] if rounds else 0.0))

    def rows(b: Any, parts: Parts) -> list[Row]:
        batteries, cells = _batteries(site, parts), _fuel_cells(site, parts, b)
        both = [store for store in (batteries, cells) if store is not None]
        found = [Row(-pyo.quicksum(power for power, _ in both), -float(need.max()))]
        found += [Row(-pyo.quicksum(held(t) for _, held in both), -w.step_h * float(wanted[t])) for t in w.t]
        if batteries is None or cells is None:
            return found
        for name, (power, _), (_, held) in (("x", cells, batteries), ("z", batteries, cells)):
            energy = ahead(b, name)
            found += [Row(-power - b.component(name)[t], -float(need[t])) for t in w.t]
            found += [Row(energy(t) - held(t)) for t in w.t]
        return found

    return rows


Store = tuple[Expr, Callable[[int], Expr]]  # power at the bus [kW]; usable electricity at the end of a step [kWh]


def _batteries(site: Site, parts: Parts) -> Store | None:
    found = [(c, parts[c.name]) for c in site.components if isinstance(c, Battery)]
    if not found:
        return None

    def held(t: int) -> Expr:
        return pyo.quicksum(
            c.discharge_efficiency * (p.series[c.level_name][t] - c.min_share * p.sizes["capacity"]) for c, p in found
        )

    return pyo.quicksum(p.sizes["rate"] for _, p in found), held


def _fuel_cells(site: Site, parts: Parts, b: Any) -> Store | None:
    """Fuel cells with the tanks that feed them."""
    cells = [c for c in site.components if isinstance(c, FuelCell)]
    tanks = [(c, parts[c.name]) for c in site.components if isinstance(c, HydrogenTank)]
    if not cells or not tanks:
        return None
    kwh_per_kg = LHV_KWH_PER_KG * min(dict(c.electric_efficiency)[1.0] for c in cells)
    b.cells = pyo.Var(domain=pyo.NonNegativeReals)
    b.as_built = pyo.Constraint(expr=b.cells <= pyo.quicksum(parts[c.name].sizes["capacity"] for c in cells))
    b.as_fed = pyo.Constraint(expr=b.cells <= kwh_per_kg * pyo.quicksum(p.sizes["rate"] for _, p in tanks))

    def held(t: int) -> Expr:
        return kwh_per_kg * pyo.quicksum(
            c.discharge_efficiency * (p.series[c.level_name][t] - c.min_share * p.sizes["capacity"]) for c, p in tanks
        )

    return b.cells, held


def _own(site: Site, parts: Parts) -> Callable[[int], Expr]:
    """Own renewable electricity that is used here in a step [kW]: pv, less what is sold or released."""
    made, sold = _flows(site, parts, PV, "power_kw"), _flows(site, parts, Grid, "export_kw")
    lost = [
        parts[c.name].series[f"lost_{c.unit}"]
        for c in site.components
        if isinstance(c, Spill) and c.carrier == "electricity"
    ]
    return lambda t: _sum(made, t) - _sum([*sold, *lost], t)


def _flows(site: Site, parts: Parts, kind: type[Any], quantity: str) -> list[Any]:
    """A reported series of all components of a kind that have it."""
    series = [parts[c.name].series for c in site.components if isinstance(c, kind)]
    return [s[quantity] for s in series if quantity in s]


def _sum(flows: Sequence[Any], t: int) -> Expr:
    return pyo.quicksum(flow[t] for flow in flows)

"""A counterfactual: the demands of the park, served in another way.

It knows nothing of the park's plant. It takes what the demands were served, hour by hour, and says what
would have been bought for it:

    electricity   bought = served
    cooling       bought = served / cop
    heat          bought = served / efficiency, as gas (lower heating value), electricity or district heat
    hydrogen      bought = served - what fleets took, where diesel takes its place
                  truck  = bought / kg per trip * km there and back * litres per 100 km / 100
    vehicles      diesel = km * litres per 100 km / 100

What was not served is served on neither side. Own photovoltaics, stores and waste heat are absent here, so what they
save is the difference to what the park bought; nothing of it is subtracted anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import pandas as pd

from ems.emissions.activity import Activity, Gap, Meter, amount_name
from ems.emissions.baselines import CAUSES, Baseline, Displaced, HeatBaseline, HydrogenBaseline
from ems.emissions.ledger import Factor, Ledger, Line, Method, Scope
from ems.emissions.vehicles import Driven, Fleet, Registry, driven, served_name
from ems.site import Site
from forecasting.errors import InputError
from models.demand import DeferrableDemand, Demand
from models.window import Floats

GJ_PER_KWH = 0.0036
SCOPE_2: tuple[Scope, ...] = ("2_location", "2_market")
AnyDemand = Demand | DeferrableDemand
Part = TypeVar("Part")


class Factors(Registry, Protocol):
    """What a counterfactual asks of a set of factors; `ems.emissions.factor_set.FactorSet` is one."""

    @property
    def location(self) -> Factor:
        """Grid electricity, location based, shape (hours,) [kgCO2e/kWh]."""
        ...

    @property
    def market(self) -> Factor:
        """Grid electricity without certificates, market based, shape (hours,) [kgCO2e/kWh]."""
        ...

    def grid_lines(self, line: Line, method: Method) -> tuple[Line, ...]:
        """A line of grid electricity, one for each vintage of its factor."""
        ...


def counterfactual(
    activity: Activity,
    baseline: Baseline,
    fleets: Sequence[Fleet],
    factors: Factors,
    upstream: Mapping[str, str] | None = None,
) -> tuple[Activity, Ledger]:
    """What would have been bought for what the park's demands were served, and what it would have emitted.

    Args:
        upstream: component of the park that buys -> id of the factor of its upstream, as the park is accounted: the
            same carrier has the same upstream here, so that neither side counts more of the chain than the other.

    Raises:
        InputError: a demand's carrier is not in the baseline, no demand is metered, a factor has another unit, or
            fleets took more hydrogen than was served.
    """
    there = driven(fleets, activity) if baseline.vehicles == "diesel" else ()
    index = pd.DatetimeIndex(activity.table.index)
    uses = [use for c, served in served_demands(activity) for use in _uses(c, served, baseline, there, factors)]
    if not uses:
        raise InputError(activity.site.name, "activity", None, "the meter of at least one demand of the park")
    uses += [_vehicles(d, factors) for d in there]
    if baseline.export:
        uses += [_displaced(name, activity, baseline.export, factors) for name in exported(activity)]
    meters = [(use.meter, pd.Series(use.amount, index=index)) for use in uses]
    frame = pd.DataFrame({m.name: values for m, values in meters}, index=index)
    gaps = tuple(_gaps(activity, uses, there))
    bought = Activity(activity.site, {m.name: m for m, _ in meters}, frame, gaps)
    lines = [line for use in uses for line in use.lines(factors)]
    lines += _upstream(uses, activity.site, upstream or {}, factors)
    return bought, Ledger(index, tuple(lines))


def demands(site: Site) -> Iterator[AnyDemand]:
    """Demands of the park that emissions depend on, in the order of the site file; water is not among them."""
    for c in site.components:
        if isinstance(c, Demand | DeferrableDemand) and c.carrier != "water":
            yield c


def exported(activity: Activity) -> list[str]:
    """Components that sell electricity and whose meter is there."""
    grids = [c.name for c in activity.site.components if c.kind == "grid"]
    return [name for name in grids if amount_name(name, "export_kw") in activity.meters]


@dataclass(frozen=True)
class _Use:
    """Something bought in the counterfactual: its meter, its amounts, and what they are multiplied with."""

    meter: Meter
    cause: str
    amount: Floats  # shape (hours,)
    after: str  # meter of the park that it is computed from
    scopes: tuple[Scope, ...] = SCOPE_2
    factor: Factor | None = None  # none: grid electricity, whose factor differs with the method

    def lines(self, factors: Factors) -> Iterator[Line]:
        if self.factor is None:
            yield from factors.grid_lines(self._line("2_location", factors.location), "location")
            yield from factors.grid_lines(self._line("2_market", factors.market), "market")
        else:
            yield from (self._line(scope, self.factor) for scope in self.scopes)

    def _line(self, scope: Scope, factor: Factor) -> Line:
        m = self.meter
        return Line(scope, m.component, self.cause, m.carrier, m.name, m.unit, self.amount, factor)


def served_demands(activity: Activity) -> Iterator[tuple[AnyDemand, pd.Series[float]]]:
    for c in demands(activity.site):
        if served_name(c) in activity.meters:
            yield c, activity.amount(served_name(c))


def _uses(
    c: AnyDemand, served: pd.Series[float], baseline: Baseline, there: Sequence[Driven], factors: Factors
) -> Iterator[_Use]:
    amount = np.asarray(served, float)
    if c.carrier == "electricity":
        yield _bought(c, "power_kwh", "kWh", "electricity", "demand_power", amount)
    elif c.carrier == "cooling":
        cooling = _said(baseline.cooling, "cooling", c)
        yield _bought(c, "power_kwh", "kWh", "electricity", "demand_cooling", amount / cooling.cop)
    elif c.carrier == "heat":
        yield _heat(c, amount, _said(baseline.heat, "heat", c), factors)
    else:
        taken = sum(np.asarray(d.hydrogen_kg, float) for d in there if d.fleet.refuels_at == c.name)
        left = amount - taken
        left = np.asarray(np.where(np.abs(left) < 1e-9 * np.maximum(amount, 1.0), 0.0, left))
        yield from _hydrogen(c, left, _said(baseline.hydrogen, "hydrogen", c), factors)


def _heat(c: AnyDemand, amount: Floats, heat: HeatBaseline, factors: Factors) -> _Use:
    energy = amount / heat.efficiency
    if heat.technology == "electric_boiler":
        return _bought(c, "power_kwh", "kWh", "electricity", "demand_heat", energy)
    if heat.technology == "gas_boiler":
        factor = factors.of(heat.factor, "kgCO2e/kWh", "baseline.heat.factor")
        return _bought(c, "gas_kwh", "kWh", "gas", "demand_heat", energy, ("1",), factor)
    factor = factors.of(heat.factor, "kgCO2e/GJ", "baseline.heat.factor")
    return _bought(c, "heat_gj", "GJ", "heat", "demand_heat", energy * GJ_PER_KWH, SCOPE_2, factor)


def _hydrogen(c: AnyDemand, kg: Floats, hydrogen: HydrogenBaseline, factors: Factors) -> Iterator[_Use]:
    factor = factors.of(hydrogen.factor, "kgCO2e/kg", "baseline.hydrogen.factor")
    yield _bought(c, "hydrogen_kg", "kg", "hydrogen", "demand_hydrogen", kg, ("3",), factor)
    if truck := hydrogen.truck:
        litres = kg / truck.kg_per_trip * truck.round_trip_km * truck.l_per_100km / 100
        diesel = factors.of(truck.diesel, "kgCO2e/L", "baseline.hydrogen.truck.diesel")
        yield _bought(c, "truck_l", "L", "diesel", "hydrogen_truck", litres, ("3",), diesel)


def _vehicles(d: Driven, factors: Factors) -> _Use:
    line = d.diesel(factors)
    zh, en = CAUSES["vehicle_fuel"]
    title = d.fleet.title
    meter = Meter(line.meter, d.fleet.name, "diesel", line.unit, f"{title.zh}: {zh}", f"{title.en}: {en}", "computed")
    return _Use(meter, line.cause, line.activity, d.fleet.km.meter, (line.scope,), line.factor)


def _displaced(grid: str, activity: Activity, export: Displaced, factors: Factors) -> _Use:
    factor = factors.of(export.factor, "kgCO2e/kWh", "baseline.export.factor")
    name, (zh, en) = amount_name(grid, "export_kw"), CAUSES["displaced_power"]
    meter = Meter(f"{grid}.displaced_kwh", grid, "electricity", "kWh", zh, en, "computed")
    return _Use(meter, "displaced_power", np.asarray(activity.amount(name), float), name, ("3",), factor)


def _upstream(uses: Sequence[_Use], site: Site, upstream: Mapping[str, str], factors: Factors) -> Iterator[Line]:
    """Upstream of electricity and gas, where the park's own account has it."""
    ids = {"grid": "electricity", "gas_supply": "gas"}
    known = {
        carrier: {upstream[c.name] for c in site.components if c.name in upstream and ids.get(c.kind) == carrier}
        for carrier in ids.values()
    }
    for carrier, named in known.items():
        if len(named) > 1:
            raise InputError("supply.upstream", carrier, ", ".join(sorted(named)), "one factor for all that buys it")
        for use in uses:
            if named and use.meter.carrier == carrier and use.cause != "displaced_power":
                m = use.meter
                factor = factors.of(next(iter(named)), "kgCO2e/kWh", "supply.upstream")
                yield Line("3", m.component, "upstream", carrier, m.name, m.unit, use.amount, factor)


def _bought(
    c: AnyDemand,
    what: str,
    unit: str,
    carrier: str,
    cause: str,
    amount: Floats,
    scopes: tuple[Scope, ...] = SCOPE_2,
    factor: Factor | None = None,
) -> _Use:
    zh, en = CAUSES[cause]
    label = c.label("zh"), c.label("en")
    meter = Meter(f"{c.name}.{what}", c.name, carrier, unit, f"{label[0]}: {zh}", f"{label[1]}: {en}", "computed")
    return _Use(meter, cause, amount, served_name(c), scopes, factor)


def _said(part: Part | None, name: str, c: AnyDemand) -> Part:
    if part is None:
        raise InputError("baseline", name, None, f"how {name} is had there, because {c.name} was served {c.carrier}")
    return part


def _gaps(activity: Activity, uses: Sequence[_Use], there: Sequence[Driven]) -> Iterator[Gap]:
    yield from (g for g in activity.gaps if not g.meter)
    for use in uses:
        yield from (Gap(use.meter.name, g.start, g.end, g.why) for g in activity.gaps if g.meter == use.after)
    for d in there:
        yield from d.gaps

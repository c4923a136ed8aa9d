"""How much hydrogen the electrolysers make: what spare sun gives, and at an even rate what it will not cover.

For every later moment: demand until then - stock above the minimum - hydrogen from spare sun until then. The largest
of these over the electrolysers' capacity until then is the even load that is never too late; at the end of the window
the stores are to be back at their end target. Looking at all moments rather than at the end only fills the tank in
time before a peak.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ems.rules.attempt import Attempt
from ems.rules.plant import Plant, Unit
from models import DeferrableDemand, Electrolyser, Grid, HydrogenTank
from models.component import Floats
from models.demand import Demand
from models.operation import Run

HEAT_PER_POWER, COOLING_PER_POWER = 2.5, 4.5  # yardsticks for the power that heat and cold will take [kW/kW]
SUN_H = 2.0  # a machine that is off is started for spare sun alone only if it lasts this long after the warm-up


@dataclass(frozen=True, eq=False)
class Makers:
    """Electrolysers that feed one net of hydrogen buses joined by compressors and valves."""

    plant: Plant
    buses: frozenset[str]

    @cached_property
    def units(self) -> list[Unit]:
        """The most efficient at full load first."""
        found = [u for u in self.plant.units if isinstance(u.component, Electrolyser) and u.bus in self.buses]
        return sorted(found, key=lambda u: kwh_per_kg(u))

    @cached_property
    def tanks(self) -> list[HydrogenTank]:
        return [
            u.component for bus in self.buses for u in self.plant.stores[bus] if isinstance(u.component, HydrogenTank)
        ]

    @cached_property
    def demand(self) -> Floats:
        """[kg/h]"""
        w = self.plant.w
        total = np.zeros(len(w.inputs))
        for bus in self.buses:
            for u in self.plant.demands.get(bus, ()):
                if isinstance(u.component, DeferrableDemand):
                    for run in u.component.runs(w):
                        total[run.steps] += run.most / (len(run.steps) * w.step_h)
                elif isinstance(u.component, Demand):
                    total += np.array(w.column(u.component.need_column))
        return total

    @cached_property
    def capacity(self) -> Floats:
        """Hydrogen at full load of what is in service [kg/h]."""
        return np.sum([in_service(u, self.plant) * full_kg_per_h(u) for u in self.units], axis=0)

    @cached_property
    def sun(self) -> Floats:
        """Hydrogen that spare sun is expected to give [kg/h]."""
        power = sum(kwh_per_kg(u) * full_kg_per_h(u) for u in self.units) / sum(full_kg_per_h(u) for u in self.units)
        bus = str(self.units[0].component.electricity_bus)  # type: ignore[attr-defined]
        return np.minimum(self.capacity, spare_sun_kw(self.plant, bus) / power)

    def even_rate(self, t: int, run: Run) -> float:
        """Hydrogen to be made now beside what spare sun gives [kg/h]."""
        w = self.plant.w
        level = sum(run.before(c.name, c.level_name, c.start_share * c.top) for c in self.tanks)
        bottom = sum(c.min_share * c.top for c in self.tanks)
        target = sum(float(c._target(c.top, w)) for c in self.tanks)
        needed = np.cumsum(self.demand[t:] - self.sun[t:]) * w.step_h - (level - bottom)
        needed[-1] += target - bottom
        able = np.cumsum(np.maximum(self.capacity[t:] - self.sun[t:], 1e-6)) * w.step_h
        return float(np.clip(np.max(needed / able), 0.0, 1.0) * self.capacity[t])

    def wants(self, tried: Attempt) -> dict[str, float]:
        """Hydrogen that each electrolyser is to make [kg/h], given a step without them."""
        t, run, bus = tried.t, tried.run, self.units[0].bus
        power_bus = str(self.units[0].component.electricity_bus)  # type: ignore[attr-defined]
        room = tried.room_on(bus) + sum(tried.position(u) for u in self.units)
        spare_kw = tried.spare_on(power_bus)
        grid_kw = sum(_room_under_contract(u, tried) for u in self.plant.grids[power_bus])
        even = self.even_rate(t, run)
        order = sorted(self.units, key=lambda u: not _hot(u, run))
        wants: dict[str, float] = {}
        for u in order:
            kwh = kwh_per_kg(u)
            least = _least_kg_per_h(u)
            want = min(even, (spare_kw + grid_kw) / kwh)
            if _hot(u, run) or self._sunny(t, u):
                want = max(want, spare_kw / kwh)
            want = min(want, full_kg_per_h(u), room)
            if want < least:
                want = least if want >= least / 2 and room >= least else 0.0
            wants[u.name] = want = float(want)
            used = want * kwh
            even, room = max(0.0, even - want), max(0.0, room - want)
            grid_kw -= max(0.0, used - spare_kw)
            spare_kw = max(0.0, spare_kw - used)
        return wants

    def _sunny(self, t: int, u: Unit) -> bool:
        c = u.component
        assert isinstance(c, Electrolyser)
        ahead = self.plant.w.steps_of(c.cold_start_min / 60 + max(SUN_H, c.min_up_h))
        return float(np.mean(self.sun[t : t + ahead])) >= _least_kg_per_h(u)


def makers(plant: Plant) -> list[Makers]:
    """The hydrogen nets that have electrolysers."""
    nets: list[frozenset[str]] = [frozenset([b]) for b, carrier in plant.site.buses.items() if carrier == "hydrogen"]
    for u in plant.units:
        if u.carries and plant.site.buses[u.bus] == "hydrogen":
            joined = [n for n in nets if u.bus in n or u.followed in n]
            nets = [n for n in nets if n not in joined] + [frozenset().union(*joined)]
    return [m for n in nets if (m := Makers(plant, n)).units]


def kwh_per_kg(u: Unit) -> float:
    """At full load."""
    assert isinstance(u.component, Electrolyser)
    return u.component.curve.x[-1] / u.component.curve.y[-1]


def full_kg_per_h(u: Unit) -> float:
    assert isinstance(u.component, Electrolyser)
    return float(u.component.size) * u.component.curve.y[-1]  # type: ignore[arg-type]  rules need fixed sizes


def in_service(u: Unit, plant: Plant) -> Floats:
    """Share of the modules."""
    assert isinstance(u.component, Electrolyser)
    return 1 - u.component.out_of_service(plant.w) / u.component.modules


def _least_kg_per_h(u: Unit) -> float:
    assert isinstance(u.component, Electrolyser)
    return float(u.component.size) / u.component.modules * u.component.curve.y[0]  # type: ignore[arg-type]


def _hot(u: Unit, run: Run) -> bool:
    past = run.tables.get(u.name)
    if past is None:
        return run.w.start(u.name, "hot_modules", 0.0) > 0
    return any(past[q][-1] > 0 for q in ("on_modules", "standby_modules", "warming_modules") if q in past)


def _room_under_contract(u: Unit, tried: Attempt) -> float:
    c = u.component
    assert isinstance(c, Grid)
    return max(0.0, (c.contract_kw or c.connection_kw) - tried.position(u))


def spare_sun_kw(plant: Plant, bus: str) -> Floats:
    """Sun beyond what the demands are expected to take [kW]."""
    w = plant.w
    total = np.zeros(len(w.inputs))
    for u in plant.units:
        c = u.component
        if c.kind == "pv" and u.bus == bus:
            total += float(c.capacity_kwp) * np.array(w.column(c.yield_column))  # type: ignore[attr-defined]
        elif isinstance(c, Demand) and c.carrier in ("electricity", "heat", "cooling"):
            each = {"electricity": 1.0, "heat": HEAT_PER_POWER, "cooling": COOLING_PER_POWER}[c.carrier]
            total -= np.array(w.column(c.need_column)) / each
    return np.maximum(total, 0.0)



"""How much hydrogen the electrolysers make: what spare sun gives, and at an even rate what it will not cover.

For every later moment: demand until then - stock above the minimum - hydrogen from spare sun until then. The largest
of these over the electrolysers' capacity until then is the even load that is never too late; at the end of the window
the tanks are to be back at their end target. Looking at all moments and not at the end only fills them in time before
a peak.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ems.rules.attempt import Attempt
from ems.rules.plant import Plant, Unit
from models.component import fixed
from models.demand import DeferrableDemand, Demand
from models.electrolyser import Electrolyser
from models.grid import Grid
from models.operation import EPS, Run
from models.pv import PV
from models.storage import HydrogenTank
from models.window import Floats

POWER_PER_UNIT = {"electricity": 1.0, "heat": 1 / 2.5, "cooling": 1 / 4.5}  # yardsticks: what demands take [kW/kW]
COMPRESSION_KWH_PER_KG = 2.5  # yardstick for what storing takes
SUN_H = 2.0  # a machine that is off is started for spare sun alone only if it lasts so long after the warm-up


@dataclass(frozen=True, eq=False)
class Maker:
    """An electrolyser in the figures an operator has in mind."""

    unit: Unit
    component: Electrolyser

    @cached_property
    def full(self) -> float:
        """Hydrogen of all modules at full load [kg/h]."""
        return fixed(self.component.size) * self.component.curve.y[-1]

    @cached_property
    def least(self) -> float:
        """Hydrogen of one module at minimum load [kg/h]."""
        return fixed(self.component.size) / self.component.modules * self.component.curve.y[0]

    @cached_property
    def kwh_per_kg(self) -> float:
        """At full load; what part load saves drives the compressor."""
        return self.component.curve.x[-1] / self.component.curve.y[-1]

    def able(self, plant: Plant) -> Floats:
        """Hydrogen at full load of what is in service [kg/h]."""
        return self.full * (1 - self.component.out_of_service(plant.w) / self.component.modules)

    def hot(self, run: Run) -> bool:
        past = run.tables.get(self.unit.name)
        if past is None:
            return run.w.start(self.unit.name, "hot_modules", 0.0) > 0
        return any(past[q][-1] > 0 for q in ("on_modules", "standby_modules", "warming_modules") if q in past)


@dataclass(frozen=True, eq=False)
class Net:
    """Hydrogen buses joined by compressors and valves, with the electrolysers and tanks on them."""

    plant: Plant
    buses: frozenset[str]

    @cached_property
    def makers(self) -> list[Maker]:
        """The most efficient at full load first."""
        units = [u for u in self.plant.units if u.bus in self.buses]
        found = [Maker(u, u.component) for u in units if isinstance(u.component, Electrolyser)]
        return sorted(found, key=lambda m: m.kwh_per_kg)

    @cached_property
    def tanks(self) -> list[HydrogenTank]:
        stores = [u.component for bus in sorted(self.buses) for u in self.plant.stores[bus]]
        return [c for c in stores if isinstance(c, HydrogenTank)]

    @cached_property
    def demand(self) -> Floats:
        """[kg/h]"""
        w = self.plant.w
        total = np.zeros(len(w.inputs))
        for u in (u for bus in self.buses for u in self.plant.demands.get(bus, ())):
            c = u.component
            if isinstance(c, Demand):
                total += np.array(w.column(c.need_column))
            elif isinstance(c, DeferrableDemand):
                for run in c.runs(w):
                    inside = len(run.steps) * w.step_h
                    total[run.steps] += run.most / (inside + (run.most - run.need) / c.rate_limit)
        return total

    @cached_property
    def able(self) -> Floats:
        """Hydrogen at full load of what is in service [kg/h]."""
        return np.asarray(np.sum([m.able(self.plant) for m in self.makers], axis=0), float)

    @cached_property
    def sun(self) -> Floats:
        """Hydrogen that spare sun is expected to give [kg/h]."""
        w, total = self.plant.w, np.zeros(len(self.plant.w.inputs))
        left_kw = spare_sun_kw(self.plant, self.makers[0].component.electricity_bus)
        for m in self.makers:
            kwh = m.kwh_per_kg + COMPRESSION_KWH_PER_KG
            made = np.minimum(m.able(self.plant), left_kw / kwh)
            if m is self.makers[0] or made.sum() * w.step_h > SUN_H * m.full:  # for less the others stay off
                total, left_kw = total + made, left_kw - kwh * made
        return total

    def even_rate(self, t: int, run: Run) -> float:
        """Hydrogen to be made now lest it comes too late, spare sun included [kg/h]."""
        w = self.plant.w
        level = sum(run.before(c.name, c.level_name, c.start_share * c.top) for c in self.tanks)
        bottom = sum(c.min_share * c.top for c in self.tanks)
        target = sum(c.end_level(w) for c in self.tanks)
        needed = np.cumsum(self.demand[t:] - self.sun[t:]) * w.step_h - (level - bottom)
        needed[-1] += target - bottom
        able = np.cumsum(np.maximum(self.able[t:] - self.sun[t:], 1e-6)) * w.step_h
        return float(np.clip(np.max(needed / able), 0.0, 1.0) * self.able[t])

    def wants(self, tried: Attempt) -> dict[str, float]:
        """Hydrogen that each electrolyser is to make [kg/h], given a step without them.

        Machines that are warm come before others; one whose share lies below its minimum load runs at that or not.
        """
        t, run = tried.t, tried.run
        first = self.makers[0]
        room = tried.room_on(first.unit.bus) + sum(tried.position(m.unit) for m in self.makers)
        spare_kw = tried.spare_on(first.component.electricity_bus)
        grid_kw = sum(_room_under_contract(u, tried) for u in self.plant.grids[first.component.electricity_bus])
        even = self.even_rate(t, run)
        ahead = np.zeros(len(run.w.inputs))  # what those before in the order can take of the sun [kg/h]
        wants: dict[str, float] = {}
        for m in sorted(self.makers, key=lambda m: not m.hot(run)):
            want = min(even, (spare_kw + grid_kw) / m.kwh_per_kg)
            if m.hot(run) or self._sunny(t, m, ahead):
                want = max(want, spare_kw / m.kwh_per_kg)
            want = min(want, m.full, room)
            if want < m.least:  # in the last hour a little is made up for, too
                enough = m.least / 2 if (len(run.w.inputs) - t) * run.w.step_h > 1 else EPS
                want = m.least if want > enough and room >= m.least else 0.0
            wants[m.unit.name] = float(want)
            ahead = ahead + m.able(self.plant)
            even, room = max(0.0, even - want), max(0.0, room - want)
            grid_kw -= max(0.0, want * m.kwh_per_kg - spare_kw)
            spare_kw = max(0.0, spare_kw - want * m.kwh_per_kg)
        return wants

    def _sunny(self, t: int, m: Maker, ahead: Floats) -> bool:
        """Whether it pays to start a machine on what sun the others leave."""
        c = m.component
        soon = slice(t, t + self.plant.w.steps_of(c.cold_start_min / 60 + max(SUN_H, c.min_up_h)))
        left = np.maximum(self.sun[soon] - ahead[soon], 0.0)
        return float(np.mean(left)) >= m.least


def nets(plant: Plant) -> list[Net]:
    """The hydrogen nets that have electrolysers."""
    found = [frozenset([bus]) for bus, carrier in plant.site.buses.items() if carrier == "hydrogen"]
    for u in plant.units:
        if u.carries and plant.site.buses[u.bus] == "hydrogen":
            joined = [buses for buses in found if u.bus in buses or u.followed in buses]
            found = [buses for buses in found if buses not in joined] + [frozenset().union(*joined)]
    return [net for buses in found if (net := Net(plant, buses)).makers]


def _room_under_contract(u: Unit, tried: Attempt) -> float:
    c = u.component
    return max(0.0, (c.contract_kw or fixed(c.connection_kw)) - tried.position(u)) if isinstance(c, Grid) else 0.0


def spare_sun_kw(plant: Plant, bus: str) -> Floats:
    """Sun beyond what the demands are expected to take [kW]."""
    w = plant.w
    total = np.zeros(len(w.inputs))
    for u in plant.units:
        c = u.component
        if isinstance(c, PV) and u.bus == bus:
            total += fixed(c.capacity_kwp) * np.array(w.column(c.yield_column))
        elif isinstance(c, Demand) and c.carrier in POWER_PER_UNIT:
            total -= POWER_PER_UNIT[c.carrier] * np.array(w.column(c.need_column))
    return np.maximum(total, 0.0)

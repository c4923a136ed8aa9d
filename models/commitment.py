"""Machines that are off, warming up, in hot standby or on: n identical modules, counted, not named.

For modules n, step d [h], warm-up of k whole steps and the share r of the next one:

    hot[t] - hot[t-1] = start[t] - stop[t]                 hot = on + standby + warming
    warming[t] = sum of start over the last k steps
    on[t] + standby[t] = hot[t] - warming[t]
    on[t] - on[t-1] = resume[t] - lapse[t]                 where standby takes time to leave
    online[t] = capacity / n * (on[t] - r * start[t-k] - r_w * resume[t])     capacity that can work, mean of the step
    min_load * online[t] <= load[t] <= online[t]
    sum of start over min_up   <= hot[t] + failed[t]       (Rajan and Takriti 2005: start sums; failed meanwhile)
    sum of stop  over min_down <= n - hot[t],   hot[t] <= n - out[t]

With one module `start`, `stop` and `resume` are continuous, whole whenever the counts are: `start <= hot` and
`stop <= n - hot` leave no other choice. With several, one may stop while another starts: they are integer where a part
of one would shrink `online`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from models import pyo
from models.choices import Choice, Memory, best, choices
from models.component import Block, Design, declare, fixed
from models.machine import ON, RESUMED, STANDBY, STARTS, STOPS, WARMING
from models.machine_laws import MachineLaws
from models.operation import Run
from models.window import Expr, Floats, Window


@dataclass(frozen=True)
class Commitment:
    """What a machine's own equations need of its commitment, all by step."""

    online: list[Expr]  # capacity that can work [the capacity's unit]
    aux_kw: list[Expr]  # electricity of warm-up and standby [kW]
    capacity: Expr
    series: dict[str, Any]
    cost: dict[str, Expr]


class Machine(MachineLaws):
    """Base of technologies that start and stop; they add what they turn into what."""

    def commit(self, b: Block, w: Window, factor: Floats | None = None) -> Commitment:
        """Declare the commitment; ``factor`` derates the capacity by step (a heat pump in the cold)."""
        if w.design:
            return self._relaxed(b, w, np.ones(len(w.inputs)) if factor is None else factor)
        n, k, (whole, part) = self.modules, w.step_h, self.warm_up(w)
        capacity, _, cost = declare(self.size, b, w, "capacity")
        free = n - self.out_of_service(w)
        count = {"domain": pyo.Binary} if n == 1 else {"domain": pyo.NonNegativeIntegers}
        b.hot = pyo.Var(w.t, **count, bounds=lambda b, t: (0, float(free[t])))
        b.start = pyo.Var(w.t, **(count if n > 1 and part else {}), bounds=(0, n))
        b.stop = pyo.Var(w.t, bounds=(0, n))
        hot = [b.hot[t] for t in w.t]
        start, stop = [b.start[t] for t in w.t], [b.stop[t] for t in w.t]

        def past(events: list[Expr], t: int, hours: float, key: str) -> Expr:
            return pyo.quicksum(w.recent(events, t, hours, self.name, key))

        b.transition = pyo.Constraint(
            w.t,
            rule=lambda b, t: hot[t] - w.before(hot, t, self.name, "hot_modules", 0.0) == start[t] - stop[t],
        )
        up_h, down_h = max(self.min_up_h, k), max(self.min_down_h, k)
        failed, woken = self.stopped_early(w), self.started_early(w)
        b.min_up = pyo.Constraint(w.t, rule=lambda b, t: past(start, t, up_h, "starts") <= hot[t] + float(failed[t]))
        b.min_down = pyo.Constraint(
            w.t, rule=lambda b, t: past(stop, t, down_h, "stops") <= n - hot[t] + float(woken[t])
        )

        warming: list[Expr] = [past(start, t, whole * k, "starts") if whole else 0.0 for t in w.t]
        tail: list[Expr] = [part * w.lag(start, t, whole, self.name, "starts") if part else 0.0 for t in w.t]
        on: list[Expr] = [hot[t] - warming[t] for t in w.t]
        resume: list[Expr] = [0.0 for _ in w.t]
        if self.has_standby:
            b.on = pyo.Var(w.t, **count, bounds=lambda b, t: (0, float(free[t])))
            on = [b.on[t] for t in w.t]
            b.ready = pyo.Constraint(w.t, rule=lambda b, t: on[t] <= hot[t] - warming[t])
        if self.has_warm_start:
            was = [w.before(on, t, self.name, "on_modules", 0.0) for t in w.t]
            b.resume = pyo.Var(w.t, **(count if n > 1 else {}), bounds=(0, n))
            b.lapse = pyo.Var(w.t, bounds=(0, n))
            b.resumed = pyo.Constraint(w.t, rule=lambda b, t: on[t] - was[t] == b.resume[t] - b.lapse[t])
            b.can_resume = pyo.Constraint(w.t, rule=lambda b, t: b.resume[t] <= on[t])
            b.can_lapse = pyo.Constraint(w.t, rule=lambda b, t: b.lapse[t] <= n - on[t])
            resume = [self.warm_start_min / 60 / k * b.resume[t] for t in w.t]

        f = np.ones(len(w.inputs)) if factor is None else factor
        work = self._scaled(b, w, "online", capacity, [on[t] - tail[t] - resume[t] for t in w.t])
        aux: list[Expr] = [0.0 for _ in w.t]
        if self.cold_start_kwh_per_kw:
            heating = [warming[t] + tail[t] if self.has_warm_up else start[t] for t in w.t]
            heated = self._scaled(b, w, "heated", capacity, heating)
            aux = [aux[t] + self.warm_up_rate(w) * heated[t] for t in w.t]
        standby = [hot[t] - warming[t] - on[t] for t in w.t] if self.has_standby else []
        if self.standby_share:
            waiting = self._scaled(b, w, "waiting", capacity, standby)
            aux = [aux[t] + self.standby_share * waiting[t] for t in w.t]
        series: dict[str, Any] = {ON.name: on, STARTS.name: start, STOPS.name: stop}
        if self.has_standby:
            series[STANDBY.name] = standby
        if self.has_warm_up:
            series[WARMING.name] = warming
        if self.has_warm_start:
            series[RESUMED.name] = b.resume
        if self.start_cny:
            cost["start"] = self.start_cny / k * w.total(lambda t: start[t])
        if self.wear_cny_per_h:
            cost["wear"] = self.wear_cny_per_h * w.total(lambda t: on[t])
        return Commitment([float(f[t]) * work[t] for t in w.t], aux, capacity, series, cost)

    def _relaxed(self, b: Block, w: Window, factor: Floats) -> Commitment:
        """The commitment of a design: shares of modules, counted in capacity; minimum times and resuming left out.

        A start costs energy, wear and the time of the warm-up, in proportion to the capacity that starts. Machines
        whose output does not depend on how many run, and which neither wear nor warm up, need no counts at all.
        """
        capacity, top, cost = declare(self.size, b, w, "capacity")
        module, (whole, part) = self.module_kw, self.warm_up(w)
        free = 1 - self.out_of_service(w) / self.modules
        if self.plain:
            online = [float(factor[t] * free[t]) * capacity for t in w.t]
            share = 1 / (module * factor)
            counts = {ON.name: lambda values: share * values[self.LOAD], STARTS.name: [0.0] * len(w.inputs)}
            return Commitment(
                online, [0.0] * len(w.inputs), capacity, {**counts, STOPS.name: counts[STARTS.name]}, cost
            )
        b.hot = pyo.Var(w.t, bounds=lambda b, t: (0, top * float(free[t])))
        hot = [b.hot[t] for t in w.t]
        if isinstance(self.size, Design):
            b.built = pyo.Constraint(w.t, rule=lambda b, t: hot[t] <= float(free[t]) * capacity)
        start: list[Expr] = [0.0 for _ in w.t]
        if self.start_cny or self.cold_start_kwh_per_kw or self.has_warm_up:
            b.start = pyo.Var(w.t, bounds=(0, top))
            start = [b.start[t] for t in w.t]
            b.started = pyo.Constraint(
                w.t, rule=lambda b, t: start[t] >= hot[t] - w.before(hot, t, self.name, "hot", 0.0)
            )
        warming: list[Expr] = [
            pyo.quicksum(w.recent(start, t, whole * w.step_h, self.name, "starts")) if whole else 0.0 for t in w.t
        ]
        tail: list[Expr] = [part * w.lag(start, t, whole, self.name, "starts") if part else 0.0 for t in w.t]
        on: list[Expr] = [hot[t] - warming[t] for t in w.t]
        if self.has_standby:
            b.on = pyo.Var(w.t, bounds=(0, top))
            on = [b.on[t] for t in w.t]
            b.ready = pyo.Constraint(w.t, rule=lambda b, t: on[t] <= hot[t] - warming[t])
        aux: list[Expr] = [0.0 for _ in w.t]
        if self.cold_start_kwh_per_kw:
            rate = self.warm_up_rate(w)
            aux = [rate * (warming[t] + tail[t] if self.has_warm_up else start[t]) for t in w.t]
        if self.standby_share:
            aux = [aux[t] + self.standby_share * (hot[t] - warming[t] - on[t]) for t in w.t]
        series: dict[str, Any] = {
            ON.name: [on[t] / module for t in w.t],
            STARTS.name: [start[t] / module for t in w.t],
            STOPS.name: [0.0 for _ in w.t],
        }
        if self.has_standby:
            series[STANDBY.name] = [(hot[t] - warming[t] - on[t]) / module for t in w.t]
        if self.has_warm_up:
            series[WARMING.name] = [warming[t] / module for t in w.t]
        if self.has_warm_start:
            series[RESUMED.name] = [0.0 for _ in w.t]
        if self.start_cny:
            cost["start"] = self.start_cny / module / w.step_h * w.total(lambda t: start[t])
        if self.wear_cny_per_h:
            cost["wear"] = self.wear_cny_per_h / module * w.total(lambda t: on[t])
        online = [float(factor[t]) * (on[t] - tail[t]) for t in w.t]
        return Commitment(online, aux, capacity, series, cost)

    def _scaled(self, b: Block, w: Window, name: str, capacity: Expr, count: list[Expr]) -> list[Expr]:
        """Capacity of ``count`` modules: a number times a variable, or McCormick's envelope when it is sized.

        The envelope is exact for one module, and for any number where the bounds of the size are equal.
        """
        n, size = self.modules, self.size
        if not isinstance(size, Design):
            return [size / n * count[t] for t in w.t]
        var = pyo.Var(w.t, bounds=(0, size.max))
        b.add_component(name, var)
        b.add_component(f"{name}_off", pyo.Constraint(w.t, rule=lambda b, t: var[t] <= size.max / n * count[t]))
        b.add_component(f"{name}_cap", pyo.Constraint(w.t, rule=lambda b, t: var[t] <= capacity))
        b.add_component(
            f"{name}_all",
            pyo.Constraint(w.t, rule=lambda b, t: var[t] >= capacity - size.max / n * (n - count[t])),
        )
        return [var[t] for t in w.t]

    def carry(self, b: Block, w: Window, load: Any, c: Commitment) -> None:
        """Keep a load between minimum and full load of what is online, and within its ramp."""
        loads = [load[t] for t in w.t]
        if not (w.design and self.plain):
            b.full_load = pyo.Constraint(w.t, rule=lambda b, t: loads[t] <= c.online[t])
            if self.min_load:
                b.min_load = pyo.Constraint(w.t, rule=lambda b, t: loads[t] >= self.min_load * c.online[t])
        elif isinstance(self.size, Design):
            b.full_load = pyo.Constraint(w.t, rule=lambda b, t: loads[t] <= c.online[t])
        else:
            for t in w.t:
                load[t].setub(c.online[t])
        self.ramp(b, w, loads, c)

    def ramp(self, b: Block, w: Window, load: list[Expr], c: Commitment) -> None:
        """Limit the change of ``load`` where a module cannot cross its range in one step.

        A module that comes on or goes off may jump by the higher of one step's ramp and its minimum load.
        """
        reach, jump = self.reach(w)
        if reach >= 1 or w.design:
            return
        module = (self.size.max if isinstance(self.size, Design) else self.size) / self.modules
        on = c.series[ON.name]
        was = [w.before(on, t, self.name, "on_modules", 0.0) for t in w.t]
        last = [w.before(load, t, self.name, "load_kw", 0.0) for t in w.t]
        b.joined = pyo.Var(w.t, bounds=(0, self.modules))
        b.left = pyo.Var(w.t, bounds=(0, self.modules))
        b.changed = pyo.Constraint(w.t, rule=lambda b, t: on[t] - was[t] == b.joined[t] - b.left[t])
        b.can_join = pyo.Constraint(w.t, rule=lambda b, t: b.joined[t] <= self.modules - was[t])
        b.can_leave = pyo.Constraint(w.t, rule=lambda b, t: b.left[t] <= self.modules - on[t])
        if self.modules > 1:  # none jumps twice: those that join run now, those that leave ran before
            b.joined_run = pyo.Constraint(w.t, rule=lambda b, t: b.joined[t] <= on[t])
            b.left_ran = pyo.Constraint(w.t, rule=lambda b, t: b.left[t] <= was[t])
        b.ramp_up = pyo.Constraint(
            w.t, rule=lambda b, t: load[t] - last[t] <= module * (reach * was[t] + jump * b.joined[t])
        )
        b.ramp_down = pyo.Constraint(
            w.t, rule=lambda b, t: last[t] - load[t] <= module * (reach * on[t] + jump * b.left[t])
        )

    # ---- the same laws one step at a time, for operation by rules ------------------------------------------------

    def decide(self, want: float, t: int, run: Run, load: str) -> tuple[Choice, dict[str, float]]:
        """The commitment of step ``t`` that serves ``want`` best, and the counts it reports.

        ``load`` names the series that minimum load and ramp speak of.
        """
        m: Memory = run.once((self.name, "memory"), lambda: Memory(self, run))
        m.follow(run, load)
        c = best(m, choices(m, t, self.derating(t, run), self.least), want)
        counts: dict[str, float] = {ON.name: c.on, STARTS.name: c.start, STOPS.name: c.stop}
        if self.has_standby:
            counts[STANDBY.name] = c.standby
        if self.has_warm_up:
            counts[WARMING.name] = c.warming
        if self.has_warm_start:
            counts[RESUMED.name] = c.resumed
        return c, counts

    @property
    def least(self) -> float:
        """Minimum load as a share of what is online."""
        return self.min_load

    def flows(self, load: float, online: float, t: int, run: Run) -> dict[str, float]:
        """What goes in and out at a load, by operation by rules; ``online`` is the capacity at work, not derated."""
        raise NotImplementedError

    def at_minimum(self, modules: float, t: int, run: Run) -> dict[str, float]:
        """What goes in and out of so many modules at their minimum load."""
        online = modules * fixed(self.size) / self.modules
        return self.flows(self.least * online * self.derating(t, run), online, t, run)

    def derating(self, t: int, run: Run) -> float:
        """Share of the capacity that can be had in step ``t``."""
        return 1.0

    def bound(self, run: Run) -> int:
        """Steps after the present one for which a module that started must still stay on."""
        m: Memory = run.once((self.name, "memory"), lambda: Memory(self, run))
        return m.bound

    def idle_kw(self, c: Choice, w: Window) -> float:
        """Electricity of warm-up and standby [kW]."""
        module = fixed(self.size) / self.modules
        return module * (self.warm_up_rate(w) * c.heated + (self.standby_share or 0.0) * c.standby)

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

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from models import pyo
from models.choices import Choice, Memory, best, choices
from models.component import (
    Block,
    Component,
    Design,
    NonNegative,
    Outage,
    Quantity,
    Share,
    Size,
    Violation,
    declare,
    fixed,
    over,
    size_in,
)
from models.operation import Run
from models.window import Expr, Floats, Window

ON = Quantity("on_modules", "modules running", "运行台数")
STARTS = Quantity("started_modules", "modules started in the step", "启动台数")
STOPS = Quantity("stopped_modules", "modules stopped in the step", "停机台数")
STANDBY = Quantity("standby_modules", "modules in hot standby", "热备台数")
WARMING = Quantity("warming_modules", "modules warming up", "预热台数")
RESUMED = Quantity("resumed_modules", "modules brought from ready to working in the step", "由热备转运行台数")


@dataclass(frozen=True)
class Commitment:
    """What a machine's own equations need of its commitment, all by step."""

    online: list[Expr]  # capacity that can work [the capacity's unit]
    aux_kw: list[Expr]  # electricity of warm-up and standby [kW]
    capacity: Expr
    series: dict[str, Any]
    cost: dict[str, Expr]


class Machine(Component):
    """Parameters and equations of commitment; technologies add what they turn into what."""

    modules: int = Field(1, ge=1, le=20, description="identical modules that share the capacity")
    min_load: Share = Field(0.0, description="of a module's capacity")
    min_up_h: float = Field(0.0, ge=0, le=48)
    min_down_h: float = Field(0.0, ge=0, le=48)
    cold_start_min: float = Field(0.0, ge=0, le=600, description="from off until a module can work [min]")
    cold_start_kwh_per_kw: NonNegative = Field(0.0, description="electricity of a cold start per capacity [kWh/kW]")
    warm_start_min: float = Field(0.0, ge=0, le=60, description="from hot standby until a module works [min]")
    standby_share: Share | None = Field(None, description="electricity of hot standby per capacity; none: no standby")
    ramp_share_per_min: float | None = Field(None, gt=0, description="of a module's capacity per minute")
    start_cny: NonNegative = Field(0.0, description="wear per start of a module [CNY]")
    wear_cny_per_h: NonNegative = Field(0.0, description="wear per hour a module runs [CNY/h]")
    outages: tuple[Outage, ...] = ()

    @model_validator(mode="after")
    def _idle_electricity_is_taken(self) -> Machine:
        taken = any(q.name == "auxiliary_kw" for q in self.QUANTITIES)
        if (self.standby_share or self.cold_start_kwh_per_kw) and not taken:
            raise ValueError(f"a {self.kind} takes no electricity while it waits or warms up: leave the figure out")
        return self

    @property
    def size(self) -> Size:
        """Capacity of all modules together; subclasses name the field that holds it."""
        raise NotImplementedError

    @property
    def has_warm_up(self) -> bool:
        return self.cold_start_min > 0

    @property
    def has_standby(self) -> bool:
        return self.standby_share is not None

    @property
    def has_warm_start(self) -> bool:
        return self.has_standby and self.warm_start_min > 0

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        extra = (STANDBY,) * self.has_standby + (WARMING,) * self.has_warm_up + (RESUMED,) * self.has_warm_start
        return (*super().quantities, ON, *extra, STARTS, STOPS)

    def out_of_service(self, w: Window) -> Floats:
        """Modules out of service in each step."""
        out = np.zeros(len(w.inputs))
        index = pd.DatetimeIndex(w.inputs.index)
        step = pd.Timedelta(hours=w.step_h)
        for o in self.outages:
            hit = np.ones(len(index), bool)
            if o.start is not None:
                hit &= np.asarray(index + step > pd.Timestamp(o.start))
            if o.end is not None:
                hit &= np.asarray(index < pd.Timestamp(o.end))
            out += hit * (o.modules or self.modules)
        return np.minimum(out, self.modules)

    def _stopped_early(self, w: Window) -> Floats:
        """Modules that started within the minimum up time and run no more: failed, or off when the window opened."""
        steps, out = w.steps_of(max(self.min_up_h, w.step_h)), self.out_of_service(w)
        lately = np.array([out[max(0, t - steps + 1) : t + 1].max() for t in w.t])
        return lately + self._surplus(w, "starts", steps, w.start(self.name, "hot_modules", 0.0))

    def _started_early(self, w: Window) -> Floats:
        """Modules that stopped within the minimum down time and were on again when the window opened."""
        steps = w.steps_of(max(self.min_down_h, w.step_h))
        return self._surplus(w, "stops", steps, self.modules - w.start(self.name, "hot_modules", 0.0))

    def _surplus(self, w: Window, key: str, steps: int, possible: float) -> Floats:
        """Events of the state within the last ``steps`` that the modules at the opening do not bear out."""
        none = [0.0] * len(w.inputs)
        events = np.array([sum(w.lag(none, t, j, self.name, key) for j in range(steps)) for t in w.t], float)
        return over(events, possible)

    def warm_up(self, w: Window) -> tuple[int, float]:
        """Whole steps of warm-up and the share of the next step that it still takes."""
        steps = self.cold_start_min / 60 / w.step_h
        whole = int(steps + 1e-9)
        return whole, steps - whole if steps - whole > 1e-9 else 0.0

    def commit(self, b: Block, w: Window, factor: Floats | None = None) -> Commitment:
        """Declare the commitment; ``factor`` derates the capacity by step (a heat pump in the cold)."""
        n, k, (whole, part) = self.modules, w.step_h, self.warm_up(w)
        capacity, cap_max, cost = declare(self.size, b, w, "capacity")
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
        failed, woken = self._stopped_early(w), self._started_early(w)
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
            aux = [aux[t] + self._warm_up_rate(w) * heated[t] for t in w.t]
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

    def _warm_up_rate(self, w: Window) -> float:
        """Electricity per capacity of a module that warms up [kW/kW]; all in the first step if it takes no time."""
        return self.cold_start_kwh_per_kw / (self.cold_start_min / 60 if self.has_warm_up else w.step_h)

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

    def ramp(self, b: Block, w: Window, load: list[Expr], c: Commitment) -> None:
        """Limit the change of ``load`` where a module cannot cross its range in one step.

        A module that comes on or goes off may jump by the higher of one step's ramp and its minimum load.
        """
        reach, jump = self._reach(w)
        if reach >= 1:
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

    def _reach(self, w: Window) -> tuple[float, float]:
        reach = self.ramp_share_per_min * 60 * w.step_h if self.ramp_share_per_min else 1.0
        return reach, max(reach, self.min_load)

    # ---- the same laws from reported numbers -------------------------------------------------------------

    def module_capacity(self, s: pd.DataFrame) -> float:
        return size_in(s, "capacity", self.size) / self.modules

    def hot_modules(self, s: pd.DataFrame) -> Floats:
        extra = [c for c in (STANDBY.name, WARMING.name) if c in s]
        return np.asarray(s[[ON.name, *extra]].sum(axis=1), float)

    def events(self, s: pd.DataFrame, w: Window, column: str, key: str, steps: int) -> Floats:
        """Events of the last ``steps`` steps up to each step, the state's list included."""
        x = list(s[column].to_numpy())
        return np.array([sum(w.lag(x, t, j, self.name, key) for j in range(steps)) for t in w.t], float)

    def online_kw(self, s: pd.DataFrame, w: Window) -> Floats:
        """Capacity that can work, mean of each step, from the reported counts."""
        whole, part = self.warm_up(w)
        work = s[ON.name].to_numpy(float).copy()
        if part:
            starts = list(s[STARTS.name].to_numpy())
            work -= part * np.array([w.lag(starts, t, whole, self.name, "starts") for t in w.t])
        if self.has_warm_start:
            work -= self.warm_start_min / 60 / w.step_h * s[RESUMED.name].to_numpy(float)
        return np.asarray(self.module_capacity(s) * work, float)

    def _gain(self, s: pd.DataFrame, w: Window) -> Floats:
        on = s[ON.name].to_numpy(float)
        return np.array([on[t] - w.before(on, t, self.name, "on_modules", 0.0) for t in w.t])  # type: ignore[arg-type]

    def auxiliary_kw(self, s: pd.DataFrame, w: Window) -> Floats:
        """Electricity of warm-up and standby from the reported counts."""
        whole, part = self.warm_up(w)
        module = self.module_capacity(s)
        starts = list(s[STARTS.name].to_numpy())
        heating = self.events(s, w, STARTS.name, "starts", whole)
        if part:
            heating += part * np.array([w.lag(starts, t, whole, self.name, "starts") for t in w.t])
        if not self.has_warm_up:
            heating = np.array(starts, float)
        waiting = s[STANDBY.name].to_numpy(float) if self.has_standby else 0.0
        return np.asarray(module * (self._warm_up_rate(w) * heating + (self.standby_share or 0.0) * waiting), float)

    def check_commitment(self, s: pd.DataFrame, w: Window, load: Floats, factor: Any = 1.0) -> Iterator[Violation]:
        """Counts whole and consistent, starts paid, minimum times kept, load within what is online."""
        i, n = s.index, self.modules
        columns = [q.name for q in self.quantities if q.name.endswith("_modules")]
        counts = s[columns].to_numpy(float)
        yield from self.violation("modules are whole numbers", np.abs(counts - np.round(counts)).max(axis=1), i)
        yield from self.violation("modules below zero", over(-counts.min(axis=1), 0), i)
        hot = self.hot_modules(s)
        yield from self.violation("more modules than there are", over(hot, n - self.out_of_service(w)), i)
        was = np.array([w.before(hot, t, self.name, "hot_modules", 0.0) for t in w.t])  # type: ignore[arg-type]
        changed = s[STARTS.name] - s[STOPS.name]
        yield from self.violation("starts and stops", hot - was - changed, i)
        if n == 1:
            yield from self.violation("start and stop at once", np.minimum(s[STARTS.name], s[STOPS.name]), i)
        if self.has_warm_start:
            on, gain = s[ON.name].to_numpy(float), self._gain(s, w)
            yield from self.between("modules resumed", s[RESUMED.name], np.maximum(gain, 0), np.minimum(on, n - on + gain), i)
        if self.has_warm_up:
            whole, _ = self.warm_up(w)
            warming = self.events(s, w, STARTS.name, "starts", whole)
            yield from self.violation("warm-up time", s[WARMING.name] - warming, i)
        ups = self.events(s, w, STARTS.name, "starts", w.steps_of(max(self.min_up_h, w.step_h)))
        yield from self.violation("minimum up time", over(ups, hot + self._stopped_early(w)), i)
        downs = self.events(s, w, STOPS.name, "stops", w.steps_of(max(self.min_down_h, w.step_h)))
        yield from self.violation("minimum down time", over(downs, n - hot + self._started_early(w)), i)
        online = self.online_kw(s, w) * factor
        yield from self.violation("above capacity or working while off", over(load, online), i)
        yield from self.violation("below minimum load", over(self.min_load * online, load), i)
        yield from self._check_ramp(s, w, load)

    def _check_ramp(self, s: pd.DataFrame, w: Window, load: Floats) -> Iterator[Violation]:
        reach, jump = self._reach(w)
        if reach >= 1:
            return
        on = s[ON.name].to_numpy(float)
        was = on - self._gain(s, w)
        last = np.array([w.before(load, t, self.name, "load_kw", 0.0) for t in w.t])  # type: ignore[arg-type]
        module = self.module_capacity(s)
        joined = np.minimum(on, self.modules - was)
        left = np.minimum(was, self.modules - on)
        yield from self.violation("ramp up", over(load - last, module * (reach * was + jump * joined)), s.index)
        yield from self.violation("ramp down", over(last - load, module * (reach * on + jump * left)), s.index)

    def commitment_bill(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        bill = {}
        if self.start_cny:
            bill["start"] = self.start_cny * s[STARTS.name].to_numpy(float)
        if self.wear_cny_per_h:
            bill["wear"] = self.wear_cny_per_h * w.step_h * s[ON.name].to_numpy(float)
        return bill

    def bill(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        return self.commitment_bill(s, w)

    def load_kw(self, s: pd.DataFrame) -> Floats:
        """The series that minimum load, capacity and ramp speak of."""
        raise NotImplementedError

    def state_bounds(self) -> dict[str, tuple[float, float, float]]:
        n = float(self.modules)
        bounds = {"hot_modules": (0.0, n, 0.0)}
        if self.has_standby:
            bounds["on_modules"] = (0.0, n, 0.0)
        if self.ramp_share_per_min:
            bounds |= {"on_modules": (0.0, n, 0.0), "load_kw": (0.0, 1e6, 0.0)}
        return bounds

    def state_end(self, s: pd.DataFrame, w: Window) -> dict[str, Any]:
        values = {
            "hot_modules": float(np.round(self.hot_modules(s)[-1])),
            "on_modules": float(np.round(s[ON.name].iloc[-1])),
            "load_kw": float(self.load_kw(s)[-1]),
        }
        state: dict[str, Any] = {key: values[key] for key in self.state_bounds()}
        reach = max(self.min_up_h, self.min_down_h, self.cold_start_min / 60 + w.step_h)
        for column, key in ((STARTS.name, "starts"), (STOPS.name, "stops")):
            x, last = list(s[column].to_numpy()), len(s) - 1
            ago = [(j + 1, w.lag(x, last, j, self.name, key)) for j in range(w.steps_of(reach))]
            if events := [[j * w.step_h, float(round(count))] for j, count in ago if count > 0.5]:
                state[key] = events
        return state

    def limits(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        full = self.module_capacity(s) * (self.modules - self.out_of_service(w))
        return {"capacity": np.asarray(full - self.load_kw(s), float)}

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
        return module * (self._warm_up_rate(w) * c.heated + (self.standby_share or 0.0) * c.standby)

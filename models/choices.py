"""What a machine of `models.commitment` may do in one step, given its past: the same laws, for operation by rules.

A choice is a number of modules hot and on with the range of loads they allow. There are few, so all are listed, and
the one that serves a wanted load best is taken. Where the state leaves none (a module fails while it warms up, a load
too high to ramp down in time), laws are given up one by one: a plan is always made, and the audit says what it breaks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from models.component import fixed
from models.operation import Run

if TYPE_CHECKING:
    from models.commitment import Machine

POWER_YARDSTICK_CNY_PER_KWH = 0.6  # what an operator reckons with when he weighs waiting in standby against a new start
FORESIGHT, MINIMUM_TIMES, RAMPS = range(3)  # laws in the order in which they are given up


class Choice(NamedTuple):
    """One commitment that a machine may have in a step, with the loads it allows."""

    on: int
    warming: int
    standby: int
    start: int
    stop: int
    toggled: int  # modules that change between working and not
    promised: float  # capacity working or warming up, derated [the capacity's unit]
    online: float  # capacity that can work, mean of the step, derating left out
    low: float
    high: float
    resumed: int
    heated: float  # modules on warm-up power, mean of the step

    def load(self, want: float) -> float:
        return min(max(want, self.low), self.high)


class Memory:
    """A machine's past events, padded with those of the state, and its choices in the present step."""

    def __init__(self, machine: Machine, run: Run) -> None:
        w, n = run.w, machine.modules
        self.machine, self.n = machine, n
        self.whole, self.part = machine.warm_up(w)
        self.up = w.steps_of(max(machine.min_up_h, w.step_h))
        self.down = w.steps_of(max(machine.min_down_h, w.step_h))
        self.depth = max(self.up, self.down, self.whole + 1)
        self.starts = [round(w.lag((), 0, ago, machine.name, "starts")) for ago in range(self.depth, 0, -1)]
        self.stops = [round(w.lag((), 0, ago, machine.name, "stops")) for ago in range(self.depth, 0, -1)]
        self.free = [n - round(out) for out in machine.out_of_service(w)]
        self.failed = [round(x) for x in machine.stopped_early(w)]
        self.woken = [round(x) for x in machine.started_early(w)]
        self.module = fixed(machine.size) / n
        self.reach, self.jump = machine.reach(w)
        self.resume = machine.warm_start_min / 60 / w.step_h if machine.has_warm_start else 0.0
        self.heating = machine.warm_up_rate(w)
        self.patience = _patience(machine, self.module) / w.step_h
        self.hot = min(n, max(0, round(w.start(machine.name, "hot_modules", 0.0))))
        self.on = min(self.hot, max(0, round(w.start(machine.name, "on_modules", 0.0))))
        self.load = w.start(machine.name, "load_kw", 0.0)
        self.waited = 0  # steps in a row with a module in standby
        self.step = 0
        self.choices: list[Choice] = []
        self.released = False  # in an emergency a machine stops before its minimum time is over

    def follow(self, run: Run, load_name: str) -> None:
        """Take over what was decided for the steps since the last call."""
        name = self.machine.name
        done = len(run.past(name, "on_modules"))
        if self.released != (name in run.released):
            self.released, self.choices = not self.released, []
        if done == self.step:
            return
        table = run.tables[name]
        for k in range(self.step, done):
            start, stop = round(table["started_modules"][k]), round(table["stopped_modules"][k])
            self.starts.append(start)
            self.stops.append(stop)
            self.hot += start - stop
            self.waited = self.waited + 1 if table.get("standby_modules", [0.0] * done)[k] else 0
        self.on, self.load = round(table["on_modules"][-1]), table[load_name][-1]
        self.step, self.choices = done, []

    @property
    def bound(self) -> int:
        """Steps after the present one for which a module that started must still stay on."""
        return next((self.up - ago - 1 for ago in range(1, self.up) if self.starts[-ago]), 0)

    def recent(self, events: list[int], steps: int) -> int:
        """Events of the last ``steps`` steps before the present one."""
        return sum(events[len(events) - steps :]) if steps > 0 else 0


def _patience(machine: Machine, module_kw: float) -> float:
    """Hours in standby that cost as much as a new start."""
    if not machine.standby_share:
        return math.inf
    start_kwh = machine.cold_start_kwh_per_kw * module_kw + machine.start_cny / POWER_YARDSTICK_CNY_PER_KWH
    return start_kwh / (machine.standby_share * module_kw)


def choices(m: Memory, t: int, factor: float, least: float) -> list[Choice]:
    """All that is allowed in step ``t``, never empty; ``least`` is the minimum load as a share of what is online."""
    if not m.choices:
        for given_up in range(MINIMUM_TIMES + 1 if m.released else FORESIGHT, RAMPS + 2):
            if found := list(_lawful(m, t, factor, least, given_up)):
                break
        else:
            hot = min(m.hot, m.free[t])
            warming = min(hot, m.recent(m.starts, m.whole - 1)) if m.machine.has_warm_up else 0
            ready = hot - warming
            standby = ready if m.machine.has_standby else 0
            found = [Choice(ready - standby, warming, standby, 0, m.hot - hot, 0, 0.0, 0.0, 0.0, 0.0, 0, warming)]
        m.choices = found
    return m.choices


def _lawful(m: Memory, t: int, factor: float, least: float, given_up: int) -> Iterator[Choice]:
    machine, n, free = m.machine, m.n, m.free[t]
    ups, downs = m.recent(m.starts, m.up - 1), m.recent(m.stops, m.down - 1)
    warm = m.recent(m.starts, m.whole - 1)
    failed = n - free if given_up <= FORESIGHT else m.failed[t]  # who uses the grace after an outage may run into it
    for hot in range(free + 1):
        start, stop = max(0, hot - m.hot), max(0, m.hot - hot)
        if given_up <= MINIMUM_TIMES:
            if (start or stop) and (ups + start > hot + failed or downs + stop > n - hot + m.woken[t]):
                continue
            if given_up <= FORESIGHT and start and not (_can_stay(m, t, hot) and least * factor <= m.jump + 1e-9):
                continue
        warming = warm + start if m.whole else 0
        tail = (m.starts[-m.whole] if m.whole else start) if m.part else 0
        ready = hot - warming
        for on in range(tail if machine.has_standby else max(ready, 0), ready + 1):
            resumed = max(on - m.on, 0) if m.resume else 0
            online = on - m.part * tail - m.resume * resumed
            if online < -1e-9:
                continue
            online = max(online, 0.0) * m.module
            low, high = least * factor * online, factor * online
            if m.reach < 1 and given_up <= RAMPS:
                low, high = _ramped(m, t, on, low, high, given_up)
                if low > high + 1e-9:
                    continue
                high = max(low, high)
            promised = (on + warming) * m.module * factor
            heated = warming + m.part * tail if machine.has_warm_up else start
            yield Choice(
                on, warming, ready - on, start, stop, abs(on - m.on), promised, online, low, high, resumed, heated
            )


def _can_stay(m: Memory, t: int, hot: int) -> bool:
    """No outage takes the modules that start before they have warmed up and run their minimum time."""
    if m.part + m.resume > 1 + 1e-9:
        return False  # the last part of the warm-up and the step to work do not fit into one step
    return hot <= min(m.free[t : t + max(m.up, m.whole + 1)])


def _ramped(m: Memory, t: int, on: int, low: float, high: float, given_up: int) -> tuple[float, float]:
    joined, left = min(on, m.n - m.on), min(m.on, m.n - on)
    high = min(high, m.load + m.module * (m.reach * m.on + m.jump * joined))
    gone = max(0, m.on - m.free[t])  # who has just gone out of service trips at any load
    low = max(low, m.load - m.module * (m.reach * on + m.jump * left + max(0.0, 1.0 - m.jump) * gone))
    if given_up <= FORESIGHT:  # come down in time for an outage
        for k in range(1, min(math.ceil(1 / m.reach) + 1, len(m.free) - t)):
            if (stay := m.free[t + k]) < on:
                high = min(high, m.module * (stay + m.jump * (on - stay) + m.reach * on * (k - 1)))
    return low, high


def best(m: Memory, found: list[Choice], want: float) -> Choice:
    """The choice that serves ``want``; for none wanted, the one that rests.

    Modules that are not needed wait in standby until waiting has cost as much as a new start.
    """
    if len(found) == 1:
        return found[0]
    tired = m.waited >= m.patience or want < 0
    dust = 1e-6 * m.module

    def cost(c: Choice) -> tuple[float, ...]:
        idle = c.standby if tired else 0
        if want <= 0:
            return (c.low, c.start, c.on, idle, c.stop)
        lacking = max(0.0, want - c.promised - dust)
        return (lacking, max(0.0, want - c.high - dust), max(0.0, c.low - want), c.start, idle, c.stop, c.toggled)

    return min(found, key=cost)

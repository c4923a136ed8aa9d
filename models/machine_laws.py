"""The laws of commitment from reported numbers: what the auditor asks of every machine, in NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from models.component import Violation, over, size_in
from models.machine import ON, RESUMED, STANDBY, STARTS, STOPS, WARMING, MachineParameters
from models.window import Floats, Window


class MachineLaws(MachineParameters):
    """Counts, times, loads and wear of a machine, derived again from its tables."""

    def module_capacity(self, s: pd.DataFrame, w: Window | None = None) -> float:
        """Capacity of one module; what a design counts in."""
        return self.module_kw if w is not None and w.design else size_in(s, "capacity", self.size) / self.modules

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
        if self.has_warm_start and not w.design:
            work -= self.warm_start_min / 60 / w.step_h * s[RESUMED.name].to_numpy(float)
        return np.asarray(self.module_capacity(s, w) * work, float)

    def _gain(self, s: pd.DataFrame, w: Window) -> Floats:
        on = s[ON.name].to_numpy(float)
        return np.array([on[t] - w.before(on, t, self.name, "on_modules", 0.0) for t in w.t])

    def auxiliary_kw(self, s: pd.DataFrame, w: Window) -> Floats:
        """Electricity of warm-up and standby from the reported counts."""
        whole, part = self.warm_up(w)
        module = self.module_capacity(s, w)
        starts = list(s[STARTS.name].to_numpy())
        heating = self.events(s, w, STARTS.name, "starts", whole)
        if part:
            heating += part * np.array([w.lag(starts, t, whole, self.name, "starts") for t in w.t])
        if not self.has_warm_up:
            heating = np.array(starts, float)
        waiting = s[STANDBY.name].to_numpy(float) if self.has_standby else 0.0
        return np.asarray(module * (self.warm_up_rate(w) * heating + (self.standby_share or 0.0) * waiting), float)

    def check_commitment(self, s: pd.DataFrame, w: Window, load: Floats, factor: Any = 1.0) -> Iterator[Violation]:
        """Counts whole and consistent, starts paid, minimum times kept, load within what is online.

        In a design modules are shares of the capacity: only capacity and load are looked at.
        """
        i, n = s.index, self.modules
        if w.design:
            yield from self._check_design(s, w, load, factor)
            return
        columns = [q.name for q in self.quantities if q.name.endswith("_modules")]
        counts = s[columns].to_numpy(float)
        yield from self.violation("modules are whole numbers", np.abs(counts - np.round(counts)).max(axis=1), i)
        yield from self.violation("modules below zero", over(-counts.min(axis=1), 0), i)
        hot = self.hot_modules(s)
        yield from self.violation("more modules than there are", over(hot, n - self.out_of_service(w)), i)
        was = np.array([w.before(hot, t, self.name, "hot_modules", 0.0) for t in w.t])
        changed = s[STARTS.name] - s[STOPS.name]
        yield from self.violation("starts and stops", hot - was - changed, i)
        if n == 1:
            yield from self.violation("start and stop at once", np.minimum(s[STARTS.name], s[STOPS.name]), i)
        if self.has_warm_start:
            on, gain = s[ON.name].to_numpy(float), self._gain(s, w)
            yield from self.between(
                "modules resumed", s[RESUMED.name], np.maximum(gain, 0), np.minimum(on, n - on + gain), i
            )
        if self.has_warm_up:
            whole, _ = self.warm_up(w)
            warming = self.events(s, w, STARTS.name, "starts", whole)
            yield from self.violation("warm-up time", s[WARMING.name] - warming, i)
        ups = self.events(s, w, STARTS.name, "starts", w.steps_of(max(self.min_up_h, w.step_h)))
        yield from self.violation("minimum up time", over(ups, hot + self.stopped_early(w)), i)
        downs = self.events(s, w, STOPS.name, "stops", w.steps_of(max(self.min_down_h, w.step_h)))
        yield from self.violation("minimum down time", over(downs, n - hot + self.started_early(w)), i)
        online = self.online_kw(s, w) * factor
        yield from self.violation("above capacity or working while off", over(load, online), i)
        yield from self.violation("below minimum load", over(self.min_load * online, load), i)
        yield from self._check_ramp(s, w, load)

    def _check_design(self, s: pd.DataFrame, w: Window, load: Floats, factor: Any) -> Iterator[Violation]:
        built = size_in(s, "capacity", self.size) * (1 - self.out_of_service(w) / self.modules)
        online = self.online_kw(s, w) * factor
        hot = self.module_kw * self.hot_modules(s)
        yield from self.violation("more modules than there are", over(hot, built), s.index)
        was = np.array([w.before(hot, t, self.name, "hot_modules", 0.0) for t in w.t])
        if not self.plain and (self.start_cny or self.cold_start_kwh_per_kw or self.has_warm_up):
            started = self.module_kw * s[STARTS.name].to_numpy(float)
            yield from self.violation("starts and stops", over(hot - was, started), s.index)
        yield from self.violation("above capacity or working while off", over(load, online), s.index)
        yield from self.violation("below minimum load", over(self.min_load * online, load), s.index)

    def _check_ramp(self, s: pd.DataFrame, w: Window, load: Floats) -> Iterator[Violation]:
        reach, jump = self.reach(w)
        if reach >= 1:
            return
        on = s[ON.name].to_numpy(float)
        was = on - self._gain(s, w)
        last = np.array([w.before(load, t, self.name, "load_kw", 0.0) for t in w.t])
        module = self.module_capacity(s)
        joined = np.minimum(on, self.modules - was)
        left = np.minimum(was, self.modules - on)
        yield from self.violation("ramp up", over(load - last, module * (reach * was + jump * joined)), s.index)
        gone = np.minimum(left, np.maximum(np.diff(self.out_of_service(w), prepend=0.0), 0.0))  # they trip at any load
        down = module * (reach * on + jump * left + max(0.0, 1.0 - jump) * gone)
        yield from self.violation("ramp down", over(last - load, down), s.index)

    def stopped_early(self, w: Window) -> Floats:
        """Modules that started within the minimum up time and run no more: failed, or off when the window opened."""
        steps, out = w.steps_of(max(self.min_up_h, w.step_h)), self.out_of_service(w)
        lately = np.array([out[max(0, t - steps + 1) : t + 1].max() for t in w.t])
        return lately + self._surplus(w, "starts", steps, w.start(self.name, "hot_modules", 0.0))

    def started_early(self, w: Window) -> Floats:
        """Modules that stopped within the minimum down time and were on again when the window opened."""
        steps = w.steps_of(max(self.min_down_h, w.step_h))
        return self._surplus(w, "stops", steps, self.modules - w.start(self.name, "hot_modules", 0.0))

    def _surplus(self, w: Window, key: str, steps: int, possible: float) -> Floats:
        """Events of the state within the last ``steps`` that the modules at the opening do not bear out."""
        none = [0.0] * len(w.inputs)
        events = np.array([sum(w.lag(none, t, j, self.name, key) for j in range(steps)) for t in w.t], float)
        return over(events, possible)

    def commitment_bill(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        bill = {}
        if self.start_cny:
            bill["start"] = self.start_cny * s[STARTS.name].to_numpy(float)
        if self.wear_cny_per_h:
            bill["wear"] = self.wear_cny_per_h * w.step_h * s[ON.name].to_numpy(float)
        return bill

    def bill(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        return self.commitment_bill(s, w)

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

"""A stretch of one day in which the park stays as it is, and what was decided in it so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ems.baseline import HARMLESS, decide, harm
from ems.operation.outlook import Setpoints
from ems.operation.simulator.answer import Answer
from ems.operation.simulator.directed import commit, memory, not_started
from ems.operation.simulator.followed import Followed, Why, differences
from ems.operation.simulator.order import RealTime
from ems.operation.simulator.told import ToldStep
from ems.rules.attempt import Attempt
from ems.rules.balance import Values
from ems.rules.hydrogen import nets
from ems.rules.plant import Plant
from ems.site import Site
from ems.state import States
from models import Component, Window
from models.commitment import Machine
from models.machine import ON
from models.operation import Run

PEAK_KW = 5.0  # a new peak that is smaller changes no commitment


class Stretch:
    """Intervals of one local day from a state on; what rules know of the day ahead are its actual inputs."""

    def __init__(self, site: Site, inputs: pd.DataFrame, state: States, minutes: int) -> None:
        self.site, self.minutes = site, minutes
        self.w = Window(inputs, state, step_minutes=minutes)
        self.run, self.plant, self.usual = Run(self.w), RealTime(site, self.w), Plant(site, self.w)
        self.nets = nets(self.usual)
        self.machines = {c.name: c for c in site.components if isinstance(c, Machine)}
        self.t = 0

    @property
    def over(self) -> bool:
        return self.t == len(self.w.inputs)

    def step(self, told: Setpoints | None) -> tuple[Values, list[Followed]]:
        """What happens in the next interval, and how it differs from what was told."""
        attempt, differ = (self._by_rules(), []) if told is None else self._as_told(told)
        found = attempt.tables()
        for name, values in found.items():
            self.run.write(name, values)
        self.t += 1
        return found, differ

    def _by_rules(self) -> Attempt:
        return decide(self.usual, self.run, self.t, self.nets)

    def _as_told(self, told: Setpoints) -> tuple[Attempt, list[Followed]]:
        """With the commitment that is told; with another one, and by rules, only lest a demand goes unserved."""
        self.run.released.clear()
        lawful = {n: commit(c, told[n], self.t, self.run) for n, c in self.machines.items() if n in told}
        step, rash = self._sound(told)
        took_over: Why | None = None
        best: Attempt = self._settled(step)
        if best.harm > HARMLESS and (flooding := [name for name in self._makers(best) if name in lawful]):
            other: Attempt = self._settled(self._sound(self._stopped(told, flooding))[0])
            if other.harm < best.harm - HARMLESS:
                best, took_over = other, "recommitted"
        if best.harm > HARMLESS:
            for name, found in lawful.items():
                memory(self.machines[name], self.run).choices = found
            other = self._settled(step)
            if other.harm < best.harm - HARMLESS:
                best, took_over = other, "recommitted"
        if best.harm > HARMLESS:
            other = self._by_rules()
            if harm(other) < best.harm - HARMLESS:
                best, took_over = other, "rules"
        if best.harm <= HARMLESS and isinstance(best, Answer) and best.new_peak_kw > PEAK_KW:
            for name in self.plant.peak_spared_by & lawful.keys():
                memory(self.machines[name], self.run).choices = lawful[name]
            spared = self._settled(step)
            if spared.harm <= HARMLESS and spared.new_peak_kw < best.new_peak_kw - PEAK_KW:
                best, took_over = spared, "peak"
        at = pd.Timestamp(self.w.inputs.index[self.t])
        return best, list(differences(at, step, best.values, took_over, rash))

    def _makers(self, answer: Attempt) -> list[str]:
        """Machines that deliver to a bus which has more than anyone can take."""
        return [u.name for bus in sorted(answer.flooded) for u in self.plant.machines[bus]]

    def _stopped(self, told: Setpoints, names: Sequence[str]) -> Setpoints:
        """The same setpoints with some machines off, as near as they may be: their minimum load is too much."""
        off = {name: {**dict.fromkeys(told[name], 0.0), ON.name: 0.0} for name in names}
        for name, values in off.items():
            commit(self.machines[name], values, self.t, self.run)
        return {**told, **off}

    def _sound(self, told: Setpoints) -> tuple[ToldStep, frozenset[str]]:
        """The step as told without starts that no one could take the product of, and who does not start for that."""
        step, rash = ToldStep(self.plant, self.run, self.t, told=told), set[str]()
        while found := [name for name in step.rash() if name not in rash]:
            for name in found:
                not_started(self.machines[name], self.t, self.run)
            rash |= set(found)
            step = ToldStep(self.plant, self.run, self.t, told=told)
        return step, frozenset(rash)

    def _settled(self, step: ToldStep) -> Answer:
        answer = Answer(step)
        answer.settle()
        return answer

    def warming(self, component: str) -> bool:
        """Whether a module started so lately that it is not yet warm."""
        m = memory(self.machines[component], self.run)
        return m.recent(m.starts, m.whole if m.part else m.whole - 1) > 0

    def tables(self) -> dict[str, pd.DataFrame]:
        """What was decided so far."""
        return {c.name: self._table(c) for c in self.site.components}

    def _table(self, c: Component) -> pd.DataFrame:
        past = np.array([self.run.past(c.name, q.name) for q in c.quantities], float)
        return pd.DataFrame(past.T, index=self.w.inputs.index[: self.t], columns=[q.name for q in c.quantities])

    def state(self) -> States:
        """State at the end of what was decided."""
        if not self.t:
            return {name: dict(values) for name, values in self.w.state.items()}
        w = Window(self.w.inputs.iloc[: self.t], self.w.state, step_minutes=self.minutes)
        return {c.name: self._state_of(c, w) for c in self.site.components if c.state_bounds()}

    def _state_of(self, c: Component, w: Window) -> dict[str, Any]:
        if type(c).state_end is Component.state_end:  # the last values, without a table: asked for in every interval
            return {key: self.run.past(c.name, key)[-1] for key in c.state_bounds()}
        return c.state_end(self._table(c), w)

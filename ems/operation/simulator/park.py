"""The park as it answers: setpoints in, what really happened out, one interval after the other.

It knows nothing of the optimiser's equations. What a machine can do comes from `models/*.operate`, which follow data
sheets step by step; who takes a difference and in which order from `ems.operation.simulator.order`.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ems.audit import audit
from ems.operation.outlook import Setpoints
from ems.operation.simulator.directed import checked
from ems.operation.simulator.followed import Followed
from ems.operation.simulator.outages import Outage, Outages
from ems.operation.simulator.stretch import Stretch
from ems.operation.simulator.truth import Deviation, true_site
from ems.rules.balance import Values
from ems.schedule import Schedule
from ems.site import Site
from ems.state import States, state_of
from forecasting.errors import InputError
from models import Violation, Window
from models.component import Outage as OutOfService


class Park:
    """A site under the weather and the demands that come, stepped one interval at a time.

    ``actual`` are the inputs as they come, all columns of `ems.inputs`, equidistant and tz-aware; ``state`` is what the
    park opens with; ``truth`` is how the park differs from its data sheets. `site` is what it really was: with these
    deviations and with the outages that have happened.
    """

    def __init__(
        self,
        site: Site,
        actual: pd.DataFrame,
        state: States | None = None,
        outages: Outages | None = None,
        truth: Iterable[Deviation] = (),
    ) -> None:
        self.site = true_site(site, truth)
        self.actual, self.opening = actual, state_of(state or {}, self.site, source="state of the park").components
        if not np.isfinite(actual.to_numpy(float)).all():
            raise InputError("actual inputs", "", None, "numbers without gaps", "fill what meters missed, with a flag")
        self.outages = outages or Outages()
        self.minutes = int((actual.index[1] - actual.index[0]) / pd.Timedelta(minutes=1))
        self.begun: list[Outage] = []  # outages that have happened so far, each from when it was felt
        self._waiting: list[Outage] = []  # that will be felt once a warm-up is over
        self._looked: pd.Timestamp | None = None
        self._reported = {c.name: tuple(q.name for q in c.quantities) for c in self.site.components}
        self._day = pd.DatetimeIndex(actual.index).normalize()
        self._done: list[dict[str, pd.DataFrame]] = []
        self._deviations: list[Followed] = []
        self._k = 0
        self._stretch = self._begin(self.opening)

    @property
    def now(self) -> pd.Timestamp:
        """Start of the next interval."""
        return pd.Timestamp(self.actual.index[0]) + self._k * pd.Timedelta(minutes=self.minutes)

    @property
    def over(self) -> bool:
        """Whether all intervals are done."""
        return self._k == len(self.actual)

    def step(self, setpoints: Setpoints | None = None) -> Values:
        """Answer to setpoints in the next interval, by rules where there are none: component -> quantity -> value.

        Setpoints are those of a plan's row or a part of it; what is not named is free to answer. Raises `InputError`
        for names that the park does not have and for what is no finite number, `IndexError` when all is `over`.
        """
        told = None if setpoints is None else checked(self._reported, setpoints)
        if self.over:
            raise IndexError(f"the inputs end at {self.now}")
        self._turn()
        found, differ = self._stretch.step(told)
        self._deviations += differ
        self._k += 1
        return {name: {q: found[name][q] for q in reported} for name, reported in self._reported.items()}

    def state(self) -> States:
        """State at the start of the next interval, to open a window with."""
        return self._stretch.state()

    def schedule(self) -> Schedule:
        """All that happened so far."""
        parts = [*self._done, self._stretch.tables()]
        return Schedule({c.name: pd.concat([p[c.name] for p in parts]) for c in self.site.components})

    def window(self) -> Window:
        """Actual inputs and opening state of what happened so far."""
        return Window(self.actual.iloc[: self._k], self.opening, step_minutes=self.minutes)

    def audit(self) -> list[Violation]:
        """The laws that what happened breaks, with the parameters and outages that there really were: none."""
        return audit(self.site, self.window(), self.schedule())

    def deviations(self) -> pd.DataFrame:
        """Every difference between setpoint and answer so far: one row each, columns as `followed.Followed`."""
        return pd.DataFrame(self._deviations, columns=list(Followed._fields))

    def seen(self, site: Site) -> Site:
        """A planner's site with the outages that have happened and go on, as long as repairs are thought to take."""
        now, at_work = self.now, [o for o in self.begun if o.end > self.now]
        told: dict[str, list[OutOfService]] = {}
        for o in at_work:
            planned = getattr(site.component(o.component), "outages", ())
            end = now + pd.Timedelta(hours=o.expected_h)
            told.setdefault(o.component, list(planned)).append(_module_out(o.start, end))
        return site.with_components(**{name: {"outages": out} for name, out in told.items()}) if told else site

    # ---- stretches -----------------------------------------------------------------------------------------------

    def _turn(self) -> None:
        """Begin a new stretch at midnight and when a module fails; one that warms up fails when it is warm."""
        failing = [*self._waiting, *self.outages.beginning(self._looked, self.now)]
        self._looked = self.now
        self._waiting = [o for o in failing if o.end > self.now and self._stretch.warming(o.component)]
        failed = [o for o in failing if o.end > self.now and o not in self._waiting]
        if not failed and not self._stretch.over:
            return
        state = self._stretch.state()
        self._done.append(self._stretch.tables())
        self._fail(failed)
        self._stretch = self._begin(state)

    def _fail(self, failed: list[Outage]) -> None:
        out: dict[str, list[OutOfService]] = {}
        for o in failed:
            self.begun.append(Outage(o.component, self.now, o.end, o.expected_h))
            so_far = getattr(self.site.component(o.component), "outages", ())
            out.setdefault(o.component, list(so_far)).append(_module_out(self.now, o.end))
        self.site = self.site.with_components(**{name: {"outages": o} for name, o in out.items()}) if out else self.site

    def _begin(self, state: States) -> Stretch:
        rest = self._day[self._k :] == self._day[self._k]
        return Stretch(self.site, self.actual.iloc[self._k : self._k + int(rest.sum())], state, self.minutes)


def _module_out(start: pd.Timestamp, end: pd.Timestamp) -> OutOfService:
    return OutOfService(start=start.to_pydatetime(), end=end.to_pydatetime(), modules=1)

"""One interval of a stored plan: numbers at a step, by component and series."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ems.accounts import CAUSES
from ems.explain import TOUCH
from ems.site import Site
from ems.stored_plan import StoredPlan
from models import Component, Window, unit_of


@dataclass(frozen=True)
class Interval:
    """Step ``k`` of a plan."""

    plan: StoredPlan
    k: int

    @property
    def site(self) -> Site:
        return self.plan.site

    @property
    def window(self) -> Window:
        return self.plan.window

    @property
    def index(self) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(self.window.inputs.index)

    @property
    def step_h(self) -> float:
        return self.window.step_h

    @property
    def rules(self) -> bool:
        """Whether the schedule is the one by rules, of which no marginal values are known."""
        return self.plan.content["outcome"] in ("fallback", "infeasible")

    @property
    def carbon_price(self) -> float:
        """What the plan's objective counts for emissions [CNY/kgCO2e]."""
        return self.plan.objective.carbon_cny_per_kg

    @cached_property
    def worths(self) -> dict[str, np.ndarray]:
        """Bus -> marginal value in every step [CNY/kWh or CNY/kg]."""
        return {b: np.asarray(x["values"], float) for b, x in self.plan.content["marginal_values"].items()}

    @cached_property
    def marginal(self) -> dict[str, float]:
        """Bus -> marginal value in this step."""
        return {bus: float(x[self.k]) + 0.0 for bus, x in self.worths.items()}

    def table(self, c: Component) -> pd.DataFrame:
        return self.plan.schedule.tables[c.name]

    def series(self, c: Component, quantity: str) -> np.ndarray:
        return self.table(c)[quantity].to_numpy(float)

    def value(self, c: Component, quantity: str) -> float:
        """A series at this step; zero where the component has no such series."""
        return float(self.table(c)[quantity].iloc[self.k]) if quantity in self.table(c) else 0.0

    def unit(self, c: Component, quantity: str) -> str:
        return unit_of(f"{c.name}.{quantity}")

    def input(self, column: str) -> float:
        return float(self.window.inputs[column].iloc[self.k])

    def binds(self, c: Component, limit: str) -> bool:
        """Whether a limit leaves no room in this step."""
        room = c.limits(self.table(c), self.window).get(limit)
        return room is not None and abs(float(room[self.k])) <= TOUCH

    def varies(self, c: Component, quantity: str) -> bool:
        return float(np.ptp(self.series(c, quantity))) > TOUCH

    def earned(self, c: Component) -> tuple[float, float, float] | None:
        """What goes out is worth, what goes in is worth, and own cost of this step [CNY]; None without values.

        Own cost is what is paid and worn, and emissions at the price of the plan's objective.
        """
        if any(bus not in self.marginal for _, bus in c.ports):
            return None
        out = taken = 0.0
        for q, bus in c.ports:
            worth = self.value(c, q.name) * self.marginal[bus] * self.step_h
            out, taken = (out + worth, taken) if q.sign > 0 else (out, taken + worth)
        bill, emitted = c.bill(self.table(c), self.window), c.emitted(self.table(c), self.window)
        own = sum(float(x[self.k]) for cause, x in bill.items() if CAUSES[cause][2] in ("paid", "wear"))
        return out, taken, own + self.carbon_price * sum(float(x[self.k]) for x in emitted.values())

"""Amounts of all components of a kind, read from an activity; meters that are not there are remembered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from ems.emissions.activity import Activity, amount_name
from ems.emissions.mixture import Array
from forecasting.errors import InputError
from models import Component

NOISE = 1e-6  # kWh or kg an hour: what a solver leaves around zero


@dataclass(frozen=True)
class Metered:
    """Reads amounts, shape (hours,); NaN where there are no data."""

    activity: Activity
    missing: set[str] = field(default_factory=set)  # meters that were asked for and are not there

    @property
    def hours(self) -> int:
        return len(self.activity.table)

    def of_kind(self, *kinds: str) -> tuple[Component, ...]:
        return tuple(c for c in self.activity.site.components if c.kind in kinds)

    def must(self, component: Component, quantity: str) -> Array:
        """Amounts without which there is no account; raises `InputError` where the meter is missing."""
        return self._checked(amount_name(component.name, quantity))

    def may(self, component: Component, quantity: str) -> Array:
        """Amounts that count as zero where the component has no such quantity, or no meter, which is remembered."""
        meter = amount_name(component.name, quantity)
        if meter in self.activity.table:
            return self._checked(meter)
        if any(q.name == quantity for q in component.quantities):
            self.missing.add(meter)
        return np.zeros(self.hours)

    def total(self, components: Iterable[Component], quantity: str) -> Array:
        """Sum of a quantity over components, meters that are missing counting as zero."""
        return np.asarray(sum((self.may(c, quantity) for c in components), np.zeros(self.hours)))

    def _checked(self, meter: str) -> Array:
        values = self.activity.amount(meter).to_numpy(float)
        if (least := np.nanmin(values, initial=0.0)) < -NOISE:
            raise InputError("activity", meter, float(least), "amounts from zero up", "turn the sign or mend the meter")
        return np.where(np.isnan(values), np.nan, np.maximum(values, 0.0))

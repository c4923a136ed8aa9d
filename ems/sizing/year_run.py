"""A park with its year: what a design promises, or what its operation came to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ems.schedule import Schedule
from ems.site import Site
from ems.sizing.balances import per_year
from ems.sizing.key_figures import emissions_kg
from models import Window


@dataclass(frozen=True)
class YearRun:
    """A park with its year: a closed window and what happened in it."""

    site: Site
    w: Window
    schedule: Schedule

    def total(self, component: str, quantity: str) -> float:
        """Sum of a rate over the year [kWh or kg]; 0 where the park has no such series."""
        table = self.schedule.tables.get(component)
        if table is None or quantity not in table:
            return 0.0
        return per_year(table, quantity, self.w)

    def times(self, component: str, quantity: str) -> float:
        """Sum of counts over the year."""
        table = self.schedule.tables.get(component)
        if table is None or quantity not in table:
            return 0.0
        return float((table[quantity].to_numpy(float) * self.w.occurrences).sum())

    @property
    def emissions_kg(self) -> float:
        return sum(emissions_kg(self.site, self.w, self.schedule).values())

    def month_peaks(self, grid: str) -> dict[int, float]:
        """Highest import of each month [kW]."""
        bought = self.schedule.tables[grid]["import_kw"].to_numpy(float)
        return {m: float(np.where(hours > 0, bought, 0.0).max()) for m, hours in self.w.months.items()}

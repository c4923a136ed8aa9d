"""Key figures of a simulated year, from the reported tables, weighted by how often each step occurs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ems.schedule import Schedule
from ems.site import Site
from models import CARRIERS, PV, Component, Grid, Window
from models.cogeneration import Cogenerator
from models.demand import DeferrableDemand, Demand
from models.electrolyser import Electrolyser
from models.fuel_cell import FuelCell
from models.supply import Spill
from models.window import Floats


def emissions_kg(site: Site, w: Window, schedule: Schedule) -> dict[str, float]:
    """Greenhouse gases of the year by component, location based [kgCO2e]."""
    return {
        c.name: sum(float(w.occurrences @ x) for x in c.emitted(schedule.tables[c.name], w).values())
        for c in site.components
    }


def key_figures(site: Site, w: Window, schedule: Schedule) -> dict[str, Any]:
    """Energy, hydrogen, peaks and emissions of the year; ``None`` where a figure has no meaning.

    The renewable share and the emissions of hydrogen are what the limits of the same name speak of (see
    `ems.sizing.laws`): solar electricity that is neither sold nor released over all electricity that is used here,
    and what the grid emits for the part of the electrolysers' electricity that this does not cover, step by step.
    """
    f = Flows(site, w, schedule)
    pv, curtailed = f.of(PV, "power_kw"), f.of(PV, "curtailed_kw")
    bought, sold = f.of(Grid, "import_kw"), f.of(Grid, "export_kw")
    made = f.of(Electrolyser, "hydrogen_kg_per_h")
    electrolysers = f.of(Electrolyser, "power_kw") + f.of(Electrolyser, "auxiliary_kw")
    engines = f.of(Cogenerator, "power_kw") - f.of(FuelCell, "power_kw")
    own = pv - sold - f.of(Spill, "lost_kw", "electricity")
    from_grid = f.intensity() * np.maximum(electrolysers - own, 0.0)
    peaks = {str(month): float(bought[hours > 0].max()) for month, hours in w.months.items()}
    return {
        "grid_import_kwh": f.year(bought),
        "grid_export_kwh": f.year(sold),
        "grid_peak_kw": max(peaks.values()),
        "grid_peaks_kw": peaks,
        "pv_kwh": f.year(pv),
        "pv_curtailed_kwh": f.year(curtailed),
        "pv_curtailed_share": f.share(curtailed, pv + curtailed),
        "renewable_share": f.share(own, own + bought + engines),
        "emissions_t": sum(emissions_kg(site, w, schedule).values()) / 1000,
        "hydrogen_made_kg": f.year(made),
        "hydrogen_kwh_per_kg": f.share(electrolysers, made),
        "hydrogen_kgco2e_per_kg": f.share(from_grid, made),
        **{
            f"{carrier}_used_{CARRIERS[carrier].stock}": f.year(f.served(carrier))
            for carrier in ("electricity", "heat", "cooling", "hydrogen")
        },
    }


@dataclass(frozen=True)
class Flows:
    """Reported rates added up over components, shape (steps,) [kW or kg/h], and over the year."""

    site: Site
    w: Window
    schedule: Schedule

    def year(self, rate: Floats) -> float:
        """[kWh or kg]"""
        return float(self.w.weights @ rate)

    def share(self, part: Floats, whole: Floats) -> float | None:
        """One over the other, in the year."""
        return self.year(part) / self.year(whole) if self.year(whole) > 0 else None

    def of(self, kind: type[Any], quantity: str, carrier: str = "") -> Floats:
        """A quantity of all components of a kind that report it; ``carrier``: only those for this carrier."""
        return self._sum(
            quantity, lambda c: isinstance(c, kind) and (not carrier or getattr(c, "carrier", "") == carrier)
        )

    def served(self, carrier: str) -> Floats:
        """What the demands for a carrier are served."""
        quantity = f"served_{CARRIERS[carrier].rate}"
        return self._sum(quantity, lambda c: isinstance(c, Demand | DeferrableDemand) and c.carrier == carrier)

    def intensity(self) -> Floats:
        """Of the grid, the highest where there are several [kgCO2e/kWh]."""
        columns = [self.w.inputs[c.intensity].to_numpy(float) for c in self.site.components if isinstance(c, Grid)]
        return np.asarray(np.max(columns, axis=0) if columns else np.zeros(len(self.w.inputs)))

    def _sum(self, quantity: str, counted: Callable[[Component], bool]) -> Floats:
        tables = [self.schedule.tables[c.name] for c in self.site.components if counted(c)]
        found = [s[quantity].to_numpy(float) for s in tables if quantity in s]
        return np.asarray(sum(found, np.zeros(len(self.w.inputs))))

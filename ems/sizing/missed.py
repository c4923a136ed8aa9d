"""Demand that operation did not serve although the design promised it, bus by bus."""

from __future__ import annotations

import pandas as pd

from ems.site import Site
from ems.sizing.year_run import YearRun
from models.commitment import Machine
from models.window import Floats

MISSED = 1e-3  # kW or kg/h: less is the solver's tolerance


def missed(promise: YearRun, operated: YearRun) -> dict[str, dict[str, float]]:
    """Bus -> demand that operation did not serve beyond the promise.

    ``most_in_a_day`` [kWh or kg], ``highest_rate`` [kW or kg/h], and ``minimum_load``: the largest minimum load of a
    module that feeds the bus [kW or kg/h], the steps in which supply comes.
    """
    found: dict[str, dict[str, float]] = {}
    days = pd.DatetimeIndex(operated.w.inputs.index).normalize()
    for bus, rate in _unserved(operated).items():
        rate = rate * (rate > MISSED)
        by_day = pd.Series(rate * operated.w.step_h).groupby(days).sum()
        if by_day.sum() > float((_unserved(promise)[bus] * promise.w.weights).sum()) + MISSED:
            found[bus] = {
                "most_in_a_day": float(by_day.max()),
                "highest_rate": float(rate.max()),
                "minimum_load": _minimum_load(promise, operated.site, bus),
            }
    return found


def _minimum_load(promise: YearRun, built: Site, bus: str) -> float:
    """Largest minimum load of the modules that feed a bus, in what they feed it with [kW or kg/h]."""
    found = [0.0]
    for c in built.components:
        made = next((p.quantity.name for p in c.ports if p.quantity.sign > 0 and p.bus == bus), None)
        if isinstance(c, Machine) and made is not None:
            load, output = _load(promise, c.name).sum(), promise.schedule.tables[c.name][made].sum()
            found.append(c.least * c.module_kw * float(output / load) if load > 0 else 0.0)
    return max(found)


def _load(run: YearRun, name: str) -> Floats:
    c = run.site.component(name)
    assert isinstance(c, Machine)
    return c.load_kw(run.schedule.tables[name])


def _unserved(run: YearRun) -> dict[str, Floats]:
    """Bus -> what its demands are not given in each step [kW or kg/h]."""
    found: dict[str, Floats] = {}
    for c in run.site.components:
        for q in c.quantities:
            if q.name.startswith("unserved_"):
                bus = c.ports[0].bus
                found[bus] = found.get(bus, 0.0) + run.schedule.tables[c.name][q.name].to_numpy(float)
    return found

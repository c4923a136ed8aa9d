"""Hourly series of a study: those that a reader looks at, in the order of the calendar year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ems.columns import series_columns
from ems.site import Site
from ems.sizing.design import Designed
from ems.sizing.study import Study
from forecasting.errors import InputError, meant
from models import PV, Component, Grid, Store, Window, unit_of
from models.commitment import Machine
from models.component import size_in
from models.demand import DeferrableDemand, Demand
from models.window import Chronology, Floats

MOST = 14  # series, where the study does not choose
DIGITS = 4
DERIVED = {  # sums over devices: name -> (Chinese, English)
    "electricity.pv_kw": ("光伏合计", "PV, all roofs"),
    "electricity.residual_kw": ("剩余负荷(用电需求减光伏)", "residual load (electricity demand less PV)"),
}
NOTHING = 1e-3  # of the unit: what stays below all year is left out where the study does not choose


def study_series(designed: Designed, study: Study, start: pd.Timestamp) -> dict[str, Any]:
    """The ``series`` of a study's document; raises `InputError` where the study shows a series there is not.

    Values of typical periods stand in the place of the days that they stand for; levels of stores follow from what
    goes in and out, so that they run through the year.
    """
    site, w = designed.site, designed.window
    known = {**series_columns(site), **{n: {"meaning": {"zh": zh, "en": en}} for n, (zh, en) in DERIVED.items()}}
    for name in study.shown:
        if name not in known:
            raise InputError("study", "shown", name, "a series component.quantity", meant(name, known))
    names = list(study.shown) or choice(site, designed)
    columns = {
        name: {"unit": unit_of(name), "meaning": known[name]["meaning"], "values": _values(hourly(designed, name))}
        for name in names
    }
    return {
        "start": start.isoformat(),
        "step_minutes": round(w.step_h * 60),
        "timezone": site.place.timezone,
        "columns": columns,
    }


def choice(site: Site, designed: Designed) -> list[str]:
    """What a study shows that does not choose: exchange with the grid, sun, machines by size, stores."""
    names: list[tuple[str, float]] = []
    for c in site.components:
        if isinstance(c, Grid):
            names += [(f"{c.name}.{q.name}", np.inf) for q in c.quantities if q.name in ("import_kw", "export_kw")]
    names += [(name, np.inf) for name in ("electricity.residual_kw", "electricity.pv_kw")]
    parts = sorted((c for c in site.components if isinstance(c, Machine | Store)), key=lambda c: isinstance(c, Store))
    names += [(f"{c.name}.{_main(c)}", _peak(designed, f"{c.name}.{_main(c)}")) for c in parts]
    used = [(n, x) for n, x in names if _peak(designed, n) > NOTHING]
    largest = {n for n, _ in sorted(used, key=lambda p: -p[1])[:MOST]}
    return [n for n, _ in used if n in largest]


def _main(c: Component) -> str:
    """What a device is looked at by: the level of a store, else the first thing that it reports."""
    return c.level_name if isinstance(c, Store) else c.quantities[0].name


def _peak(designed: Designed, name: str) -> float:
    return float(np.abs(hourly(designed, name)).max(initial=0.0))


def hourly(designed: Designed, name: str) -> Floats:
    """One series over the simulated hours in the order of the calendar, shape (steps,)."""
    site, w = designed.site, designed.window
    owner, _, quantity = name.partition(".")
    if name in DERIVED:
        sun = _sum(designed, [c for c in site.components if isinstance(c, PV)], "power_kw")
        if quantity == "pv_kw":
            return sun
        users = [c for c in site.components if isinstance(c, Demand | DeferrableDemand) and c.carrier == "electricity"]
        return _sum(designed, users, "served_kw") - sun
    c, table = site.component(owner), designed.schedule.tables[owner]
    if w.chronology is not None and isinstance(c, Store) and quantity == c.level_name:
        return levels(c, table, w, w.chronology)
    return in_order(table[quantity].to_numpy(float), w)


def _sum(designed: Designed, parts: Sequence[Component], quantity: str) -> Floats:
    w, tables = designed.window, designed.schedule.tables
    zero = np.zeros(len(w.inputs))
    return in_order(np.asarray(sum((tables[c.name][quantity].to_numpy(float) for c in parts), zero)), w)


def in_order(x: Floats, w: Window) -> Floats:
    """Values of typical periods in the order of the days that they stand for."""
    if w.chronology is None:
        return x
    return np.asarray(x.reshape(-1, w.period)[np.array(w.chronology.period)].ravel())


def levels(c: Store, s: pd.DataFrame, w: Window, order: Chronology) -> Floats:
    """Level of a store through a year of typical periods, which closes on itself.

    level[t] = keep level[t-1] + h (gain charge[t] - discharge[t] / loss), the last hour leads to the first. Without
    losses any course may be lifted: then the lowest level is the least that the store may hold.
    """
    flow = c.charge_efficiency * s[f"charge_{c.RATE}"] - s[f"discharge_{c.RATE}"] / c.discharge_efficiency
    gained = in_order(w.step_h * flow.to_numpy(float), w)
    keep = (1 - c.standing_loss_per_h) ** w.step_h
    course = np.zeros(len(gained))
    level = 0.0
    for t, x in enumerate(gained):
        level = keep * level + x
        course[t] = level
    fade = keep ** np.arange(1, len(gained) + 1)
    if keep < 1:
        return np.asarray(course + fade * course[-1] / (1 - fade[-1]))
    size = size_in(s, "capacity", c.capacity)
    return np.asarray(course - course.min() + c.min_share * size)


def _values(x: Floats) -> list[float]:
    return [float(f"{v:.{DIGITS}g}") for v in x]

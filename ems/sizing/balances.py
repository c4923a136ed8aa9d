"""What flows through a park in the year: balances of every bus by month, and how each device is used.

All from the reported tables, weighted by how often each step occurs; a rate held over the hours of a step is a stock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ems.schedule import Schedule
from ems.site import Site
from ems.sizing.parks import size_key
from models import CARRIERS, Component, Design, Store, Window, unit_of
from models.commitment import Machine
from models.demand import DeferrableDemand, Demand
from models.machine import STARTS
from models.supply import Spill
from models.window import Floats

WITHOUT_SIZE = (Demand, DeferrableDemand, Spill)


def per_year(s: pd.DataFrame, quantity: str, w: Window) -> float:
    """Energy or mass of a reported rate in the year [kWh or kg]."""
    return float(w.weights @ s[quantity].to_numpy(float))


def months(w: Window) -> list[int]:
    return list(w.months)


def buses(site: Site, w: Window, schedule: Schedule) -> dict[str, dict[str, Any]]:
    """Balance of every bus: what flows in and out by component and month [kWh or kg]; the sums are equal."""
    from ems.report.names import bus_name

    hours = np.array(list(w.months.values()))  # months, steps
    found: dict[str, dict[str, Any]] = {}
    for bus, carrier in site.buses.items():
        flows: dict[int, dict[str, list[float]]] = {+1: {}, -1: {}}
        for c in site.components:
            for q in (q for q, at in c.ports if at == bus):
                flows[q.sign][f"{c.name}.{q.name}"] = (hours @ schedule.tables[c.name][q.name].to_numpy(float)).tolist()
        label = {"zh": bus_name(bus, carrier, "zh"), "en": bus_name(bus, carrier, "en")}
        unit = unit_of(CARRIERS[carrier].stock)
        found[bus] = {"carrier": carrier, "unit": unit, "label": label, "in": flows[+1], "out": flows[-1]}
    return found


@dataclass(frozen=True)
class Use:
    """How a device is used: what it can do, what it does in each step, both in one unit."""

    capacity: float  # as it is called in the site file
    unit: str
    full: float  # the flow at full load
    flow: Floats
    peak: float  # highest of what the capacity limits


def use_of(c: Component, s: pd.DataFrame) -> Use | None:
    """Capacity and main flow of a device; none for what has no capacity.

    The main flow of a machine is the one that minimum load speaks of, of a store what is taken out, of all others
    the first that they report. A store's capacity is its content, its full load the rate.
    """
    if isinstance(c, WITHOUT_SIZE):
        return None
    if isinstance(c, Store):
        held, rate = (field for field in capacity_fields(c))
        flow = s[f"discharge_{c.RATE}"].to_numpy(float)
        return Use(size_of(c, held, s), unit_of(held), size_of(c, rate, s), flow, float(s[c.level_name].max()))
    field = next(capacity_fields(c))
    flow = c.load_kw(s) if isinstance(c, Machine) else s[c.quantities[0].name].to_numpy(float)
    unit = unit_of(c.quantities[0].name if field == "limit" else field)
    capacity = size_of(c, field, s)
    return Use(capacity, unit, capacity, flow, float(flow.max()))


def capacity_fields(c: Component) -> Iterator[str]:
    """Fields that hold the capacity; of stores what they hold and the rate."""
    if isinstance(c, Store):
        yield from (
            f for f in type(c).model_fields if f in (f"capacity_{c.STOCK}", f"power_{c.RATE}", f"rate_{c.RATE}")
        )
        return
    yield from (f for f in type(c).model_fields if f.startswith("capacity_k") or f in ("connection_kw", "limit"))


def size_of(c: Component, field: str, s: pd.DataFrame) -> float:
    """The size that a schedule was made with: the site's number or what sizing chose."""
    value = getattr(c, field)
    return float(s.attrs[size_key(c, field)]) if isinstance(value, Design) else float(value)


def devices(site: Site, w: Window, schedule: Schedule) -> dict[str, dict[str, Any]]:
    """Full-load hours, starts, what is made, highest load and mean use of every component with a capacity.

    ``starts`` of a design counts shares of modules: none where starting costs nothing.
    """
    found: dict[str, dict[str, Any]] = {}
    for c in site.components:
        s = schedule.tables[c.name]
        if (use := use_of(c, s)) is None:
            continue
        hours = float(w.weights @ use.flow) / use.full if use.full > 0 else 0.0
        starts = float(w.occurrences @ s[STARTS.name].to_numpy(float)) if isinstance(c, Machine) else None
        found[c.name] = {
            "kind": c.kind,
            "label": {"zh": c.label("zh"), "en": c.label("en")},
            "capacity": use.capacity,
            "unit": use.unit,
            "full_load_hours": hours,
            "starts": starts,
            "made": {q.name: per_year(s, q.name, w) for q, _ in c.ports if q.sign > 0},
            "peak": use.peak,
            "utilisation": hours / float(w.weights.sum()),
        }
    return found

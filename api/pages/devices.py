"""What every machine, store and connection does in each interval, as numbers that the page's scripts put into words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from api.pages.environment import Words
from ems.report.chart import numbers
from ems.report.formats import digits_for, unit_name
from ems.report.palette import STORES
from ems.report.runs import runs
from ems.report.stores import levels
from ems.report.view import NOTHING, Floats, PlanView, Series

Group = Literal["supply", "hydrogen", "thermal", "storage", "other"]
GROUPS: dict[Group, tuple[str, ...]] = {
    "supply": ("grid", "pv", "fuel_cell", "gas_engine", "gas_supply", "water_supply", "hydrogen_supply"),
    "hydrogen": ("electrolyser", "compressor", "deferrable_demand"),
    "thermal": (
        "heat_pump", "electric_boiler", "gas_boiler", "electric_chiller", "absorption_chiller", "waste_heat",
        "heat_rejection",
    ),
    "storage": tuple(sorted(STORES)),
    "other": (),
}  # fmt: skip
BY_CARRIER: dict[str, Group] = {"hydrogen": "hydrogen", "heat": "thermal", "cooling": "thermal"}
STATES = ("off", "idle", "standby", "warming", "on", "charging", "discharging", "importing", "exporting")
OFF, IDLE, STANDBY, WARMING, ON, CHARGING, DISCHARGING, IMPORTING, EXPORTING = range(len(STATES))
SKIPPED = ("demand", "spill")  # not to be set by anyone
MOST_RUNS = 6
TRICKLE = 0.002  # of its rate: what only makes up for the losses of a store that stands by


@dataclass(frozen=True)
class Device:
    """A row of the table. ``main`` is the setpoint, ``more`` what goes with it; one value each per interval.

    ``size`` is the most that the setpoint can be, None where the site does not say.
    """

    name: str
    label: str
    kind: str
    group: Group
    unit: str
    size: float | None
    states: list[int]
    main: Floats
    summary: str  # the day in words
    modules: list[int] = field(default_factory=list)
    module_count: int = 1
    more: list[tuple[str, str, Floats]] = field(default_factory=list)  # meaning, unit, values

    @property
    def rests(self) -> bool:
        """Whether it does nothing all day."""
        return all(s in (OFF, IDLE) for s in self.states)

    def for_scripts(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit,
            "digits": digits_for(self.unit),
            "size": self.size,
            "states": self.states,
            "main": numbers(self.main),
            "modules": self.modules,
            "of": self.module_count,
            "more": [{"label": a, "unit": b, "digits": digits_for(b), "values": numbers(x)} for a, b, x in self.more],
        }


def devices(view: PlanView, w: Words) -> list[Device]:
    """All that can be set, by group, in the order of the site file."""
    found = [_device(view, w, name) for name in view.components if view.kind(name) not in SKIPPED and view.of(name)]
    order = list(GROUPS)
    return sorted(found, key=lambda d: order.index(d.group))


def _device(view: PlanView, w: Words, name: str) -> Device:
    kind, series = view.kind(name), view.of(name)
    unit = unit_name(series[0].unit, view.lang)
    size = _size(view, name)
    main, states, shown = _work(view, name, size)
    more = [(s.meaning, unit_name(s.unit, view.lang), s.values) for s in series if _goes_along(s, shown)]
    on = view.values(name, "on_modules") if (name, "on_modules") in view.series else ()
    return Device(
        name=name,
        label=view.label(name),
        kind=view.kind_label(kind),
        group=_group(view, kind, series[0]),
        unit=unit,
        size=size,
        states=[int(s) for s in states],
        main=main,
        summary=summary(view, w, states),
        modules=[round(float(x)) for x in on],
        module_count=int(view.definitions.get(name, {}).get("modules", 1)),
        more=more + _level(view, w, name),
    )


def _work(view: PlanView, name: str, size: float | None) -> tuple[Floats, Floats, set[str]]:
    """Setpoint and state in every interval, and the quantities that the setpoint is made of."""
    kind, series = view.kind(name), view.of(name)
    first = series[0]
    if kind in STORES:
        rate = series[1].values - first.values
        least = max(NOTHING, TRICKLE * (size or 0.0))
        states = np.where(rate > least, DISCHARGING, np.where(rate < -least, CHARGING, IDLE))
        return rate, states, {first.quantity, series[1].quantity}
    if kind == "grid":
        net = first.values - view.values(name, "export_kw")
        states = np.where(net > NOTHING, IMPORTING, np.where(net < -NOTHING, EXPORTING, IDLE))
        return net, states, {"import_kw", "export_kw"}
    if (name, "on_modules") in view.series:
        return first.values, _machine(view, name), {first.quantity}
    return first.values, np.where(first.values > NOTHING, ON, OFF), {first.quantity}


def _size(view: PlanView, name: str) -> float | None:
    """The most that the setpoint can be: the rate of a store, the connection of a grid, else the capacity."""
    kind = view.kind(name)
    if kind in STORES:
        found = view.definitions.get(name, {})
        return next((float(found[key]) for key in ("power_kw", "rate_kg_per_h") if found.get(key)), None)
    return view.size(name, "connection" if kind == "grid" else "capacity")


def _level(view: PlanView, w: Words, name: str) -> list[tuple[str, str, Floats]]:
    return [(w("d_level"), "%", 100 * s.values / (view.size(name) or 1.0)) for s in levels(view) if s.component == name]


def _machine(view: PlanView, name: str) -> Floats:
    states = np.full(view.steps, OFF)
    states[view.values(name, "standby_modules") > 0.5] = STANDBY
    states[view.values(name, "warming_modules") > 0.5] = WARMING
    states[view.values(name, "on_modules") > 0.5] = ON
    return states


def _goes_along(s: Series, shown: set[str]) -> bool:
    """Whether a quantity is worth a word beside the setpoint: what flows, unless it is nothing all day."""
    counted = s.quantity.endswith("_modules") or s.quantity in shown
    return not counted and not s.at_end and not s.is_zero


def _group(view: PlanView, kind: str, first: Series) -> Group:
    for group, kinds in GROUPS.items():
        if kind in kinds:
            return group
    return BY_CARRIER.get(view.buses.get(first.bus, ""), "other")


def summary(view: PlanView, w: Words, states: Floats) -> str:
    """The day of a device in words: ``on 02:00–06:00, 10:00–15:00``; what stands still all day says so."""
    found: dict[str, list[str]] = {}
    for first, end, word in runs([STATES[int(s)] for s in states]):
        if word not in ("off", "idle"):
            found.setdefault(word, []).append(f"{view.clock(first)}–{view.clock(end)}")
    if not found:
        return w("d_idle_all_day")
    parts = [
        f"{w(f'js_{word}')} {', '.join(spans[:MOST_RUNS])}{' …' if len(spans) > MOST_RUNS else ''}"
        for word, spans in found.items()
    ]
    return "; ".join(parts)

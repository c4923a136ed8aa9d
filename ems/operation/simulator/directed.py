"""Setpoints as machines take them: a commitment that is lawful now and a position, each as near as can be."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from ems.operation.outlook import Setpoints
from ems.rules.plant import Unit
from forecasting.errors import InputError, meant
from models import PV
from models.choices import Choice, Memory, best, choices
from models.commitment import Machine
from models.demand import DeferrableDemand, Demand
from models.heat_rejection import HeatRejection
from models.machine import ON, STANDBY, WARMING
from models.operation import PLENTY, Run
from models.supply import Spill

CURTAILED = 1e-3  # kW: less is no decision to curtail


def checked(known: Mapping[str, Collection[str]], setpoints: Setpoints) -> Setpoints:
    """The same setpoints; raises `InputError` for unknown names and for what is no finite number.

    ``known``: component -> its series.
    """
    for name, values in setpoints.items():
        if name not in known:
            raise InputError("setpoints", name, None, "a component of the park", meant(name, known))
        for series, value in values.items():
            if series not in known[name]:
                raise InputError("setpoints", f"{name}.{series}", value, "a series", meant(series, known[name]))
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                remedy = "leave the component out where there is no setpoint"
                raise InputError("setpoints", f"{name}.{series}", value, "a finite number", remedy)
    return setpoints


def rest(u: Unit) -> float:
    """What a unit does that has no setpoint."""
    if isinstance(u.component, PV):
        return PLENTY
    return -PLENTY if isinstance(u.component, Demand | DeferrableDemand) else 0.0


def position(u: Unit, told: Mapping[str, float], t: int, run: Run) -> float | None:
    """Rate at the bus of the product that setpoints ask for [kW or kg/h]; None where they ask for nothing.

    Sun that a plan does not curtail is free to shine; releases and demands answer to the day, not to a plan.
    """
    c = u.component
    if isinstance(c, Demand | Spill | HeatRejection):
        return None
    if isinstance(c, PV) and told.get("curtailed_kw", math.inf) <= CURTAILED:
        return None
    if isinstance(c, Machine):
        return product(u, c, told, t, run) if c.LOAD in told else None
    if not any(q in told for q, _ in u.main):
        return None
    return sum(sign * told.get(q, 0.0) for q, sign in u.main)


def product(u: Unit, c: Machine, told: Mapping[str, float], t: int, run: Run) -> float:
    """What a machine makes at the load it is told, by its own data sheet and the commitment it has."""
    made = c.flows(max(told[c.LOAD], 0.0), memory(c, run).choices[0].online, t, run)
    return sum(sign * made.get(q, 0.0) for q, sign in u.main)


def commit(c: Machine, told: Mapping[str, float], t: int, run: Run) -> list[Choice]:
    """Settle the lawful commitment next to the one that is told; returns all that would be lawful.

    Modules hot count before modules at work: a module that is not warm yet is warmed, not started without.
    """
    m = memory(c, run)
    m.choices = []
    lawful = choices(m, t, c.derating(t, run), c.least)
    if ON.name in told:
        on = round(told[ON.name])
        hot = on + round(told.get(STANDBY.name, 0.0)) + round(told.get(WARMING.name, 0.0))
        m.choices = [min(lawful, key=lambda x: (abs(x.on + x.standby + x.warming - hot), abs(x.on - on), x.low))]
    elif c.LOAD in told:
        m.choices = [best(m, lawful, told[c.LOAD])]
    return lawful


def memory(c: Machine, run: Run) -> Memory:
    """What a machine remembers, brought up to the present step."""
    m: Memory = run.once((c.name, "memory"), lambda: Memory(c, run))
    m.follow(run, c.LOAD)
    return m


def not_started(c: Machine, t: int, run: Run) -> None:
    """Settle the lawful commitment without a start that is next to the present one."""
    m = memory(c, run)
    m.choices = []
    m.choices = [min(choices(m, t, c.derating(t, run), c.least), key=lambda x: (x.start, x.stop, x.low))]

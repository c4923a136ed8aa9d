"""What was asked, what a unit could do of it, what it did, and why: the difference between setpoint and answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

import pandas as pd

from ems.operation.simulator.told import ToldStep
from ems.rules.balance import Values
from ems.rules.plant import Unit
from forecasting.notes import Note
from models import PV, Store
from models.commitment import Machine
from models.demand import DeferrableDemand
from models.machine import ON, STANDBY, WARMING

TOLD_APART = 1e-3  # kW or kg/h
Why = Literal[
    "out_of_service",
    "commitment",
    "no_taker",
    "ramp",
    "store",
    "sun",
    "slot",
    "rating",
    "balance",
    "recommitted",
    "peak",
    "rules",
]
WHY: Mapping[Why, Note] = {
    "out_of_service": Note("设备停用", "out of service"),
    "commitment": Note(
        "最短运行或停机时间、预热或计划检修不允许", "not allowed by minimum times, warm-up or an outage ahead"
    ),
    "no_taker": Note("启动后最低负荷无处可去, 未启动", "not started: no one would take its minimum load"),
    "ramp": Note("爬坡速率限制", "held by its ramp"),
    "store": Note("储能已满、已空或达到功率上限", "the store is full, empty or at its rate"),
    "sun": Note("日照不足", "less sun than that"),
    "slot": Note("时段用量的需要", "the amount of the slot asks for it"),
    "rating": Note("超出最低负荷至额定范围", "outside minimum load to rating"),
    "balance": Note("实时平衡", "balances what came otherwise"),
    "recommitted": Note("按计划启停会缺供, 改变了启停", "machines were started or stopped lest a demand went unserved"),
    "peak": Note("为避免新的最大需量改变了启停", "machines were started or stopped to spare a new peak"),
    "rules": Note("按计划会缺供, 改按规则运行", "rules took over lest a demand went unserved"),
}


class Followed(NamedTuple):
    """One unit in one interval [kW, kg/h or modules]; net rates are positive into the bus."""

    at: pd.Timestamp
    component: str
    quantity: str  # the load of a machine, its on_modules, the one flow of others, "net" where there are two
    asked: float
    could: float  # what its own limits let it do of that
    did: float
    why: Why


def differences(
    at: pd.Timestamp, step: ToldStep, answer: Values, took_over: Why | None, rash: frozenset[str]
) -> Iterator[Followed]:
    """What differs between setpoints and answer in one interval."""
    for u in step.plant.units:
        asked = step.asked[u.name]
        if asked is None:
            continue
        if on := _commitment(u, step, answer[u.name]):
            own = on[1] == on[2]
            yield Followed(at, u.name, ON.name, *on, _held(u, step, rash) if own else took_over or "balance")
        quantity, asked = _reported(u, step.told[u.name], asked)
        could, did = (_reported(u, x[u.name], _position(u, x[u.name]))[1] for x in (step.idle, answer))
        if abs(did - asked) > TOLD_APART:
            own = abs(could - asked) > TOLD_APART and abs(did - could) <= TOLD_APART
            why = _held(u, step, rash) if own else took_over or "balance"
            yield Followed(at, u.name, quantity, asked, could, did, why)


def _position(u: Unit, values: Mapping[str, float]) -> float:
    return sum(sign * values[q] for q, sign in u.main)


def _reported(u: Unit, values: Mapping[str, float], position: float) -> tuple[str, float]:
    """The series by which a unit is told what to do, and its value: a machine's load, a flow, or the net of two."""
    if isinstance(u.component, Machine):
        return u.component.LOAD, values[u.component.LOAD]
    (quantity, sign), *more = u.main
    return ("net", position) if more else (quantity, sign * position)


def _commitment(u: Unit, step: ToldStep, answer: Mapping[str, float]) -> tuple[float, float, float] | None:
    told = step.told[u.name]
    if not isinstance(u.component, Machine) or ON.name not in told:
        return None
    found = told[ON.name], step.idle[u.name][ON.name], answer[ON.name]
    return found if found[2] != found[0] else None


def _held(u: Unit, step: ToldStep, rash: frozenset[str]) -> Why:
    """Which of its own limits keeps a unit from what it is told."""
    c, told = u.component, step.told[u.name]
    if isinstance(c, Machine):
        hot = sum(told.get(q.name, 0.0) for q in (ON, STANDBY, WARMING))
        if hot > c.modules - c.out_of_service(step.run.w)[step.t]:
            return "out_of_service" if hot <= c.modules else "rating"
        if u.name in rash:
            return "no_taker"
        on = step.idle[u.name][ON.name]
        if on != told.get(ON.name, on):
            return "commitment"
        slow = c.reach(step.run.w)[0] < 1 and c.least * on <= told[c.LOAD] / c.module_kw <= on
        return "ramp" if slow else "rating"
    if isinstance(c, Store):
        return "store"
    if isinstance(c, PV):
        return "sun"
    return "slot" if isinstance(c, DeferrableDemand) else "rating"

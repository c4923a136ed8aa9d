"""What a schedule leaves unmet: how much, when, and the physical reason, read from the reported tables alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from ems.explain import LIMITS, TOUCH, spans
from ems.schedule import Schedule
from ems.site import Site
from forecasting.notes import Note
from models import Component, Store, Window
from models.commitment import Machine
from models.demand import DeferrableDemand
from models.machine import ON, WARMING

STOCK_SHARE = 0.05  # of a store's capacity: less than this below its target is losses, not a shortage

CARRIER_ZH = {"electricity": "电", "heat": "热", "cooling": "冷", "hydrogen": "氢", "gas": "燃气", "water": "水"}
SUN = ("光照已用尽", "all the sun is used")


@dataclass(frozen=True)
class Wish:
    """A wish that was not met: how much in all, worst rate, when, and the physical reason."""

    component: str
    quantity: str
    amount: float  # [kWh or kg]
    worst: float  # [kW or kg/h]
    first: pd.Timestamp
    last: pd.Timestamp  # end of the last step concerned
    text: Note


def unmet_wishes(site: Site, w: Window, schedule: Schedule) -> list[Wish]:
    """Every priced wish that the schedule leaves unmet, with the reason in words."""
    found = [_wish(site, w, schedule, c, q.name) for c in site.components for q in c.quantities if q.wish]
    found += [_wish(site, w, schedule, c, q.name) for c in site.components if c.kind == "spill" for q in c.quantities]
    found += [_missing_stock(w, schedule, c) for c in site.components if isinstance(c, Store)]
    return [wish for wish in found if wish is not None]


def _wish(site: Site, w: Window, schedule: Schedule, c: Component, quantity: str) -> Wish | None:
    x = schedule.tables[c.name][quantity].to_numpy(float)
    amount = float(x.sum()) * w.step_h
    hit = np.flatnonzero(x > TOUCH)
    if amount <= 10 * TOUCH or not len(hit):
        return None
    unit, stock = ("kg/h", "kg") if quantity.endswith("kg_per_h") else ("kW", "kWh")
    worst = float(x.max())
    if isinstance(c, DeferrableDemand):
        return _late(site, w, schedule, c, quantity, hit, stock)
    step = pd.Timedelta(hours=w.step_h)
    first, last = schedule.index[hit[0]], schedule.index[hit[-1]] + step
    when = spans(schedule.index, hit, w.step_h)
    if quantity.startswith("unserved"):
        zh, en = reasons(site, w, schedule, c.ports[0].bus, hit[np.argsort(-x[hit], kind="stable")])
        text = Note(
            f"{c.label('zh')}: {when} 缺供 {_amount(amount)} {stock}, 最大 {_amount(worst)} {unit}。原因: {zh}。",
            f"{c.label('en')}: {_amount(amount)} {stock} not served, {when}, at worst {_amount(worst)} {unit}. "
            f"Reason: {en}.",
        )
    elif quantity.startswith("over_contract"):
        text = Note(
            f"{c.label('zh')}: {when} 购电超过合同需量, 最大超出 {_amount(worst)} kW(共 {_amount(amount)} kWh)。",
            f"{c.label('en')}: import above the contracted demand {when}, "
            f"by up to {_amount(worst)} kW ({_amount(amount)} kWh).",
        )
    else:
        text = Note(
            f"{c.label('zh')}: {when} 放散 {_amount(amount)} {stock}, 最大 {_amount(worst)} {unit}。",
            f"{c.label('en')}: {_amount(amount)} {stock} released {when}, at most {_amount(worst)} {unit}.",
        )
    return Wish(c.name, quantity, amount, worst, first, last, text)


def _late(
    site: Site, w: Window, schedule: Schedule, c: DeferrableDemand, quantity: str, hit: np.ndarray, stock: str
) -> Wish:
    """What is short of a demand that may be moved is known at the end of its windows, but lacked all through them."""
    x = schedule.tables[c.name][quantity].to_numpy(float) * w.step_h
    short = {run.steps[-1]: run.steps for run in c.runs(w)}
    runs = [short.get(int(k), [int(k)]) for k in hit]
    steps = np.array([t for run in runs for t in run])
    worst = max(float(x[run[-1]]) / (len(run) * w.step_h) for run in runs)
    zh, en = reasons(site, w, schedule, c.ports[0].bus, steps)
    when, amount = spans(schedule.index, steps, w.step_h), float(x.sum())
    text = Note(
        f"{c.label('zh')}: 时间窗 {when} 内缺供 {_amount(amount)} {stock}。原因: {zh}。",
        f"{c.label('en')}: {_amount(amount)} {stock} not served within {when}. Reason: {en}.",
    )
    last = schedule.index[steps[-1]] + pd.Timedelta(hours=w.step_h)
    return Wish(c.name, quantity, amount, worst, schedule.index[steps[0]], last, text)


def _amount(x: float) -> str:
    """A figure of three digits or more."""
    return f"{x:,.0f}" if abs(x) >= 99.5 else f"{x:,.3g}"


def _missing_stock(w: Window, schedule: Schedule, c: Store) -> Wish | None:
    table = schedule.tables[c.name]
    short = float(c.stock_missing(table, w))
    if short <= STOCK_SHARE * c.top:
        return None
    unit = "kWh" if c.STOCK == "kwh" else "kg"
    last = schedule.index[-1] + pd.Timedelta(hours=w.step_h)
    text = Note(
        f"{c.label('zh')}: 期末存量比目标少 {_amount(short)} {unit}。",
        f"{c.label('en')}: ends {_amount(short)} {unit} below its target.",
    )
    return Wish(c.name, c.level_name, short, short, schedule.index[-1], last, text)


class Hold(NamedTuple):
    """What keeps a supplier from giving more: a limit, a supply of its own, or its rules of operation."""

    label: tuple[str, str]  # Chinese, English
    text: tuple[str, str]
    hard: bool = True
    bus: str = ""  # that it lacks supply from
    above: tuple[Hold, ...] = ()  # what holds the suppliers of that bus


def reasons(site: Site, w: Window, schedule: Schedule, bus: str, steps: np.ndarray) -> tuple[str, str]:
    """Why no more reached a bus: what holds each supplier, or what holds the supplier's own supply.

    Of the steps given, the first is told in which all suppliers are held.
    """
    holds: tuple[Hold, ...] = ()
    for t in steps:
        found, every = _holds(site, w, schedule, bus, int(t), ())
        holds = found if every or not holds else holds
        if every:
            break
    if holds:
        return _told(holds, 0, set()), _told(holds, 1, set())
    if any(p.bus == bus and p.quantity.sign > 0 for c in site.components for p in c.ports):
        return "各设备的启停、最短时间与存量共同受限", "starts, minimum times and stocks together leave no way"
    return "没有设备能供应", "no machine supplies it"


def _told(holds: Iterable[Hold], lang: int, explained: set[str]) -> str:
    """Holds in words: those of one kind together, limits before habits, each lack explained once."""
    comma = "、" if lang == 0 else ", "
    hard = [h for h in holds if h.hard] or list(holds)
    groups: dict[tuple[str, str], list[Hold]] = {}
    for h in hard:
        groups.setdefault((h.text[lang], h.bus), []).append(h)
    said = []
    for (text, bus), group in groups.items():
        if text == SUN[lang]:
            said.append(text)
            continue
        why = ""
        if bus and bus not in explained:
            explained.add(bus)
            why = _told(group[0].above, lang, explained) or ("没有设备能供应", "no machine supplies it")[lang]
        names = comma.join(dict.fromkeys(h.label[lang] for h in group))
        said.append(f"{names}{' ' * lang}{text}" + (f"({why})" if why and not lang else f" ({why})" if why else ""))
    return comma.join(said)


def _holds(
    site: Site, w: Window, schedule: Schedule, bus: str, t: int, above: tuple[str, ...], least: float = TOUCH
) -> tuple[tuple[Hold, ...], bool]:
    """What holds the suppliers of a bus, and whether it holds all of them.

    ``above`` are the buses that they serve in turn, ``least`` the room below which one is held.
    """
    suppliers = [c for c in site.components if any(p.bus == bus and p.quantity.sign > 0 for p in c.ports)]
    found = [_held(site, w, schedule, c, t, (*above, bus), least) for c in suppliers]
    holds = tuple(h for h in found if h is not None)
    return holds, len(holds) == len(suppliers)


def _held(
    site: Site, w: Window, schedule: Schedule, c: Component, t: int, above: tuple[str, ...], least: float
) -> Hold | None:
    """What keeps a supplier from giving more in step ``t``; None where nothing does."""
    table, label = schedule.tables[c.name], (c.label("zh"), c.label("en"))
    out = c.out_of_service(w)[t] if isinstance(c, Machine) else 0.0
    if isinstance(c, Machine) and out >= c.modules:
        return Hold(label, ("停运", "out of service"))
    for name, room in c.limits(table, w).items():
        if abs(room[t]) <= least and name in LIMITS and name not in ("full", "charge_rate"):
            en, zh = LIMITS[name]
            part = ("(部分停运)", ", part of it out of service") if out else ("", "")
            return Hold(label, SUN if name == "sun" else (zh + part[0], en + part[1]))
    idle = isinstance(c, Machine) and table[ON.name].iloc[t] < 0.5
    needs = c.least * c.module_capacity(table) if isinstance(c, Machine) and idle else 0.0
    for upstream in dict.fromkeys(p.bus for p in c.ports if p.quantity.sign < 0 and p.bus not in above):
        found, every = _holds(site, w, schedule, upstream, t, above, max(TOUCH, needs))
        if every:
            carrier = site.buses[upstream]
            return Hold(label, (f"缺{CARRIER_ZH[carrier]}", f"lacking {carrier}"), True, upstream, found)
    if isinstance(c, Store):
        return Hold(label, ("把存量留给其他时段", "keeping stock for other hours"), False)
    if idle and WARMING.name in table and table[WARMING.name].iloc[t] > 0.5:
        return Hold(label, ("仍在预热", "still warming up"))
    if idle:
        text = ("未运行(受最小负荷或启停时间限制)", "not running (minimum load or minimum times forbid it)")
        return Hold(label, text, False)
    return None

"""Why a plan is as it is: marginal values, what binds, what each store earns, what falls short and why.

All of it is read from the schedule and from the duals of the linear program with commitment fixed; nothing is
solved again. Sentences come in Chinese and English.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ems.schedule import Schedule
from ems.site import Site
from forecasting.notes import Note
from models import Component, Store, Window
from models.commitment import ON, WARMING, Machine
from models.demand import DeferrableDemand
from models.electrolyser import Electrolyser
from models.grid import Grid

TOUCH = 1e-3  # a limit with less room than this binds [kW, kg/h, kWh, kg]
LIMITS = {  # name of a limit -> what is said of a component that touches it
    "capacity": ("at full capacity", "满负荷"),
    "connection": ("at its connection limit", "达到接入容量上限"),
    "contract": ("at the contracted demand", "达到合同需量"),
    "paid_peak": ("held at the peak already paid for", "被压在已计费的最大需量处"),
    "export_limit": ("at the export limit", "达到上网上限"),
    "full": ("full", "已满"),
    "empty": ("at its lowest level", "已到最低存量"),
    "charge_rate": ("charging at its rate limit", "以最大功率充入"),
    "discharge_rate": ("discharging at its rate limit", "以最大功率放出"),
    "sun": ("taking all the sun there is", "已用尽光照"),
    "offer": ("taking all that is offered", "已用尽可回收量"),
}
CARRIER_ZH = {"electricity": "电", "heat": "热", "cooling": "冷", "hydrogen": "氢", "gas": "燃气", "water": "水"}


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
    found += [
        _wish(site, w, schedule, c, q.name) for c in site.components if c.kind == "spill" for q in c.quantities
    ]
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
        zh, en = _reasons(site, w, schedule, c.ports[0].bus, hit[np.argsort(-x[hit], kind="stable")])
        text = Note(
            f"{c.label('zh')}: {when} 缺供 {_amount(amount)} {stock}, 最大 {_amount(worst)} {unit}。原因: {zh}。",
            f"{c.label('en')}: {_amount(amount)} {stock} not served, {when}, at worst {_amount(worst)} {unit}. Reason: {en}.",
        )
    elif quantity.startswith("over_contract"):
        text = Note(
            f"{c.label('zh')}: {when} 购电超过合同需量, 最大超出 {_amount(worst)} kW(共 {_amount(amount)} kWh)。",
            f"{c.label('en')}: import above the contracted demand {when}, by up to {_amount(worst)} kW ({_amount(amount)} kWh).",
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
    zh, en = _reasons(site, w, schedule, c.ports[0].bus, steps)
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
    if short <= 0.005 * c.top:
        return None
    unit = "kWh" if c.STOCK == "kwh" else "kg"
    last = schedule.index[-1] + pd.Timedelta(hours=w.step_h)
    text = Note(
        f"{c.label('zh')}: 期末存量比目标少 {_amount(short)} {unit}。",
        f"{c.label('en')}: ends {_amount(short)} {unit} below its target.",
    )
    return Wish(c.name, c.level_name, short, short, schedule.index[-1], last, text)


def _clock(t: pd.Timestamp) -> str:
    return "24:00" if t.hour == t.minute == 0 else f"{t:%H:%M}"


Why = tuple[str, str]  # Chinese, English


def _reasons(site: Site, w: Window, schedule: Schedule, bus: str, steps: np.ndarray) -> Why:
    """Why no more reached a bus: what holds each supplier, or what holds the supplier's own supply.

    Of the steps given, the first is told in which all suppliers are held.
    """
    told: list[Why] = []
    for t in steps:
        found, every = _holds(site, w, schedule, bus, int(t), ())
        told = found if every or not told else told
        if every:
            break
    if told:
        return "、".join(zh for zh, _ in told), ", ".join(en for _, en in told)
    if any(p.bus == bus and p.quantity.sign > 0 for c in site.components for p in c.ports):
        return "各设备的启停、最短时间与存量共同受限", "starts, minimum times and stocks together leave no way"
    return "没有设备能供应", "no machine supplies it"


def _holds(
    site: Site, w: Window, schedule: Schedule, bus: str, t: int, above: tuple[str, ...], least: float = TOUCH
) -> tuple[list[Why], bool]:
    """What holds the suppliers of a bus, and whether it holds all of them.

    ``above`` are the buses that they serve in turn, ``least`` the room below which one is held.
    """
    found: list[Why] = []
    suppliers = [c for c in site.components if any(p.bus == bus and p.quantity.sign > 0 for p in c.ports)]
    for c in suppliers:
        why = _held(site, w, schedule, c, t, (*above, bus), least)
        if why is not None:
            found.append((f"{c.label('zh')}{why[0]}", f"{c.label('en')} {why[1]}"))
    return found, len(found) == len(suppliers)


def _held(
    site: Site, w: Window, schedule: Schedule, c: Component, t: int, above: tuple[str, ...], least: float
) -> Why | None:
    """What keeps a supplier from giving more in step ``t``; None where nothing does."""
    table = schedule.tables[c.name]
    out = c.out_of_service(w)[t] if isinstance(c, Machine) else 0.0
    if isinstance(c, Machine) and out >= c.modules:
        return "停运", "out of service"
    for name, room in c.limits(table, w).items():
        if abs(room[t]) <= least and name in LIMITS and name not in ("full", "charge_rate"):
            en, zh = LIMITS[name]
            return (f"{zh}(部分停运)", f"{en}, part of it out of service") if out else (zh, en)
    idle = isinstance(c, Machine) and table[ON.name].iloc[t] < 0.5
    needs = c.least * c.module_capacity(table) if isinstance(c, Machine) and idle else 0.0
    for upstream in dict.fromkeys(p.bus for p in c.ports if p.quantity.sign < 0 and p.bus not in above):
        found, every = _holds(site, w, schedule, upstream, t, above, max(TOUCH, needs))
        if every:
            carrier = site.buses[upstream]
            zh = "、".join(why for why, _ in found) or "没有设备能供应"
            en = ", ".join(why for _, why in found) or "no machine supplies it"
            return f"缺{CARRIER_ZH[carrier]}({zh})", f"lacks {carrier} ({en})"
    if isinstance(c, Store):
        return "把存量留给其他时段", "keeps its stock for other hours"
    if idle:
        if WARMING.name in table and table[WARMING.name].iloc[t] > 0.5:
            return "仍在预热", "still warming up"
        return "未运行(受最小负荷或启停时间限制)", "not running (its minimum load or its minimum times forbid it)"
    return None


def explain(
    site: Site, w: Window, schedule: Schedule, bands: pd.Series[str], marginal: Mapping[str, np.ndarray]
) -> list[Note]:
    """A few plain sentences on why the plan is as it is."""
    notes: list[Note] = []
    notes += _purchase(site, w, schedule, bands)
    notes += _hydrogen(site, w, schedule, bands)
    notes += _stores(site, w, schedule, marginal)
    notes += _binding(site, w, schedule)
    return notes


BAND_TEXT = {
    "S": ("sharp peak", "尖峰"),
    "P": ("peak", "高峰"),
    "F": ("flat", "平段"),
    "V": ("valley", "低谷"),
    "D": ("deep valley", "深谷"),
}


def band_text(band: str, lang: int) -> str:
    return BAND_TEXT.get(band, (band, band))[lang]


def _shares(x: np.ndarray, bands: pd.Series[str]) -> list[tuple[str, float]]:
    total = float(x.sum())
    if total <= 0:
        return []
    by = pd.Series(x, index=bands.to_numpy()).groupby(level=0).sum() / total
    return [(str(band), float(share)) for band, share in by.sort_values(ascending=False).items() if share >= 0.05]


def _purchase(site: Site, w: Window, schedule: Schedule, bands: pd.Series[str]) -> list[Note]:
    notes = []
    for c in site.components:
        if not isinstance(c, Grid):
            continue
        x = schedule.tables[c.name]["import_kw"].to_numpy(float)
        price = w.inputs[c.import_price].to_numpy(float)
        if x.sum() * w.step_h < 1:
            notes.append(Note("全天不需要购电。", "No electricity is bought all day."))
            continue
        mean, flat = float((x * price).sum() / x.sum()), float(price.mean())
        shares = _shares(x, bands)
        zh = "、".join(f"{band_text(b, 1)} {s:.0%}" for b, s in shares)
        en = ", ".join(f"{s:.0%} in {band_text(b, 0)}" for b, s in shares)
        notes.append(
            Note(
                f"购电 {x.sum() * w.step_h:,.0f} kWh, 均价 {mean:.3f} 元/kWh(全天均匀购电为 {flat:.3f}): {zh}。",
                f"{x.sum() * w.step_h:,.0f} kWh are bought at {mean:.3f} CNY/kWh on average ({flat:.3f} if spread evenly): {en}.",
            )
        )
    return notes


def _hydrogen(site: Site, w: Window, schedule: Schedule, bands: pd.Series[str]) -> list[Note]:
    machines = [c for c in site.components if isinstance(c, Electrolyser)]
    if not machines:
        return []
    power = np.sum([schedule.tables[c.name]["power_kw"].to_numpy(float) for c in machines], axis=0)
    made = np.sum([schedule.tables[c.name]["hydrogen_kg_per_h"].to_numpy(float) for c in machines], axis=0)
    if made.sum() * w.step_h < 1e-3:
        return [Note("当天不制氢: 储罐足以满足需求。", "No hydrogen is made: the tank covers the demand.")]
    shares = _shares(power, bands)
    zh = "、".join(f"{band_text(b, 1)} {s:.0%}" for b, s in shares)
    en = ", ".join(f"{s:.0%} in {band_text(b, 0)}" for b, s in shares)
    return [
        Note(
            f"制氢 {made.sum() * w.step_h:,.0f} kg, 用电分布: {zh}。",
            f"{made.sum() * w.step_h:,.0f} kg of hydrogen are made, by electricity {en}.",
        )
    ]


def _stores(site: Site, w: Window, schedule: Schedule, marginal: Mapping[str, np.ndarray]) -> list[Note]:
    notes = []
    for c in site.components:
        if not isinstance(c, Store) or c.bus_name not in marginal or site.buses[c.bus_name] == "water":
            continue
        table, unit = schedule.tables[c.name], "kWh" if c.STOCK == "kwh" else "kg"
        flow = (table[f"discharge_{c.RATE}"] - table[f"charge_{c.RATE}"]).to_numpy(float) * w.step_h
        out = float(table[f"discharge_{c.RATE}"].sum()) * w.step_h
        if out < 0.01 * c.top:
            notes.append(Note(f"{c.label('zh')}当天闲置: 价差抵不过损耗。", f"{c.label('en')} stays idle: the spread does not pay its losses."))
            continue
        value = round(float((marginal[c.bus_name] * flow).sum()) - sum(float(x.sum()) for x in c.bill(table, w).values())) + 0
        notes.append(
            Note(
                f"{c.label('zh')}放出 {out:,.0f} {unit}, 按边际价值计当天净收益 {value:,.0f} 元(已扣损耗与存量变化)。",
                f"{c.label('en')} gives {out:,.0f} {unit} and earns {value:,.0f} CNY at marginal values, wear and stock change deducted.",
            )
        )
    return notes


def _binding(site: Site, w: Window, schedule: Schedule) -> list[Note]:
    """Limits of grid, converters and stores that bind for an hour or more, longest first."""
    found: list[tuple[float, Note]] = []
    for c in site.components:
        for name, room in c.limits(schedule.tables[c.name], w).items():
            if name in ("sun", "empty", "charge_rate", "discharge_rate"):
                continue
            hit = np.flatnonzero(np.abs(room) <= TOUCH)
            hours = len(hit) * w.step_h
            if hours >= 1 and name in LIMITS:
                when = spans(schedule.index, hit, w.step_h)
                found.append(
                    (
                        hours,
                        Note(
                            f"{c.label('zh')}{LIMITS[name][1]} {hours:g} 小时({when})。",
                            f"{c.label('en')} {LIMITS[name][0]} for {hours:g} h ({when}).",
                        ),
                    )
                )
    return [note for _, note in sorted(found, key=lambda item: -item[0])[:4]]


def spans(index: pd.DatetimeIndex, hit: Sequence[int] | np.ndarray, step_h: float, most: int = 3) -> str:
    """Steps as clock spans, such as ``02:00-06:00, 10:00-15:00``."""
    runs: list[list[int]] = []
    for k in hit:
        if runs and k == runs[-1][1] + 1:
            runs[-1][1] = int(k)
        else:
            runs.append([int(k), int(k)])
    step = pd.Timedelta(hours=step_h)
    text = [f"{index[a]:%H:%M}-{_clock(index[b] + step)}" for a, b in runs[:most]]
    return ", ".join(text) + (" …" if len(runs) > most else "")

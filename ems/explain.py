"""Why a plan is as it is: purchase, hydrogen, what each store earns at marginal values, what binds.

All of it is read from the schedule and from the duals of the linear program with commitment fixed; nothing is
solved again. Sentences come in Chinese and English.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ems.schedule import Schedule
from ems.site import Site
from forecasting.notes import Note
from models import Store, Window
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
                f"{x.sum() * w.step_h:,.0f} kWh are bought at {mean:.3f} CNY/kWh on average "
                f"({flat:.3f} if spread evenly): {en}.",
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
            notes.append(
                Note(
                    f"{c.label('zh')}当天闲置: 价差抵不过损耗。",
                    f"{c.label('en')} stays idle: the spread does not pay its losses.",
                )
            )
            continue
        value = (
            round(float((marginal[c.bus_name] * flow).sum()) - sum(float(x.sum()) for x in c.bill(table, w).values()))
            + 0
        )
        notes.append(
            Note(
                f"{c.label('zh')}放出 {out:,.0f} {unit}, 按边际价值计当天净收益 {value:,.0f} 元(已扣损耗与存量变化)。",
                f"{c.label('en')} gives {out:,.0f} {unit} and earns {value:,.0f} CNY at marginal values, "
                "wear and stock change deducted.",
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


def _clock(t: pd.Timestamp) -> str:
    return "24:00" if t.hour == t.minute == 0 else f"{t:%H:%M}"


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

"""A year as typical days: days of the year itself, each standing for those like it, and the peak days as they are.

    distance      days compare by all their hours, in the columns that the park asks for, each scaled to 0 … 1; columns
                  of one carrier's demand (or of one unit: prices, PV yields) together count 1, temperature a third
    clusters      hierarchical (Ward), each represented by its medoid, by tsam
    peak days     the day of the highest hour of every carrier's demand, and the darkest day, stand for themselves
    sums          yearly sum of every column kept: demands, yields, shares, intensities by one factor on the days that
                  are no peak days, never above the highest value of the year; prices and temperatures by one shift
    order         every day of the year keeps its place, so that stores carry over from day to day (Kotzur et al. 2018,
                  Applied Energy 213, 123) and every month has its own peak demand

Days are 24 steps from the first hour on: where the clocks change, those of the other half of the year begin at 1:00
or 23:00. tsam: Hoffmann, Kotzur, Stolten (2022), Applied Energy 304, 117825.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ems.changed_inputs import with_waste
from ems.given import LIMITS
from forecasting.errors import InputError
from forecasting.notes import Note
from models import CARRIERS, Chronology, Window, unit_of
from models.storage import WASTE_COLUMN
from models.window import Floats

DAY = 24
WEIGHT = {"°C": 1 / 3}  # of a group in the distance; all others 1
PASSES = 50
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Typical:
    """The window of typical days, how far each column is off, and what the reader should know."""

    window: Window
    error: dict[str, dict[str, Any]]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Clusters:
    """Period of each day, shape (days,); the day that each period is, shape (periods,); which periods are peak days."""

    period: Whole
    day: Whole
    peak: npt.NDArray[np.bool_]

    @property
    def counts(self) -> Floats:
        return np.bincount(self.period, minlength=len(self.day)).astype(float)


def typical(table: pd.DataFrame, many: int, asked: Collection[str]) -> Typical:
    """``many`` typical days of a table of hours, and its peak days; raises `InputError` where that cannot be.

    ``asked``: the columns that matter, by which days are compared.
    """
    if len(table) % DAY:
        raise InputError(
            "study", "resolution", f"{len(table)} hours", "whole days of 24 hours for typical days",
            "choose a horizon without a change of clocks, or the full resolution",
        )  # fmt: skip
    days = len(table) // DAY
    if many > days:
        raise InputError("study", "resolution", f"typical:{many}", f"at most {days} days, as many as there are")
    found = _all(days) if many == days else _clustered(table[[c for c in table if c in asked]], many)
    made = _summed(table, found)
    index = pd.DatetimeIndex(table.index)
    month = index[DAY // 2 :: DAY].month
    order = Chronology(tuple(found.period.tolist()), tuple(month.tolist()))
    window = Window(made, period_weights=tuple(found.counts.tolist()), design=True, chronology=order)
    error = _errors(table, made, found)
    return Typical(window, error, (_note(found, {name: e for name, e in error.items() if name in asked}),))


def _all(days: int) -> _Clusters:
    return _Clusters(np.arange(days), np.arange(days), np.zeros(days, bool))


def _clustered(table: pd.DataFrame, many: int) -> _Clusters:
    try:
        import tsam
    except ImportError as error:
        raise InputError(
            "study", "resolution", f"typical:{many}", "the package tsam", "pip install 'park-ems[sizing]'"
        ) from error
    groups = _groups(table)
    columns = [name for members in groups.values() for name in members if np.ptp(table[name].to_numpy(float)) > 0]
    share = {name: WEIGHT.get(g, 1.0) / np.sqrt(len(members)) for g, members in groups.items() for name in members}
    if not columns:  # every hour is alike
        return _Clusters(np.zeros(len(table) // DAY, int), np.zeros(1, int), np.zeros(1, bool))
    plain = table[columns].tz_convert("UTC").tz_localize(None)
    result = tsam.aggregate(
        plain, many, period_duration=DAY, temporal_resolution=1.0,
        cluster=tsam.ClusterConfig(method="hierarchical", representation="medoid"),
        weights={name: share[name] for name in columns}, preserve_column_means=False,
    )  # fmt: skip
    centres = result.clustering.cluster_centers
    assert centres is not None, "medoids are days of the year"
    return _with_peaks(np.array(result.cluster_assignments), np.array(centres), _peak_days(table, groups))


def _with_peaks(period: Whole, day: Whole, peaks: Sequence[int]) -> _Clusters:
    """Peak days as periods of their own, periods in the order of their days."""
    period = period.copy()
    for peak in peaks:
        if peak not in day:
            period[peak] = len(day)
            day = np.append(day, peak)
    used = np.flatnonzero(np.bincount(period, minlength=len(day)))
    used = used[np.argsort(day[used])]
    new = np.zeros(len(day), int)
    new[used] = np.arange(len(used))
    return _Clusters(new[period], day[used], np.isin(day[used], peaks))


def _groups(table: pd.DataFrame) -> dict[str, list[str]]:
    """Columns by carrier of a demand, or by unit."""
    found: dict[str, list[str]] = {}
    for name in map(str, table):
        ends = (c.name for c in CARRIERS.values() if name.endswith(f"{c.name}_{c.rate}"))
        found.setdefault(next(ends, unit_of(name)), []).append(name)
    return found


def _peak_days(table: pd.DataFrame, groups: dict[str, list[str]]) -> list[int]:
    """Days that hold the highest hour of a demand, and the darkest day."""
    days: list[int] = []
    for group, members in groups.items():
        total = table[members].to_numpy(float).sum(axis=1).reshape(-1, DAY)
        if np.ptp(total) == 0:
            continue
        if unit_of(members[0]) in ("kW", "kg/h"):
            days.append(int(total.max(axis=1).argmax()))
        elif group == "kW/kWp":
            days.append(int(total.sum(axis=1).argmin()))
    return sorted(set(days))


def _summed(table: pd.DataFrame, found: _Clusters) -> pd.DataFrame:
    """The rows of the typical days, with every column's sum over the year kept."""
    rows = (found.day[:, None] * DAY + np.arange(DAY)).ravel()
    out = table.iloc[rows].copy()
    times = found.counts.repeat(DAY)
    free = ~found.peak.repeat(DAY) | found.peak.all()
    for name in map(str, table):
        x, target = out[name].to_numpy(float), float(table[name].sum())
        if LIMITS.get(unit_of(name), (0.0, 0.0))[0] < 0:
            out[name] = x + (target - times @ x) / times.sum()
        elif name != WASTE_COLUMN:
            out[name] = _stretched(x, times, free, target, float(table[name].max()))
    return with_waste(out)


def _stretched(x: Floats, times: Floats, free: npt.NDArray[np.bool_], target: float, top: float) -> Floats:
    """``x`` >= 0 with the values that are free times one factor, at most ``top``, so that times · x meets the target.

    Nothing grows out of zero: where all that is free is zero or full, the sum stays off and the error tells it.
    """
    x = x.copy()
    for _ in range(PASSES):
        missing = target - float(times @ x)
        room = free & (x > 0) & ((x < top) | (missing < 0))
        movable = float(times[room] @ x[room])
        if abs(missing) <= 1e-12 * abs(target) or movable <= 0:
            break
        x[room] = np.minimum(x[room] * max(0.0, 1 + missing / movable), top)
    return x


def _errors(table: pd.DataFrame, made: pd.DataFrame, found: _Clusters) -> dict[str, dict[str, Any]]:
    """Of every column: root mean square distance of the duration curves, its share of the range, and the sum."""
    repeats, out = found.counts.astype(int), {}
    for name in map(str, table):
        full = table[name].to_numpy(float)
        days = np.repeat(made[name].to_numpy(float).reshape(-1, DAY), repeats, axis=0).ravel()
        rmse = float(np.sqrt(np.mean((np.sort(full) - np.sort(days)) ** 2)))
        wide, total = float(np.ptp(full)), float(full.sum())
        out[name] = {
            "unit": unit_of(name),
            "duration_rmse": rmse,
            "share_of_range": rmse / wide if wide else 0.0,
            "sum_share": float(days.sum()) / total - 1 if total else 0.0,
        }
    return out


def _note(found: _Clusters, error: dict[str, dict[str, Any]]) -> Note:
    peaks, days = int(found.peak.sum()), len(found.period)
    worst = max(error, key=lambda name: float(error[name]["share_of_range"]))
    share = f"{error[worst]['share_of_range']:.1%}"
    off = [f"{name} {e['sum_share']:+.1%}" for name, e in error.items() if abs(e["sum_share"]) > 1e-3]
    zh, en = (f"; 年总量偏差: {', '.join(off)}", f"; sums of the year are off: {', '.join(off)}") if off else ("", "")
    return Note(
        f"全年 {days} 天由 {len(found.day)} 个典型日代表, 其中 {peaks} 个为峰值日; "
        f"历时曲线偏差最大 {share} ({worst}){zh}。",
        f"{days} days are stood for by {len(found.day)} of them, {peaks} peak days among these; "
        f"the duration curves are off by at most {share} of their range ({worst}){en}.",
    )


def resolution_error(full: dict[str, Any], typical: dict[str, Any]) -> dict[str, Any]:
    """How far the alternative of a typical run is off that of the full year: money, sizes, key figures.

    Every entry has both values and their relative difference, ``null`` where the full year has 0.
    """

    def beside(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
        return {name: _beside(a[name], b[name]) for name in a if _number(a[name]) and _number(b.get(name))}

    sizes = [{name: size["value"] for name, size in x["sizes"].items()} for x in (full, typical)]
    return {
        "money": beside(full["money"], typical["money"]),
        "sizes": beside(*sizes),
        "kpis": beside(full["kpis"], typical["kpis"]),
    }


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _beside(full: float, typical: float) -> dict[str, float | None]:
    return {"full": full, "typical": typical, "relative": typical / full - 1 if full else None}

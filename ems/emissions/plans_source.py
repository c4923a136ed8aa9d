"""Plans of many days as activity: what was planned, and what operation by rules would have done in the same days.

    PLANS/2026-11-23/plan.json, PLANS/2026-11-24/plan.json, …      any folders, any steps from 5 to 60 minutes

Every ``plan.json`` below the folder that touches the period is read. A rate becomes the meter of its hourly amount,
``grid.import_kw`` -> ``grid.import_kwh``. What is doubtful is refused in one sentence: two plans of the same hour, a
plan of another park or of a what-if, a component or quantity that the site file does not know, a negative flow, a
calendar month without any plan. What is merely missing is a gap: a day without plan, a day whose plan was not released,
an hour that a plan covers in part, a component that an older plan does not know yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TypedDict

import numpy as np
import pandas as pd

from ems.emissions.activity import Activity, Gap, Kind, Meter
from ems.emissions.gaps import empty_months, runs
from ems.emissions.meters import demand_meter
from ems.emissions.plan_hours import Park, PlanHours, plan_hours
from ems.site import Site
from forecasting.errors import InputError
from forecasting.horizon import days_index
from forecasting.notes import Note

FILE = "plan.json"
JUMP = 1e-3  # kWh or kg by which a store may differ between the end of a plan and the start of the next
WHY = {
    1: Note("没有覆盖这些小时的计划", "no plan covers these hours"),
    2: Note("当日计划未放行", "the plan of the day was not released"),
    3: Note("计划只覆盖小时的一部分", "the plan covers the hour in part"),
}
UNKNOWN = Note("当日计划中没有此量", "the plans of these hours do not know the quantity")


class PlanFile(TypedDict):
    """A file that was read."""

    path: str  # from the folder
    date: str
    digest: str  # SHA-256 of the file
    outcome: str


@dataclass(frozen=True)
class PlannedActivity:
    """Days of plans over one period; all tables have the same hours, and NaN where nothing is known."""

    actual: Activity
    rule_based: Activity
    demands: Activity  # what was forecast to be wanted, by column of the inputs: offices.heat_kwh
    levels: pd.DataFrame  # stocks at the end of the hour [kWh, kg]: tank.level_kg
    rule_based_levels: pd.DataFrame  # the rules open every plan with the plan's own stocks
    files: tuple[PlanFile, ...]
    notes: tuple[Note, ...]


def from_plans(folder: Path, site: Site, start: date, end: date) -> PlannedActivity:
    """The plans below a folder as hourly amounts of the local days ``start`` … ``end``, both inclusive.

    Raises `InputError` where a plan cannot be used, where two speak of the same hour, and where a whole month or the
    whole period has none.
    """
    park = Park(site, days_index(start, end, site.place.timezone, 60))
    plans = _plans(folder, park)
    codes = _codes(park.hours, plans, folder)
    demands = {c: m for p in plans for c in map(str, p.demands) if (m := demand_meter(c, "plan"))}

    def table(of: Callable[[PlanHours], pd.DataFrame], columns: list[str]) -> pd.DataFrame:
        return _joined([of(p) for p in plans], park.hours, columns)

    def activity(of: Callable[[PlanHours], pd.DataFrame], rates: Mapping[str, Meter], kind: Kind) -> Activity:
        amounts = table(of, list(rates)).set_axis([m.name for m in rates.values()], axis=1)
        meters = {m.name: replace(m, kind=kind) for m in rates.values()}
        return Activity(site, meters, amounts, _gaps(amounts, codes))

    return PlannedActivity(
        activity(lambda p: p.amounts, park.rates, "plan"),
        activity(lambda p: p.rule_based, park.rates, "baseline"),
        activity(lambda p: p.demands, demands, "plan"),
        table(lambda p: p.levels, park.levels),
        table(lambda p: p.rule_based_levels, park.levels),
        tuple(PlanFile(path=p.source, date=p.date, digest=p.digest, outcome=p.outcome) for p in plans),
        tuple(_notes(plans)),
    )


def _plans(folder: Path, park: Park) -> list[PlanHours]:
    """Every plan of the period, in the order of time, no two of the same hour."""
    if not folder.is_dir():
        raise InputError(str(folder), "", None, "a folder with plans", f"one that holds {FILE} files, also in folders")
    paths = sorted(folder.rglob(FILE))
    read = [plan_hours(path, path.relative_to(folder).as_posix(), park) for path in paths]
    plans = sorted((p for p in read if p), key=lambda p: p.start)
    for one, other in pairwise(plans):
        if other.start < one.end:
            raise InputError(
                other.source,
                "start",
                other.start.isoformat(),
                f"a plan that begins after {one.source} has ended ({one.end.isoformat()})",
                "two plans of the same hours: take one out of the folder",
            )
    if not plans:
        period = f"{park.hours[0]:%Y-%m-%d} to {park.hours[-1]:%Y-%m-%d}"
        how = f"ems plan {park.site.name} --date {park.hours[0]:%Y-%m-%d} --days N --out {folder}"
        raise InputError(str(folder), FILE, f"none of {len(paths)}", f"plans of {period}", f"make them: {how}")
    return plans


def _joined(parts: list[pd.DataFrame], hours: pd.DatetimeIndex, columns: list[str]) -> pd.DataFrame:
    """Tables of consecutive plans on the hours of the period."""
    table = pd.concat(parts)
    table = table[~table.index.duplicated()]  # an hour that two plans share in part is known from neither
    return table.reindex(index=hours, columns=columns)


def _codes(hours: pd.DatetimeIndex, plans: Sequence[PlanHours], folder: Path) -> np.ndarray:
    """Why an hour has no data (a key of ``WHY``), 0 where it has; raises `InputError` for empty months."""
    codes = np.ones(len(hours), int)
    for p in plans:
        touched = (hours < p.end) & (hours + pd.Timedelta(hours=1) > p.start)
        codes[touched] = 2 if p.outcome == "infeasible" else 3
        codes[hours.isin(p.amounts.index[~p.amounts.isna().all(axis=1)])] = 0
    if months := empty_months(hours, codes != 0):
        remedy = "plan the days that are missing, or report the months that are there"
        raise InputError(str(folder), f"plans of {', '.join(months)}", "none", "plans of every month", remedy)
    return codes


def _gaps(table: pd.DataFrame, codes: np.ndarray) -> tuple[Gap, ...]:
    """Hours without any plan, then quantities that the plans of other hours do not hold."""
    hours = pd.DatetimeIndex(table.index)
    found = [Gap("", first, after, WHY[code]) for first, after, code in runs(hours, codes)]
    absent = table.isna().to_numpy() & (codes == 0)[:, None]
    for name, column in zip(table, absent.T, strict=True):
        found += [Gap(str(name), first, after, UNKNOWN) for first, after, _ in runs(hours, column.astype(int))]
    return tuple(found)


def _notes(plans: Sequence[PlanHours]) -> list[Note]:
    """What a reader must know about the plans beside their gaps."""
    notes = []
    if days := [p.date for p in plans if p.outcome == "fallback"]:
        notes.append(
            Note(
                f"{_few(days)}: 采用规则运行方案, 与基准相同。",
                f"{_few(days)}: the rule-based schedule was used, the same as the baseline.",
            )
        )
    if days := [p.date for p in plans if not p.as_it_is]:
        notes.append(
            Note(
                f"{_few(days)}: 计划所依据的站点文件与现在的不同。",
                f"{_few(days)}: planned with another version of the site file.",
            )
        )
    if days := [p.date for before, p in pairwise(plans) if _jumps(before, p)]:
        notes.append(
            Note(
                f"{_few(days)}: 初始存量与前一计划的期末存量不一致。",
                f"{_few(days)}: does not open with the stocks that the plan before ended with.",
            )
        )
    return notes


def _jumps(before: PlanHours, p: PlanHours) -> bool:
    if before.end != p.start or before.levels.empty:
        return False
    ends = before.levels.iloc[-1]
    return any(abs(ends[name] - level) > JUMP for name, level in p.opening.items() if name in ends)


def _few(days: Sequence[str], shown: int = 3) -> str:
    rest = f" … ({len(days)})" if len(days) > shown else ""
    return ", ".join(days[:shown]) + rest

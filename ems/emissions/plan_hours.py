"""One plan.json as hours of a period: what flowed in them, by the plan and by the rules it is held against.

    amount[h] = sum over the steps of h of rate[t] * step_h        level[h] = level at the end of the last step of h

An hour that the steps of a plan cover in part has no amount.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ems.changes import Changes, read_changes
from ems.columns import series_columns
from ems.emissions.activity import HOUR, Meter
from ems.emissions.meters import demand_meter, rate_meters, stocks
from ems.plan_file import SCHEMA_VERSION
from ems.site import Site
from ems.stored_plan import finite, index_of, part
from forecasting.errors import InputError
from forecasting.files import read_bytes
from forecasting.horizon import checked_step, nanoseconds
from models.component import TOLERANCE
from models.window import Ints

MAX_BYTES = 200_000_000
HOUR_NS = HOUR.value
Rows = np.ndarray[tuple[int, int], np.dtype[np.float64]]


@dataclass(frozen=True)
class Park:
    """What a plan is read for: the site with its meters, and the hours of the period."""

    site: Site
    hours: pd.DatetimeIndex

    @cached_property
    def rates(self) -> dict[str, Meter]:
        return rate_meters(self.site, "plan")

    @cached_property
    def levels(self) -> list[str]:
        return [f"{c.name}.{key}" for c, key in stocks(self.site)]

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(series_columns(self.site))

    @cached_property
    def definition(self) -> dict[str, Any]:
        return self.site.model_dump(mode="json")


@dataclass(frozen=True)
class PlanHours:
    """The hours of the period that a plan covers, as tables; empty ones where no plan was released."""

    source: str  # path of the file from the folder it was looked for in
    date: str
    digest: str  # SHA-256 of the file
    outcome: str
    start: pd.Timestamp
    end: pd.Timestamp
    as_it_is: bool  # made for the very site that is reported on
    amounts: pd.DataFrame  # [kWh, kg] under the names of the rates they are sums of: grid.import_kw
    rule_based: pd.DataFrame
    levels: pd.DataFrame  # [kWh, kg], at the end of the hour
    rule_based_levels: pd.DataFrame
    demands: pd.DataFrame  # what was forecast [kWh, kg], by column of the inputs: offices.heat_kw
    opening: Mapping[str, float]  # levels as the plan opens


def plan_hours(path: Path, source: str, park: Park) -> PlanHours | None:
    """What a plan.json says of the period; None where it covers no part of it.

    Raises `InputError` in the name of ``source`` for what is no plan of this park as it is.
    """
    data, digest = _content(path, source)
    index = _steps(data, source)
    begins = nanoseconds(index)
    step_ns = int(data["step_minutes"]) * 60_000_000_000
    first, last = nanoseconds(park.hours)[[0, -1]]
    if begins[-1] + step_ns <= first or begins[0] >= last + HOUR_NS:
        return None
    if (begins[0] - first) % step_ns:
        raise InputError(source, "start", data["start"], f"a start on full {data['step_minutes']} minutes")
    as_it_is = _same_park(data, source, park)
    released = data.get("outcome") != "infeasible"
    cut = _Cut.of(begins, step_ns, park.hours if released else park.hours[:0])
    series = _Section(data, "series", source, len(index))
    with part(source, "baseline"):
        rules = _Section(data["baseline"], "series", source, len(index))
    inputs = _Section(data, "inputs", source, len(index))
    demands = [name for name in inputs.columns if _is_demand(name, source)]
    with part(source, "content"):
        date, outcome = str(data["date"]), str(data["outcome"])
    return PlanHours(
        source,
        date,
        digest,
        outcome,
        index[0],
        index[-1] + pd.Timedelta(minutes=int(data["step_minutes"])),
        as_it_is,
        cut.sums(*_flows(series, park)),
        cut.sums(*_flows(rules, park)),
        cut.ends(*_levels(series, park)),
        cut.ends(*_levels(rules, park)),
        cut.sums(demands, inputs.rows(demands)),
        _opening(data, source, park),
    )


def _content(path: Path, source: str) -> tuple[dict[str, Any], str]:
    """A plan of a version this software reads, and the digest of its file."""
    try:
        raw = read_bytes(path, MAX_BYTES)
        data = json.loads(raw)
        if not isinstance(data, dict):
            raise ValueError(f"it holds a {type(data).__name__}")
    except (ValueError, RecursionError) as error:  # InputError among them
        raise InputError(source, "content", None, "a plan.json", " ".join(str(error).split())[:300]) from error
    found, major = str(data.get("schema_version", "")), SCHEMA_VERSION.split(".")[0]
    if found.split(".")[0] != major:
        raise InputError(source, "schema_version", found or None, f"{major}.x", "is this a plan.json?")
    return data, hashlib.sha256(raw).hexdigest()


def _steps(data: dict[str, Any], source: str) -> pd.DatetimeIndex:
    with part(source, "step_minutes"):
        checked_step(data["step_minutes"])
    with part(source, "start"):
        if pd.Timestamp(data["start"]).tz is None:
            raise ValueError("a time with its offset from UTC is wanted")
        if int(data["steps"]) < 1:
            raise ValueError(f"steps is {data['steps']}, 1 or more are expected")
        return index_of(data)


def _same_park(data: dict[str, Any], source: str, park: Park) -> bool:
    """Whether the plan was made for the site as it is now; another park and what-if plans are refused."""
    site = park.site
    with part(source, "site"):
        name, definition = str(data["site"]["name"]), data["site"]["definition"]
        kinds = {str(c): str(about["kind"]) for c, about in data["components"].items()}
    if name != site.name:
        raise InputError(source, "site.name", name, site.name, "take the plans of other parks out of the folder")
    with part(source, "changes"):
        changes = read_changes(data.get("changes")) or Changes()
    if changes != Changes(outages=changes.outages):
        raise InputError(
            source, "changes", None, "a plan of the park as it is", "this is a what-if plan: take it out of the folder"
        )
    own = {c.name: c.kind for c in site.components}
    for component, kind in kinds.items():
        if own.get(component) != kind:
            raise InputError(
                source,
                f"components.{component}",
                kind,
                f"{own[component]}, as in the site file" if component in own else f"a component of {site.name}",
                "plan the day again, or report with the site file it was planned with",
            )
    return bool(changes.outages) or definition == park.definition


class _Section:
    """The columns of one part of a plan, each of the plan's length."""

    def __init__(self, data: dict[str, Any], name: str, source: str, steps: int) -> None:
        self.name, self.source, self.steps = name, source, steps
        with part(source, name):
            self.columns: dict[str, Any] = dict(data[name])

    def rows(self, names: Sequence[str]) -> Rows:
        """Values, shape (names, steps); raises `InputError` for what is no number."""
        with part(self.source, self.name):
            lists = [self.columns[name]["values"] for name in names]
        try:
            found = np.array(lists)
        except ValueError:  # columns of different lengths
            found = np.empty(0)
        if found.shape == (len(names), self.steps) and found.dtype.kind in "fi" and np.isfinite(found).all():
            return found.astype(float)
        checked = [self._checked(name, values) for name, values in zip(names, lists, strict=True)]
        return np.array(checked, float).reshape(len(names), self.steps)

    def _checked(self, name: str, values: Any) -> list[float]:
        with part(self.source, f"{self.name}.{name}"):
            if len(values) != self.steps:
                raise ValueError(f"it holds {len(values)} values, the plan has {self.steps} steps")
            return [finite(v) for v in values]


def _flows(section: _Section, park: Park) -> tuple[list[str], Rows]:
    """Rates of the park's meters; flows are named by direction and never negative."""
    for name in section.columns:
        if name not in park.known:
            remedy = "plan the day again, or report with the site file it was planned with"
            raise InputError(section.source, f"series.{name}", None, f"a quantity of {park.site.name}", remedy)
    names = [name for name in section.columns if name in park.rates]
    rates = section.rows(names)
    low = rates.min(axis=1, initial=0.0)
    if low.min(initial=0.0) < -TOLERANCE:
        k = int(low.argmin())
        raise InputError(section.source, f"series.{names[k]}", float(low[k]), "0 or more", "flows are never negative")
    return names, rates


def _levels(section: _Section, park: Park) -> tuple[list[str], Rows]:
    names = [name for name in park.levels if name in section.columns]
    return names, section.rows(names)


def _is_demand(column: str, source: str) -> bool:
    with part(source, f"inputs.{column}"):
        return demand_meter(column, "plan") is not None


def _opening(data: dict[str, Any], source: str, park: Park) -> dict[str, float]:
    """Levels as the plan opens: given with it, else assumed as the site file says."""
    with part(source, "state_start"):
        given = data["state_start"]["components"]
        return {
            f"{c.name}.{key}": finite(given.get(c.name, {}).get(key, c.state_bounds()[key][2]))
            for c, key in stocks(park.site)
            if c.name in data["components"]
        }


@dataclass(frozen=True)
class _Cut:
    """How the steps of a plan fall into hours."""

    hours: pd.DatetimeIndex  # those with a step in them
    keep: np.ndarray  # steps within the period
    first: Ints  # position of the first kept step of each hour
    last: Ints
    whole: np.ndarray  # whether the steps fill the hour
    step_h: float

    @classmethod
    def of(cls, begins: Ints, step_ns: int, hours: pd.DatetimeIndex) -> _Cut:
        base = nanoseconds(hours)[0] if len(hours) else 0
        at = (begins - base) // HOUR_NS
        keep = (at >= 0) & (at < len(hours))
        rows, first, count = np.unique(at[keep], return_index=True, return_counts=True)
        return cls(hours[rows], keep, first, first + count - 1, count * step_ns == HOUR_NS, step_ns / HOUR_NS)

    def sums(self, names: list[str], rates: Rows) -> pd.DataFrame:
        """Amounts of rates, shape (names, steps) -> (hours, names)."""
        if not len(self.hours) or not names:
            return self._table(names, np.zeros((len(names), len(self.hours))))
        return self._table(names, np.add.reduceat(rates[:, self.keep], self.first, axis=1) * self.step_h)

    def ends(self, names: list[str], levels: Rows) -> pd.DataFrame:
        return self._table(names, levels[:, self.keep][:, self.last])

    def _table(self, names: list[str], values: Rows) -> pd.DataFrame:
        return pd.DataFrame(np.where(self.whole, values, np.nan).T, index=self.hours, columns=names)

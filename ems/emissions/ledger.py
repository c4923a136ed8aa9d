"""Accounts that can be added and subtracted: every line is activity x factor, hour by hour.

    kg[h] = activity[h] * factor[h]          line by line, nothing else enters a total

Scopes: 1 burnt in the park; 2 bought energy, twice, location based and market based, of which a total takes one; 3 the
supply of what is bought, as far as it is accounted; memo what stands beside all totals (hydrogen leakage, what is
outside the inventory).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from models.window import Floats

Scope = Literal["1", "2_location", "2_market", "3", "memo"]
Method = Literal["location", "market"]
SCOPES: tuple[Scope, ...] = ("1", "2_location", "2_market", "3", "memo")
SCOPE_TEXT = {
    "1": ("范围一: 园区内燃烧", "scope 1: burnt in the park"),
    "2_location": ("范围二: 外购能源, 基于位置", "scope 2: bought energy, location based"),
    "2_market": ("范围二: 外购能源, 基于市场", "scope 2: bought energy, market based"),
    "3": ("范围三: 外购介质的生产与运输", "scope 3: making and carrying what is bought"),
    "memo": ("总量之外单列", "beside all totals"),
}


@dataclass(frozen=True)
class Factor:
    """Emissions per unit of activity as a report uses them: frozen, with where they come from."""

    id: str  # of the registry, of a CSV series, or of the site file (site:component.field)
    kg_per_unit: Floats  # shape (hours,) or () [kgCO2e per unit]
    unit: str  # kgCO2e/kWh
    source: str
    status: str  # sourced, computed, assumption
    announcement: str = ""
    data_year: int | None = None
    uncertainty: float | None = None  # half width of the 95 % interval, relative; None: not known


@dataclass(frozen=True)
class Line:
    """One kind of emission: an activity and its factor."""

    scope: Scope
    component: str
    cause: str
    carrier: str
    meter: str
    unit: str  # of the activity
    activity: Floats  # shape (hours,) [unit]; NaN where there are no data
    factor: Factor

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.scope, self.component, self.cause, self.carrier

    @property
    def kg(self) -> Floats:
        """Emissions, shape (hours,) [kgCO2e]."""
        return np.asarray(self.activity * self.factor.kg_per_unit, float)

    @property
    def formula(self) -> str:
        return f"{self.meter} [{self.unit}] x {self.factor.id} [{self.factor.unit}]"


@dataclass(frozen=True)
class Ledger:
    """Lines over the same hours. Hours without data count as NaN in lines and as nothing in totals: gaps are told."""

    index: pd.DatetimeIndex
    lines: tuple[Line, ...]

    def total(self, *scopes: Scope) -> float:
        """Sum of some scopes over the period [kgCO2e]."""
        return float(sum(np.nansum(line.kg) for line in self.lines if line.scope in scopes))

    def inventory(self, method: Method) -> float:
        """Scopes 1, 2 by one method, and 3 together [kgCO2e]; memo lines are never in it."""
        return self.total("1", "2_location" if method == "location" else "2_market", "3")

    def table(self) -> pd.DataFrame:
        """Hourly emissions [kgCO2e]; columns (scope, component, cause, carrier), lines of one key added."""
        columns: dict[tuple[str, str, str, str], Floats] = {}
        for line in self.lines:
            columns[line.key] = columns.get(line.key, 0.0) + line.kg
        names = ["scope", "component", "cause", "carrier"]
        keys = pd.MultiIndex.from_tuples(list(columns), names=names)
        values = np.column_stack(list(columns.values())) if columns else np.zeros((len(self.index), 0))
        return pd.DataFrame(values, index=self.index, columns=keys)

    def where(self, wanted: Callable[[Line], bool]) -> Ledger:
        return replace(self, lines=tuple(line for line in self.lines if wanted(line)))


def difference(baseline: Ledger, actual: Ledger) -> pd.DataFrame:
    """Baseline minus actual hour by hour [kgCO2e]; what only one side has counts as zero on the other."""
    left, right = baseline.table().align(actual.table(), join="outer", fill_value=0.0)
    return left - right


def joined(parts: Iterator[Ledger] | list[Ledger]) -> Ledger:
    """Ledgers of consecutive periods as one: splitting a period and joining it again changes nothing."""
    ledgers = list(parts)
    index = ledgers[0].index.append([p.index for p in ledgers[1:]])
    keys: dict[tuple[str, ...], list[tuple[int, Line]]] = {}
    for at, ledger in enumerate(ledgers):
        for line in ledger.lines:
            keys.setdefault((*line.key, line.meter, line.factor.id), []).append((at, line))
    return Ledger(pd.DatetimeIndex(index), tuple(_one(found, ledgers) for found in keys.values()))


def _one(found: list[tuple[int, Line]], ledgers: list[Ledger]) -> Line:
    known = dict(found)
    first = found[0][1]

    def row(at: int, of: Callable[[Line], Floats]) -> Floats:
        hours = len(ledgers[at].index)
        return np.broadcast_to(of(known[at]), hours) if at in known else np.zeros(hours)

    parts = range(len(ledgers))
    values = np.concatenate([row(at, lambda x: x.factor.kg_per_unit) for at in parts])
    return replace(
        first,
        activity=np.concatenate([row(at, lambda x: x.activity) for at in parts]),
        factor=replace(first.factor, kg_per_unit=values),
    )

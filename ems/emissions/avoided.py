"""Avoided emissions: baseline minus actual, line by line and hour by hour, outside the inventory.

    avoided[h] = baseline kg[h] - actual kg[h]        in hours in which both sides have all their data

A line of the baseline stands with its sign, a line of the park against it; groups of any kind add up to the total.
An hour in which one meter of either side has no reading counts on neither side: what is left would otherwise look
like abatement. Memo lines are in no total.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from ems.emissions.activity import Activity
from ems.emissions.counterfactual import Factors
from ems.emissions.ledger import SCOPES, Ledger, Line, Method, Scope, difference
from ems.emissions.month_labels import month_labels
from ems.emissions.uses import USES
from ems.emissions.uses import by_use as used
from forecasting.errors import InputError
from forecasting.notes import Note
from models.component import TOLERANCE
from models.window import Floats

Level = Literal["scope", "component", "cause", "carrier"]
METHODS: tuple[Method, ...] = ("location", "market")
NOTHING_KG = 1e-6  # of a use in a month: what adding in another order leaves


@dataclass(frozen=True)
class Avoided:
    """Baseline minus actual over a period."""

    hourly: pd.DataFrame  # [kgCO2e], columns (scope, component, cause, carrier); NaN in hours that are left out
    not_counted: tuple[Note, ...]

    def of(self, method: Method) -> pd.DataFrame:
        """Columns that one method of scope 2 counts."""
        scopes = self.hourly.columns.get_level_values("scope")
        return self.hourly.loc[:, scopes.isin(counted(method))]

    def total(self, method: Method) -> float:
        """[kgCO2e] over the hours that count."""
        return float(np.nansum(self.of(method).to_numpy(float)))

    def by(self, method: Method, *levels: Level) -> pd.Series[float]:
        """Sums by scope, component, cause or carrier, or by several of them [kgCO2e]."""
        return self.of(method).sum().groupby(level=list(levels), sort=False).sum()

    def by_hour(self, method: Method) -> pd.Series[float]:
        """Sum of each hour [kgCO2e]; NaN where an hour is left out."""
        return self.of(method).sum(axis=1, min_count=1).reindex(self.hourly.index)

    def by_month(self, method: Method) -> pd.DataFrame:
        """Sums of local months [kgCO2e], index 2026-01, the columns of `of`."""
        table = self.of(method)
        return table.groupby(month_labels(pd.DatetimeIndex(table.index))).sum()

    @property
    def left_out(self) -> pd.DatetimeIndex:
        """Hours that count on neither side."""
        return pd.DatetimeIndex(self.hourly.index[self.hourly.isna().any(axis=1).to_numpy()])


def counted(method: Method) -> tuple[Scope, ...]:
    """Scopes in the total of one method."""
    return "1", "2_location" if method == "location" else "2_market", "3"


def avoided(
    baseline: Ledger,
    actual: Ledger,
    not_counted: Sequence[Note] = (),
    left_out: pd.DatetimeIndex | None = None,
) -> Avoided:
    """Baseline minus actual.

    Args:
        not_counted: sentences on what is in neither side, from `ems.emissions.not_counted` and `same_service`.
        left_out: further hours that may not be compared, because one side served less.

    Raises:
        InputError: the sides do not cover the same hours, a meter is counted twice on one side, a line is below zero
            (a credit on top of the difference), or a side has electricity by one method of scope 2 only.
    """
    if not baseline.index.equals(actual.index):
        raise InputError("avoided", "hours", None, "the same hours on both sides")
    for side, ledger in (("baseline", baseline), ("actual", actual)):
        _counts_once(side, ledger)
    sides = _counting(baseline), _counting(actual)
    hourly = difference(*sides)
    known = ~(sides[0].table().isna().any(axis=1) | sides[1].table().isna().any(axis=1))
    silent = int((~known).sum())
    if left_out is not None:
        known &= ~known.index.isin(left_out)
    notes = [*not_counted, *([_without_data(silent, len(known))] if silent else [])]
    return Avoided(hourly.where(known, axis=0), tuple(notes))


def by_use(
    found: Avoided, baseline: tuple[Ledger, Activity], actual: tuple[Ledger, Activity], factors: Factors
) -> dict[Method, pd.DataFrame]:
    """The same difference by what energy is used for, shape (hours, uses) [kgCO2e], for both methods of scope 2."""
    uses: dict[Method, pd.DataFrame] = {}
    for method in METHODS:
        left, right = (used(*side, factors, method) for side in (baseline, actual))
        uses[method] = (left - right).loc[found.hourly.index].drop(index=found.left_out)
    return uses


def section(
    found: Avoided,
    uses: Mapping[Method, pd.DataFrame],
    labels: Mapping[str, tuple[str, str]],
    causes: Mapping[str, tuple[str, str]],
) -> dict[str, Any]:
    """What a report says of one baseline, as plain data.

    Args:
        uses: the difference by use, from `by_use`; its sums are `by_cause` of the document.
        labels: names of components and fleets, (Chinese, English), for the lines.
        causes: names of causes, (Chinese, English), for the lines.
    """
    told: dict[str, Any] = {
        method: {
            "total_kg": found.total(method),
            "by_cause": _use_rows(uses[method]),
            "by_carrier": {str(carrier): float(kg) for carrier, kg in found.by(method, "carrier").items()},
            "months": {str(month): float(kg) for month, kg in found.by_month(method).sum(axis=1).items()},
            "lines": list(_line_rows(found, method, labels, causes)),
        }
        for method in METHODS
    }
    told["hours_left_out"] = len(found.left_out)
    told["not_counted"] = [{"zh": note.zh, "en": note.en} for note in found.not_counted]
    return told


def _use_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Uses that differ between the sides, in the order of `USES`."""
    months = table.groupby(month_labels(pd.DatetimeIndex(table.index))).sum()
    rows = []
    for use, (zh, en, carrier) in USES.items():
        if months[use].abs().max() > NOTHING_KG:
            text = {"zh": zh, "en": en}
            by_month = {str(month): float(kg) for month, kg in months[use].items()}
            names = {"component": use, "label": text, "cause": use, "cause_text": text, "carrier": carrier}
            rows.append({**names, "kg": float(table[use].sum()), "months": by_month})
    return rows


def _line_rows(
    found: Avoided, method: Method, labels: Mapping[str, tuple[str, str]], causes: Mapping[str, tuple[str, str]]
) -> Iterator[dict[str, Any]]:
    """Baseline minus actual by scope, component, cause and carrier."""
    months = found.by_month(method)
    for key in months.columns.to_flat_index():
        scope, component, cause, carrier = map(str, key)
        column = months[key]
        yield {
            "scope": scope,
            "component": component,
            "label": _both(labels, component),
            "cause": cause,
            "cause_text": _both(causes, cause),
            "carrier": carrier,
            "kg": float(column.sum()),
            "months": {str(month): float(kg) for month, kg in column.items()},
        }


def _both(texts: Mapping[str, tuple[str, str]], name: str) -> dict[str, str]:
    zh, en = texts.get(name, (name, name))
    return {"zh": zh, "en": en}


def _counting(ledger: Ledger) -> Ledger:
    return ledger.where(lambda line: line.scope != "memo")


def _counts_once(side: str, ledger: Ledger) -> None:
    seen: dict[tuple[str, str, str], Floats] = {}
    for line in ledger.lines:
        if line.scope not in SCOPES:
            raise InputError("avoided", f"{side} scope", line.scope, f"one of {', '.join(SCOPES)}")
        key, active = (line.scope, line.meter, line.factor.id), np.nan_to_num(line.activity)
        if (active * seen.get(key, 0.0)).any():  # lines of two vintages share no hour
            raise InputError(
                "avoided", f"{side} line", line.formula, f"once in scope {line.scope}: it is counted twice"
            )
        seen[key] = active + seen.get(key, 0.0)
        if _below_zero(line):
            raise InputError(
                "avoided",
                f"{side} line",
                line.formula,
                "no amount and no factor below zero",
                "the difference of the sides is all that is avoided; a credit would subtract it once more",
            )
    bought = {scope: any(line.scope == scope for line in ledger.lines) for scope in ("2_location", "2_market")}
    if len(set(bought.values())) > 1:
        missing = next(scope for scope, there in bought.items() if not there)
        raise InputError("avoided", f"{side} scope 2", None, f"bought energy by both methods; {missing} has none")


def _below_zero(line: Line) -> bool:
    kg_per_unit = np.asarray(line.factor.kg_per_unit, float)
    return bool((line.activity < -TOLERANCE).any() or (kg_per_unit < 0).any())


def _without_data(hours: int, all_hours: int) -> Note:
    return Note(
        f"{all_hours} 小时中有 {hours} 小时某一侧缺少数据; 这些小时两侧都不计入减排。",
        f"In {hours} of {all_hours} hours a reading is missing on one side; these hours count on neither side.",
    )

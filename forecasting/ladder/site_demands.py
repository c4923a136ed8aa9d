"""Cases of the demands of a site: its recipes on past and coming days beside what meters said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from forecasting.calendar import WorkCalendar
from forecasting.errors import InputError, meant
from forecasting.ladder.cases import MEASURED, Cases
from forecasting.ladder.demand_cases import MIDNIGHT, Issue, demand_cases


def site_demand_cases(
    recipes: pd.DataFrame,
    history: Mapping[str, pd.Series[float]],
    usable: Mapping[str, pd.Series[bool]],
    temperature: pd.Series[float],
    calendar: WorkCalendar,
    *,
    plans: Mapping[str, pd.Series[float]] | None = None,
    issue: Issue = MIDNIGHT,
) -> dict[str, Cases]:
    """Cases of every demand that has a history, by the name of its input column.

    Args:
        recipes: what `forecasting.demand.forecast_demands` gives on whole local days, past and ahead, under the weather
            as it was forecast or measured; columns ``<recipe>.<result>`` such as ``offices.heat_kw``.
        history: measurements by column, in the unit its name ends with, on any part of that axis.
        usable: quality of those samples; a sample that it does not name is not usable.
        temperature: air temperature on the same axis [°C].
        calendar: working days.
        plans: columns known ahead.
        issue: when the forecast of a day is issued.
    """
    index = pd.DatetimeIndex(recipes.index)
    cases = {}
    for column, measured in history.items():
        if column not in recipes:
            known = ", ".join(map(str, recipes))
            raise InputError("history", "column", column, f"one of {known}", meant(column, list(map(str, recipes))))
        good = usable[column].reindex(index, fill_value=False).astype(bool)
        cases[column] = demand_cases(
            column, measured.reindex(index), good, calendar, unit=_unit(column), issue=issue,
            temperature=temperature, plans=plans, recipe=recipes[column].astype(float),
        )  # fmt: skip
    return cases


def parted(cases: Cases, now: pd.Timestamp) -> tuple[Cases, Cases]:
    """Rows whose interval was over at ``now``, and the others, without measurements."""
    step = pd.Timedelta(minutes=cases.step_minutes)
    over = pd.DatetimeIndex(cases.table.index) + step <= now
    ahead = cases.table[~over].assign(**{MEASURED: np.nan})
    return replace(cases, table=cases.table[over]), replace(cases, table=ahead)


def _unit(column: str) -> str:
    """Unit that the name of a column ends with."""
    tail = column.rsplit(".", 1)[-1]
    return tail[tail.rindex("_", 0, tail.rindex("_per_")) + 1 :].replace("_per_", "/") if "_per_" in tail else "kW"

"""The park run by rules as a baseline: accounted as the park itself is, on days on which both served the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ems.emissions.activity import Activity
from ems.emissions.counterfactual import AnyDemand, served_demands
from ems.emissions.ledger import Ledger
from ems.emissions.not_counted import WORTH_TELLING, stored, worth_of
from ems.emissions.vehicles import served_name
from forecasting.errors import InputError
from forecasting.notes import Note
from models.storage import Store


@dataclass(frozen=True)
class Service:
    """Hours that may not be compared because one side served less, and the sentences that say so."""

    left_out: pd.DatetimeIndex
    notes: tuple[Note, ...]


def rule_based(rules: Activity, park: Activity, account: Callable[[Activity], Ledger]) -> tuple[Ledger, Service]:
    """The park run by rules, accounted by the function that accounts the park itself, and whether both served alike."""
    return account(rules), same_service(rules, park)


def same_service(rules: Activity, park: Activity) -> Service:
    """Days on which a demand was not served alike on both sides: more than 0.1 % and 0.01 kWh or kg apart.

    Who serves less emits less; such days count on neither side. Days, because deferrable demands move within them.
    """
    index = pd.DatetimeIndex(park.table.index)
    day = index.normalize()
    left_out, notes = pd.Series(False, index=index), list(_stocks(rules, park))
    for c, served in served_demands(park):
        if (name := served_name(c)) not in rules.meters:
            raise InputError("rule_based", "meter", name, "the same demands as in the park's own activity")
        other = rules.amount(name).reindex(index)
        both = served.notna() & other.notna()
        here, there = (x.where(both).groupby(day).sum() for x in (served, other))
        apart = (here - there).abs() > np.maximum(1e-3 * np.maximum(here, there), 0.01)
        if apart.any():
            left_out |= pd.Series(day.isin(apart.index[apart]), index=index)
            notes.append(_unlike(c, here[apart], there[apart]))
    return Service(pd.DatetimeIndex(index[left_out.to_numpy()]), tuple(notes))


def _stocks(rules: Activity, park: Activity) -> Iterator[Note]:
    """What one side put into its stores beyond the other, told where it is worth telling."""
    for c in park.site.components:
        if isinstance(c, Store) and abs(more := stored(c, park) - stored(c, rules)) > WORTH_TELLING * c.top:
            amount, worth = worth_of(c, more)
            zh, en = ("多", "more") if more > 0 else ("少", "less")
            yield Note(
                f"{c.label('zh')}({c.name}): 园区比规则运行{zh}存入约 {amount}, 按站点文件约合 {worth}, 未计入。",
                f"{c.label('en')} ({c.name}): the park stored about {amount} {en} than the rules did, worth about "
                f"{worth} by the site file; this is not counted.",
            )


def _unlike(c: AnyDemand, park: pd.Series[float], rules: pd.Series[float]) -> Note:
    days, unit = len(park), "kg" if c.carrier == "hydrogen" else "kWh"
    on = "1 day" if days == 1 else f"{days} days"
    return Note(
        f"{c.label('zh')}({c.name}): 有 {days} 天两侧供应量不等(园区 {park.sum():.1f} {unit}, 规则运行 "
        f"{rules.sum():.1f} {unit}); 这些天两侧都不计入减排。",
        f"{c.label('en')} ({c.name}): on {on} the two sides served different amounts (park {park.sum():.1f} {unit}, "
        f"rules {rules.sum():.1f} {unit}); they count on neither side.",
    )

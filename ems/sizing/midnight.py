"""What stock at midnight is worth in a design: the dual of the law that carries it into the next day.

    value = - (change of the objective for one more unit that is there when the day ends)

In typical days it is the law that links the days (`models.seasonal`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ems.build import Built
from ems.problem import Answer
from ems.site import Site
from models import Store, Window


def midnight_values(
    built: Built, answer: Answer, site: Site, w: Window
) -> Mapping[str, Mapping[int, tuple[float, ...]]]:
    """Store -> month -> value of one more unit at each of its midnights [CNY per kWh or kg], in equal yearly payments.

    Empty where the design was solved without marginal values.
    """
    if answer.row_dual is None:
        return {}
    laws = {c.name: _carried(built.model.part[c.name], w) for c in site.components if isinstance(c, Store)}
    wanted = {id(law): (name, month, many) for name, days in laws.items() for law, month, many in days}
    found: dict[str, dict[int, tuple[float, ...]]] = {name: {} for name in laws}
    for k, row in enumerate(built.rows):
        if id(row) in wanted:
            name, month, many = wanted[id(row)]
            found[name][month] = (*found[name].get(month, ()), -float(answer.row_dual[k]) / many)
    return found


def _carried(block: Any, w: Window) -> list[tuple[Any, int, float]]:
    """The law that carries stock over each midnight, the month of the day that ends, and how often it occurs."""
    if w.chronology is not None:
        return [(block.across[d], int(month), 1.0) for d, month in enumerate(w.chronology.month)]
    index = pd.DatetimeIndex(w.inputs.index)
    day = index.normalize()
    last = np.flatnonzero(np.append(day[1:] != day[:-1], True))
    return [(block.balance[t], int(index[t].month), float(w.occurrences[t])) for t in last.tolist()]

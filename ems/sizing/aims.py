"""What a design tells its operator about a month: the demand that is paid for, and what stock at midnight is worth.

A day-ahead plan ends at midnight. What it leaves in a store it values by two prices of the site file, which were set
for the park as it is. The design knows better what one more kWh or kg at midnight is worth (`ems.sizing.midnight`). The
operator takes the median of the month's midnights as the price of all that is stored, without a target; no day of the
year to come is foreseen by that. The dual of a store that is used to its limits has no single value; nothing is worth
more than its best use, so it is at most what the dearest hour of the year pays for it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ems.site import Site
from ems.sizing.design import Designed
from ems.sizing.worth import Worth
from models import Grid, Store
from models.grid import PEAK


def aiming_at(park: Site, designed: Designed, month: int) -> Site:
    """The park whose operator takes the demand the design is billed for as paid and values stock as it does."""
    aims = {c.name: _paid_demand(c, designed, month) for c in park.components if isinstance(c, Grid) and c.charges}
    for c in park.components:
        if isinstance(c, Store) and (value := stock_value(designed, c, month)) is not None:
            aims[c.name] = {
                "end_short_cny_per_unit": value,
                "end_surplus_cny_per_unit": value,
                "end_target_share": c.min_share,
            }
    return park.with_components(**aims)


def stock_value(designed: Designed, c: Store, month: int) -> float | None:
    """What a unit held at midnight is worth in a month [CNY per kWh or kg], at prices of the simulated year.

    ``None`` where the design was solved without marginal values: then the prices of the site file hold.
    """
    values = designed.midnight.get(c.name, {}).get(month)
    if values is None:
        return None
    weight = general_weight(designed.worth)
    best_use = float(designed.marginal[c.bus_name].max()) / weight * c.discharge_efficiency - c.throughput_cny_per_unit
    return max(0.0, min(float(np.median(values)) / weight, best_use))


def stock_values(park: Site, designed: Designed) -> dict[str, dict[str, float]]:
    """Store -> month -> what a unit held at midnight is worth; to be entered in the site file of the built park."""
    found: dict[str, dict[str, float]] = {}
    for c in park.components:
        if isinstance(c, Store):
            told = {m: stock_value(designed, c, m) for m in designed.window.months}
            found[c.name] = {str(m): v for m, v in told.items() if v is not None}
    return {name: values for name, values in found.items() if values}


def general_weight(worth: Worth) -> float:
    """Weight of a yearly expense whose price rises with inflation, as penalties do."""
    return worth.weight("unserved")


def _paid_demand(c: Grid, designed: Designed, month: int) -> dict[str, Any]:
    bought = designed.schedule.tables[c.name]["import_kw"].to_numpy(float)
    billed = {key: charge.billed_closed(bought, designed.window) for key, charge in c.charges.items()}
    aim = {key: max(0.0, kw.get(month, kw.get(0, 0.0))) for key, kw in billed.items()}
    own = [charge.model_copy(update={"expected_peak_kw": aim[f"peak_{charge.name}_kw"]}) for charge in c.demand_charges]
    return {"expected_peak_kw": aim.get(PEAK, 0.0), "demand_charges": own}

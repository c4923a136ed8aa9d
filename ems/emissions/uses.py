"""Emissions of a side by what the energy was used for, so that two sides can be compared use by use.

A park buys one electricity for all it runs. At the meter

    import = sum of what was used - sum of what was made on site + export + rest

so with the factor f of the hour every use carries f x its kWh, own photovoltaics - f x theirs, and the sum is what the
import emitted. The rest is what no meter between tells (losses, uses without a meter). By the market-based method,
what certificates take from the import stands by itself. Lines of a counterfactual are of one use already.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ems.emissions.activity import Activity, amount_name
from ems.emissions.counterfactual import Factors
from ems.emissions.ledger import Ledger, Line, Method
from models import Component
from models.demand import DeferrableDemand, Demand
from models.storage import Store
from models.window import Floats

USES = {  # use -> (Chinese, English, carrier)
    "power": ("用电负荷", "electricity demands", "electricity"),
    "cooling": ("供冷", "cooling", "cooling"),
    "heat": ("供热", "heat", "heat"),
    "hydrogen": ("氢的制取与供应(含车辆用氢)", "making and bringing hydrogen, that of vehicles included", "hydrogen"),
    "vehicles": ("车辆柴油", "diesel of vehicles", "diesel"),
    "own_pv": ("自有光伏", "own photovoltaics", "electricity"),
    "generation": ("燃料电池与发电机组发电", "power of fuel cells and engines", "electricity"),
    "stores": ("储电", "electricity stores", "electricity"),
    "export": ("上网", "export", "electricity"),
    "fuel": ("园区燃料", "fuel burnt in the park", "gas"),
    "certificates": ("绿证", "certificates", "electricity"),
    "other": ("其他", "other", ""),
    "rest": ("未分项计量与损耗", "not metered apart, and losses", "electricity"),
}
_OF_CAUSE = {
    "demand_power": "power",
    "demand_cooling": "cooling",
    "demand_heat": "heat",
    "demand_hydrogen": "hydrogen",
    "hydrogen_truck": "hydrogen",
    "vehicle_fuel": "vehicles",
    "displaced_power": "export",
}
_OF_CARRIER = {"gas": "fuel", "hydrogen": "hydrogen", "heat": "heat", "cooling": "cooling"}


def by_use(ledger: Ledger, activity: Activity, factors: Factors, method: Method) -> pd.DataFrame:
    """Emissions by use, shape (hours, uses) [kgCO2e]; their sum is that of the ledger by this method."""
    hours = len(ledger.index)
    found = {use: np.zeros(hours) for use in USES}
    scope_2 = "2_location" if method == "location" else "2_market"
    bought = np.zeros(hours)
    for line in ledger.lines:
        if line.scope == scope_2 and line.carrier == "electricity" and line.cause not in _OF_CAUSE:
            bought = bought + line.kg
        elif line.scope in ("1", scope_2, "3"):
            found[_use(line)] += line.kg
    if bought.any():
        factor = np.asarray((factors.location if method == "location" else factors.market).kg_per_unit, float)
        for use, kg in _split(bought, activity, factor):
            found[use] += kg
    return pd.DataFrame(found, index=ledger.index)


def purpose(c: Component) -> str:
    """What a component's electricity is used for, from what else it makes or takes."""
    if isinstance(c, Store):
        return "stores"
    if isinstance(c, Demand | DeferrableDemand):
        return "power"
    made, taken = ({q.carrier for q in c.quantities if q.sign * way > 0} for way in (1, -1))
    if "electricity" in made - taken:
        return "generation" if taken else "own_pv"
    for carriers in (made, taken):
        for carrier in ("cooling", "hydrogen", "heat"):
            if carrier in carriers:
                return carrier
    return "rest"


def _use(line: Line) -> str:
    return _OF_CAUSE.get(line.cause) or _OF_CARRIER.get(line.carrier, "other")


def _split(bought: Floats, activity: Activity, factor: Floats) -> Iterator[tuple[str, Floats]]:
    """What the import emitted, by use; the parts add up to it."""
    imported, left = np.zeros(len(bought)), np.zeros(len(bought))
    for c in activity.site.components:
        if c.kind == "grid":
            imported = imported + _amount(activity, c, "import_kw")
            sold = _amount(activity, c, "export_kw")
            left = left - sold
            yield "export", factor * sold
    for c in activity.site.components:
        flows = [q for q in c.quantities if q.carrier == "electricity" and q.sign and c.kind != "grid"]
        if flows:
            used = sum((-q.sign * _amount(activity, c, q.name) for q in flows), np.zeros(len(bought)))
            left = left - used
            yield purpose(c), factor * used
    yield "rest", factor * (imported + left)
    yield "certificates", bought - factor * imported


def _amount(activity: Activity, c: Component, quantity: str) -> Floats:
    """Amounts of a meter; an hour or a meter without data counts among the rest."""
    name = amount_name(c.name, quantity)
    if name not in activity.meters:
        return np.zeros(len(activity.table))
    return np.asarray(np.nan_to_num(activity.amount(name)), float)

"""The account of what a park emitted: meters x factors, by scope.

    scope 1            gas taken [kWh LHV] x CO2 of its carbon; gas let go [kWh LHV] x methane's own warming
    scope 2, location  electricity bought [kWh] x average of the grid
    scope 2, market    bought without retired certificates, and own use whose certificates were sold, x residual mix;
                       bought under retired certificates x 0
    scope 3            delivered hydrogen and water [kg] x making and carrying; upstream of what is bought, as chosen
    memo               hydrogen made x share that leaks x GWP100; hydrogen vented x GWP100: in no total

Own photovoltaic electricity used on site is not bought and has no line. Stock missing at the end of a day has none
either: what replaces it is counted when it is bought.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
import pandas as pd
from pydantic import Field

from ems.emissions.activity import Activity, amount_name
from ems.emissions.certificates import CertificateLedger
from ems.emissions.factor_set import MASS_UNIT, FactorSet, delivered
from ems.emissions.ledger import Factor, Ledger, Line, Scope
from ems.emissions.vintages import GRID_UNIT
from ems.site import Name
from forecasting.errors import InputError, meant
from forecasting.provenance import Sourced, Strict
from models.component import TOLERANCE, Component
from models.electrolyser import Electrolyser
from models.grid import Grid
from models.supply import GasSupply, HydrogenSupply, Spill, WaterSupply

BOUGHT: dict[type[Component], str] = {  # what buys -> the quantity that counts it
    Grid: "import_kw",
    GasSupply: "gas_kw",
    HydrogenSupply: "hydrogen_kg_per_h",
    WaterSupply: "water_kg_per_h",
}
CAUSE_TEXT = {  # cause of a line -> (Chinese, English)
    "import": ("外购电力", "electricity bought"),
    "import_certified": ("外购电力(绿证覆盖)", "electricity bought, covered by certificates"),
    "own_use_sold": ("自用光伏电(绿证已售出)", "own use, certificates sold"),
    "fuel": ("燃料燃烧", "fuel burned"),
    "methane": ("甲烷放散", "methane let go unburnt"),
    "delivered": ("外购介质的生产与运输", "making and carrying of what is delivered"),
    "upstream": ("外购能源的上游", "upstream of what is bought"),
    "leakage": ("氢泄漏(间接)", "hydrogen leaked (indirect)"),
    "vented": ("氢放散(间接)", "hydrogen vented (indirect)"),
}
C = TypeVar("C", bound=Component)
GUIDANCE = "GHG Protocol, Scope 2 Guidance (2015)"


class Leakage(Sourced):
    """Hydrogen that escapes unmeasured; status and source speak for the share."""

    share: float = Field(ge=0, le=1, description="of the hydrogen made on site")
    gwp: str = Field("sand-2023.h2", description="id of its GWP100 in the registry")


class SupplyChain(Strict):
    """Section ``supply`` of an accounting file: what is accounted beyond meters of the park."""

    upstream: dict[Name, str] = Field(
        default_factory=dict,
        description="component that buys -> id of the factor of its upstream; empty: not accounted",
    )
    leakage: Leakage | None = Field(None, description="beside all totals; empty: not accounted")


def actual(activity: Activity, factors: FactorSet, certificates: CertificateLedger, supply: SupplyChain) -> Ledger:
    """The account of an activity; every line is an amount of a meter x a factor.

    Raises:
        InputError: a meter that an emission needs is missing, negative or in another unit than its factor, the factors
            or certificates are of other hours, or an upstream factor is asked for something that buys nothing.
    """
    _same_hours(activity, factors, certificates)
    buyers = {c.name: c for c in activity.site.components if type(c) in BOUGHT}
    for name in supply.upstream:
        if name not in buyers:
            raise InputError("supply.upstream", "component", name, f"one of {', '.join(buyers)}", meant(name, buyers))
    lines = (
        *_scope_1(activity, factors),
        *_scope_2(activity, factors, certificates.between(factors.index)),
        *_scope_3(activity, factors, supply),
        *_memo(activity, factors, supply),
    )
    return Ledger(factors.index, lines)


def line(scope: Scope, cause: str, component: Component, quantity: str, activity: Activity, factor: Factor) -> Line:
    """A line of a component's meter, such as grid, import_kw; raises `InputError` as `actual` does."""
    return metered(scope, cause, component.name, amount_name(component.name, quantity), activity, factor)


def metered(scope: Scope, cause: str, component: str, meter: str, activity: Activity, factor: Factor) -> Line:
    """The same by the name of the meter."""
    amount = activity.amount(meter)
    told = activity.meters[meter]
    if factor.unit != f"kgCO2e/{told.unit}":
        raise InputError("activity", meter, f"in {told.unit}", f"the unit of {factor.id}, {factor.unit}")
    if (amount < -TOLERANCE).any():
        when = amount.index[int(np.argmin(amount.fillna(0.0)))]
        raise InputError(
            "activity", meter, f"{amount[when]:g} {told.unit} at {when.isoformat()}", "amounts of 0 or more",
            "import and export are two meters, each counting one way",
        )  # fmt: skip
    return Line(scope, component, cause, told.carrier, meter, told.unit, np.asarray(amount, float), factor)


def _same_hours(activity: Activity, factors: FactorSet, certificates: CertificateLedger) -> None:
    index = pd.DatetimeIndex(activity.table.index)
    if not index.equals(factors.index):
        raise InputError("factors", "hours", _span(factors.index), _span(index), "freeze them for the same period")
    known = pd.DatetimeIndex(certificates.imported.index)
    if not index.isin(known).all():
        raise InputError("certificates", "hours", _span(known), _span(index), "make their ledger for the whole period")
    for grid in certificates.imported:
        meter = amount_name(str(grid), "import_kw")
        if not np.array_equal(certificates.imported[grid].loc[index], activity.amount(meter), equal_nan=True):
            raise InputError("certificates", meter, "of another activity", "the ledger of this activity")


def _span(index: pd.DatetimeIndex) -> str:
    return f"{len(index)} hours from {index[0].isoformat()}" if len(index) else "none"


def _of(activity: Activity, kind: type[C]) -> Iterator[C]:
    return (c for c in activity.site.components if isinstance(c, kind))


def _scope_1(a: Activity, factors: FactorSet) -> Iterator[Line]:
    for c in _of(a, GasSupply):
        yield line("1", "fuel", c, "gas_kw", a, factors.fuels[c.name])
    for spill in _of(a, Spill):
        if spill.carrier == "gas":
            yield line("1", "methane", spill, "lost_kw", a, factors.fuels[spill.name])


def _scope_2(a: Activity, factors: FactorSet, certificates: CertificateLedger) -> Iterator[Line]:
    a = a.with_meters(certificates.meters(a.site))
    for c in _of(a, Grid):
        yield from factors.grid_lines(line("2_location", "import", c, "import_kw", a, factors.location), "location")
        if certificates.covers:
            open_, covered = f"{c.name}.import_uncovered_kwh", f"{c.name}.import_covered_kwh"
            yield from factors.grid_lines(metered("2_market", "import", c.name, open_, a, factors.market), "market")
            yield metered("2_market", "import_certified", c.name, covered, a, _certified(certificates))
        else:
            yield from factors.grid_lines(line("2_market", "import", c, "import_kw", a, factors.market), "market")
    for name in map(str, certificates.sold_own):
        meter = f"{name}.sold_own_use_kwh"
        yield from factors.grid_lines(metered("2_market", "own_use_sold", name, meter, a, factors.market), "market")


def _scope_3(a: Activity, factors: FactorSet, supply: SupplyChain) -> Iterator[Line]:
    for c in a.site.components:
        if c.name in factors.delivered:
            yield line("3", "delivered", c, BOUGHT[type(c)], a, factors.delivered[c.name])
        if c.name in supply.upstream:
            unit = MASS_UNIT if delivered(c) else GRID_UNIT
            factor = factors.of(supply.upstream[c.name], unit, f"supply.upstream.{c.name}")
            yield line("3", "upstream", c, BOUGHT[type(c)], a, factor)


def _memo(a: Activity, factors: FactorSet, supply: SupplyChain) -> Iterator[Line]:
    if supply.leakage is None:
        return
    gwp = factors.of(supply.leakage.gwp, MASS_UNIT, "supply.leakage.gwp")
    for electrolyser in _of(a, Electrolyser):
        yield line("memo", "leakage", electrolyser, "hydrogen_kg_per_h", a, _leaking(supply.leakage, gwp))
    for spill in _of(a, Spill):
        if spill.carrier == "hydrogen":
            yield line("memo", "vented", spill, "lost_kg_per_h", a, gwp)


def _certified(certificates: CertificateLedger) -> Factor:
    """What electricity under retired certificates counts: 0."""
    used = [u.certificate.id for u in certificates.uses if u.certificate.covers_import and u.used_kwh > 0]
    source = f"{GUIDANCE}: retired certificates {', '.join(used)}"
    return Factor("certificates.retired", np.asarray(0.0), GRID_UNIT, source, "sourced", GUIDANCE)


def _leaking(leakage: Leakage, gwp: Factor) -> Factor:
    """Per kg made: the share that leaks x its GWP100."""
    return Factor(
        f"hydrogen-leakage.{gwp.id}",
        leakage.share * gwp.kg_per_unit,
        MASS_UNIT,
        f"{leakage.share:g} of the hydrogen made ({leakage.source}) x {float(gwp.kg_per_unit):g} ({gwp.source})",
        leakage.status,
        gwp.announcement,
    )

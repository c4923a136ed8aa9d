"""Fleets on the park's hydrogen: what they drove, and what diesel would have been burnt over the same distance.

After the logic of the group standard for fuel-cell vehicles (氢燃料电池汽车出行项目温室气体减排量评估技术规范, 2022):

    litres[h]  = km[h] * baseline_l_per_100km / 100
    avoided    = litres * diesel factor - hydrogen * supply emissions per kg

In a park's baseline the diesel takes the place of the hydrogen that the fleet drew from the park, so this hydrogen is
not bought there a second time; the supply emissions are then already in what the park emits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from ems.emissions.activity import HOUR, Activity, Gap, amount_name
from ems.emissions.ledger import Factor, Line
from ems.emissions.month_labels import month_labels
from ems.site import Name, Title
from forecasting.errors import InputError
from forecasting.notes import Note
from forecasting.provenance import Strict
from models.demand import DeferrableDemand, Demand

Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Amount = Annotated[float, Field(ge=0, le=1e9)]
ROUNDING = 1e-6  # of an amount: what two ways of adding the same readings may differ by
HYDROGEN_MJ_PER_KG, DIESEL_MJ_PER_KG = 120.0, 42.652  # lower heating values; diesel as in its registry factor
DIESEL_KG_PER_L = 0.84  # only for the check of plausibility below
USUAL_ENERGY = (0.3, 1.5)  # energy of the hydrogen over that of the diesel it stands for: outside, figures do not fit


class Distance(Strict):
    """Distance driven on the park's hydrogen: from a meter, entered by month, or from the hydrogen taken."""

    meter: str = Field("", description="meter of the activity [km]")
    months: dict[Month, Amount] = Field(default_factory=dict, description="month -> [km], spread evenly over its hours")
    kg_per_100km: float | None = Field(None, gt=0, le=100, description="hydrogen per distance: km = kg / this * 100")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        _exactly_one(self)
        return self


class HydrogenTaken(Strict):
    """Hydrogen a fleet took: a share of what was served where it refuels, a meter of its own, or entered by month."""

    share: float | None = Field(None, gt=0, le=1, description="of what the demand was served")
    meter: str = Field("", description="meter of the activity [kg]")
    months: dict[Month, Amount] = Field(default_factory=dict, description="month -> [kg], for whole months only")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        _exactly_one(self)
        return self


class Fleet(Strict):
    """Vehicles of one kind that refuel at one hydrogen demand of the park."""

    name: Name
    title: Title
    vehicles: int = Field(ge=1, le=100_000)
    operator: Literal["park", "others"] = Field(
        description="whose scope 1 the diesel would be; of others it is scope 3"
    )
    refuels_at: Name = Field(description="hydrogen demand of the site")
    km: Distance
    hydrogen: HydrogenTaken
    baseline_l_per_100km: float = Field(gt=0, le=200, description="diesel of the vehicle it stands in for [L/100 km]")
    diesel: str = Field(description="id in the registry, kgCO2e/L, or kgCO2e/kg where a density is given")
    density_kg_per_l: float | None = Field(None, gt=0.7, le=1, description="for a factor per kg [kg/L]")


class Registry(Protocol):
    """Where factors are had by their id; `ems.emissions.factor_set.FactorSet` is one."""

    def of(self, key: str, unit: str, asked_by: str = ...) -> Factor:
        """A factor by its id; raises `InputError` for an unknown id or a unit other than ``unit``."""
        ...


@dataclass(frozen=True)
class Driven:
    """What a fleet did hour by hour, shapes (hours,)."""

    fleet: Fleet
    km: pd.Series[float]
    litres: pd.Series[float]  # diesel of the baseline vehicles
    hydrogen_kg: pd.Series[float]
    gaps: tuple[Gap, ...]

    def diesel(self, registry: Registry) -> Line:
        """The diesel that would have been burnt."""
        f, litres = self.fleet, np.asarray(self.litres, np.float64)
        amount, unit = (litres, "L") if f.density_kg_per_l is None else (litres * f.density_kg_per_l, "kg")
        factor = registry.of(f.diesel, f"kgCO2e/{unit}", f"vehicles.{f.name}.diesel")
        scope: Literal["1", "3"] = "1" if f.operator == "park" else "3"
        return Line(scope, f.name, "vehicle_fuel", "diesel", f"{f.name}.diesel_{unit.lower()}", unit, amount, factor)

    def implausible(self) -> Note | None:
        """A sentence where hydrogen and diesel do not tell of the same trips."""
        both = (self.hydrogen_kg.notna() & self.litres.notna()).to_numpy()
        diesel_mj = float(self.litres[both].sum()) * DIESEL_KG_PER_L * DIESEL_MJ_PER_KG
        if not diesel_mj:
            return None
        ratio = float(self.hydrogen_kg[both].sum()) * HYDROGEN_MJ_PER_KG / diesel_mj
        if USUAL_ENERGY[0] <= ratio <= USUAL_ENERGY[1]:
            return None
        f = self.fleet
        return Note(
            f"车队 {f.title.zh}: 所用氢的能量是基准柴油的 {ratio:.2f} 倍, 通常在 "
            f"{USUAL_ENERGY[0]:g}–{USUAL_ENERGY[1]:g} 之间; 请核对里程、百公里油耗, 以及车辆是否也在园区之外加氢。",
            f"Fleet {f.title.en}: its hydrogen holds {ratio:.2f} times the energy of the baseline's diesel, "
            f"usual is {USUAL_ENERGY[0]:g} to {USUAL_ENERGY[1]:g}; check the distance, the litres per 100 km, and "
            "whether the vehicles refuel elsewhere as well.",
        )


def driven(fleets: Sequence[Fleet], activity: Activity) -> tuple[Driven, ...]:
    """What the fleets did in the period.

    Raises:
        InputError: a fleet refuels at what is no hydrogen demand, a name is given twice, a meter is missing, or fleets
            took more hydrogen than was served (then some of it would be replaced twice).
    """
    _checked(fleets, activity)
    found = tuple(_driven(fleet, activity) for fleet in fleets)
    for component in {f.refuels_at for f in fleets}:
        _not_more_than_served(component, [d for d in found if d.fleet.refuels_at == component], activity)
    return found


def section(
    fleets: Sequence[Fleet],
    activity: Activity,
    registry: Registry,
    supply_kg_per_kg: Mapping[Literal["location", "market"], pd.Series[float]],
) -> list[dict[str, Any]]:
    """Each fleet by itself: distance, diesel avoided, hydrogen, and its supply emissions by both scope-2 methods.

    Args:
        supply_kg_per_kg: what making the park's hydrogen emitted, hour by hour [kgCO2e/kg]; hours without fleet
            hydrogen may be NaN. A method that is left out is null in the section.
    """
    return [_fleet_section(d, registry, supply_kg_per_kg) for d in driven(fleets, activity)]


def served_name(c: Demand | DeferrableDemand) -> str:
    """Meter of what a demand was served [kWh or kg]."""
    return amount_name(c.name, f"served_{c.unit}")


def _exactly_one(entry: Strict) -> None:
    names = list(type(entry).model_fields)
    given = [n for n in names if getattr(entry, n)]
    if len(given) != 1:
        raise ValueError(f"give one of {', '.join(names)}; given: {', '.join(given) or 'none'}")


def _checked(fleets: Sequence[Fleet], activity: Activity) -> None:
    site = activity.site
    names = [f.name for f in fleets]
    if double := sorted({n for n in names if names.count(n) > 1}):
        raise InputError("accounting", "vehicles", double[0], "each fleet once: its distance would count twice")
    stations = {c.name for c in site.components if isinstance(c, Demand | DeferrableDemand) and c.carrier == "hydrogen"}
    for f in fleets:
        if f.refuels_at not in stations:
            known = ", ".join(sorted(stations)) or "the site has none"
            raise InputError("accounting", f"vehicles.{f.name}.refuels_at", f.refuels_at, f"a hydrogen demand: {known}")
        if f.name in {c.name for c in site.components}:
            raise InputError("accounting", f"vehicles.{f.name}.name", f.name, "a name that no component has")


def _driven(f: Fleet, activity: Activity) -> Driven:
    hydrogen = _hydrogen(f, activity)
    gaps: tuple[Gap, ...] = ()
    if f.km.meter:
        km = _metered(activity, f.km.meter, "km", f"vehicles.{f.name}.km.meter")
    elif f.km.months:
        km, gaps = _spread(f, pd.DatetimeIndex(activity.table.index))
    else:
        assert f.km.kg_per_100km is not None
        km = hydrogen / f.km.kg_per_100km * 100
    return Driven(f, km, km * f.baseline_l_per_100km / 100, hydrogen, gaps)


def _metered(activity: Activity, meter: str, unit: str, field: str) -> pd.Series[float]:
    values = activity.amount(meter)
    if (given := activity.meters[meter].unit) != unit:
        raise InputError("accounting", field, f"{meter} [{given}]", f"a meter in {unit}")
    return values


def _hydrogen(f: Fleet, activity: Activity) -> pd.Series[float]:
    """Hydrogen that a fleet took, shape (hours,) [kg]."""
    component = activity.site.component(f.refuels_at)
    assert isinstance(component, Demand | DeferrableDemand)
    if f.hydrogen.meter:
        return _metered(activity, f.hydrogen.meter, "kg", f"vehicles.{f.name}.hydrogen.meter")
    served = activity.amount(served_name(component))
    if f.hydrogen.share:
        return served * f.hydrogen.share
    return served * _shares(f, served)


def _shares(f: Fleet, served: pd.Series[float]) -> pd.Series[float]:
    """Share of each hour's hydrogen, from the kg entered for its month; raises `InputError` for parts of months."""
    index = pd.DatetimeIndex(served.index)
    shares = pd.Series(np.nan, index=index)
    for month, rows in _by_month(index):
        field = f"vehicles.{f.name}.hydrogen.months"
        if month not in f.hydrogen.months:
            raise InputError("accounting", field, None, f"an entry for {month}")
        if len(rows) < round(_hours_in(month, index)) or served.iloc[rows].isna().any():
            raise InputError(
                "accounting", field, month, "a month with all its hours", "give share or meter, or report whole months"
            )
        total, kg = float(served.iloc[rows].sum()), f.hydrogen.months[month]
        if kg > total * (1 + ROUNDING):
            raise InputError(
                "accounting", f"{field}.{month}", kg, f"at most the {total:g} kg that {f.refuels_at} was served"
            )
        shares.iloc[rows] = kg / total if total else 0.0
    return shares


def _spread(f: Fleet, index: pd.DatetimeIndex) -> tuple[pd.Series[float], tuple[Gap, ...]]:
    """Distances of months spread evenly over their hours; a month that is not entered is a gap."""
    km = pd.Series(np.nan, index=index)
    gaps = []
    for month, rows in _by_month(index):
        if month in f.km.months:
            km.iloc[rows] = f.km.months[month] / _hours_in(month, index)
        else:
            why = Note(f"{month} 未录入里程", f"no distance is entered for {month}")
            gaps.append(Gap(f"{f.name}.km", index[rows[0]], index[rows[-1]] + HOUR, why))
    return km, tuple(gaps)


def _by_month(index: pd.DatetimeIndex) -> list[tuple[str, np.ndarray[Any, np.dtype[np.intp]]]]:
    months = month_labels(index)
    return [(month, np.flatnonzero(months == month)) for month in dict.fromkeys(months)]


def _hours_in(month: str, index: pd.DatetimeIndex) -> float:
    """Hours of a local month, with what summer time adds or takes."""
    start = pd.Timestamp(f"{month}-01", tz=index.tz)
    return float((start + pd.DateOffset(months=1) - start) / HOUR)


def _not_more_than_served(component: str, there: Sequence[Driven], activity: Activity) -> None:
    demand = activity.site.component(component)
    assert isinstance(demand, Demand | DeferrableDemand)
    taken, served = sum(d.hydrogen_kg for d in there), activity.amount(served_name(demand))
    excess = (taken - served - ROUNDING * served.abs().clip(lower=1.0)).max()
    if excess > 0:
        fleets = ", ".join(d.fleet.name for d in there)
        raise InputError(
            "accounting",
            f"vehicles ({fleets})",
            f"{float(taken.sum()):g} kg" if isinstance(taken, pd.Series) else None,
            f"no more hydrogen in any hour than {component} was served ({float(served.sum()):g} kg in all)",
            "else some of it would be replaced by diesel twice",
        )


def _fleet_section(
    d: Driven, registry: Registry, supply: Mapping[Literal["location", "market"], pd.Series[float]]
) -> dict[str, Any]:
    line = d.diesel(registry)
    known = (d.km.notna() & d.hydrogen_kg.notna()).to_numpy()
    km, hydrogen = float(d.km[known].sum()), float(d.hydrogen_kg[known].sum())
    diesel_kg = float(line.kg[known].sum())
    # hours in which no hydrogen was taken need no supply intensity
    emitted = {m: (d.hydrogen_kg * s).where(d.hydrogen_kg != 0, 0.0) for m, s in supply.items()}
    supplied = {m: _total(emitted[m][known]) if m in emitted else None for m in ("location", "market")}
    avoided = {m: None if kg is None else diesel_kg - kg for m, kg in supplied.items()}
    odd = d.implausible()
    return {
        "name": d.fleet.name,
        "title": d.fleet.title.model_dump(),
        "vehicles": d.fleet.vehicles,
        "refuels_at": d.fleet.refuels_at,
        "km": km,
        "hydrogen_kg": hydrogen,
        "hydrogen_kg_per_100km": hydrogen / km * 100 if km else None,
        "baseline_l_per_100km": d.fleet.baseline_l_per_100km,
        "baseline_l": float(d.litres[known].sum()),
        "baseline_kg": diesel_kg,
        "baseline_kg_per_km": diesel_kg / km if km else None,
        "factor_id": line.factor.id,
        "supply_kg": supplied,
        "avoided_kg": avoided,
        "avoided_kg_per_km": {m: kg / km if kg is not None and km else None for m, kg in avoided.items()},
        "hours_without_data": int((~known).sum()),
        "notes": [{"zh": odd.zh, "en": odd.en}] if odd else [],
    }


def _total(kg: pd.Series[float]) -> float | None:
    """Sum, or nothing where an hour with hydrogen has no supply intensity."""
    return None if kg.isna().any() else float(kg.sum())

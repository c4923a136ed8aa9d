"""Grid factors of a period: vintages of the registry, each with the local days it serves, or a CSV file over time.

Every hour has one factor and only one; none is carried on beyond its days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import ConfigDict, Field, field_validator

from ems.emissions.ledger import Factor, Method
from ems.site import File
from forecasting.errors import InputError, meant
from forecasting.factors import WORLD, around, newest
from forecasting.factors import Factor as Entry
from forecasting.notes import Note
from forecasting.provenance import Sourced, Strict

GRID_UNIT = "kgCO2e/kWh"
HIGHEST_GRID = 2.0  # kgCO2e/kWh: above any power station
COLUMN = "grid_kgco2e_per_kwh"
WEAKER = ("sourced", "computed", "assumption")
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]
Parts = tuple[tuple[Mask, Factor], ...]  # vintages with the hours that they serve


class Vintage(Strict):
    """A factor of the registry and the local days it serves: until the next one where ``until`` is empty."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True)
    from_: date = Field(alias="from", description="first day")
    until: date | None = Field(None, description="last day")
    id: str = Field(description="id in the registry")


class Intensity(Sourced):
    """Location-based intensity over time, a CSV file with the columns time and grid_kgco2e_per_kwh."""

    file: File = Field(description="relative to the folder of the site")
    region: str = Field(description="grid region it is of")

    @field_validator("region")
    @classmethod
    def _known(cls, region: str) -> str:
        around(region)
        return region


@dataclass(frozen=True)
class Park:
    """Where a park lies, as grids see it."""

    country: str
    region: str  # empty: only the country is known

    def check(self, region: str, where: str, what: str) -> None:
        """Raises `InputError` where the region of a factor is not one in which the park lies."""
        fits = region in around(self.region) if self.region else bool(region) and self.country in around(region)
        if not fits or region == WORLD:
            expected = f"a factor of {', '.join(around(self.region or self.country)[:-1])}, in which the park lies"
            raise InputError(where, what, f"of the region {region or 'unknown'}", expected)


def frozen(entry: Entry) -> Factor:
    """A factor of the registry as lines use it, shape ()."""
    return Factor(
        entry.id,
        np.asarray(entry.value, float),
        entry.unit,
        entry.source,
        entry.status,
        entry.announcement,
        entry.data_year,
        entry.uncertainty,
    )


def entry_of(key: str, unit: str, registry: Mapping[str, Entry], asked_by: str) -> Entry:
    """A factor of the registry by its id; raises `InputError` for an unknown id or another unit than ``unit``."""
    if key not in registry:
        raise InputError(asked_by, "id", key, "an id of the registry of factors", meant(key, registry))
    if registry[key].unit != unit:
        raise InputError(asked_by, key, f"in {registry[key].unit}", f"a factor in {unit}, as the meter counts")
    return registry[key]


def served(
    vintages: tuple[Vintage, ...],
    field: Method,
    registry: Mapping[str, Entry],
    index: pd.DatetimeIndex,
    park: Park,
) -> Parts:
    """The vintages that serve in the period with their hours; every hour has one and only one."""
    where = f"factors.{field}"
    if not vintages:
        raise InputError(where, "vintages", "none", "one or more with from and id")
    for v in vintages:
        entry = entry_of(v.id, GRID_UNIT, registry, where)
        park.check(entry.region or "", where, v.id)
        if v.until and v.until < v.from_:
            raise InputError(where, f"until of {v.id}", v.until, f"a day from {v.from_} on")
    ordered = sorted(vintages, key=lambda v: v.from_)
    for one, after in pairwise(ordered):
        if one.from_ == after.from_ or (one.until and one.until >= after.from_):
            until = f" until {one.until}" if one.until else ""
            said = f"overlapping: {one.id} from {one.from_}{until} and {after.id} from {after.from_}"
            raise InputError(where, "vintages", said, "one factor for each day", "correct from or until of one of them")
    days = np.array(index.tz_localize(None).normalize().date)
    found, done = [], np.zeros(len(index), bool)
    for one, next_ in zip(ordered, [*ordered[1:], None], strict=True):
        last = one.until or (next_.from_ - timedelta(days=1) if next_ else date.max)
        mask = (days >= one.from_) & (days <= last)
        if mask.any():
            found.append((mask, frozen(registry[one.id])))
            done |= mask
    if not done.all():
        missing = days[~done]
        raise InputError(
            where, "days without a factor", f"{missing[0]} to {missing[-1]}", f"factors for {days[0]} to {days[-1]}",
            "add a vintage that serves these days: no factor is carried on by itself",
        )  # fmt: skip
    return tuple(found)


def over_time(intensity: Intensity, index: pd.DatetimeIndex, park: Park, folder: Path | None) -> tuple[Mask, Factor]:
    """The intensity of a CSV file on the hours of the period; holes in it, or days it has not, are refused."""
    from forecasting.resample import on_index
    from forecasting.tables import read_series_csv

    park.check(intensity.region, "factors.intensity", intensity.file)
    if folder is None:
        raise InputError("factors.intensity", "file", intensity.file, "a folder in which it lies")
    path = folder / intensity.file
    frame = read_series_csv(path, {COLUMN: (0.0, HIGHEST_GRID)}, str(index.tz))
    values = on_index(frame, index, "hold", path.name)[COLUMN].to_numpy(float)
    return np.ones(len(index), bool), Factor(f"csv:{path.name}", values, GRID_UNIT, intensity.source, intensity.status)


def together(parts: Parts, index: pd.DatetimeIndex) -> Factor:
    """Vintages as one factor over all hours, shape (hours,), under all their ids.

    Of status and uncertainty it has the weakest; what the vintages do not have in common is left empty.
    """
    values = np.full(len(index), np.nan)
    for mask, factor in parts:
        values[mask] = np.broadcast_to(factor.kg_per_unit, len(index))[mask]
    factors = [factor for _, factor in parts]
    if len(factors) == 1:
        return replace(factors[0], kg_per_unit=values)
    known = [f.uncertainty for f in factors if f.uncertainty is not None]
    return Factor(
        " + ".join(f.id for f in factors),
        values,
        GRID_UNIT,
        "; ".join(dict.fromkeys(f.source for f in factors)),
        max((f.status for f in factors), key=WEAKER.index),
        "; ".join(dict.fromkeys(f.announcement for f in factors)),
        uncertainty=max(known) if len(known) == len(factors) else None,
    )


def older(parts: Mapping[Method, Parts], registry: Mapping[str, Entry]) -> Iterator[Note]:
    """What the reader should know: a newer announcement is in the registry than the one in use."""
    for _, factor in (part for found in parts.values() for part in found):
        entry = registry.get(factor.id)
        if entry and (later := newest(entry, registry)).id != entry.id:
            yield Note(
                f"所用因子 {entry.id}({entry.announcement},{entry.value:g})之后已有新公告:{later.id}"
                f"({later.announcement},{later.value:g})。",
                f"The factor {entry.id} ({entry.announcement}, {entry.value:g}) is in use; the registry holds a newer "
                f"one of the same region and use: {later.id} ({later.announcement}, {later.value:g}).",
            )

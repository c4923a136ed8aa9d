"""Emission reports of a park: from plans or meters to a document with its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from ems.emissions.accounting_file import AccountingFile
from ems.emissions.activity import Meter
from ems.emissions.basis import Read, Source, basis_of, of_plans
from ems.emissions.evidence import Made, make
from ems.emissions.measured_source import from_measured
from ems.emissions.plans_source import from_plans
from ems.site_file import SiteFile
from forecasting.errors import InputError
from forecasting.files import read_bytes

MOST_DAYS = 3660
MAX_BYTES = 500_000_000


def make_report(
    file: SiteFile,
    accounting: AccountingFile,
    source: Source,
    start: date,
    end: date,
    baselines: Sequence[str] = (),
) -> dict[str, Any]:
    """The document of a report of the local days ``start`` … ``end``, both inclusive.

    Args:
        source: amounts of exactly these days, from `planned` or `measured`.
        baselines: names of those to compare with, that of the headline first; none: all there are, grid_only first.

    Raises `InputError` for what cannot be accounted.
    """
    return report_with_evidence(file, accounting, source, start, end, baselines).report


def report_with_evidence(
    file: SiteFile,
    accounting: AccountingFile,
    source: Source,
    start: date,
    end: date,
    baselines: Sequence[str] = (),
    against: bytes | None = None,
) -> Made:
    """The same with its evidence bundle; ``against`` is the bundle of an older report of the park."""
    created = pd.Timestamp.now("UTC").isoformat(timespec="seconds")
    return make(basis_of(file, accounting, source, start, end, baselines), created, against)


def checked_days(start: date, end: date) -> None:
    """Raises `InputError` for days that are no period."""
    if end < start:
        raise InputError("--to", "", end.isoformat(), f"a day from {start.isoformat()} on", "--from comes before --to")
    if (end - start).days >= MOST_DAYS:
        raise InputError("--to", "", end.isoformat(), f"at most {MOST_DAYS} days from {start.isoformat()} on")


def planned(folder: Path, file: SiteFile, start: date, end: date) -> Source:
    """What the plans below a folder say of these days; raises `InputError` where they cannot be used."""
    return of_plans(from_plans(folder, file.site, start, end))


def measured(path: Path, file: SiteFile, accounting: AccountingFile, start: date, end: date) -> Source:
    """What a file of meter readings says of these days; raises `InputError` where it cannot be used."""
    activity = from_measured(path, file.site, start, end, fleet_meters(accounting))
    digest = sha256(read_bytes(path, MAX_BYTES)).hexdigest()
    return Source("measured", activity, files=(Read(path.name, digest),))


def fleet_meters(accounting: AccountingFile) -> list[Meter]:
    """Meters of distance and hydrogen that fleets name beside those of the site's components."""
    found = []
    for f in accounting.accounting.vehicles:
        for name, unit, carrier in ((f.km.meter, "km", ""), (f.hydrogen.meter, "kg", "hydrogen")):
            if name:
                found.append(Meter(name, f.name, carrier, unit, f.title.zh, f.title.en, "measured"))
    return found

"""`ems analyse`: from a file of readings to the document that is shown, written and rendered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from ems.analysis.periods import Period
from ems.analysis.section import analysis_section
from ems.emissions.activity import Activity
from ems.emissions.measured_source import from_measured
from ems.emissions.meters import rate_meters
from ems.emissions.readings import read_readings
from ems.inputs import make_inputs
from ems.site_file import SiteFile
from forecasting.errors import InputError
from forecasting.horizon import days_index
from forecasting.notes import Note

SCHEMA_VERSION = "1.0"
DAY_OF_GRID = date(2026, 1, 1)  # any: its midnight says where intervals of an hour begin


def make_analysis(
    file: SiteFile, measured: Path, first: date | None = None, last: date | None = None, weather: str = "climatology"
) -> dict[str, Any]:
    """Read a file of meters and analyse the local days ``first`` … ``last``; without them all whole days of the file.

    Earlier readings of the same file serve year on year and period on period. Raises `InputError` for a file or a
    period that cannot be used.
    """
    period = _period(file, measured, first, last)
    activity = from_measured(measured, file.site, period.first, period.last)
    inputs = make_inputs(file, period.first, period.last, step_minutes=60, weather=weather)
    others, missing = _others(measured, file, period)
    known = inputs.weather.kind == "file"
    section = analysis_section(activity, file, inputs=inputs.table, weather_known=known, others=others)
    section["notes"] += [{"zh": n.zh, "en": n.en} for n in (*inputs.weather.notes, *missing)]
    return {
        "kind": "energy_analysis",
        "schema_version": SCHEMA_VERSION,
        "provenance": {
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "versions": {"park-ems": version("park-ems")},
            "site_digest": file.digest,
            "measured": measured.name,
            "measured_digest": sha256(measured.read_bytes()).hexdigest()[:16],
            "weather": {"kind": inputs.weather.kind, "source": inputs.weather.source},
            "tariff": inputs.tariff_id,
        },
        "site": {"name": file.site.name, "title": file.site.title.model_dump()},
        "period": {
            "from": period.first.isoformat(),
            "to": period.last.isoformat(),
            "hours": section["hours"],
            "timezone": file.site.place.timezone,
        },
        "analysis": section,
    }


def _period(file: SiteFile, measured: Path, first: date | None, last: date | None) -> Period:
    if first is None or last is None:
        found = _span(file, measured)
        first, last = first or found.first, last or found.last
    if last < first:
        raise InputError("--to", "", last, f"a day not before {first}")
    return Period(first, last)


def _span(file: SiteFile, measured: Path) -> Period:
    """The local days of which the file holds the first and the last hour of any meter."""
    known = {m.name: m for m in rate_meters(file.site, "measured").values()}
    midnight = days_index(DAY_OF_GRID, DAY_OF_GRID, file.site.place.timezone, 60)[0]
    readings = read_readings(measured, known, midnight)
    times = [int(t) for r in readings if len(r.times_ns) for t in (r.times_ns.min(), r.times_ns.max())]
    if not times:
        raise InputError(measured.name, "column time", None, "readings", "the file holds none")
    begin, end = (pd.Timestamp(t, tz="UTC").tz_convert(file.site.place.timezone) for t in (min(times), max(times)))
    first = (begin - pd.Timedelta(nanoseconds=1)).date() + timedelta(days=1)
    last = (end.floor("h") + pd.Timedelta(hours=1)).date() - timedelta(days=1)
    if last < first:
        raise InputError(measured.name, "column time", f"{begin} to {end}", "one whole local day at least")
    return Period(first, last)


def _others(measured: Path, file: SiteFile, period: Period) -> tuple[list[Activity], list[Note]]:
    """The readings of the year and of the period before, and why there are none."""
    found, missing = [], []
    for zh, en, other in (("同比", "Year on year", period.year_before), ("环比", "Period on period", period.before)):
        try:
            found.append(from_measured(measured, file.site, other.first, other.last))
        except InputError as error:  # told, not hidden: the comparison is None and the reason stands in the notes
            missing.append(Note(f"无{zh}: {error.zh or error}", f"{en} is not told: {error}"))
    return found, missing

"""Points of series between the wire and the store: what fits, what does not and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from api.contract.base import Fault, Text
from api.contract.series import (
    MOST_IN_BATCH,
    MOST_POINTS,
    Batch,
    Points,
    Quality,
    SeriesDefinition,
    SeriesInfo,
    SeriesValues,
    iso_resolution,
    seconds_of,
)
from api.http.problems import unusable
from api.records.series import MEASURED, Chunk, Point, SeriesConflict, SeriesRow
from api.tables import EPOCH
from ems.columns import input_columns
from ems.site import Site
from forecasting.errors import meant


def info(row: SeriesRow) -> SeriesInfo:
    return SeriesInfo(
        site=row.site,
        name=row.name,
        kind=row.kind,
        unit=row.unit,
        resolution=iso_resolution(row.resolution_s),
        column=row.column,
        created_at=row.created_at,
        last_time=row.last_time,
        received_at=row.received_at,
    )


def audited(row: SeriesRow) -> dict[str, Any]:
    """The definition as the audit log keeps it."""
    return {"kind": row.kind, "unit": row.unit, "resolution": iso_resolution(row.resolution_s), "column": row.column}


def conflict_text(error: SeriesConflict) -> Text:
    if error.field == "column":
        return Text(
            zh=f"该列已由序列 {error.there} 替换。", en=f"The series {error.there} replaces that column already."
        )
    return Text(
        zh=f"该序列已有数据, {error.field} 为 {error.there}, 不能更改; 请先删除该序列或另建一个。",
        en=f"The series holds points with the {error.field} {error.there}: delete it first, or define another one.",
    )


def check_definition(asked: SeriesDefinition, site: Site) -> None:
    """A column is for forecasts, exists in the inputs of the site, and has the unit of the series; else a problem."""
    if asked.column is None:
        return
    if asked.kind != "forecast":
        raise unusable("/column", "only a forecast replaces a column", remedy="leave it out")
    known = input_columns(site)
    if asked.column not in known:
        expected = f"one of {', '.join(known)}"
        detail = f"{site.name} has no input column {asked.column}"
        raise unusable("/column", detail, expected=expected, remedy=meant(asked.column, known))
    if asked.unit != known[asked.column]["unit"]:
        unit = known[asked.column]["unit"]
        raise unusable("/unit", f"the column {asked.column} is in {unit}, not {asked.unit}", expected=unit)


def chunks(rows: Mapping[str, SeriesRow], asked: Batch) -> tuple[list[Fault], list[Chunk]]:
    """Everything that is wrong with a batch, and what is to be stored."""
    many = sum(len(points.values) for points in asked.series.values())
    if many > MOST_IN_BATCH:
        return [Fault(pointer="/series", detail=f"{many} values at once", expected=f"at most {MOST_IN_BATCH}")], []
    faults: list[Fault] = []
    good: list[Chunk] = []
    for name, points in asked.series.items():
        at = f"/series/{name}"
        if name not in rows:
            faults.append(Fault(pointer=at, detail=f"there is no series {name}", remedy="define it first"))
            continue
        wrong, found = chunk(rows[name], points, at)
        faults += wrong
        if found is not None:
            good.append(found)
    return faults, good


def chunk(row: SeriesRow, asked: Points, at: str) -> tuple[list[Fault], Chunk | None]:
    """What is wrong with the points of a series, or what is to be stored. ``at`` is their place in the body."""
    faults: list[Fault] = []

    def wrong(field: str, detail: str, expected: str = "") -> None:
        faults.append(Fault(pointer=f"{at}/{field}", detail=detail, expected=expected))

    if asked.unit != row.unit:
        wrong("unit", f"the unit of {row.name} is {row.unit}, not {asked.unit}", row.unit)
    if seconds_of(asked.resolution) != row.resolution_s:
        wrong("resolution", f"{row.name} has another resolution", iso_resolution(row.resolution_s))
    elif (asked.start - EPOCH) % timedelta(seconds=row.resolution_s):
        wrong("start", f"the start is no whole multiple of {asked.resolution} in UTC", "a start of an interval")
    if row.kind == "measurement" and asked.issued_at is not None:
        wrong("issued_at", "a measurement is not issued", "nothing: leave it out")
    quality: Sequence[str]
    if asked.quality is None:
        quality = ["missing" if v is None else "good" for v in asked.values]
    elif len(asked.quality) != len(asked.values):
        wrong("quality", f"{len(asked.quality)} qualities for {len(asked.values)} values", "one per value")
        quality = []
    else:
        quality = ["missing" if v is None else q for v, q in zip(asked.values, asked.quality, strict=True)]
        odd = [k for k, v in enumerate(asked.values) if v is not None and quality[k] == "missing"]
        for k in odd[:10]:
            wrong(f"quality/{k}", "there is a value, so it is not missing", "good, estimated or suspect")
    if faults:
        return faults, None
    issued = MEASURED if row.kind == "measurement" else (asked.issued_at or datetime.now(UTC))
    return [], Chunk(row, asked.start, issued, asked.values, quality)


def span(row: SeriesRow, start: datetime, end: datetime) -> tuple[datetime, int]:
    """Start of the first interval in [start, end), and how many there are; a 422 problem for too many."""
    if end <= start:
        raise unusable("#to", "it is not after `from`")
    step = timedelta(seconds=row.resolution_s)
    first = EPOCH - (EPOCH - start) // step * step
    count = -((first - end) // step)
    if count > MOST_POINTS:
        raise unusable("#to", f"that are {count} values; at most {MOST_POINTS} at once", expected="a shorter time")
    return first, max(count, 0)


def values(row: SeriesRow, first: datetime, count: int, found: Sequence[Point]) -> SeriesValues:
    """Points on their axis; what is not there is null and missing."""
    step = timedelta(seconds=row.resolution_s)
    numbers: list[float | None] = [None] * count
    quality: list[Quality] = ["missing"] * count
    for point in found:
        k = (point.time - first) // step
        numbers[k], quality[k] = point.value, point.quality
    return SeriesValues(
        name=row.name,
        start=first,
        resolution=iso_resolution(row.resolution_s),
        unit=row.unit,
        values=numbers,
        quality=quality,
    )

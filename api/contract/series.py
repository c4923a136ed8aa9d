"""Measurements and forecasts from outside."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.contract.base import Asked, Instant, Series, SiteName, Told

Quality = Literal["good", "estimated", "suspect", "missing"]
SeriesName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,120}$", examples=["pv_hall_a.output_kw"])]
Unit = Annotated[str, Field(pattern=r"^[A-Za-z0-9%°/²³_.-]{1,32}$", examples=["kW"])]
Resolution = Annotated[str, Field(pattern=r"^PT([1-9][0-9]{0,3}[MS]|[1-9][0-9]?H)$", examples=["PT15M"])]
MOST_POINTS = 20_000  # of one series
MOST_IN_BATCH = 500_000
POINTS: dict[str, Any] = {  # an example
    "start": "2026-11-23T00:00:00+08:00",
    "resolution": "PT15M",
    "unit": "kW",
    "values": [412.5, 398.0, None, 401.2],
}
_SECONDS = {"S": 1, "M": 60, "H": 3600}


def seconds_of(resolution: str) -> int:
    """Length of an ISO 8601 duration such as PT15M [s]."""
    return int(resolution[2:-1]) * _SECONDS[resolution[-1]]


def iso_resolution(seconds: int) -> str:
    """Seconds as an ISO 8601 duration in the largest unit that holds them whole: 900 is PT15M."""
    letter = next(name for name in ("H", "M", "S") if seconds % _SECONDS[name] == 0)
    return f"PT{seconds // _SECONDS[letter]}{letter}"


class SeriesDefinition(Asked):
    """A series to be. A forecast with `column` replaces that column of the inputs in plans, where it is complete."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "measurement", "unit": "kW", "resolution": "PT15M"},
                {"kind": "forecast", "unit": "°C", "resolution": "PT1H", "column": "temperature_c"},
            ]
        }
    )

    kind: Literal["measurement", "forecast"]
    unit: Unit
    resolution: Resolution
    column: Annotated[str, Field(pattern=r"^[a-z0-9_.]{1,120}$")] | None = None


class SeriesInfo(Told):
    site: SiteName
    name: SeriesName
    kind: Literal["measurement", "forecast"]
    unit: str
    resolution: str
    column: str | None = None
    created_at: Instant
    last_time: Instant | None = Field(None, description="start of the newest interval")
    received_at: Instant | None = None


class Points(Asked):
    """A batch of values of one series."""

    model_config = ConfigDict(json_schema_extra={"examples": [POINTS]})

    start: Instant
    resolution: Resolution
    unit: Unit
    values: Annotated[list[float | None], Field(min_length=1, max_length=MOST_POINTS)]
    quality: Annotated[list[Quality], Field(max_length=MOST_POINTS)] | None = Field(
        None, description="one per value; default: good, and missing for null"
    )
    issued_at: Instant | None = Field(None, description="forecasts only: when it was issued; default: now")


class Batch(Asked):
    """Values of many series of a site, at most 500 000 in all."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"series": {"meter.grid_kw": POINTS}}]})

    series: Annotated[
        dict[SeriesName, Points], Field(min_length=1, max_length=500, json_schema_extra={"additionalProperties": False})
    ]


class Stored(Told):
    points: int


class SeriesValues(Series):
    """Values read back; `quality` has one word per value."""

    name: SeriesName
    quality: list[Quality]

"""Parts that every resource uses."""

from __future__ import annotations

import re
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Item = TypeVar("Item")

Role = Literal["viewer", "operator", "engineer", "admin"]
SiteName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", examples=["qingdao"])]
Id = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        examples=["019a2f3e-7d0c-7b51-9c3a-5f0e8a6b1c2d"],
    ),
]
Day = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", examples=["2026-11-23"])]
_RFC_3339 = re.compile(r"(19[7-9]|20\d|21\d)\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")


def _rfc_3339(value: Any) -> Any:
    """Only what the standard writes: no seconds since 1970, no local times, no year beyond every calendar."""
    if isinstance(value, str) and not _RFC_3339.fullmatch(value):
        raise ValueError("a time as 2026-11-23T00:00:00+08:00 is expected, with its offset, between 1970 and 2199")
    if isinstance(value, int | float):
        raise ValueError("a time as text is expected, as 2026-11-23T00:00:00+08:00")
    return value


Instant = Annotated[
    AwareDatetime,
    Field(
        strict=False,  # JSON has no type for it: text becomes a time
        description="RFC 3339 with its offset from UTC, from 1970 to 2199",
        examples=["2026-11-23T00:00:00+08:00"],
    ),
    BeforeValidator(_rfc_3339),
]


def _whole(value: Any) -> Any:
    """JSON knows one kind of number: 3.0 is 3."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)  # after the bounds of an integer: before them it would hide them from the schema


class Asked(BaseModel):
    """A body that someone sends: types are not guessed, unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _keepable(cls, data: Any) -> Any:
        """No database keeps NUL, no encoding half a surrogate pair; JSON has both."""
        if not _is_keepable(data):
            raise ValueError("text with a NUL character or half a surrogate pair cannot be kept")
        return data


def _is_keepable(data: Any) -> bool:
    if isinstance(data, str):
        return _UNKEEPABLE.search(data) is None
    if isinstance(data, dict):
        return all(_is_keepable(k) and _is_keepable(v) for k, v in data.items())
    if isinstance(data, list):
        return all(_is_keepable(each) for each in data if isinstance(each, str | dict | list))
    return True


class Told(BaseModel):
    """A body that the service sends; readers ignore fields that they do not know."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Text(Told):
    """One sentence in both languages of the system."""

    zh: str
    en: str


class Fault(Told):
    """One thing that is wrong, and where."""

    pointer: str = Field(description="JSON Pointer (RFC 6901) into the body, or #parameter-name", examples=["/day"])
    detail: str
    line: int | None = Field(None, description="line of a YAML text, from 1")
    expected: str = ""
    remedy: str = ""


class Problem(Told):
    """Problem details (RFC 9457), as `application/problem+json`."""

    type: str = Field(description="what kind of problem: a path of this service's documentation")
    title: str
    status: int
    detail: str = ""
    instance: str = Field("", description="id of the request, as in the log")
    errors: list[Fault] = Field(default_factory=list)


class Page(Told, Generic[Item]):
    """One page of a list, newest first."""

    items: list[Item]
    next_cursor: str | None = Field(None, description="give it as `cursor` for the next page; null at the end")


class Series(Told):
    """Values of equal intervals, left-labelled: value k holds in [start + k·resolution, start + (k+1)·resolution)."""

    start: Instant
    resolution: str = Field(description="ISO 8601 duration", examples=["PT15M"])
    unit: str = Field(examples=["kW"])
    values: list[float | None] = Field(description="null: missing")

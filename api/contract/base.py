"""Parts that every resource uses."""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

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
Day = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", examples=["2026-11-23"])]
Instant = Annotated[
    AwareDatetime, Field(description="RFC 3339 with its offset from UTC", examples=["2026-11-23T00:00:00+08:00"])
]


class Asked(BaseModel):
    """A body that someone sends: types are not guessed, unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


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

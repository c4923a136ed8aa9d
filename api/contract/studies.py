"""Studies of sizes, and what may be asked of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.contract.base import Asked, Id, Instant, SiteName, Text, Told
from api.contract.jobs import JobState, Progress, Reason

Group = Literal["front", "sensitivity", "grid", "scenarios", "truth"]
GROUPS: tuple[Group, ...] = ("front", "sensitivity", "grid", "scenarios", "truth")
Resolution = Annotated[
    str,
    Field(
        pattern=r"^(full|typical:([1-9]|[1-9][0-9]|[12][0-9][0-9]|3[0-5][0-9]|36[0-5]))$",
        description="every hour of the year, or so many typical days",
        examples=["full", "typical:12"],
    ),
]
LONGEST_TEXT = 1_000_000


class StudyRequest(Asked):
    """Ask for a study of sizes. What is not said is as the study file says."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"site": "qingdao", "resolution": "typical:12", "points": 6},
                {"site": "qingdao", "set": {"economics/discount_rate": 0.06}, "groups": ["front", "truth"]},
            ]
        }
    )

    site: SiteName
    study: Annotated[str, Field(max_length=LONGEST_TEXT)] | dict[str, Any] | None = Field(
        None,
        description="the study file as YAML or JSON text or as an object, the name of a study that was asked for here "
        "before (its newest version) or comes with the park; null: the park's own `study.yaml`",
    )
    files: dict[str, Annotated[str, Field(max_length=16_000_000)]] = Field(
        default_factory=dict, description="files that the study refers to: name -> text"
    )
    set: dict[str, Any] = Field(
        default_factory=dict, description="what differs from the study file: path -> value, as in its scenarios"
    )
    resolution: Resolution = "full"
    points: Annotated[int, Field(ge=2, le=100)] | None = Field(None, description="of the cost-carbon front")
    years: Annotated[int, Field(ge=1, le=60)] | None = Field(None, description="of operation")
    groups: Annotated[list[Group], Field(max_length=len(GROUPS))] = Field(
        default_factory=lambda: list(GROUPS), description="what is worked out beside the design and its reference"
    )
    time_limit_s: Annotated[float, Field(ge=60, le=86_400)] = Field(7200.0, description="for the whole study [s]")
    label: Annotated[str, Field(max_length=120)] = ""


class StudyChoice(Told):
    """A study that can be asked for by its name."""

    name: str
    title: Text
    own: bool = Field(description="the park's own `study.yaml`, which is run where none is named")
    text: str = Field(description="the study file as it is")
    files: dict[str, str] = Field(description="files that it refers to: name -> text")
    years: int
    points: int
    economics: dict[str, float] = Field(description="figures that are changed most often, by path")


class StudySummary(Told):
    """A study as lists show it, from the moment at which it was asked for. Its id is that of its job."""

    id: Id
    site: SiteName
    site_version: int
    name: str
    title: Text
    resolution: str
    label: str = ""
    state: JobState
    progress: Progress | None = None
    reason: Reason | None = None
    rows: int = Field(description="scenarios that have ended")
    created_at: Instant
    created_by: str
    started_at: Instant | None = None
    finished_at: Instant | None = None
    figures: dict[str, float | None] | None = Field(
        None, description="of the design, beside its reference where the name says so; null until it has succeeded"
    )
    digest: str | None = Field(None, description="SHA-256 of study.json, its ETag; null until it has succeeded")


class Study(StudySummary):
    """A study with the design, its reference, and how they compare. The whole is `study.json` under `links`."""

    request: dict[str, Any] = Field(description="what was asked for")
    design: dict[str, Any] | None = None
    reference: dict[str, Any] | None = None
    compared: dict[str, Any] | None = None
    truth: dict[str, Any] | None = None
    notes: list[Text] = Field(default_factory=list)
    links: dict[str, str]


class StudyRow(Told):
    """One scenario of a study that has ended, in the order in which they did."""

    seq: int
    id: str = Field(description="digest of the scenario; equal where the result is")
    name: str
    group: str = Field(description="front, sensitivity, grid, scenario, base or reference")
    set: dict[str, Any] = Field(default_factory=dict, description="what differs from the study: path -> value")
    carbon_cap_t: float | None = None
    objective: str = "cost"
    status: Literal["done", "failed"]
    reason: Text | None = None
    seconds: float | None = None
    sizes: dict[str, float] = Field(default_factory=dict, description="component.field -> capacity")
    kpis: dict[str, Any] = Field(default_factory=dict)
    money: dict[str, Any] = Field(default_factory=dict)
    levelised: dict[str, float | None] = Field(default_factory=dict)
    compared: dict[str, Any] = Field(default_factory=dict)


class StudyRows(Told):
    """Scenarios that have ended; ask again with ``after=last`` for those that end later."""

    study: Id
    items: list[StudyRow]
    last: int = Field(description="`seq` of the last one, or what was given as `after`")

"""Emission reports, and what may be asked of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.contract.base import Asked, Day, Id, Instant, SiteName, Text, Told
from api.contract.jobs import JobState, Progress, Reason

LONGEST_TEXT = 1_000_000
MOST_DAYS = 366
ReportSource = Literal["plans", "measured"]
BaselineName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", examples=["grid_only"])]


class ReportRequest(Asked):
    """Ask for the emissions of a park over local days, both inclusive."""

    model_config = ConfigDict(
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        json_schema_extra={
            "examples": [
                {"site": "qingdao", "from": "2026-06-01", "to": "2026-06-30"},
                {"site": "demo", "from": "2026-06-15", "to": "2026-06-16", "source": "plans", "baseline": "rule_based"},
            ]
        },
    )

    site: SiteName
    start: Day = Field(alias="from", description="first local day")
    end: Day = Field(alias="to", description=f"last local day, at most {MOST_DAYS - 1} after the first")
    source: ReportSource = Field(
        "plans",
        description="plans: of each day the approved plan, else the newest that was released; measured: the park's "
        "measurements whose names are meters or rates of its components, as `grid.import_kw`",
    )
    baseline: BaselineName | None = Field(
        None, description="the baseline of the headline: grid_only, rule_based (plans only) or one of the accounting's"
    )
    accounting: Annotated[str, Field(max_length=LONGEST_TEXT)] | None = Field(
        None,
        description="the accounting file as YAML text; null: the `emissions.yaml` that comes with the park",
    )
    files: dict[str, Annotated[str, Field(max_length=16_000_000)]] = Field(
        default_factory=dict, description="files that the accounting refers to: name -> text"
    )
    label: Annotated[str, Field(max_length=120)] = ""


class ReportSummary(Told):
    """A report as lists show it, from the moment at which it was asked for. Its id is that of its job."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    id: Id
    site: SiteName
    site_version: int
    start: str = Field(alias="from", description="first local day")
    end: str = Field(alias="to", description="last local day")
    source: ReportSource
    baseline: str | None = Field(None, description="what was asked for")
    label: str = ""
    state: JobState
    progress: Progress | None = None
    reason: Reason | None = None
    created_at: Instant
    created_by: str
    started_at: Instant | None = None
    finished_at: Instant | None = None
    figures: dict[str, float] | None = Field(
        None,
        description="inventory and avoided emissions [kg CO2e], coverage; null until it has succeeded",
    )
    digest: str | None = Field(None, description="SHA-256 of report.json, its ETag; null until it has succeeded")


class ReportGap(Told):
    """Hours of which a meter, or the whole park, tells nothing."""

    meter: str = Field(description="empty: every meter")
    label: Text
    start: Instant
    end: Instant
    hours: int
    why: Text


class Report(ReportSummary):
    """A report with its headline and its gaps. The whole is `report.json` under `links`."""

    request: dict[str, Any] = Field(description="what was asked for, with the plans that were chosen")
    coverage: float | None = Field(None, description="share of the hours with all data")
    gaps: list[ReportGap] = Field(default_factory=list)
    inventory: dict[str, Any] | None = None
    avoided: dict[str, Any] | None = Field(None, description="by baseline and scope-2 method [kg CO2e]")
    headline: list[dict[str, Any]] = Field(default_factory=list, description="totals with their 95 % intervals")
    notes: list[Text] = Field(default_factory=list)
    links: dict[str, str]


class Finding(Told):
    """Something in an evidence bundle that is not as it was made."""

    file: str
    figure: str = Field(description="path in report.json; empty where the file as a whole speaks")
    given: str = Field(description="what the bundle holds")
    expected: str = Field(description="what it should hold")
    more: int = Field(0, description="further figures that differ")


class Verification(Told):
    """What computing the report of a bundle again found."""

    holds: bool
    figures: int = Field(description="values that were computed again")
    findings: list[Finding]
    site: str = Field(description="as the bundle says")
    period: dict[str, Any]
    made_with: dict[str, str] = Field(description="versions of the software, where they are not those of today")

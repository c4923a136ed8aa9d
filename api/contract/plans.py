"""Plans, forecasts, and what may be asked of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.contract.base import Asked, Day, Id, Instant, Series, SiteName, Text, Told
from ems.changes import Changes

Outcome = Literal["optimal", "time_limit", "relaxed", "fallback", "infeasible"]
Status = Literal["proposed", "approved", "rejected", "superseded"]
ObjectiveName = Literal["cost", "balanced", "carbon"]
WeatherSource = Literal["auto", "open-meteo", "climatology"]
StepMinutes = Literal[5, 10, 15, 30, 60]


class ForecastRequest(Asked):
    """Ask for the inputs of a day: weather, PV yield, demands, prices, carbon."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"site": "qingdao", "day": "2026-11-23"}]})

    site: SiteName
    day: Day | None = Field(None, description="local day of the site; default: tomorrow")
    step_minutes: StepMinutes = 15
    weather: WeatherSource = Field("auto", description="auto: Open-Meteo, else the climatology, and the plan says so")


class PlanRequest(ForecastRequest):
    """Ask for a day-ahead plan."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"site": "qingdao"},
                {
                    "site": "qingdao",
                    "day": "2026-11-23",
                    "objective": "balanced",
                    "changes": {
                        "outages": [
                            {
                                "component": "pem",
                                "start": "2026-11-23T08:00:00+08:00",
                                "end": "2026-11-23T12:00:00+08:00",
                            }
                        ],
                        "parameters": {"battery": {"power_kw": 500}},
                        "prices": {"import_factor": 1.1},
                    },
                    "label": "PEM serviced in the morning",
                },
            ]
        }
    )

    objective: ObjectiveName = "cost"
    time_limit_s: Annotated[float, Field(ge=1, le=3600)] = Field(60.0, description="for the solver [s]")
    gap: Annotated[float, Field(ge=0, le=1)] = Field(1e-3, description="relative gap to prove")
    state: Literal["previous", "site"] | dict[str, dict[str, Any]] = Field(
        "previous",
        description="state at the start: end of the approved plan of the day before (else the site's), the site "
        "file's, or component -> quantity -> value as in `state_end` of a plan",
    )
    changes: Changes | None = Field(None, description="what-if: what differs from the park as it is")
    what_if_of: Id | None = Field(None, description="the plan to compare with")
    label: Annotated[str, Field(max_length=120)] = ""


class Decision(Asked):
    """What is to be noted beside a decision."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"comment": "as discussed with the shift"}]})

    comment: Annotated[str, Field(max_length=2000)] = ""


class PlanSummary(Told):
    """A plan as lists show it."""

    id: Id
    job: Id
    site: SiteName
    site_version: int
    day: Day
    start: Instant
    end: Instant
    step_minutes: int
    objective: str
    outcome: Outcome
    gap: float | None = None
    total_cost_cny: float = Field(description="bills, wear and stock")
    baseline_cost_cny: float = Field(description="the same day by rules")
    emissions_kgco2e: float
    baseline_emissions_kgco2e: float
    weather: dict[str, Any]
    hypothetical: bool = Field(description="it rests on prices, demands or weather that were made up: not approvable")
    what_if_of: Id | None = None
    label: str = ""
    status: Status
    decided_at: Instant | None = None
    decided_by: str | None = None
    comment: str = ""
    created_at: Instant
    created_by: str
    digest: str = Field(description="SHA-256 of the plan's JSON text, its ETag")


class Plan(PlanSummary):
    """A plan with its reasons and figures. The whole, audit included, is `plan.json` under `links`."""

    outcome_text: Text
    why: list[Text]
    notes: list[Text]
    wishes: list[dict[str, Any]]
    violations: list[dict[str, Any]]
    kpis: dict[str, float | None]
    baseline_kpis: dict[str, float | None]
    kpi_text: dict[str, Text]
    changes: Changes | None = None
    links: dict[str, str]


class Column(Told):
    """What one column means: the same words as in `plan.json`."""

    unit: str
    meaning: Text
    at: Literal["mean", "end"]
    bus: str | None = None
    sign: int = Field(description="+1 into the bus, -1 out of it, 0 neither")


class Schedule(Told):
    """Every series of a plan on one axis; columns `component.quantity`."""

    plan: Id
    site: SiteName
    timezone: str
    bands: list[str] = Field(description="tariff band of each interval")
    series: dict[str, Series]
    columns: dict[str, Column]


class Explanation(Told):
    """Why an interval, or the whole plan, is as it is."""

    plan: Id
    outcome_text: Text
    why: list[Text]
    at: Instant | None = None
    band: str | None = None
    marginal_values: dict[str, float] = Field(
        default_factory=dict, description="value of one more kWh or kg on each bus in that interval [CNY]"
    )
    flows: dict[str, float] = Field(default_factory=dict, description="component.quantity -> value in that interval")
    sentences: list[Text] = Field(default_factory=list, description="the interval in words")


class Difference(Told):
    """Plan `b` minus plan `a`."""

    a: PlanSummary
    b: PlanSummary
    kpis: dict[str, float | None]
    accounts: list[dict[str, Any]] = Field(description="component, cause, CNY and kgCO2e: b minus a")
    series: dict[str, Series] = Field(description="columns that differ, b minus a")
    sentences: list[Text]


class ForecastSummary(Told):
    id: Id
    job: Id
    site: SiteName
    created_at: Instant
    digest: str


class Forecast(ForecastSummary):
    """The inputs of a day."""

    day: Day
    timezone: str
    weather: dict[str, Any]
    notes: list[Text]
    bands: list[str]
    series: dict[str, Series]

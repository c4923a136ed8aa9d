"""Plans, forecasts, and what may be asked of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.contract.base import WHOLE, Asked, Day, Id, Instant, Series, SiteName, Text, Told
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
    scenarios: Annotated[int, Field(ge=0, le=20), WHOLE] = Field(
        0, description="plan under so many ways in which the day may turn out; 0: for the expected day alone"
    )
    risk_weight: Annotated[float, Field(ge=0, le=100)] = Field(
        0.0, description="how much the dearest tenth of the days counts beside the expected cost; needs `scenarios`"
    )
    changes: Changes | None = Field(None, description="what-if: what differs from the park as it is")
    what_if_of: Id | None = Field(None, description="the plan to compare with")
    label: Annotated[str, Field(max_length=120)] = ""


class ReplanRequest(Asked):
    """Ask for the rest of today anew, from what is measured and on top of the approved plan."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"site": "qingdao"}]})

    site: SiteName
    step_minutes: StepMinutes = 15
    weather: WeatherSource = "auto"
    objective: ObjectiveName = "cost"
    time_limit_s: Annotated[float, Field(ge=1, le=3600)] = Field(60.0, description="for the solver [s]")
    gap: Annotated[float, Field(ge=0, le=1)] = Field(1e-2, description="relative gap to prove")
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


class ScenarioFigures(Told):
    """One way in which the day may turn out, under the plan."""

    weight: float = Field(description="probability; those of a plan add up to 1")
    total_cny: float | None = Field(None, description="with what lies beyond the band of the grid")
    objective_cny: float | None = None
    beyond_band_kwh: float = Field(description="exchange with the grid outside the planned band")
    violations: int = Field(description="laws that its schedule breaks")
    kpis: dict[str, float | None]


class UnderScenarios(Told):
    """What a plan under scenarios costs, and what looking at them is worth (Birge and Louveaux)."""

    risk_weight: float
    risk_alpha: float = Field(description="CVaR is the mean of the dearest share 1 - alpha")
    expected_cny: float | None = None
    cvar_cny: float | None = None
    vss_cny: float | None = Field(None, description="value of the stochastic solution; null: the usual plan fails")
    evpi_cny: float | None = Field(None, description="value of perfect information")
    gap: float | None = None
    scenarios: list[ScenarioFigures]
    text: list[Text]


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
    stochastic: UnderScenarios | None = Field(None, description="null: planned for the expected day alone")
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


class Quantiles(Told):
    """A column of the inputs with its uncertainty."""

    unit: str
    title: Text
    model: str = Field(description="rung of the ladder that made it; assumed: the inputs with assumed errors")
    model_title: Text
    source: Literal["history", "mean_by_history", "assumed"] = Field(
        description="what mean and errors rest on; mean_by_history: the mean by measurements, the errors assumed"
    )
    why: Text | None = Field(None, description="evidence for the rung; null without a history")
    quality: dict[str, Any] | None = Field(None, description="what was found of the history; null without one")
    coverage_80: float | None = Field(
        None, description="share of past measurements within q10 … q90 of this rung; null: never checked"
    )
    mean: Series
    quantiles: dict[str, Series] = Field(description="q05, q10, … q95: level in per cent")


class Uncertainty(Told):
    """How far a forecast may be off: PV yields and demands by their quantiles."""

    issued_at: Instant
    history: dict[str, str] | None = Field(None, description="what was learned from: file, from, to; null: nothing")
    notes: list[Text]
    columns: dict[str, Quantiles]


class Forecast(ForecastSummary):
    """The inputs of a day."""

    day: Day
    timezone: str
    weather: dict[str, Any]
    notes: list[Text]
    bands: list[str]
    series: dict[str, Series]
    uncertainty: Uncertainty | None = Field(None, description="null of forecasts made before quantiles were kept")

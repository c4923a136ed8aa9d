"""The study file: what may be sized and within which bounds, what it costs, the money, the limits, the scenarios.

Costs are per unit of the sized field (kW, kWp, kWh, kg, kg/h), in money of their ``price_year``. Rates of the
economics are nominal. Everything that a study may set is also reached by scenarios, by paths such as
``economics/discount_rate`` or ``sizes/battery.capacity_kwh/max``.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ems.site import Title

Rate = Annotated[float, Field(ge=-0.2, le=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Money = Annotated[float, Field(ge=0, le=1e9)]
Years = Annotated[int, Field(ge=1, le=60)]
SizeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", description="component.field")]
CARRIERS = ("electricity", "gas", "hydrogen", "heat", "cooling", "water")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Cost(_Strict):
    """What a unit of capacity costs over its life."""

    capex_cny_per_unit: Money = Field(description="installed, without tax [CNY/unit]")
    price_year: int = Field(ge=2000, le=2100, description="year of this money")
    lifetime_years: Years
    replacement_share: Share = Field(1.0, description="of the capex, paid again at the end of every lifetime")
    residual: Literal["linear", "none"] = Field("linear", description="worth of the rest of a lifetime at the end")
    fixed_om_share: Share = Field(0.0, description="of the capex, every year")
    fixed_om_cny_per_unit_year: Money = 0.0
    incentive_share: Share = Field(0.0, description="of the capex, paid by others at the start")
    incentive_cny_per_unit: Money = 0.0


class Range(_Strict):
    """What a capacity may be."""

    min: float = Field(0.0, ge=0, le=1e6)
    max: float = Field(gt=0, le=1e6)
    cost: str = Field(description="a name under costs")
    module: float | None = Field(None, gt=0, le=1e6, description="capacity of one module of a machine or a store")
    whole: bool = Field(False, description="only whole modules can be built")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}")
        if self.whole and self.module is None:
            raise ValueError("whole modules need the capacity of one: give module")
        return self


class Escalation(_Strict):
    """Yearly rise of prices, nominal, by carrier; none: with inflation."""

    electricity: Rate | None = None
    export: Rate | None = Field(None, description="counts no faster than that of electricity")
    gas: Rate | None = None
    hydrogen: Rate | None = None
    heat: Rate | None = None
    cooling: Rate | None = None
    water: Rate | None = None


class Tax(_Strict):
    rate: float = Field(0.0, ge=0, lt=1)
    depreciation_years: Years = 10


class Loan(_Strict):
    share: Share = 0.0
    interest: Rate = 0.05
    years: Years = 10


class CarbonPrice(_Strict):
    """Price of emissions in some years [CNY/tCO2e], straight lines between, flat beyond; empty: none is paid."""

    cny_per_t: dict[int, Annotated[float, Field(ge=0, le=20_000)]] = Field(default_factory=dict)


class Economics(_Strict):
    base_year: int = Field(ge=2000, le=2100, description="year 0: invested at its end; operation starts with the next")
    years: Years = 20
    discount_rate: Rate = Field(description="nominal, after tax")
    inflation: Rate = 0.0
    escalation: Escalation = Escalation()
    tax: Tax = Tax()
    loan: Loan = Loan()
    carbon: CarbonPrice = CarbonPrice()
    count_wear: bool = Field(True, description="wear of the site file is paid every year, as a reserve for replacement")


class Roof(_Strict):
    area_m2: float = Field(gt=0)
    m2_per_kwp: float = Field(gt=0, le=50)
    components: tuple[str, ...] = Field(min_length=1, description="pv components that share the roof")


class Autonomy(_Strict):
    """Stores and fuel cells carry a share of the electricity demand for some hours without grid, at any time."""

    hours: float = Field(gt=0, le=240)
    demand_share: Share = 1.0


class Limits(_Strict):
    roofs: dict[str, Roof] = Field(default_factory=dict)
    connection_kw: float | None = Field(None, gt=0, description="highest import")
    budget_cny: float | None = Field(None, ge=0, description="capex after incentives, in money of the base year")
    renewable_share: Share | None = Field(
        None, description="least share of own renewable electricity in all that is used"
    )
    hydrogen_kgco2e_per_kg: float | None = Field(
        None, ge=0, description="most, of the hydrogen made here, mean of a year"
    )
    carbon_t_per_year: float | None = Field(None, description="most, location based [tCO2e/a]")
    autonomy: Autonomy | None = None


class Reference(_Strict):
    """What the design is measured against: the same park with these sizes, 0 for what is not built.

    Sizes that are not named are as in the site file.
    """

    title: Title
    sizes: dict[SizeName, Annotated[float, Field(ge=0, le=1e6)]] = Field(default_factory=dict)


class Scenario(_Strict):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")
    title: Title | None = None
    set: dict[str, Any] = Field(description="path -> value")


class Front(_Strict):
    points: int = Field(12, ge=2, le=100)


class Horizon(_Strict):
    """The stretch that is simulated and how often it occurs in a year; none: the whole calendar year."""

    start: date
    days: int = Field(ge=1, le=366)
    per_year: float = Field(gt=0, le=366)


class Study(_Strict):
    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    title: Title
    year: int = Field(ge=2000, le=2100, description="calendar year whose hours, prices and working days are simulated")
    horizon: Horizon | None = None
    weather: str = Field("synthetic", description="synthetic, climatology, auto, or a file relative to the study")
    columns: str | None = Field(None, description="CSV with time and input columns that replace what is forecast")
    factors: dict[str, float] = Field(default_factory=dict, description="input column -> factor")
    add: tuple[dict[str, Any], ...] = Field((), description="components that the site has not got yet")
    change: dict[str, dict[str, Any]] = Field(default_factory=dict, description="component -> fields that differ")
    sizes: dict[SizeName, Range] = Field(min_length=1)
    costs: dict[str, Cost] = Field(min_length=1)
    economics: Economics
    limits: Limits = Limits()
    reference: Reference
    scenarios: tuple[Scenario, ...] = ()
    grid: dict[str, tuple[Any, ...]] = Field(
        default_factory=dict, description="path -> values; all combinations are run"
    )
    sensitivity: dict[str, tuple[float, float]] = Field(default_factory=dict, description="path -> low and high")
    front: Front = Front()
    shown: tuple[str, ...] = Field((), description="series component.quantity whose heat map is drawn; empty: a choice")

    @model_validator(mode="after")
    def _costs_are_there(self) -> Self:
        for name, size in self.sizes.items():
            if size.cost not in self.costs:
                raise ValueError(f"sizes.{name}.cost: no cost {size.cost!r}; there are: {', '.join(self.costs)}")
        return self

"""What-if: what differs from the park as it is."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


Factor = Annotated[float, Field(ge=0, le=10)]


class OutageChange(_Strict):
    """A machine, or some of its modules, out of service; without times for the whole plan."""

    component: str
    modules: Annotated[int, Field(ge=1)] | None = None
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None


class PriceChange(_Strict):
    import_factor: Factor = 1.0
    import_offset_cny_per_kwh: Annotated[float, Field(ge=-2, le=5)] = 0.0
    export_factor: Factor = 1.0


class WeatherChange(_Strict):
    sun_factor: Factor = Field(1.0, description="times irradiance and PV yield")
    temperature_offset_k: Annotated[float, Field(ge=-30, le=30)] = 0.0


class Changes(_Strict):
    """Every field is optional; what is not named stays as it is.

    ``parameters``: component -> parameter -> number, such as ``{"grid": {"import_limit_kw": 3000}}``.
    ``demands``: input column, or carrier, -> factor, such as ``{"electricity": 1.1, "offices.heat_kw": 0.8}``.
    """

    outages: Annotated[list[OutageChange], Field(max_length=100)] = []
    parameters: dict[str, dict[str, float]] = {}
    prices: PriceChange = PriceChange()
    demands: dict[str, Factor] = {}
    weather: WeatherChange = WeatherChange()

    @property
    def hypothetical(self) -> bool:
        """Whether prices, demands or weather were made up: such a plan is for comparing, not for running."""
        return bool(self.demands) or self.prices != PriceChange() or self.weather != WeatherChange()

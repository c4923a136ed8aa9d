"""The park on paper: place, weather, tariff, factors, demands and components, read from one YAML file.

`Site` holds plain values; `SiteFile` holds the site together with where each of its numbers comes from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from forecasting.demand import Recipe
from forecasting.files import Reference
from forecasting.pv import PvArray
from models import AnyComponent, Component, Quantity

CarrierName = Literal["electricity", "heat", "cooling", "hydrogen", "water", "gas"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


File = Annotated[str, Reference()]
MaybeFile = Annotated[str | None, Reference()]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Title(_Strict):
    zh: str
    en: str


class PlaceOnEarth(_Strict):
    latitude: float = Field(ge=-90, le=90, description="[° north]")
    longitude: float = Field(ge=-180, le=180, description="[° east]")
    altitude_m: float = Field(ge=-500, le=9000)
    timezone: str = Field(description="IANA name, such as Asia/Shanghai")
    country: str = Field(pattern=r"^[A-Z]{2}$", description="ISO 3166 code, for the calendar of working days")


class Export(_Strict):
    """What electricity fed into the grid earns; how much may be fed in is the grid component's `export_limit_kw`."""

    mode: Literal["forbidden", "fixed", "spot"] = "forbidden"
    price_cny_per_kwh: float | None = Field(None, ge=-2, le=5, description="for mode fixed")
    csv: MaybeFile = Field(None, description="for mode spot: file with time and export_cny_per_kwh")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.mode == "fixed" and self.price_cny_per_kwh is None:
            raise ValueError("mode fixed needs price_cny_per_kwh")
        if self.mode == "spot" and self.csv is None:
            raise ValueError("mode spot needs csv, a file with the columns time and export_cny_per_kwh")
        return self


class TariffChoice(_Strict):
    file: File = Field(description="tariff file, relative to the site file")
    voltage: str
    export: Export = Export()


class Carbon(_Strict):
    factors: File = Field(description="registry of emission factors, relative to the site file")
    grid: str = Field(description="id of the grid factor in the registry")
    csv: MaybeFile = Field(None, description="time-varying intensity instead: file with time and grid_kgco2e_per_kwh")
    price_cny_per_t: float = Field(ge=0, le=20_000, description="price of carbon in balanced plans [CNY/tCO2e]")


class Site(_Strict):
    name: Name
    title: Title
    place: PlaceOnEarth
    climatology: MaybeFile = Field(None, description="monthly figures, relative to the site file")
    tariff: TariffChoice
    carbon: Carbon
    demands: dict[Name, Recipe] = Field(default_factory=dict, description="what is forecast for whom")
    arrays: dict[Name, PvArray] = Field(default_factory=dict, description="roof of each pv component, by its name")
    buses: dict[Name, CarrierName] = Field(
        min_length=1, description="bus -> carrier; several buses may share a carrier"
    )
    components: tuple[AnyComponent, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [c.name for c in self.components]
        if twice := sorted({n for n in names if names.count(n) > 1}):
            raise ValueError(f"component names repeat: {', '.join(twice)}")
        for c in self.components:
            for port in c.ports:
                self._connected(c, port.quantity, port.bus)
        roofs = {c.name for c in self.components if c.kind == "pv" and not getattr(c, "column", "")}
        if missing := sorted(roofs - set(self.arrays)):
            raise ValueError(f"pv components without a roof under arrays: {', '.join(missing)}")
        if unused := sorted(set(self.arrays) - roofs):
            raise ValueError(f"arrays without a pv component of that name: {', '.join(unused)}")
        forbidden = self.tariff.export.mode == "forbidden"
        for c in self.components:
            if c.kind == "grid" and forbidden != (getattr(c, "export_limit_kw") == 0):  # noqa: B009  union member
                raise ValueError(
                    f"tariff.export.mode is {self.tariff.export.mode!r} but {c.name}.export_limit_kw is "
                    f"{c.export_limit_kw}: export is forbidden by both or by neither"
                )
        return self

    def _connected(self, c: Component, quantity: Quantity, bus: str) -> None:
        if bus not in self.buses:
            raise ValueError(f"{c.name} is connected to the bus {bus!r}; there are: {', '.join(sorted(self.buses))}")
        if quantity.carrier != self.buses[bus]:
            raise ValueError(f"{c.name}.{quantity.name} carries {quantity.carrier}, the bus {bus!r} {self.buses[bus]}")

    def component(self, name: str) -> Component:
        """The component of that name; raises ``KeyError`` with the names that exist."""
        for c in self.components:
            if c.name == name:
                return c
        raise KeyError(f"no component {name!r}; there are: {', '.join(c.name for c in self.components)}")

    def with_components(self, **changes: dict[str, Any]) -> Site:
        """A new site in which fields of named components differ, validated again."""
        parts = [
            type(c).model_validate({**c.model_dump(exclude_unset=True), **changes[c.name]}) if c.name in changes else c
            for c in self.components
        ]
        return Site.model_validate({**dict(self), "components": tuple(parts)})


def sites_folder() -> Path:
    """Where the parks lie: beside the packages, in a checkout as in an installed wheel."""
    return Path(__file__).resolve().parents[1] / "sites"

"""What-if: what differs from the park as it is, and the park with that applied."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from forecasting.errors import InputError, meant, pointer_to

if TYPE_CHECKING:  # clients read these models and need nothing else of this package
    from ems.site import Site
    from ems.site_file import SiteFile
    from models import Component

Place = tuple[str | int, ...]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _no_number(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError("a time as text is expected, as 2026-11-23T00:00:00+08:00")
    return value


def _whole(value: Any) -> Any:
    """JSON has one kind of number: 3.0 is the integer 3."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Factor = Annotated[float, Field(ge=0, le=10)]
Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_no_number)]  # JSON has no type for times


class OutageChange(_Strict):
    """A machine, or some of its modules, out of service; without times for the whole plan."""

    component: str
    modules: Annotated[int, Field(ge=1), BeforeValidator(_whole)] | None = None
    start: Moment | None = None
    end: Moment | None = None


class PriceChange(_Strict):
    import_factor: Factor = 1.0
    import_offset_cny_per_kwh: Annotated[float, Field(ge=-2, le=5)] = 0.0
    export_factor: Factor = 1.0


class WeatherChange(_Strict):
    sun_factor: Factor = Field(1.0, description="times irradiance and PV yield, up to the rating of the inverters")
    temperature_offset_k: Annotated[float, Field(ge=-30, le=30)] = 0.0


class Changes(_Strict):
    """Every field is optional; what is not named stays as it is.

    ``parameters``: component -> parameter -> number, such as ``{"grid": {"connection_kw": 3000}}``.
    ``demands``: input column of a demand, deferrable demand, or carrier -> factor, such as
    ``{"electricity": 1.1, "offices.heat_kw": 0.8}``. What is named itself takes its own factor, not its carrier's.
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


def read_changes(data: dict[str, Any] | None) -> Changes | None:
    """Changes as a plan or a stored request holds them: JSON values, times as text."""
    return None if data is None else Changes.model_validate_json(json.dumps(data))


def changed_site(file: SiteFile, changes: Changes) -> SiteFile:
    """The site with the parameters, outages and amounts of deferrable demands that ``changes`` names.

    Changed parameters count as assumptions. Raises `InputError` with the field within the changes, such as
    ``changes.outages.0.component``; names of demands are checked here, too.
    """
    from ems.site_file import Provenance

    site = _with_parameters(file.site, changes.parameters)
    site = _with_outages(site, changes.outages)
    site = _with_amounts(site, changes.demands)
    names = [c.name for c in site.components]
    assumed = Provenance("assumption", "changed for this plan")
    notes = dict(file.notes)
    for name, values in changes.parameters.items():
        notes |= {("components", names.index(name), parameter): assumed for parameter in values}
    return replace(file, site=site, notes=notes)


def factor_of(c: Component, demands: dict[str, float]) -> float | None:
    """The factor of a demand: its own, else its carrier's; None where neither is named or it is no demand."""
    return next((demands[name] for name in _names_of_demand(c) if name in demands), None)


def _with_parameters(site: Site, parameters: dict[str, dict[str, float]]) -> Site:
    for name, values in parameters.items():
        c = _component(site, name, ("parameters", name))
        known = list(_numeric_fields(c))
        for parameter in values:
            if parameter not in known:
                expected = f"a number of {name}: {', '.join(known)}"
                raise _refused(site, ("parameters", name, parameter), None, expected, meant(parameter, known))
        try:
            type(c).model_validate({**c.model_dump(exclude_unset=True), **values})
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            at = ("parameters", name, *map(str, fault["loc"][:1]))
            raise _refused(site, at, values.get(str(at[-1])), _plain(fault["msg"])) from error
    try:
        return site.with_components(**parameters)
    except ValidationError as error:
        message = _plain(error.errors(include_url=False)[0]["msg"])
        raise _refused(site, ("parameters",), None, f"a site that fits together: {message}") from error


def _with_outages(site: Site, outages: list[OutageChange]) -> Site:
    found: dict[str, list[Any]] = {}
    for k, outage in enumerate(outages):
        c = _component(site, outage.component, ("outages", k, "component"))
        modules = getattr(c, "modules", 1)
        if "outages" not in type(c).model_fields:
            machines = [m.name for m in site.components if "outages" in type(m).model_fields]
            expected = f"a machine: {', '.join(machines)}"
            raise _refused(site, ("outages", k, "component"), c.name, expected, "lower its limits by parameters")
        if outage.modules and outage.modules > modules:
            raise _refused(site, ("outages", k, "modules"), outage.modules, f"at most {modules} modules of {c.name}")
        if outage.start and outage.end and outage.end <= outage.start:
            raise _refused(site, ("outages", k, "end"), outage.end.isoformat(), "a time after the start")
        planned = [o.model_dump() for o in getattr(c, "outages", ())]
        found.setdefault(c.name, planned).append(outage.model_dump(exclude={"component"}))
    return site.with_components(**{name: {"outages": out} for name, out in found.items()})


def _with_amounts(site: Site, demands: dict[str, float]) -> Site:
    """Deferrable demands hold their amounts in the site; all others come as columns of the inputs."""
    known = sorted({name for c in site.components for name in _names_of_demand(c)})
    for name in demands:
        if name not in known:
            raise _refused(site, ("demands", name), None, f"one of {', '.join(known)}", meant(name, known))
    changed: dict[str, dict[str, Any]] = {}
    for c in site.components:
        if c.kind == "deferrable_demand" and (factor := factor_of(c, demands)) is not None:
            slots = [{**slot.model_dump(), "amount": factor * slot.amount} for slot in getattr(c, "slots", ())]
            changed[c.name] = {"slots": slots}
    try:
        return site.with_components(**changed)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise _refused(site, ("demands",), fault["input"], _plain(fault["msg"])) from error


def _names_of_demand(c: Component) -> tuple[str, ...]:
    """What a demand may be called, its own name first; nothing for what is no demand."""
    if c.kind == "demand":
        return str(getattr(c, "need_column", "")), str(getattr(c, "carrier", ""))
    return (c.name, str(getattr(c, "carrier", ""))) if c.kind == "deferrable_demand" else ()


def _numeric_fields(c: Component) -> Iterator[str]:
    """Parameters that are one number; lists, curves and windows are changed in the site file."""

    def number(annotation: Any) -> bool:
        inner = get_args(annotation) if get_origin(annotation) in (Union, UnionType, Annotated) else ()
        return annotation in (int, float) or any(map(number, inner))

    return (name for name, field in type(c).model_fields.items() if number(field.annotation))


def _component(site: Site, name: str, at: Place) -> Component:
    try:
        return site.component(name)
    except KeyError as error:
        known = [c.name for c in site.components]
        remedy = meant(name, known, f"there are: {', '.join(known)}")
        raise _refused(site, at, name, f"a component of {site.name}", remedy) from error


def _refused(site: Site, at: Place, value: object, expected: str, remedy: str = "") -> InputError:
    place = ("changes", *at)
    return InputError(site.name, ".".join(map(str, place)), value, expected, remedy, pointer=pointer_to(place))


def _plain(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return text[:1].lower() + text[1:]

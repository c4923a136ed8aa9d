"""What the what-if page offers: machines, numbers, demands and moments that may be changed, and ready examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from api.pages.column_names import column_titles
from api.pages.environment import Words
from api.pages.parameter_names import Parameter, parameters
from ems.changes import Changes, OutageChange, PriceChange, WeatherChange
from ems.report.names import CARRIER_TEXT, carrier_name
from ems.report.view import PlanView
from ems.site import Site
from models import Component, Grid
from models.component import fixed

FIRST = ("connection_kw", "contract_kw", "export_limit_kw", "power_kw", "capacity_kw")  # looked for most often
COARSEST_MINUTES = 15  # moments of an outage are offered no finer


@dataclass(frozen=True)
class Machine:
    """What may be out of service."""

    name: str
    label: str
    modules: int


@dataclass(frozen=True)
class Demand:
    """A carrier, or one consumer of it, that a factor may apply to."""

    key: str
    label: str
    kwh_or_kg: float
    carrier: str
    single: bool


@dataclass(frozen=True)
class Preset:
    key: str
    changes: Changes


@dataclass(frozen=True)
class WhatIf:
    """All that the form needs of the plan it starts from."""

    machines: list[Machine]
    parameters: list[Parameter]
    demands: list[Demand]
    moments: list[tuple[str, str]]  # RFC 3339, clock
    presets: list[Preset]
    sells: bool  # whether the park feeds in, so that a price of it means something


def what_if_view(content: dict[str, Any], w: Words) -> WhatIf:
    view = PlanView(content, w.lang)
    site = Site.model_validate(content["site"]["definition"])
    labels = {c.name: c.label(w.lang) for c in site.components}
    found = parameters(content["site"]["definition"], labels, w.lang)
    found.sort(key=lambda p: FIRST.index(p.name) if p.name in FIRST else len(FIRST))
    return WhatIf(
        machines=_machines(site, w),
        parameters=found,
        demands=list(_demands(view, site)),
        moments=_moments(view),
        presets=list(_presets(view, site)),
        sells=site.tariff.export.mode != "forbidden",
    )


def _machines(site: Site, w: Words) -> list[Machine]:
    able = [c for c in site.components if "outages" in type(c).model_fields]
    return [Machine(c.name, c.label(w.lang), int(getattr(c, "modules", 1))) for c in able]


def _demands(view: PlanView, site: Site) -> Iterator[Demand]:
    """Each carrier that is in demand, and under it its consumers where there are several."""
    titles = column_titles(site, view.lang)
    consumers = [(c, name) for c in site.components if (name := consumer_name(c)) and _amount(view, c)]
    for carrier in CARRIER_TEXT:
        own = [(c, name) for c, name in consumers if getattr(c, "carrier", "") == carrier]
        if not own:
            continue
        yield Demand(carrier, carrier_name(carrier, view.lang), sum(_amount(view, c) for c, _ in own), carrier, False)
        if len(own) > 1:
            for c, name in own:
                yield Demand(name, titles.get(name, c.label(view.lang)), _amount(view, c), carrier, True)


def consumer_name(c: Component) -> str:
    """What a factor on a demand calls it: the column of the inputs, or the component that may be moved."""
    if c.kind == "demand":
        return str(getattr(c, "need_column", ""))
    return c.name if c.kind == "deferrable_demand" else ""


def _amount(view: PlanView, c: Component) -> float:
    """What a consumer wants over the plan [kWh or kg]."""
    return sum(view.total(s.values) for s in view.of(c.name) if s.quantity.startswith(("served_", "unserved_")))


def _moments(view: PlanView) -> list[tuple[str, str]]:
    """Edges of steps, a quarter of an hour apart at least."""
    apart = max(1, round(COARSEST_MINUTES / 60 / view.step_h))
    return [(view.local[k].isoformat(), view.clock(k)) for k in range(0, view.steps + 1, apart)]


def _presets(view: PlanView, site: Site) -> Iterator[Preset]:
    """Examples that mean something in this park."""
    kinds = {c.kind for c in site.components}
    carriers = {d.carrier for d in _demands(view, site)}
    for kind in ("electrolyser", "fuel_cell", "gas_engine", "heat_pump"):
        out = [OutageChange(component=c.name) for c in site.components if c.kind == kind]
        if out:
            yield Preset(f"{kind}_out", Changes(outages=out))
    grids = {c.name: {"connection_kw": fixed(c.connection_kw) / 2} for c in site.components if isinstance(c, Grid)}
    if grids:
        yield Preset("half_grid", Changes(parameters=grids))
    yield Preset("price_spike", Changes(prices=PriceChange(import_factor=1.5)))
    if "pv" in kinds:
        yield Preset("cloudy", Changes(weather=WeatherChange(sun_factor=0.35)))
    if "heat" in carriers:
        yield Preset("cold_snap", Changes(weather=WeatherChange(temperature_offset_k=-8.0)))
    if "cooling" in carriers:
        yield Preset("heat_wave", Changes(weather=WeatherChange(temperature_offset_k=6.0)))
    if "electricity" in carriers:
        yield Preset("more_demand", Changes(demands={"electricity": 1.15}))

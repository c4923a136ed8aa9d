"""Which input columns of a park are forecast with uncertainty, and which meter tells what came of each."""

from __future__ import annotations

from dataclasses import dataclass

from ems.inputs import calendar_of
from ems.site_file import SiteFile
from forecasting.history.reader import DemandMeter, KnownMeter, PvMeter
from forecasting.irradiance import Spot
from forecasting.ladder.cases import Kind
from forecasting.notes import Note
from models import PV, Component, unit_of
from models.component import fixed
from models.demand import Demand

WEATHERLY = ("heat", "cooling")


@dataclass(frozen=True)
class Target:
    """A column of the inputs.

    ``meter`` is None where no single meter tells of it; ``scale`` turns the meter's unit into the column's, so that a
    roof of 500 kWp has 1/500. ``highest`` is what the column never exceeds.
    """

    column: str
    title: Note
    unit: str
    kind: Kind
    meter: KnownMeter | None
    scale: float
    highest: float | None


def targets(file: SiteFile) -> list[Target]:
    """Yields of roofs, then demands, in the order of the site file."""
    site = file.site
    roofs = [c for c in site.components if isinstance(c, PV)]
    demands = [c for c in site.components if isinstance(c, Demand)]
    columns = dict.fromkeys([*(c.yield_column for c in roofs), *(c.need_column for c in demands)])
    found = []
    for column in columns:
        if mine := [c for c in roofs if c.yield_column == column]:
            found.append(_roof(file, column, mine))
        else:
            found.append(_demand(file, column, [c for c in demands if c.need_column == column]))
    return found


def history_series(file: SiteFile) -> dict[str, str]:
    """What a measured series is called that tells of a column -> its meter: `roof.power_kw`, `hall.electricity_kw`."""
    return {
        f"{t.meter.name}_kw" if t.kind == "pv" else t.column: t.meter.name for t in targets(file) if t.meter is not None
    }


def _title(parts: list[PV] | list[Demand]) -> Note:
    return Note("、".join(c.label("zh") for c in parts), ", ".join(c.label("en") for c in parts))


def _roof(file: SiteFile, column: str, roofs: list[PV]) -> Target:
    array, p = file.site.arrays.get(column.removesuffix(".yield_kw_per_kwp")), file.site.place
    meter, scale = None, 1.0
    if len(roofs) == 1 and array is not None:
        kwp, spot = fixed(roofs[0].capacity_kwp), Spot(p.latitude, p.longitude, p.altitude_m)
        meter, scale = PvMeter(f"{roofs[0].name}.power", "kW", kwp * array.ac_dc_ratio, kwp, spot, array), 1.0 / kwp
    return Target(column, _title(roofs), unit_of(column), "pv", meter, scale, array.ac_dc_ratio if array else None)


def _demand(file: SiteFile, column: str, demands: list[Demand]) -> Target:
    unit = unit_of(column)
    ending = "_kg_per_h" if unit == "kg/h" else f"_{unit.lower()}"
    meter = DemandMeter(
        column.removesuffix(ending), unit, calendar_of(file), weatherly=_carrier(demands[0]) in WEATHERLY
    )
    return Target(column, _title(demands), unit, "demand", meter if unit in ("kW", "kg/h") else None, 1.0, None)


def _carrier(c: Component) -> str:
    return str(getattr(c, "carrier", ""))

"""Baselines of a park: how the same demands would be served without its plant, as data with their provenance.

`grid_only` lies in ``sites/baselines``; a park writes further ones into its accounting file. What they would have
emitted is worked out in `ems.emissions.counterfactual`; `rule_based` is the park itself, run by rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from ems.site import Title, sites_folder
from ems.site_file import Provenance, figures_of, read_page
from ems.site_shape import Path_
from forecasting.errors import InputError, meant
from forecasting.files import read_text
from forecasting.provenance import Strict
from forecasting.yaml_files import MAX_BYTES

RULE_BASED = "rule_based"
BUILT_IN = ("grid_only", RULE_BASED)
CAUSES = {  # cause of a counterfactual's line -> (Chinese, English)
    "demand_power": ("用电由电网供给", "electricity demand from the grid"),
    "demand_cooling": ("供冷由电制冷机供给", "cooling by electric chillers"),
    "demand_heat": ("供热", "heating"),
    "demand_hydrogen": ("外购氢的生产", "making of bought hydrogen"),
    "hydrogen_truck": ("外购氢的运输", "trucks that bring hydrogen"),
    "vehicle_fuel": ("车辆用柴油", "diesel of vehicles"),
    "displaced_power": ("上网电量替代的电网发电", "grid power displaced by what is exported"),
}
FORMULAS = (  # name, Chinese, English, formula
    ("baseline_power", "用电", "electricity", "power_kwh = served_kwh"),
    ("baseline_cooling", "电制冷用电", "electricity of chillers", "power_kwh = served_kwh / cop"),
    ("baseline_heat", "供热用能", "energy for heat", "gas_kwh, power_kwh or heat_kwh = served_kwh / efficiency"),
    ("baseline_hydrogen", "外购氢", "bought hydrogen", "hydrogen_kg = served_kg - hydrogen_kg of fleets"),
    (
        "baseline_truck",
        "运氢柴油",
        "diesel of trucks",
        "truck_l = hydrogen_kg / kg_per_trip * round_trip_km * l_per_100km / 100",
    ),
    ("baseline_vehicles", "车辆柴油", "diesel of vehicles", "diesel_l = km * baseline_l_per_100km / 100"),
)
FIGURES = {  # path of a number -> (Chinese, English, unit)
    "heat.efficiency": ("供热效率", "efficiency of heating", ""),
    "cooling.cop": ("电制冷机性能系数", "COP of electric chillers", ""),
    "hydrogen.truck.round_trip_km": ("运氢往返里程", "distance of a hydrogen delivery, there and back", "km"),
    "hydrogen.truck.kg_per_trip": ("每车氢量", "hydrogen per delivery", "kg"),
    "hydrogen.truck.l_per_100km": ("运氢车百公里油耗", "diesel of hydrogen trucks", "L/100 km"),
}
CHOICES = {  # what is served how -> (Chinese, English)
    "electricity": ("用电全部由电网供给, 无光伏、无储能", "all electricity from the grid: no photovoltaics, no stores"),
    "gas_boiler": ("供热用燃气锅炉", "heat from a gas boiler"),
    "electric_boiler": ("供热用电锅炉", "heat from an electric boiler"),
    "district": ("供热外购", "heat bought from a district net"),
    "diesel": ("车辆用柴油行驶同样里程", "vehicles drive the same distance on diesel"),
    "none": ("车辆用外购氢行驶", "vehicles drive on bought hydrogen"),
}
SOURCE = "GHG Protocol for Project Accounting (2005): baseline scenario of the same service"


class HeatBaseline(Strict):
    technology: Literal["gas_boiler", "electric_boiler", "district"]
    efficiency: float = Field(gt=0.3, le=1.09, description="heat served per energy bought; gas on its lower value")
    factor: str = Field("", description="id in the registry, kgCO2e/kWh or kgCO2e/GJ; empty for electricity")

    @model_validator(mode="after")
    def _factor_where_burnt(self) -> Self:
        if (self.technology == "electric_boiler") == bool(self.factor):
            raise ValueError(f"factor: {self.technology} takes {'none' if self.factor else 'the id of one'}")
        return self


class CoolingBaseline(Strict):
    cop: float = Field(gt=1, le=15, description="cooling served per electricity bought")


class Truck(Strict):
    round_trip_km: float = Field(ge=0, le=5000, description="there and back [km]")
    kg_per_trip: float = Field(gt=0, le=5000, description="hydrogen delivered by a trip [kg]")
    l_per_100km: float = Field(gt=0, le=100, description="diesel, mean of both ways [L/100 km]")
    diesel: str = Field(description="id in the registry, kgCO2e/L")


class HydrogenBaseline(Strict):
    factor: str = Field(description="of making it; id in the registry, kgCO2e/kg")
    truck: Truck | None = Field(None, description="none: it is made next door")


class Displaced(Strict):
    """Credit for exported electricity, which only a named method may give."""

    method: str = Field(min_length=3, description="the method that covers it, such as AMS-I.D")
    factor: str = Field(description="of the power displaced; id in the registry, kgCO2e/kWh")


class Baseline(Strict):
    """How the demands of a park would be served otherwise; electricity always comes from the grid."""

    title: Title
    heat: HeatBaseline | None = None
    cooling: CoolingBaseline | None = None
    hydrogen: HydrogenBaseline | None = None
    vehicles: Literal["diesel", "none"] = Field(description="none: vehicles drive on bought hydrogen there, too")
    export: Displaced | None = None


@dataclass(frozen=True)
class NamedBaseline:
    """A baseline with its name and where its numbers come from; paths start at the baseline."""

    name: str
    baseline: Baseline
    provenance: Mapping[Path_, Provenance] = field(default_factory=dict)

    def assumptions(self) -> list[dict[str, Any]]:
        """Every number and choice of the baseline for the reader, with status and source."""
        b = self.baseline
        told = [_choice("electricity"), *([_choice(b.heat.technology)] if b.heat else []), _choice(b.vehicles)]
        for figure in figures_of(b, self.provenance, lambda path: ".".join(map(str, path))):
            zh, en, unit = FIGURES[figure.name]
            status, source = figure.provenance.status, figure.provenance.source
            told.append(
                {"text": {"zh": zh, "en": en}, "value": figure.value, "unit": unit, "status": status, "source": source}
            )
        return told


def named_baselines(
    own: Mapping[str, Baseline], provenance: Mapping[Path_, Provenance], prefix: Path_ = ("baselines",)
) -> dict[str, NamedBaseline]:
    """Grid_only and the park's own baselines; ``provenance`` is that of the file in which they stand under ``prefix``.

    Raises:
        InputError: one of the park's own has the name of a built-in one.
    """
    if taken := sorted(set(own) & set(BUILT_IN)):
        raise InputError("accounting", f"baselines.{taken[0]}", taken[0], f"a name other than {' and '.join(BUILT_IN)}")
    return {
        "grid_only": grid_only(),
        **{n: NamedBaseline(n, b, _below(provenance, (*prefix, n))) for n, b in own.items()},
    }


def grid_only() -> NamedBaseline:
    """The built-in baseline, read from ``sites/baselines/grid_only.yaml``."""

    class File(Strict):
        grid_only: Baseline

    path = sites_folder() / "baselines" / "grid_only.yaml"
    page, notes, found = read_page(read_text(path, MAX_BYTES, "YAML text"), path, File, "a mapping with grid_only")
    if found:
        raise found[0]
    baseline = File.model_validate(page.plain).grid_only
    return NamedBaseline("grid_only", baseline, _below(notes, ("grid_only",)))


def chosen(name: str, known: Mapping[str, NamedBaseline]) -> NamedBaseline:
    """The baseline of that name; raises `InputError` with those that exist."""
    if name not in known:
        names = [*known, RULE_BASED]
        raise InputError("baseline", "name", name, f"one of {', '.join(names)}", meant(name, names))
    return known[name]


def _choice(name: str) -> dict[str, Any]:
    zh, en = CHOICES[name]
    source = "definition of the baseline"
    return {"text": {"zh": zh, "en": en}, "value": None, "unit": "", "status": "assumption", "source": source}


def _below(notes: Mapping[Path_, Provenance], prefix: Path_) -> dict[Path_, Provenance]:
    """Provenance with paths from ``prefix`` on; what speaks for something above speaks for all of it."""
    above = [path for path in sorted(notes, key=len) if prefix[: len(path)] == path]
    inside = {path[len(prefix) :]: note for path, note in notes.items() if path[: len(prefix)] == prefix}
    return ({(): notes[above[-1]]} if above else {}) | inside

"""What the meters of an activity stand for: who uses what, which building a demand belongs to, what a model expects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from ems.analysis.anomalies import THERMAL, Expected
from ems.emissions.activity import Activity, amount_name
from ems.site import Site
from forecasting.buildings import Building
from forecasting.notes import Note

USES = {
    "production_hall": ("生产厂房", "production hall"),
    "exhibition": ("展厅", "exhibition hall"),
    "office": ("办公楼", "offices"),
    "dormitory": ("宿舍", "dormitories"),
}
DEMANDS = ("demand", "deferrable_demand")


@dataclass(frozen=True)
class User:
    """One consumption meter: whose it is and of what."""

    meter: str
    component: str
    building: str  # name of the recipe; empty where the meter is no building's
    name: Note
    carrier: str
    unit: str
    is_demand: bool  # else a machine of the park, whose product is used in turn


def users(activity: Activity) -> list[User]:
    """Every meter that counts what leaves a bus for good or feeds a machine, in the order of the site."""
    return [u for u in _users(activity.site) if u.meter in activity.table]


def _users(site: Site) -> Iterator[User]:
    for c in site.components:
        for q in c.quantities:
            if q.sign >= 0 or not q.name.endswith(("_kw", "_kg_per_h")):
                continue
            demand = c.kind in DEMANDS
            building = building_of(site, getattr(c, "need_column", "")) if demand else ""
            name = Note(c.label("zh"), c.label("en"))
            if not demand:
                name = Note(f"{name.zh} · {q.zh}", f"{name.en}: {q.en}")
            meter = amount_name(c.name, q.name)
            yield User(meter, c.name, building, name, q.carrier, "kg" if meter.endswith("_kg") else "kWh", demand)


def building_of(site: Site, column: str) -> str:
    """The building whose demand a column holds; empty where it is that of a process or of a file."""
    recipe = column.partition(".")[0]
    return recipe if isinstance(site.demands.get(recipe), Building) else ""


def building_name(site: Site, building: str) -> Note:
    recipe = site.demands[building]
    assert isinstance(recipe, Building)
    zh, en = USES[recipe.use]
    return Note(f"{zh} ({building})", f"{en} ({building})")


def floor_area_m2(site: Site, building: str) -> float:
    recipe = site.demands[building]
    assert isinstance(recipe, Building)
    return recipe.floor_area_m2


def expected_of(activity: Activity, inputs: pd.DataFrame, *, weather_known: bool) -> Expected:
    """What the site's own model expects of its demand meters, from inputs on the hours of the activity.

    Only a weather that was measured tells what heat, cold and COP to expect of a certain hour.
    """
    if not inputs.index.equals(activity.table.index):
        raise ValueError("inputs and activity must have the same hours")
    amounts = {
        u.meter: inputs[column].to_numpy(float)
        for u in users(activity)
        if u.is_demand and (weather_known or u.carrier not in THERMAL)
        if (column := getattr(activity.site.component(u.component), "need_column", "")) in inputs
    }
    return Expected(amounts, inputs["temperature_c"].to_numpy(float) if weather_known else None)

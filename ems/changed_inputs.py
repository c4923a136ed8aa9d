"""What-if on the inputs: weather, prices, demands and sun as asked for, each told in a note."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ems.changes import Changes, OutageChange, WeatherChange, factor_of
from ems.report.names import carrier_name
from ems.site import Site
from forecasting.notes import Note
from forecasting.place import zone
from forecasting.weather import Weather
from models import PV, Grid
from models.demand import Demand
from models.storage import WASTE_COLUMN

if TYPE_CHECKING:
    from ems.inputs import Inputs

CHANGED = Note("本计划设定: ", "Changed for this plan: ")  # how a note on a change begins


def changed_weather(sky: Weather, change: WeatherChange) -> Weather:
    """The weather with its temperature shifted, before demands and yields are made of it."""
    shift = change.temperature_offset_k
    if not shift:
        return sky
    return replace(sky, table=sky.table.assign(temperature_c=sky.table["temperature_c"] + shift))


def changed_inputs(inputs: Inputs, changes: Changes, site: Site) -> Inputs:
    """The inputs with prices, demands and sun as in ``changes``, and a note for each of them."""
    table, notes = inputs.table.copy(), list(_input_notes(changes))
    sun, prices = changes.weather.sun_factor, changes.prices
    if sun != 1:
        table["ghi_w_per_m2"] *= sun
        for column, rated in {c.yield_column: _rated(site, c) for c in site.components if isinstance(c, PV)}.items():
            table[column] = np.minimum(sun * table[column], np.maximum(rated, table[column]))
    for column, factor in {c.need_column: factor_of(c, changes.demands) for c in _demands(site)}.items():
        if factor is not None:
            table[column] *= factor
    grids = [c for c in site.components if isinstance(c, Grid)]
    for column in {c.import_price for c in grids}:
        table[column] = prices.import_factor * table[column] + prices.import_offset_cny_per_kwh
    for column in {c.export_price for c in grids}:
        table[column] *= prices.export_factor
    return replace(inputs, table=with_waste(table), notes=(*notes, *inputs.notes))


def with_waste(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the column that marks steps in which the grid pays for consumption."""
    return table.assign(**{WASTE_COLUMN: (table["import_cny_per_kwh"] < 0).astype(float)})


def change_notes(before: Site, changes: Changes) -> list[Note]:
    """Outages and parameters in words, beside what they were."""
    notes = [_outage_note(before, o) for o in changes.outages]
    for name, values in changes.parameters.items():
        c = before.component(name)
        for parameter, value in values.items():
            old, new = _shown(getattr(c, parameter)), _shown(value)
            zh = f"{c.label('zh')} {parameter} 由 {old} 改为 {new}"
            notes.append(_note(zh, f"{c.label('en')}, {parameter} {new} instead of {old}"))
    return notes


def _input_notes(changes: Changes) -> Iterator[Note]:
    sun, shift, p = changes.weather.sun_factor, changes.weather.temperature_offset_k, changes.prices
    if shift:
        yield _note(f"气温 {shift:+g} K", f"air temperature {shift:+g} K")
    if sun != 1:
        yield _note(f"光照与光伏出力 ×{sun:g}", f"irradiance and PV yield times {sun:g}")
    if (p.import_factor, p.import_offset_cny_per_kwh) != (1, 0):
        more = p.import_offset_cny_per_kwh
        zh, en = (f", {more:+g} 元/kWh", f", {more:+g} CNY/kWh") if more else ("", "")
        yield _note(f"购电价 ×{p.import_factor:g}{zh}", f"import price times {p.import_factor:g}{en}")
    if p.export_factor != 1:
        yield _note(f"上网电价 ×{p.export_factor:g}", f"export price times {p.export_factor:g}")
    for name, factor in changes.demands.items():
        yield _note(f"{carrier_name(name, 'zh')}需求 ×{factor:g}", f"demand {name} times {factor:g}")


def _outage_note(site: Site, o: OutageChange) -> Note:
    c = site.component(o.component)
    zh, en = (f"({o.modules} 台)", f" ({o.modules} of its modules)") if o.modules else ("", "")
    start, end = (f"{t.astimezone(zone(site.place.timezone)):%Y-%m-%d %H:%M}" if t else "" for t in (o.start, o.end))
    if start or end:
        zh += f"停运: {start or '计划开始'} 至 {end or '计划结束'}"
        en += f" out of service from {start or 'the start'} to {end or 'the end'}"
    else:
        zh, en = f"{zh}全程停运", f"{en} out of service all through"
    return _note(c.label("zh") + zh, c.label("en") + en)


def _demands(site: Site) -> list[Demand]:
    return [c for c in site.components if isinstance(c, Demand)]


def _rated(site: Site, c: PV) -> float:
    """AC rating per DC rating [kW/kWp]; no limit is known where the yield comes from a column of its own."""
    return site.arrays[c.name].ac_dc_ratio if c.name in site.arrays else math.inf


def _shown(value: object) -> str:
    return f"{value:,.6g}" if isinstance(value, float | int) else "–"


def _note(zh: str, en: str) -> Note:
    return Note(f"{CHANGED.zh}{zh}。", f"{CHANGED.en}{en}.")

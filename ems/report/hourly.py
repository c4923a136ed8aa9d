"""The main series of a plan by hour, and sums by tariff band: numbers without any layout."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ems.report.names import band_name
from ems.report.view import NOTHING, Floats, PlanView

How = Literal["mean", "last", "sum"]
GENERATORS = ("fuel_cell", "gas_engine")
DEMANDS = ("demand", "deferrable_demand")


@dataclass(frozen=True)
class Column:
    """One series by step; ``keep`` orders columns where the room is short: 1 stays longest."""

    key: str
    title: str
    unit: str
    digits: int
    how: How
    values: Floats
    keep: int
    signed: bool = False

    def by(self, rows: list[tuple[int, int]], step_h: float) -> list[float]:
        """The value of each span of steps: mean rate, amount, or last stock."""
        if self.how == "last":
            return [float(self.values[b - 1]) for _, b in rows]
        return [float(self.values[a:b].sum()) * (step_h if self.how == "sum" else 1 / (b - a)) for a, b in rows]

    def of_day(self, step_h: float) -> float | None:
        """Energy or mass of the day; none for prices, stocks and what goes both ways."""
        return None if self.how == "last" or self.key == "price" or self.signed else float(self.values.sum()) * step_h


@dataclass(frozen=True)
class BandSum:
    """What a tariff band holds."""

    band: str
    name: str
    hours: float
    import_kwh: float
    share: float
    cost_cny: float
    price_cny_per_kwh: float  # paid on average; without import the mean of the band
    pv_kwh: float
    hydrogen_kg: float


def hours(view: PlanView) -> list[tuple[int, int]]:
    """Spans of steps of one hour each, from the start of the plan."""
    per_hour = max(round(1 / view.step_h), 1)
    return [(k, min(k + per_hour, view.steps)) for k in range(0, view.steps, per_hour)]


def columns(view: PlanView) -> list[Column]:
    """The columns that this plan has anything to say in, in reading order."""
    electric = {b for b, c in view.buses.items() if c == "electricity"}
    price = view.input("import_cny_per_kwh")
    store = _net(view, "battery", "discharge_kw", "charge_kw")
    level, room = _sum(view, ["battery"], "level_kwh"), _room(view, "battery")
    found = [
        _column(view, "price", "CNY/kWh", 3, price if price is not None else np.zeros(view.steps), 2),
        _column(view, "pv", "kW", 0, _sum(view, ["pv"], "power_kw"), 3),
        _column(view, "import", "kW", 0, _sum(view, ["grid"], "import_kw"), 1),
        _column(view, "export", "kW", 0, _sum(view, ["grid"], "export_kw"), 5),
        _column(view, "electrolysers", "kW", 0, _sum(view, ["electrolyser"], "power_kw", "auxiliary_kw"), 4),
        _column(view, "hydrogen", "kg", 1, _sum(view, ["electrolyser"], "hydrogen_kg_per_h"), 7, "sum"),
        _column(view, "hydrogen_use", "kg", 1, _served(view, "hydrogen"), 13, "sum"),
        _column(view, "tank", "kg", 0, _sum(view, ["hydrogen_tank"], "level_kg"), 6, "last"),
        _column(view, "battery", "kW", 0, store, 8, "mean", signed=True),
        _column(view, "soc", "%", 0, 100 * level / room if room else np.zeros(view.steps), 9, "last"),
        _column(view, "generation", "kW", 0, _generation(view, electric), 10),
        _column(view, "demand", "kW", 0, _served(view, "electricity"), 14),
        _column(view, "heat", "kW", 0, _served(view, "heat"), 11),
        _column(view, "cooling", "kW", 0, _served(view, "cooling"), 12),
    ]
    return [c for c in found if float(np.abs(c.values).max(initial=0)) >= NOTHING]


def by_band(view: PlanView) -> list[BandSum]:
    """Sums over the steps of each band, dearest first."""
    price = view.input("import_cny_per_kwh")
    cost_per_kwh = price if price is not None else np.zeros(view.steps)
    bought = _sum(view, ["grid"], "import_kw") * view.step_h
    pv = _sum(view, ["pv"], "power_kw") * view.step_h
    made = _sum(view, ["electrolyser"], "hydrogen_kg_per_h") * view.step_h
    bands = np.array(view.bands)
    found = []
    for band in dict.fromkeys(view.bands):
        here = bands == band
        kwh, cny = float(bought[here].sum()), float((bought * cost_per_kwh)[here].sum())
        mean = cny / kwh if kwh > NOTHING else float(cost_per_kwh[here].mean())
        share = kwh / float(bought.sum()) if bought.sum() > NOTHING else 0.0
        name = band_name(band, view.lang)
        hours_ = float(here.sum()) * view.step_h
        found.append(BandSum(band, name, hours_, kwh, share, cny, mean, float(pv[here].sum()), float(made[here].sum())))
    return sorted(found, key=lambda b: -float(cost_per_kwh[bands == b.band].mean()))


def hour_band(view: PlanView, span: tuple[int, int]) -> str:
    """Band of an hour; bands that change inside it are both named."""
    return "/".join(band_name(b, view.lang) for b in dict.fromkeys(view.bands[span[0] : span[1]]))


def _column(
    view: PlanView, key: str, unit: str, digits: int, x: Floats, keep: int, how: How = "mean", *, signed: bool = False
) -> Column:
    return Column(key, view.say(f"c_{key}"), unit, digits, how, x, keep, signed)


def _sum(view: PlanView, kinds: Iterable[str], *quantities: str) -> Floats:
    total = np.zeros(view.steps)
    for s in view.series.values():
        if s.quantity in quantities and view.kind(s.component) in kinds:
            total = total + s.values
    return total


def _net(view: PlanView, kind: str, plus: str, minus: str) -> Floats:
    return _sum(view, [kind], plus) - _sum(view, [kind], minus)


def _served(view: PlanView, carrier: str) -> Floats:
    total = np.zeros(view.steps)
    for s in view.series.values():
        if s.sign < 0 and view.kind(s.component) in DEMANDS and view.buses.get(s.bus) == carrier:
            total = total + s.values
    return total


def _generation(view: PlanView, electric: set[str]) -> Floats:
    total = np.zeros(view.steps)
    for s in view.series.values():
        if s.sign > 0 and s.bus in electric and view.kind(s.component) in GENERATORS:
            total = total + s.values
    return total


def _room(view: PlanView, kind: str) -> float:
    return sum(view.size(c) or 0.0 for c in view.components if view.kind(c) == kind)

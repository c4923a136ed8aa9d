"""Promise and operation of one year side by side: money by component and cause, energy, machines and stores.

    operating      = sum of what is paid in the simulated year, at prices of the base year
    annual         = investment + sum of weight(cause) * paid + weight of carbon * emissions     equal yearly payment
    life cycle     = annual / annuity
    gap            = operated / promised - 1

The weights are those of the design's objective (`ems.sizing.worth`), so that the promised annual cost is what the
linear program minimised. Stock that operation ends with below the design is bought back, above it is sold, at the
mean marginal value of the design.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ems.accounts import CAUSES
from ems.site import Site
from ems.sizing.aims import general_weight
from ems.sizing.cash_flow import bills
from ems.sizing.design import Designed
from ems.sizing.key_figures import key_figures
from ems.sizing.missed import missed
from ems.sizing.study import Economics, Study
from ems.sizing.worth import Worth, annual_cost_cny, annuity
from ems.sizing.year_run import YearRun
from models import PV, Component, Store, Window, unit_of
from models.commitment import Machine
from models.machine import ON, STARTS
from models.window import Floats

STOCK = "stock_difference"
CARBON = "carbon"
CAUSE_TEXT = {cause: (zh, en) for cause, (en, zh, _) in CAUSES.items()} | {
    "demand_charge": ("需量电费", "demand charge"),
    STOCK: ("期末存量与设计之差", "stock missing (+) or gained (-) against the design"),
    CARBON: ("碳价", "price of emissions"),
}


class Line(NamedTuple):
    """What one component pays for one cause in the simulated year."""

    component: str
    cause: str
    promised_cny: float
    operated_cny: float

    @property
    def more(self) -> float:
        return self.operated_cny - self.promised_cny


@dataclass(frozen=True)
class Gap:
    """A design and its operation; what reasons and deratings are read from."""

    promise: YearRun
    operated: YearRun
    lines: tuple[Line, ...]
    missing: Mapping[str, float]  # store -> stock below (+) or above (-) the design, all months together [kWh or kg]

    @property
    def promised_cny(self) -> float:
        return sum(line.promised_cny for line in self.lines)

    @property
    def operated_cny(self) -> float:
        return sum(line.operated_cny for line in self.lines)


def truth_of(
    promise: YearRun, operated: YearRun, designed: Designed, study: Study, missing: Mapping[str, float]
) -> dict[str, Any]:
    """The comparison as plain data; ``missing`` is the stock that operation lacks against the design."""
    from ems.sizing.gap_reasons import why

    gap = Gap(promise, operated, tuple(_lines(promise, operated, designed, study.economics, missing)), missing)
    invested = _investment_cny(designed, study)
    weights = [_weight(line, designed.worth) for line in gap.lines]
    bound = annuity(study.economics)

    def side(run: YearRun, paid: list[float]) -> dict[str, Any]:
        annual = invested + sum(w * cny for w, cny in zip(weights, paid, strict=True))
        return {
            "operating_cny": sum(paid),
            "investment_annual_cny": invested,
            "annual_cost_cny": annual,
            "life_cycle_cost_cny": annual / bound,
            "starts": sum(run.times(c.name, STARTS.name) for c in run.site.components),
            "unserved_kwh": sum(run.total(c.name, "unserved_kw") for c in run.site.components),
            "unserved_kg": sum(run.total(c.name, "unserved_kg_per_h") for c in run.site.components),
            **key_figures(run.site, run.w, run.schedule),
        }

    sides = {
        "promised": side(promise, [line.promised_cny for line in gap.lines]),
        "operated": side(operated, [line.operated_cny for line in gap.lines]),
    }
    ratio = {"operating": _over(sides, "operating_cny"), "life_cycle": _over(sides, "life_cycle_cost_cny")}
    return {
        **sides,
        "gap": ratio,
        "unserved_kwh": sides["operated"]["unserved_kwh"],
        "unserved_kg": sides["operated"]["unserved_kg"],
        "why": [{"zh": note.zh, "en": note.en} for note in why(gap, ratio)],
        "by_cause": [_told(line, promise.site) for line in gap.lines],
        "devices": [d for c in promise.site.components if (d := device(c, promise, operated))],
        "missed": missed(promise, operated),
    }


def _weight(line: Line, worth: Worth) -> float:
    if line.cause in (STOCK, CARBON):
        return general_weight(worth)
    return worth.weight(line.cause, line.component)


def _lines(
    promise: YearRun, operated: YearRun, designed: Designed, e: Economics, missing: Mapping[str, float]
) -> list[Line]:
    before, after = (
        {(b.component, b.cause): b.year_cny for b in bills(run.site, run.w, run.schedule, e)}
        for run in (promise, operated)
    )
    lines = [Line(*key, before.get(key, 0.0), after.get(key, 0.0)) for key in dict.fromkeys([*before, *after])]
    lines += [
        Line(name, STOCK, 0.0, amount * stock_value_cny(designed, name, short=amount > 0))
        for name, amount in missing.items()
        if amount
    ]
    if designed.worth.carbon_cny_per_kg:
        price = designed.worth.carbon_cny_per_kg / general_weight(designed.worth)
        lines.append(Line("", CARBON, price * promise.emissions_kg, price * operated.emissions_kg))
    return lines


def stock_value_cny(designed: Designed, name: str, *, short: bool) -> float:
    """What a unit held in a store is worth [CNY per kWh or kg], at prices of the simulated year.

    Where the design was solved without marginal values, what the site file says.
    """
    c = designed.site.component(name)
    assert isinstance(c, Store)
    if (values := designed.marginal.get(c.bus_name)) is None:
        return c.end_short_cny_per_unit if short else c.end_surplus_cny_per_unit
    mean = float(np.average(values, weights=designed.window.weights))
    return max(0.0, mean) * c.discharge_efficiency / general_weight(designed.worth)


def _investment_cny(designed: Designed, study: Study) -> float:
    """Investment, upkeep and replacement of what is sized, as an equal yearly payment [CNY/a]."""
    paid = sum(
        value * annual_cost_cny(study.costs[study.sizes[name].cost], study.economics)
        for name, value in designed.sizes.items()
    )
    return paid * designed.window.year_share


def _over(sides: Mapping[str, Mapping[str, Any]], key: str) -> float | None:
    promised, operated = sides["promised"][key], sides["operated"][key]
    return float((operated - promised) / abs(promised)) if promised else None


def _told(line: Line, site: Site) -> dict[str, Any]:
    zh, en = CAUSE_TEXT.get(line.cause, (line.cause, line.cause))
    label = {}
    if line.component:
        c = site.component(line.component)
        label = {"zh": c.label("zh"), "en": c.label("en")}
    return {
        "component": line.component,
        "label": label,
        "cause": line.cause,
        "text": {"zh": zh, "en": en},
        "promised_cny": line.promised_cny,
        "operated_cny": line.operated_cny,
    }


# ---- devices ---------------------------------------------------------------------------------------------------------


def device(c: Component, promise: YearRun, operated: YearRun) -> dict[str, Any] | None:
    """Figures of a machine, a store or a roof on both sides; ``None`` for all else, and for what is not built."""
    if not isinstance(c, Machine | Store | PV) or c.name not in {x.name for x in operated.site.components}:
        return None
    made = next(p.quantity for p in c.ports if p.quantity.sign > 0)
    unit = unit_of(made.name)
    told: dict[str, Any] = {
        "component": c.name,
        "kind": c.kind,
        "label": {"zh": c.label("zh"), "en": c.label("en")},
        "quantity": made.name,
        "unit": "kg" if unit == "kg/h" else "kWh",
        "promised": promise.total(c.name, made.name),
        "operated": operated.total(c.name, made.name),
    }
    for side, run in (("promised", promise), ("operated", operated)):
        told |= {f"{key}_{side}": value for key, value in _figures(run, c.name, made.name, operated.site).items()}
    return told


def _figures(run: YearRun, name: str, made: str, built: Site) -> dict[str, float | None]:
    c, table = run.site.component(name), run.schedule.tables[name]
    if isinstance(c, PV):
        return {"curtailed_kwh": run.total(name, "curtailed_kw")}
    if isinstance(c, Store):
        level = table[c.level_name].to_numpy(float)
        low, high = (level.min(), level.max()) if run.site is not built else _usual(run.w, level)
        return {
            "capacity": _capacity(c, run),
            "range": float(high - low),
            "across_days": _across_days(run, level),
            "wear_cny": _wear_cny(c, run),
        }
    assert isinstance(c, Machine)
    output, load = run.total(name, made), c.load_kw(table)
    counted = run.site is built or (not c.plain and (c.start_cny or c.cold_start_kwh_per_kw or c.has_warm_up))
    taken = [p.quantity for p in c.ports if p.quantity.sign < 0]
    used = sum(run.total(name, q.name) for q in taken if q.carrier == taken[0].carrier)
    capacity = _capacity(c, run)
    return {
        "capacity": capacity,
        "module": c.module_capacity(table, run.w),
        "starts": run.times(name, STARTS.name) if counted else None,  # a design counts only starts that cost something
        "capacity_hours": run.total(name, ON.name) * c.module_capacity(table, run.w),
        "full_load_hours": float((load * run.w.weights).sum()) / capacity,
        "auxiliary_kwh": run.total(name, "auxiliary_kw"),
        "specific": used / output if output > 0 else None,
        "below_minimum_share": _below_minimum(run, load, built.component(name)),
        "wear_cny": _wear_cny(c, run),
    }


def _capacity(c: Machine | Store, run: YearRun) -> float:
    size = c.size if isinstance(c, Machine) else c.capacity
    return float(size if isinstance(size, float | int) else run.schedule.tables[c.name].attrs["capacity"])


def _wear_cny(c: Component, run: YearRun) -> float:
    bills = c.bill(run.schedule.tables[c.name], run.w)
    return sum(float((x * run.w.occurrences).sum()) for cause, x in bills.items() if CAUSES[cause][2] == "wear")


def _below_minimum(run: YearRun, load: Floats, built: Component) -> float:
    """Share of the year's load that lies below the minimum load of one built module."""
    assert isinstance(built, Machine)
    low = (load > 1e-6) & (load < built.least * built.module_kw - 1e-3)
    amount = load * run.w.weights
    return float(amount[low].sum() / amount.sum()) if amount.sum() > 0 else 0.0


def _usual(w: Window, level: Floats) -> tuple[float, float]:
    """Levels between which operation keeps a store for 98 % of the time.

    The first day of each month is left out: it opens with the level of the design.
    """
    day = round(24 / w.step_h)
    settled = np.concatenate([steps[day:] if len(steps) > day else steps for _, steps in w.calendar("M")])
    low, high = np.quantile(level[settled], (0.01, 0.99))
    return float(low), float(high)


def _across_days(run: YearRun, level: Floats) -> float | None:
    """How far the levels at midnight lie apart [kWh or kg]; ``None`` for typical days, whose order is another."""
    if run.w.chronology is not None:
        return None
    steps = max(1, round(24 / run.w.step_h))
    nights = level[steps - 1 :: steps]
    return float(nights.max() - nights.min())

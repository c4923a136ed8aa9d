"""What would change if a device were out from some interval of a stored plan on: the rest of the plan solved again.

    from the state that the plan has at that moment:  best rest without the device - best rest with it

Both are planned anew with the inputs of the stored plan, so that nothing but the device differs. A machine that starts
and stops is out of service; any other device is taken away with what it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ems.audit import audit
from ems.kpis import kpis
from ems.phrases import amount, bus_label, label, listed, told
from ems.problem import Limits
from ems.schedule import Schedule
from ems.site import Site
from ems.solve import Solver
from ems.stored_plan import StoredPlan
from forecasting.errors import InputError, meant
from forecasting.notes import Note
from models import Component, Violation, Window
from models.commitment import Machine
from models.component import Outage
from models.demand import DeferrableDemand, Demand

MOST = 4  # devices that are told to step in
LITTLE = 0.5  # kWh, kg, CNY: less is no difference
UNSERVED = {"unserved_kwh": "kWh", "unserved_kg": "kg"}


@dataclass(frozen=True)
class Rest:
    """The rest of a plan, planned anew."""

    site: Site
    window: Window
    schedule: Schedule
    kpis: Mapping[str, float]
    gap: float
    violations: tuple[Violation, ...]


@dataclass(frozen=True)
class Without:
    """Both ways from ``at`` on; ``out`` is None where no plan can do without the device."""

    device: Component
    at: pd.Timestamp
    usual: Rest
    out: Rest | None

    def change(self, figure: str) -> float:
        """Key figure without the device less that with it; not a number where there is no plan without it."""
        return self.out.kpis[figure] - self.usual.kpis[figure] if self.out else float("nan")


def without(plan: StoredPlan, k: int, name: str, solver: Solver, limits: Limits | None = None) -> Without:
    """The plan from step ``k`` on without the component ``name``; raises `InputError` where it is none or no device."""
    known = [c.name for c in plan.site.components if not isinstance(c, Demand | DeferrableDemand)]
    if name not in known:
        raise InputError("plan", "device", name, "a device of the plan", meant(name, known))
    device, w = plan.site.component(name), _rest(plan, k)
    usual = _planned(plan.site, w, plan, solver, limits or Limits())
    if usual is None:
        raise InputError("plan", "rest", k, "a rest that can be planned again", "plan the day first")
    out = _planned(_site_without(plan.site, device), w, plan, solver, limits or Limits())
    return Without(device, w.inputs.index[0], usual, out)


def _rest(plan: StoredPlan, k: int) -> Window:
    """The window from step ``k`` on, opened by what the plan did before."""
    w = plan.window
    minutes = round(w.step_h * 60)
    if not 0 <= k < len(w.inputs):
        raise InputError("plan", "step", k, f"from 0 to {len(w.inputs) - 1}")
    if k == 0:
        return replace(w, step_minutes=minutes)
    done = Schedule({name: table.iloc[:k] for name, table in plan.schedule.tables.items()}, plan.schedule.sizes)
    state = done.state_end(plan.site, replace(w, inputs=w.inputs.iloc[:k], step_minutes=minutes))
    return replace(w, inputs=w.inputs.iloc[k:], state=state, step_minutes=minutes)


def _site_without(site: Site, device: Component) -> Site:
    if isinstance(device, Machine):
        out = device.model_copy(update={"outages": (*device.outages, Outage())})
        return site.model_copy(update={"components": tuple(out if c is device else c for c in site.components)})
    return site.model_copy(update={"components": tuple(c for c in site.components if c is not device)})


def _planned(site: Site, w: Window, plan: StoredPlan, solver: Solver, limits: Limits) -> Rest | None:
    from ems.build import build

    built = build(site, w, plan.objective)
    answer = solver.solve(built.problem, limits)
    if answer.x is None:
        return None
    schedule = Schedule(*built.tables(answer.x, w))
    found = audit(site, w, schedule, plan.objective, answer.objective)
    return Rest(site, w, schedule, kpis(site, w, schedule), answer.gap, tuple(found))


def in_words(found: Without) -> list[Note]:
    """What the outage costs, what goes unserved, and what steps in."""
    who, at = label(found.device), f"{found.at:%Y-%m-%d %H:%M}"
    head = told("若{who}自 {at} 起停运至计划结束", "With {who} out from {at} to the end of the plan", who=who, at=at)
    if found.out is None:
        return [told("{head}, 没有可行的计划。", "{head} no plan is possible.", head=head)]
    if broken := (*found.usual.violations, *found.out.violations):
        zh, en = "{head}: 重新计算未通过审核({law})。", "{head}: what was planned anew did not pass the audit ({law})."
        return [told(zh, en, head=head, law=broken[0].law)]
    return [*_cost(found, head), *_unserved(found), *_instead(found), _proof(found)]


def _cost(found: Without, head: Note) -> Iterator[Note]:
    cost, carbon = found.change("total_cost_cny"), found.change("emissions_kgco2e")
    if max(abs(cost), abs(carbon)) < LITTLE and not any(found.change(key) > LITTLE for key in UNSERVED):
        yield told("{head}: 几乎没有变化。", "{head} next to nothing changes.", head=head)
        return
    peak, higher = found.change("grid_peak_kw"), Note("", "")
    if abs(peak) > LITTLE:
        higher = told(", 最大购电功率 {x}", ", highest import {x}", x=amount(peak, "kW", signed=True))
    yield told(
        "{head}: 成本 {cost}, 排放 {co2}{peak}。",
        "{head}: cost {cost}, emissions {co2}{peak}.",
        head=head,
        cost=amount(cost, "CNY", signed=True),
        co2=amount(carbon, "kgCO2e", signed=True),
        peak=higher,
    )


def _unserved(found: Without) -> Iterator[Note]:
    """Every demand that goes short of more than with the device."""
    assert found.out is not None
    short = []
    for c in found.usual.site.components:
        if isinstance(c, Demand | DeferrableDemand):
            series, unit = f"unserved_{c.unit}", "kg" if c.unit == "kg_per_h" else "kWh"
            more = _sum(found.out, c.name, series) - _sum(found.usual, c.name, series)
            if more > LITTLE:
                short.append(told("{who} {x}", "{who} {x}", who=label(c), x=amount(more, unit)))
    if short:
        yield told("不能满足: {x}。", "Not served: {x}.", x=listed(short))
    else:
        yield Note("全部需求仍可满足。", "All demand is still served.")


def _instead(found: Without) -> Iterator[Note]:
    """Who gives more to the buses that the device fed, and who takes less from them."""
    assert found.out is not None
    site = found.usual.site
    for quantity, bus in found.device.ports:
        if quantity.sign < 0:
            continue
        unit = "kg" if site.buses[bus] in ("hydrogen", "water") else "kWh"
        moves = []
        for c in site.components:
            if c is found.device or isinstance(c, Demand | DeferrableDemand):
                continue
            more = _into(found.out, c, bus) - _into(found.usual, c, bus)
            if abs(more) > LITTLE:
                x = amount(more, unit, signed=True)
                moves.append((abs(more), told("{who} {x}", "{who} {x}", who=label(c), x=x)))
        if moves:
            most = listed(note for _, note in sorted(moves, key=lambda m: -m[0])[:MOST])
            zh, en = "{bus}的变化(供入为正): {x}。", "On {bus} (into it: plus): {x}."
            yield told(zh, en, bus=bus_label(site, bus), x=most)


def _proof(found: Without) -> Note:
    assert found.out is not None
    gap = max(found.usual.gap, found.out.gap)
    return Note(
        f"有、无该设备两种情形均从该时刻重新求解并审核, 间隙不超过 {gap:.2%}。",
        f"Both ways, with and without it, were planned anew from that moment and audited, within {gap:.2%}.",
    )


def _sum(rest: Rest, component: str, series: str) -> float:
    return float(rest.schedule.tables[component][series].sum()) * rest.window.step_h


def _into(rest: Rest, c: Component, bus: str) -> float:
    """Net amount that a component gives to a bus; nothing where it has been taken away [kWh or kg]."""
    if c.name not in rest.schedule.tables:
        return 0.0
    flows = [q.sign * rest.schedule.tables[c.name][q.name].to_numpy(float) for q, at in c.ports if at == bus]
    return float(np.sum(flows)) * rest.window.step_h if flows else 0.0

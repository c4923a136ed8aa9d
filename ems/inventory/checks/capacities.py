"""Full-load hours: energy of a machine in a year over its power."""

from __future__ import annotations

from collections.abc import Iterator

from ems.inventory.checks.context import Context
from ems.inventory.findings import Finding, between, n
from ems.inventory.model import Measure
from ems.inventory.quantity import Quantity, Range
from ems.inventory.totals import per_base

HOURS_OF_A_YEAR = 8784.0


def full_load_hours(context: Context) -> Iterator[Finding]:
    for m in context.inventory.measures:
        energy = energy_of(context, m)
        if m.capacity is None or energy is None or m.capacity.base <= 0:
            continue
        known = context.ranges.full_load_hours
        usual = Range(*known[m.technology if m.technology in known else "other"].hours)
        kwh, told = energy
        hours = told / m.capacity.range
        if hours.meets(usual):
            continue
        exact = kwh / m.capacity.base
        beyond = hours.low > HOURS_OF_A_YEAR
        origin_zh = origin_en = ""
        if m.emissions and m.factor and not _direct(context, m):
            origin_zh = f"{m.emissions.say('zh')} / 因子 {m.factor} = "
            origin_en = f"{m.emissions.say('en')} / factor {m.factor} = "
        yield Finding(
            "full-load-hours", "error" if beyond else "warning", (m.id,),
            f"{m.title.zh}: {origin_zh}{n(kwh / 1e3, 4)} MWh ({n(kwh * 0.0036, 4)} GJ), / {m.capacity.say('zh')} = "
            f"{n(exact, 3)} 满负荷小时, 通常为 {between(usual)} h"
            f"{'; 一年没有这么多小时' if beyond else '; 或只投运了部分时间或部分机组'}。",
            f"{m.title.en}: {origin_en}{n(kwh / 1e3, 4)} MWh ({n(kwh * 0.0036, 4)} GJ), / {m.capacity.say('en')} = "
            f"{n(exact, 3)} full-load hours, usual are {between(usual)} h"
            f"{'; a year has fewer hours' if beyond else '; or only part of the year or of the machines was in use'}.",
            {"kwh": kwh, "hours": exact},
        )  # fmt: skip


def energy_of(context: Context, m: Measure) -> tuple[float, Range] | None:
    """Energy that the capacity made [kWh]: as told, else what the avoided emissions need with the named factor."""
    flows = context.inventory.flows_of(m.id)
    told = [f.amount for f in flows if f.role == "generated" and f.amount.counts == "energy"] or _direct(context, m)
    if len(told) == 1:
        return told[0].base, told[0].range
    if m.emissions and m.factor and m.factor in context.factors:
        value, counts = per_base(context.factors[m.factor])
        if counts == "energy" and value > 0:
            return m.emissions.base / value, m.emissions.range * (1 / value)
    return None


def _direct(context: Context, m: Measure) -> list[Quantity]:
    flows = context.inventory.flows_of(m.id)
    return [f.amount for f in flows if f.role == "saved" and f.amount.counts == "energy"]

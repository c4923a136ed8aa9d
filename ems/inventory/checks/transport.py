"""Vehicles: avoided emissions per kilometre against what vehicles burn, and the supply of what replaces it."""

from __future__ import annotations

from collections.abc import Iterator

from ems.inventory.checks.context import Context
from ems.inventory.findings import Finding, between, n
from ems.inventory.quantity import Range

DIESEL_KG_PER_L = 2.63  # 43.33 GJ/t, 0.835 kg/L; only to say kg/km in litres


def transport(context: Context) -> Iterator[Finding]:
    """Avoided per km is at most what a vehicle of the class burns."""
    for m in context.inventory.measures:
        if m.distance is None or m.emissions is None or m.distance.range.low <= 0:
            continue
        known = context.ranges.vehicles
        usual = Range(*known[m.vehicles if m.vehicles in known else "mixed"].litres)
        per_km = m.emissions.range / m.distance.range
        litres = per_km * (100 / DIESEL_KG_PER_L)
        if litres.low <= usual.high:
            continue
        exact = m.emissions.base / m.distance.base
        yield Finding(
            "per-kilometre", "error", (m.id,),
            f"{m.title.zh}: {m.emissions.say('zh')} / {m.distance.say('zh')} = {n(exact, 4)} kg/km, 相当于柴油 "
            f"{n(100 * exact / DIESEL_KG_PER_L, 3)} L/100 km, 此类车辆为 {between(usual)}。",
            f"{m.title.en}: {m.emissions.say('en')} / {m.distance.say('en')} = {n(exact, 4)} kg/km, that is "
            f"{n(100 * exact / DIESEL_KG_PER_L, 3)} L of diesel per 100 km; such vehicles burn {between(usual)}.",
            {"kg_per_km": exact, "litres_per_100km": 100 * exact / DIESEL_KG_PER_L},
        )  # fmt: skip


def supply_left_out(context: Context) -> Iterator[Finding]:
    """A carrier that replaces a fuel is made somewhere: avoided emissions must subtract what that emits."""
    for m in context.inventory.measures:
        if m.replaced_by is None or m.supply_emissions is not None or m.emissions is None:
            continue
        carrier = context.ranges.carrier(m.replaced_by)
        zh = en = ""
        computed = {}
        if m.distance is not None:
            exact = m.emissions.base / m.distance.base
            litres = 100 * exact / DIESEL_KG_PER_L
            computed = {"kg_per_km": exact, "litres_per_100km": litres}
            zh = (
                f"{m.emissions.say('zh')} / {m.distance.say('zh')} = {n(exact, 3)} kg/km, 相当于 "
                f"{n(litres, 2)} L/100 km 柴油的全部排放; "
            )
            en = (
                f"{m.emissions.say('en')} / {m.distance.say('en')} = {n(exact, 3)} kg/km, the whole of "
                f"{n(litres, 2)} L of diesel per 100 km; "
            )
        yield Finding(
            "supply-left-out", "warning", (m.id,),
            f"{m.title.zh}: {zh}未扣除{carrier.zh}的生产与运输排放, 所报 {m.emissions.say('zh')} 是上限。",
            f"{m.title.en}: {en}nothing is subtracted for making and carrying {carrier.en}, so {m.emissions.say('en')} "
            "is an upper bound.",
            computed,
        )  # fmt: skip

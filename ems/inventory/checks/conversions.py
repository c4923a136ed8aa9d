"""What comes out of a stream fits what goes in, and all that is told of one stream fits together.

For gas with methane in it, each thing that is told implies a content:

    destroyed [t]       content = t / (V x density x (GWP - CO2 of burning))
    burnt [t CO2]       content = t / (V x density x CO2 of burning)
    power, heat [kWh]   content = kWh / (V x heating value x efficiency)
"""

from __future__ import annotations

from collections.abc import Iterator

from ems.inventory.checks.context import Context
from ems.inventory.findings import Finding, n, percent
from ems.inventory.model import Flow, Measure
from ems.inventory.quantity import Quantity, Range
from ems.inventory.ranges import Carrier, Methane
from ems.inventory.units import joined, shown

SLIPS = (10.0, 0.1, 100.0, 0.01, 1e3, 1e-3, 1e4, 1e-4)


def conversions(context: Context) -> Iterator[Finding]:
    """efficiency = energy out / (amount in x heating value)."""
    for m in context.inventory.measures:
        flows = context.inventory.flows_of(m.id)
        sources = [f for f in flows if f.role in ("captured", "saved", "replaced")]
        for out in (f for f in flows if f.role == "generated"):
            for given in sources:
                yield from _conversion(context, m, given, out)


def _conversion(context: Context, m: Measure, given: Flow, out: Flow) -> Iterator[Finding]:
    carrier, made = context.ranges.carrier(given.carrier), context.ranges.carrier(out.carrier)
    heating, energy = heating_value(carrier, given.amount, context.ranges.methane), _energy(made, out.amount)
    if heating is None or energy is None or out.carrier not in context.ranges.conversions:
        return
    usual = Range(*context.ranges.conversions[out.carrier].efficiency)
    held = given.amount.range * heating
    efficiency = energy / held
    if efficiency.meets(usual):
        return
    best = out.amount.base * (energy.high / out.amount.range.high) / (given.amount.base * heating.low)
    fits = [k for k in SLIPS if (efficiency * k).meets(usual)]
    zh = en = ""
    if fits:
        k = fits[0]
        zh = f"; 数量相差 {k:g} 倍即相符({n(out.amount.value * k)} {shown(out.amount.unit, 'zh')})"
        en = f"; {k:g} times the amount would fit ({joined(n(out.amount.value * k), shown(out.amount.unit, 'en'))})"
    yield Finding(
        "conversion", "error", (m.id,),
        f"{m.title.zh}: {given.amount.say('zh')} {carrier.zh}含能 {n(held.low / 1e3, 4)}–{n(held.high / 1e3, 4)} MWh, "
        f"产出 {out.amount.say('zh')} {made.zh}, 效率至多 {percent(efficiency.high, signed=False)}, 通常 "
        f"{percent(usual.low, 0, signed=False)}–{percent(usual.high, 0, signed=False)}{zh}。",
        f"{m.title.en}: {given.amount.say('en')} of {carrier.en} hold {n(held.low / 1e3, 4)}–{n(held.high / 1e3, 4)} "
        f"MWh; {out.amount.say('en')} of {made.en} made from it is an efficiency of "
        f"{percent(efficiency.high, signed=False)} at most, usual are {percent(usual.low, 0, signed=False)} to "
        f"{percent(usual.high, 0, signed=False)}{en}.",
        {"efficiency_at_most": best, "times": fits[0] if fits else 1.0},
    )  # fmt: skip


def heating_value(carrier: Carrier, amount: Quantity, methane: Methane) -> Range | None:
    """Energy per base unit of an amount [kWh], ``None`` where it is not known."""
    if amount.counts == "energy":
        return Range(1.0, 1.0)
    if carrier.methane and amount.counts == "volume":
        return Range(*carrier.methane) * methane.kwh_per_m3
    if amount.counts in carrier.lhv:
        return Range(0.9, 1.1) * carrier.lhv[amount.counts]
    return None


def _energy(made: Carrier, amount: Quantity) -> Range | None:
    if amount.counts == "energy":
        return amount.range
    return amount.range * made.lhv[amount.counts] if amount.counts in made.lhv else None


def streams(context: Context) -> Iterator[Finding]:
    """Contents of methane that the amounts told of one captured gas imply, against the gas and against each other."""
    for m in context.inventory.measures:
        for given in (f for f in context.inventory.flows_of(m.id) if f.role == "captured"):
            carrier = context.ranges.carrier(given.carrier)
            if carrier.methane and given.amount.counts == "volume" and given.amount.range.low > 0:
                yield from _stream(context, m, given, carrier, Range(*carrier.methane))


def implied_contents(context: Context, m: Measure, given: Flow) -> dict[str, tuple[tuple[str, str], Range]]:
    """Name of what is told -> (its words, content of methane it implies [share])."""
    gas, volume = context.ranges.methane, given.amount.range
    found: dict[str, tuple[tuple[str, str], Range]] = {}
    if m.emissions:
        words = (f"减排 {m.emissions.say('zh')}", f"{m.emissions.say('en')} avoided")
        found["destroyed"] = words, m.emissions.range / (volume * gas.net_kg_per_m3)
    for out in (f for f in context.inventory.flows_of(m.id) if f.role == "generated" and f.amount.counts == "energy"):
        if out.carrier in context.ranges.conversions:
            usual = Range(*context.ranges.conversions[out.carrier].efficiency)
            words = (f"产出 {out.amount.say('zh')}", f"{out.amount.say('en')} made")
            found["generated"] = words, out.amount.range / (volume * gas.kwh_per_m3 * usual)
    year = m.year or context.inventory.year
    burnt = context.books[year].value(given.line) if given.line and year in context.books else None
    if given.line and burnt:
        amount = f"{n(burnt.kg / 1000, 4)}"
        words = (f"{context.zh(given.line)} {amount} 吨 CO2", f"{context.en(given.line)}, {amount} t of CO2")
        found["burnt"] = words, burnt.range / (volume * gas.burnt_kg_per_m3)
    return found


def _stream(context: Context, m: Measure, given: Flow, carrier: Carrier, usual: Range) -> Iterator[Finding]:
    told = implied_contents(context, m, given)
    if all(a[1].meets(usual) and a[1].meets(b[1]) for a in told.values() for b in told.values()):
        return

    def listed(lang: int) -> str:
        parts = (
            f"{words[lang]}: {percent(r.low, 1, signed=False)}–{percent(r.high, 1, signed=False)}"
            for words, r in told.values()
        )
        return "; ".join(parts)

    low, high = (percent(x, 0, signed=False) for x in (usual.low, usual.high))
    yield Finding(
        "stream", "warning", (m.id, *filter(None, (given.line,))),
        f"{m.title.zh}: 关于同一股 {given.amount.say('zh')} {carrier.zh}(甲烷 {low}–{high})的各数字"
        f"所对应的甲烷浓度不一致: {listed(0)}。",
        f"{m.title.en}: what is told of the same {given.amount.say('en')} of {carrier.en} ({low} to {high} methane) "
        f"implies contents that do not fit: {listed(1)}.",
        {f"{name}_{end}": x for name, (_, r) in told.items() for end, x in (("low", r.low), ("high", r.high))},
    )  # fmt: skip

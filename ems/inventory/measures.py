"""The ledger of measures: activity, method, factor, tonnes as told and as computed, and what of it may be counted.

    computed = activity x factor            counted = told, unless a guard says why not

The guards keep a tonne from being counted twice or on weak ground: what another measure contains, what is avoided at
others (outside the inventory), what overlaps with a larger measure, what contradicts its own activity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ems.inventory.findings import Finding, n
from ems.inventory.model import Inventory, Measure, MeasureKind
from ems.inventory.quantity import Range
from ems.inventory.ranges import ranges
from ems.inventory.totals import per_base
from forecasting.factors import Factor
from forecasting.notes import Note

KIND_TEXT: dict[MeasureKind, tuple[str, str]] = {
    "gas_power": ("瓦斯发电", "power from mine gas"),
    "equipment": ("设备改造升级", "equipment renewed"),
    "waste_heat": ("余热回收", "waste heat"),
    "clean_energy": ("清洁能源", "clean energy"),
    "plant": ("工厂绿色管理", "plant management"),
    "office": ("绿色办公", "green offices"),
    "behaviour": ("员工行为", "behaviour of staff"),
    "hydrogen_transport": ("氢能运输", "hydrogen transport"),
    "logistics": ("上下游物流", "logistics of suppliers and customers"),
}
ROLE_TEXT = {
    "saved": ("少用", "saved"),
    "replaced": ("替代", "replaced"),
    "captured": ("收集", "captured"),
    "generated": ("产出", "made"),
}


@dataclass(frozen=True)
class Entry:
    """One measure [t CO2e a year or period, as told]; ``guard`` says why something is not counted."""

    measure: Measure
    activity: Note
    factor: Factor | None
    told_t: float | None
    computed_t: Range | None  # activity x factor, with the content of a gas as a range
    counted_t: float
    guard: Note | None


def measures_ledger(
    inventory: Inventory, factors: Mapping[str, Factor], findings: Sequence[Finding]
) -> tuple[Entry, ...]:
    """Every measure in the order of the file; ``findings`` are those of `checks.check`."""
    wrong = {x for f in findings if f.grade == "error" for x in f.about}
    guards = {m.id: _guard(inventory, m, wrong) for m in inventory.measures}
    free = {m.id: m for m in inventory.measures if guards[m.id] is None}
    for m in free.values():
        larger = [o for o in _overlapping(m, free) if _tonnes(o) > _tonnes(m)]
        if larger:
            other = larger[0].title
            guards[m.id] = Note(
                f"与「{other.zh}」重叠, 只计其中较大者", f"overlaps with {other.en}, of which the larger is counted"
            )
    return tuple(_entry(inventory, m, factors, guards[m.id]) for m in inventory.measures)


def _overlapping(m: Measure, free: Mapping[str, Measure]) -> list[Measure]:
    return [o for o in free.values() if o.id != m.id and (o.id in m.overlaps or m.id in o.overlaps)]


def _tonnes(m: Measure) -> float:
    return m.emissions.base / 1000 if m.emissions else 0.0


def _guard(inventory: Inventory, m: Measure, wrong: set[str]) -> Note | None:
    if m.part_of is not None:
        whole = next(x.title for x in inventory.measures if x.id == m.part_of)
        return Note(f"已含于「{whole.zh}」, 不另计", f"contained in {whole.en}, not counted again")
    if m.emissions is None:
        return Note("未报减排量", "no tonnes are told")
    if not m.inside:
        return Note("减排发生在他人处, 列于本清单之外", "avoided at others, told beside this inventory")
    if m.id in wrong:
        return Note("与自身活动数据矛盾, 澄清之前不计", "contradicts its own activity, not counted until explained")
    return None


def _entry(inventory: Inventory, m: Measure, factors: Mapping[str, Factor], guard: Note | None) -> Entry:
    flows = inventory.flows_of(m.id)
    carriers = ranges().carriers
    said = [
        tuple(
            f"{ROLE_TEXT[f.role][k]} {f.amount.say(lang)} {(carriers[f.carrier].zh, carriers[f.carrier].en)[k]}"
            for k, lang in enumerate(("zh", "en"))
        )
        for f in flows
        if f.carrier in carriers
    ]
    more = [(q.say("zh"), q.say("en")) for q in (m.capacity, m.distance) if q]
    activity = Note("; ".join(x[0] for x in [*said, *more]), "; ".join(x[1] for x in [*said, *more]))
    factor = factors.get(m.factor) if m.factor else None
    told = m.emissions.base / 1000 if m.emissions else None
    counted = told if told is not None and guard is None else 0.0
    return Entry(m, activity, factor, told, computed_t(inventory, m, factors), counted, guard)


def computed_t(inventory: Inventory, m: Measure, factors: Mapping[str, Factor]) -> Range | None:
    """Activity x named factor, or methane kept from escaping over its plausible contents [t]; else unknown."""
    for f in inventory.flows_of(m.id):
        if f.role in ("saved", "replaced") and m.factor and m.factor in factors:
            value, counts = per_base(factors[m.factor])
            if counts == f.amount.counts:
                return f.amount.range * (value / 1000)
        carrier = ranges().carriers.get(f.carrier)
        if f.role == "captured" and carrier and carrier.methane and f.amount.counts == "volume":
            return f.amount.range * Range(*carrier.methane) * ranges().methane.net_kg_per_m3 * 1e-3
    return None


def factor_text(entry: Entry) -> str:
    """The factor with its announcement, empty where none was named."""
    f = entry.factor
    return f"{n(f.value)} {f.unit} ({f.id}; {f.announcement})" if f else ""

"""Where the energy of the day comes from and goes to: nodes and links that close at every bus.

All in kWh, hydrogen by its lower heating value, water without energy. A component that both takes and gives is a node
of its own; its losses, or what it draws from the surroundings, are named. Stores, grids that buy and sell, and
machines that lead back to where the energy came from stand on both sides: as ``…, in`` and ``…, out``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ems.report.balance import MERGED, group_of
from ems.report.palette import CARRIER_COLOUR, QUIET, STORES, colour
from ems.report.stores import levels, opening_level
from ems.report.view import PlanView, Series

LHV_KWH_PER_KG = 33.33
ENERGY = {"electricity": 1.0, "heat": 1.0, "cooling": 1.0, "gas": 1.0, "hydrogen": LHV_KWH_PER_KG}
LEAST_KWH = 0.5  # smaller flows are gathered
SPECK_KWH = 1e-3  # rounding of the stored numbers


@dataclass(frozen=True)
class Node:
    """A box of the diagram; ``owner`` is what its sides belong to, so that both halves close together."""

    key: str
    label: str
    colour: str
    owner: str


@dataclass
class EnergyDay:
    """Nodes by key and links (from, to) -> kWh; ``carried`` is what passes inside from an ``in`` to an ``out`` half."""

    nodes: dict[str, Node] = field(default_factory=dict)
    links: dict[tuple[str, str], float] = field(default_factory=dict)
    carried: dict[str, float] = field(default_factory=dict)

    def link(self, source: str, target: str, kwh: float) -> None:
        if kwh > 0:
            self.links[source, target] = self.links.get((source, target), 0.0) + kwh

    def inflow(self, node: str) -> float:
        return sum(x for (_, target), x in self.links.items() if target == node)

    def outflow(self, node: str) -> float:
        return sum(x for (source, _), x in self.links.items() if source == node)


@dataclass
class _Group:
    """Components shown as one, with what they take from and give to each bus [kWh]."""

    key: str
    label: str
    kind: str
    colour: str
    names: list[str]
    takes: dict[str, float] = field(default_factory=dict)
    gives: dict[str, float] = field(default_factory=dict)


def energy_day(view: PlanView) -> EnergyDay:
    day = EnergyDay()
    buses = [b for b, carrier in view.buses.items() if ENERGY.get(carrier)]
    groups = _groups(view, buses)
    for bus in buses:
        if any(bus in g.takes or bus in g.gives for g in groups):
            key = f"bus:{bus}"
            day.nodes[key] = Node(key, view.bus(bus), CARRIER_COLOUR.get(view.buses[bus], QUIET), key)
    split = _that_lead_back(groups)
    for g in groups:
        _add(view, day, g, halves=g.key in split or g.kind in STORES or g.kind == "grid")
    for bus in buses:
        gap = day.inflow(f"bus:{bus}") - day.outflow(f"bus:{bus}")
        if abs(gap) > SPECK_KWH:
            word = "imbalance" if abs(gap) > LEAST_KWH else "small_uses"
            other = _special(view, day, word, "in" if gap > 0 else "out")
            day.link(*((f"bus:{bus}", other) if gap > 0 else (other, f"bus:{bus}")), abs(gap))
    return day


def _groups(view: PlanView, buses: list[str]) -> list[_Group]:
    groups: dict[str, _Group] = {}
    seen: dict[str, list[str]] = {}
    for bus in buses:
        for s in view.flows(bus):
            key = group_of(view, s.component, bus)
            kind = view.kind(s.component)
            nth = seen.setdefault(kind, [])
            nth += [key] * (key not in nth)
            if key not in groups:
                merged = "@" in key
                label = f"{view.kind_label(kind)} ({view.bus(bus)})" if merged else view.label(s.component)
                label = view.kind_label(kind) if merged and kind == "pv" else label
                groups[key] = _Group(key, label, kind, colour(kind, 0 if kind in MERGED else nth.index(key)), [])
            g = groups[key]
            g.names += [s.component] * (s.component not in g.names)
            side = g.gives if s.sign > 0 else g.takes
            side[bus] = side.get(bus, 0.0) + _kwh(view, s, bus)
    for g in groups.values():
        g.takes = {b: x for b, x in g.takes.items() if x > SPECK_KWH}
        g.gives = {b: x for b, x in g.gives.items() if x > SPECK_KWH}
    return [g for g in groups.values() if sum(g.takes.values()) + sum(g.gives.values()) > LEAST_KWH]


def _kwh(view: PlanView, s: Series, bus: str) -> float:
    return view.total(s.values) * ENERGY[view.buses[bus]]


def _that_lead_back(groups: list[_Group]) -> set[str]:
    """Converters that would close a circle, largest flows kept whole."""
    reach: dict[str, set[str]] = {}
    split = set()
    for g in sorted(groups, key=lambda g: -sum(g.takes.values())):
        if g.kind in STORES or g.kind == "grid" or not g.takes or not g.gives:
            continue
        if any(a == b or a in reach.get(b, set()) for a in g.takes for b in g.gives):
            split.add(g.key)
            continue
        for a in g.takes:
            beyond = set(g.gives).union(*(reach.get(b, set()) for b in g.gives))
            for start in [a, *(x for x, to in reach.items() if a in to)]:
                reach.setdefault(start, set()).update(beyond)
    return split


def _add(view: PlanView, day: EnergyDay, g: _Group, *, halves: bool) -> None:
    took, gave = sum(g.takes.values()), sum(g.gives.values())
    both = took > 0 and gave > 0
    entry = exit_ = f"part:{g.key}"
    if halves and both:
        entry, exit_ = f"in:{g.key}", f"out:{g.key}"
        day.nodes[entry] = Node(entry, view.say("node_in", label=g.label), g.colour, g.key)
        day.nodes[exit_] = Node(exit_, view.say("node_out", label=g.label), g.colour, g.key)
    else:
        day.nodes[entry] = Node(entry, g.label, g.colour, g.key)
    for bus, x in g.takes.items():
        day.link(f"bus:{bus}", entry, x)
    for bus, x in g.gives.items():
        day.link(exit_, f"bus:{bus}", x)
    if curtailed := sum(view.total(view.values(n, "curtailed_kw")) for n in g.names):
        day.link(exit_, _special(view, day, "curtailed", "in"), curtailed if curtailed > LEAST_KWH else 0.0)
    if g.kind == "grid":
        return
    drawn = gained = 0.0
    if g.kind in STORES:
        change = _stock_change(view, g)
        drawn, gained = max(-change, 0.0), max(change, 0.0)
    elif not both:
        return
    loss = took + drawn - gave - gained
    if drawn > SPECK_KWH:
        day.link(_special(view, day, "stock_drawn", "out"), exit_, drawn)
    if gained > SPECK_KWH:
        day.link(entry, _special(view, day, "stock_gained", "in"), gained)
    if loss > SPECK_KWH:
        day.link(entry if took else exit_, _special(view, day, "losses", "in"), loss)
    elif loss < -SPECK_KWH:
        source = "waste_source" if g.kind == "waste_heat" else "ambient"
        day.link(_special(view, day, source, "out"), exit_, -loss)
    if entry != exit_:
        day.carried[g.key] = day.inflow(entry) - day.outflow(entry)


def _stock_change(view: PlanView, g: _Group) -> float:
    """Energy in the stores of a group at the end of the day minus at its start [kWh]."""
    bus = next(iter({**g.takes, **g.gives}))
    mine = [s for s in levels(view) if s.component in g.names]
    return sum(float(s.values[-1]) - opening_level(view, s) for s in mine) * ENERGY[view.buses[bus]]


def _special(view: PlanView, day: EnergyDay, word: str, side: str) -> str:
    key = f"{word}:{side}"
    day.nodes.setdefault(key, Node(key, view.say(word), {"ambient": "#44aa99"}.get(word, "#9aa5b1"), key))
    return key

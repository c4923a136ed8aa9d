"""Machines and converters in one interval: load, limits, what they make and take at marginal values."""

from __future__ import annotations

from collections.abc import Iterator

from ems.explain import TOUCH
from ems.interval.view import Interval
from ems.phrases import amount, label, listed, told
from forecasting.notes import Note
from models import Component
from models.commitment import Machine
from models.machine import ON, STANDBY, STARTS, WARMING
from models.vapour_compression import VapourCompression

CONVERTERS = ("compressor", "electric_boiler", "waste_heat")  # without commitment, yet worth a word where they run
WORTH_A_WORD = 0.5  # CNY in the interval
ABOUT = 0.005  # of what goes in and out: smaller differences are none
NONE = Note("", "")


def machines(i: Interval) -> Iterator[Note]:
    """Every machine that runs, and every converter that moves some money."""
    for c in i.site.components:
        if isinstance(c, Machine) and i.value(c, ON.name) > 0.5:
            yield _sentence(i, c, _load(i, c))
        elif c.kind in CONVERTERS and i.value(c, c.quantities[0].name) > TOUCH:
            earned = i.earned(c)
            if earned is None or max(map(abs, earned)) >= WORTH_A_WORD:
                yield _sentence(i, c, _running(i, c))


def _sentence(i: Interval, c: Component, head: Note) -> Note:
    """The head, and what comes out beside what goes in.

    Marginal values hold for a little more or less. Where the whole makes less than it takes, they do not tell why it
    runs, and the sentence says so.
    """
    earned = i.earned(c)
    if earned is None:
        return told("{head}。", "{head}.", head=head)
    out, taken, own = earned
    over = out - taken - own
    parts = {"head": head, "out": amount(out, "CNY"), "taken": amount(taken, "CNY"), "own": NONE}
    if own >= WORTH_A_WORD:
        started = isinstance(c, Machine) and c.start_cny > 0 and i.value(c, STARTS.name) > 0.5
        start = Note("(含启动)", ", start included") if started else NONE
        parts["own"] = told(", 自身费用 {x}{start}", ", own cost {x}{start}", x=amount(own, "CNY"), start=start)
    zh = "{head}: 按边际价值产出 {out}, 投入 {taken}{own}"
    en = "{head}: at marginal values its output is worth {out}, its input {taken}{own}"
    if abs(over) <= max(WORTH_A_WORD, ABOUT * (abs(out) + abs(taken))):
        return told(zh + ", 两者相当。", en + ": even.", **parts)
    parts["x"] = amount(abs(over), "CNY")
    if over > 0:
        return told(zh + ", 产出多 {x}。", en + ": {x} more out than in.", **parts)
    return told(
        zh + ", 产出少 {x}; 边际价值不含启停与最低负荷, 不能说明整机为何运行。",
        en + ": {x} less out than in; marginal values leave out starts and minimum loads and cannot tell why it runs.",
        **parts,
    )


def _running(i: Interval, c: Component) -> Note:
    first = c.quantities[0].name
    x = amount(i.value(c, first), i.unit(c, first), 1 if i.value(c, first) < 10 else None)
    full = Note(", 满负荷", ", full load") if i.binds(c, "capacity") else NONE
    return told("{who}运行({x}{full})", "{who} running ({x}{full})", who=label(c), x=x, full=full)


def _load(i: Interval, c: Machine) -> Note:
    load, capacity = float(c.load_kw(i.table(c))[i.k]), c.modules * c.module_capacity(i.table(c))
    on = f"{i.value(c, ON.name):.0f}"
    modules = Note(f", {on}/{c.modules} 台", f", {on} of {c.modules} modules") if c.modules > 1 else NONE
    zh, en = "{who}以 {s} 负荷运行({x}{n}{limit})", "{who} at {s} of capacity ({x}{n}{limit})"
    x, share = amount(load, "kW"), f"{load / capacity:.0%}"
    return told(zh, en, who=label(c), s=share, x=x, n=modules, limit=_limit(i, c))


def _limit(i: Interval, c: Machine) -> Note:
    """The limit of its load that is reached."""
    online, load = _online(i, c), float(c.load_kw(i.table(c))[i.k])
    if i.binds(c, "capacity"):
        return Note(", 满负荷", ", full load")
    if load >= online - TOUCH:
        return Note(", 在运台数满负荷", ", full load of what is on")
    if c.min_load and load <= c.min_load * online + TOUCH:
        return Note(", 最低负荷", ", minimum load")
    return Note(", 受爬坡速率限制", ", held by its ramp") if _at_ramp(i, c) else NONE


def _online(i: Interval, c: Machine) -> float:
    """What the modules that are on can give at most [kW]; less in the cold for a heat pump."""
    derating = float(c.factor_at(i.window)[i.k]) if isinstance(c, VapourCompression) else 1.0
    return derating * float(c.online_kw(i.table(c), i.window)[i.k])


def _at_ramp(i: Interval, c: Machine) -> bool:
    """Whether the load changes as fast as it may; only told while the same modules run on."""
    reach, _ = c.reach(i.window)
    on, load = i.series(c, ON.name), c.load_kw(i.table(c))
    if reach >= 1 or i.k == 0 or on[i.k] != on[i.k - 1]:
        return False
    most = reach * c.module_capacity(i.table(c)) * float(on[i.k])
    return abs(float(load[i.k] - load[i.k - 1])) >= most - TOUCH


def idle(i: Interval) -> Iterator[Note]:
    """Machines that do not run, by what they do instead."""
    groups: dict[tuple[str, str], list[Note]] = {}
    for c in i.site.components:
        if isinstance(c, Machine) and i.value(c, ON.name) < 0.5:
            groups.setdefault(_state(i, c), []).append(label(c))
    if groups:
        found = [told("{s}: {who}", "{s}: {who}", s=Note(*s), who=listed(who)) for s, who in groups.items()]
        en = "; ".join(n.en for n in found)
        yield Note("; ".join(n.zh for n in found) + "。", f"{en[:1].upper()}{en[1:]}.")


def _state(i: Interval, c: Machine) -> tuple[str, str]:
    if c.out_of_service(i.window)[i.k] >= c.modules:
        return "停运", "out of service"
    if i.value(c, WARMING.name) > 0.5:
        return "预热", "warming up"
    return ("热备", "in hot standby") if i.value(c, STANDBY.name) > 0.5 else ("停机", "off")

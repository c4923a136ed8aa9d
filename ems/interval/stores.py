"""Stores and demands that may be moved, in one interval: the value now beside that of the other times."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ems.explain import TOUCH
from ems.interval.view import Interval
from ems.phrases import amount, label, told
from forecasting.notes import Note
from models import Store
from models.demand import DeferrableDemand

NOTHING = 1e-3  # of the capacity: less makes up for standing losses


def stores(i: Interval) -> Iterator[Note]:
    """Every store that charges or discharges, beside the value at which it does the other."""
    for c in i.site.components:
        if isinstance(c, Store):
            charge, discharge = i.value(c, f"charge_{c.RATE}"), i.value(c, f"discharge_{c.RATE}")
            if max(charge, discharge) * i.step_h > max(TOUCH, NOTHING * c.top):
                yield _charges(i, c, charge) if charge >= discharge else _gives(i, c, discharge)


def _charges(i: Interval, c: Store, x: float) -> Note:
    parts = _parts(i, c, x)
    zh, en = "{who}充入 {x}, 存量至 {level}({share})", "{who}: charging {x}, to {level} ({share})"
    if c.bus_name not in i.marginal:
        return told(zh + "。", en + ".", **parts)
    mean = _mean(i, c, f"discharge_{c.RATE}", i.k + 1, len(i.index))
    zh, en = zh + ", 此时价值 {v}; ", en + ", worth {v} now; "
    if mean is None:
        return told(zh + "之后本计划内不再放出。", en + "nothing is taken out later in this plan.", **parts)
    parts |= {"w": _value(i, c, mean), "back": f"{c.charge_efficiency * c.discharge_efficiency:.0%}"}
    zh += "之后放出时平均值 {w}, 往返效率 {back}(不计静置损失)。"
    en += "what is taken out later is worth {w} on average, and {back} comes back (standing loss apart)."
    return told(zh, en, **parts)


def _gives(i: Interval, c: Store, x: float) -> Note:
    parts = _parts(i, c, x)
    zh, en = "{who}放出 {x}, 存量至 {level}({share})", "{who}: giving {x}, down to {level} ({share})"
    if c.bus_name not in i.marginal:
        return told(zh + "。", en + ".", **parts)
    mean = _mean(i, c, f"charge_{c.RATE}", 0, i.k)
    zh, en = zh + ", 此时价值 {v}", en + ", worth {v} now"
    if mean is None:
        return told(zh + "; 取自期初存量。", en + ", from the stock that the plan opened with.", **parts)
    zh, en = zh + "; 此前充入时平均值 {w}。", en + "; what was charged before in this plan was worth {w} on average."
    return told(zh, en, w=_value(i, c, mean), **parts)


def _parts(i: Interval, c: Store, x: float) -> dict[str, Note | str]:
    unit, stock = ("kW", "kWh") if c.STOCK == "kwh" else ("kg/h", "kg")
    level = i.value(c, c.level_name)
    found: dict[str, Note | str] = {"who": label(c), "x": amount(x, unit), "level": amount(level, stock)}
    found["share"] = f"{level / c.top:.0%}"
    if c.bus_name in i.marginal:
        found["v"] = _value(i, c, i.marginal[c.bus_name])
    return found


def _value(i: Interval, c: Store, worth: float) -> Note:
    return amount(worth, str(i.plan.content["marginal_values"][c.bus_name]["unit"]))


def _mean(i: Interval, c: Store, flow: str, first: int, end: int) -> float | None:
    """Marginal value of a flow over the steps ``[first, end)``, weighted by it; None where next to nothing flows."""
    x = i.series(c, flow)[first:end]
    if float(x.sum()) * i.step_h <= NOTHING * c.top:
        return None
    return float((x * i.worths[c.bus_name][first:end]).sum() / x.sum())


def moved_demands(i: Interval) -> Iterator[Note]:
    """Demands that may be moved and are served now: the value now beside the mean of their window."""
    for c in i.site.components:
        if not isinstance(c, DeferrableDemand) or (x := i.value(c, f"served_{c.unit}")) <= TOUCH:
            continue
        steps = next((run.steps for run in c.runs(i.window) if i.k in run.steps), [])
        parts = {"who": label(c), "x": amount(x, i.unit(c, f"served_{c.unit}"))}
        if c.bus not in i.marginal or not steps:
            yield told("{who} {x}。", "{who}: {x}.", **parts)
            continue
        unit, mean = str(i.plan.content["marginal_values"][c.bus]["unit"]), float(np.mean(i.worths[c.bus][steps]))
        parts |= {"v": amount(i.marginal[c.bus], unit), "w": amount(mean, unit)}
        zh, en = "{who} {x}, 此时价值 {v}, ", "{who}: {x}, worth {v} now, "
        yield told(zh + "其时间窗内平均 {w}。", en + "{w} on average in its window.", **parts)

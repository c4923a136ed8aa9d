"""Why operation costs more or less than the design promised: the largest contributions, in words and money.

What is paid is compared line by line. Electricity from the grid is taken apart:

    cost = price * energy,  operated - promised = (change of the mean price) * energy operated
                                                + price promised * (change of the energy)
    change of the energy  = sum of the changes of all other flows at the electricity buses

so that each device has its part: standby and warm-up, a worse operating point, more or less made, losses of stores,
sun that was not taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from ems.sizing.gap import CARBON, CAUSE_TEXT, STOCK, Gap, device
from ems.sizing.year_run import YearRun
from forecasting.notes import Note
from models import PV, Component, Store
from models.commitment import Machine
from models.grid import Grid
from models.machine import ON, STARTS

SHARE_OF_GAP = 0.05  # a contribution below this share of the gap is not told
SHARE_OF_COST = 5e-4  # nor one below this share of the operating cost
MOST = 6
BELOW_MINIMUM = 0.05  # share of a machine's load that the design places below the minimum load of a module
ACROSS_DAYS = 0.2  # of a store's capacity: what the design moves further across midnights than operation does


class Part(NamedTuple):
    """A contribution to the gap: more money (+) or less (-), and the sentence without its money."""

    cny: float
    zh: str
    en: str


def why(gap: Gap, ratio: Mapping[str, float | None]) -> list[Note]:
    """A headline, then the largest contributions, then what the design does not know of single devices."""
    more = gap.operated_cny - gap.promised_cny
    least = max(SHARE_OF_GAP * abs(more), SHARE_OF_COST * abs(gap.promised_cny), 1.0)
    parts = sorted((p for p in parts_of(gap) if abs(p.cny) >= least), key=lambda p: -abs(p.cny))
    found = [_headline(gap, ratio), *(_told(p) for p in parts[:MOST])]
    if abs(more) >= SHARE_OF_COST * abs(gap.promised_cny):
        found += list(_unknown_to_the_design(gap))
    return found


def parts_of(gap: Gap) -> list[Part]:
    """Every contribution; together they make the gap."""
    parts: list[Part] = []
    grids = [c.name for c in gap.promise.site.components if isinstance(c, Grid)]
    for line in gap.lines:
        if not (line.component in grids and line.cause == "energy"):
            zh, en = _sentence(gap, line.component, line.cause)
            parts.append(Part(line.more, zh, en))
    return parts + list(_electricity(gap, grids))


def _headline(gap: Gap, ratio: Mapping[str, float | None]) -> Note:
    operating, life = ratio["operating"], ratio["life_cycle"]
    zh, en = (
        f"逐日运行全年, 运行费用 {gap.operated_cny:,.0f} 元, 设计承诺 {gap.promised_cny:,.0f} 元",
        f"Operated day by day, the year costs {gap.operated_cny:,.0f} CNY where the design promised "
        f"{gap.promised_cny:,.0f} CNY",
    )
    if operating is not None:
        zh, en = f"{zh}({operating:+.2%})", f"{en} ({operating:+.2%})"
    if life is not None:
        zh, en = f"{zh}; 全寿命周期成本差 {life:+.2%}", f"{en}; the life-cycle cost differs by {life:+.2%}"
    return Note(f"{zh}。", f"{en}.")


def _told(p: Part) -> Note:
    return Note(
        f"{p.zh}: {'多' if p.cny > 0 else '少'} {abs(p.cny):,.0f} 元。",
        f"{p.en}: {abs(p.cny):,.0f} CNY {'more' if p.cny > 0 else 'less'}.",
    )


def _labels(c: Component) -> tuple[str, str]:
    return c.label("zh"), c.label("en")


# ---- lines that are paid as they are ---------------------------------------------------------------------------------


def _sentence(gap: Gap, component: str, cause: str) -> tuple[str, str]:
    """What happened behind a line, with the figures of both sides."""
    cause_zh, cause_en = CAUSE_TEXT.get(cause, (cause, cause))
    if cause == CARBON:
        return "排放计价", "emissions at their price"
    c = gap.promise.site.component(component)
    zh, en = _labels(c)
    sides = (gap.promise, gap.operated)
    if cause == "start":
        before, after = (run.times(component, STARTS.name) for run in sides)
        return (
            f"{zh}启动 {after:,.0f} 次(设计按比例计 {before:,.1f} 次), 启停损耗",
            f"{en} starts {after:,.0f} times (the design counts shares of starts: {before:,.1f}), wear of starts",
        )
    if cause == "wear":
        before, after = (run.total(component, ON.name) for run in sides)
        return (
            f"{zh}运行 {after:,.0f} 台时(设计按比例计 {before:,.0f}), 运行损耗",
            f"{en} runs {after:,.0f} module hours (the design counts shares: {before:,.0f}), wear of running",
        )
    if cause == "demand_charge":
        return _peaks(gap, component, zh, en)
    if cause == "throughput" and isinstance(c, Store):
        before, after = (run.total(component, f"discharge_{c.RATE}") for run in sides)
        unit = "kWh" if c.STOCK == "kwh" else "kg"
        return (
            f"{zh}放出 {after:,.0f} {unit}(设计 {before:,.0f}), 循环损耗",
            f"{en} gives {after:,.0f} {unit} ({before:,.0f} promised), wear of storing",
        )
    if cause == "unserved":
        quantity = next(q.name for q in c.quantities if q.name.startswith("unserved"))
        unit = "kg" if quantity.endswith("kg_per_h") else "kWh"
        amount = gap.operated.total(component, quantity)
        return f"{zh}缺供 {amount:,.0f} {unit}, 计罚", f"{en}: {amount:,.0f} {unit} not served, at its penalty"
    if cause == STOCK and isinstance(c, Store):
        amount, unit = gap.missing[component], "kWh" if c.STOCK == "kwh" else "kg"
        way_zh, way_en = ("少", "less") if amount > 0 else ("多", "more")
        return (
            f"{zh}各月末存量合计比设计{way_zh} {abs(amount):,.0f} {unit}, 按边际价值计",
            f"{en} holds {abs(amount):,.0f} {unit} {way_en} than the design at the ends of the months together, "
            "at marginal value",
        )
    if ports := c.ports:
        quantity = ports[0].quantity.name
        before, after = (run.total(component, quantity) for run in sides)
        unit = "kg" if quantity.endswith("kg_per_h") else "kWh"
        return (
            f"{zh}, {cause_zh}: {after:,.0f} {unit}(设计 {before:,.0f})",
            f"{en}, {cause_en}: {after:,.0f} {unit} ({before:,.0f} promised)",
        )
    return f"{zh}, {cause_zh}", f"{en}, {cause_en}"


def _peaks(gap: Gap, grid: str, zh: str, en: str) -> tuple[str, str]:
    before, after = gap.promise.month_peaks(grid), gap.operated.month_peaks(grid)
    change = {m: after[m] - before[m] for m in before}
    worst = max(change, key=lambda m: change[m])
    total = sum(change.values())
    return (
        f"{zh}月最大需量合计 {total:+,.0f} kW, 最多在 {worst} 月高出 {change[worst]:,.0f} kW, 需量电费",
        f"{en}: peaks of the months {total:+,.0f} kW together, at most {change[worst]:,.0f} kW higher in month "
        f"{worst}, demand charge",
    )


# ---- electricity bought ----------------------------------------------------------------------------------------------


def _electricity(gap: Gap, grids: list[str]) -> Iterator[Part]:
    """The change of the energy bill: by price, and by every device that takes or gives other electricity."""
    bills = {(x.component, x.cause): x for x in gap.lines}
    lines = [bills[g, "energy"] for g in grids if (g, "energy") in bills]
    if not lines:
        return
    energy = [sum(run.total(g, "import_kw") for g in grids) for run in (gap.promise, gap.operated)]
    paid = [sum(x.promised_cny for x in lines), sum(x.operated_cny for x in lines)]
    if min(energy) <= 0:
        yield Part(
            paid[1] - paid[0],
            f"购电 {energy[1]:,.0f} kWh(设计 {energy[0]:,.0f})",
            f"{energy[1]:,.0f} kWh are bought ({energy[0]:,.0f} promised)",
        )
        return
    price = [p / e for p, e in zip(paid, energy, strict=True)]
    yield Part(
        (price[1] - price[0]) * energy[1],
        f"购电落在其他时段, 均价 {price[1]:.4f} 元/kWh(设计 {price[0]:.4f})",
        f"electricity is bought in other hours, at {price[1]:.4f} CNY/kWh on average ({price[0]:.4f} promised)",
    )
    for c in gap.promise.site.components:
        if not isinstance(c, Grid):
            for kwh, zh, en in _taken(gap, c):
                yield Part(price[0] * kwh, zh, en)
    sold = _change(gap, lambda run: sum(run.total(g, "export_kw") for g in grids))
    yield Part(price[0] * sold, f"上网电量变化 {sold:+,.0f} kWh", f"{sold:+,.0f} kWh fed into the grid")


def _taken(gap: Gap, c: Component) -> Iterator[tuple[float, str, str]]:
    """More electricity (+) that a device takes, or gives less of [kWh], by reason."""
    flows = [(p.quantity.name, -p.quantity.sign) for p in c.ports if p.quantity.carrier == "electricity"]
    if not flows:
        return
    zh, en = _labels(c)
    whole = _change(gap, lambda run: sum(sign * run.total(c.name, q) for q, sign in flows))
    if isinstance(c, PV):
        curtailed = _change(gap, lambda run: run.total(c.name, "curtailed_kw"))
        yield whole, f"{zh}弃光变化 {curtailed:+,.0f} kWh", f"{en}: {curtailed:+,.0f} kWh curtailed"
        return
    if isinstance(c, Store):
        yield whole, f"{zh}的损耗与存量变化 {whole:+,.0f} kWh", f"{en}: {whole:+,.0f} kWh of losses and change of stock"
        return
    makes = [p.quantity.name for p in c.ports if p.quantity.sign > 0]
    if not isinstance(c, Machine) or not makes or any(sign < 0 for _, sign in flows):
        yield whole, f"{zh}用电变化 {whole:+,.0f} kWh", f"{en}: {whole:+,.0f} kWh of electricity"
        return
    idle = _change(gap, lambda run: run.total(c.name, "auxiliary_kw"))
    made = [run.total(c.name, makes[0]) for run in (gap.promise, gap.operated)]
    used = [sum(run.total(c.name, q) for q, _ in flows if q != "auxiliary_kw") for run in (gap.promise, gap.operated)]
    unit = "kg" if makes[0].endswith("kg_per_h") else "kWh"
    if any(q == "auxiliary_kw" for q, _ in flows):
        yield idle, f"{zh}预热与热备用电变化 {idle:+,.0f} kWh", f"{en}: {idle:+,.0f} kWh for warm-up and standby"
    if min(made) <= 0:
        yield used[1] - used[0], *_made(zh, en, made, unit)
        return
    each = [u / m for u, m in zip(used, made, strict=True)]
    yield (
        (each[1] - each[0]) * made[1],
        f"{zh}工况点不同, 单耗 {each[1]:.3f} kWh/{unit}(设计 {each[0]:.3f})",
        f"{en} works at other points: {each[1]:.3f} kWh/{unit} ({each[0]:.3f} promised)",
    )
    yield each[0] * (made[1] - made[0]), *_made(zh, en, made, unit)


def _made(zh: str, en: str, made: list[float], unit: str) -> tuple[str, str]:
    before, after = made
    return (
        f"{zh}产量 {after:,.0f} {unit}(设计 {before:,.0f})",
        f"{en} makes {after:,.0f} {unit} ({before:,.0f} promised)",
    )


def _change(gap: Gap, of: Callable[[YearRun], float]) -> float:
    return of(gap.operated) - of(gap.promise)


# ---- what the design does not know -----------------------------------------------------------------------------------


def _unknown_to_the_design(gap: Gap) -> Iterator[Note]:
    """Facts that stand behind the contributions, without money of their own: minimum load, stock across days."""
    built = {c.name: c for c in gap.operated.site.components}
    for c in gap.promise.site.components:
        told, (zh, en) = device(c, gap.promise, gap.operated), _labels(c)
        one = built.get(c.name)
        if told and isinstance(one, Machine) and (share := told["below_minimum_share_promised"]) >= BELOW_MINIMUM:
            low = one.least * one.module_kw
            yield Note(
                f"设计让{zh}有 {share:.0%} 的出力低于单台最小负荷 {low:,.0f} kW; 实际运行只能更高或停机。",
                f"The design places {share:.0%} of the load of {en} below the minimum load of one module, "
                f"{low:,.0f} kW; in operation it works above or stands still.",
            )
        if told and isinstance(one, Store) and told["across_days_promised"] is not None:
            before, after = told["across_days_promised"], told["across_days_operated"]
            if before - after > ACROSS_DAYS * one.top:
                far, near = (f"{x:,.0f} {'kWh' if one.STOCK == 'kwh' else 'kg'}" for x in (before, after))
                yield Note(
                    f"设计把{zh}的存量跨日搬移(午夜存量相差 {far}); 逐日计划只看一天, 相差 {near}。",
                    f"The design carries stock of {en} across days: levels at midnight differ by {far}. "
                    f"With plans that see one day and the site's stock prices they differ by {near}.",
                )

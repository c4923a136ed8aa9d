"""A plan under scenarios in words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ems.kpis import kpis
from ems.phrases import label, listed
from ems.site import Site
from forecasting.notes import Note

if TYPE_CHECKING:
    from ems.stochastic.plan import StochasticPlan

LITTLE = 1e-3  # kWh or kg


def in_words(site: Site, plan: StochasticPlan) -> list[Note]:
    """What it costs, what is decided ahead, what looking at scenarios is worth, what may go wrong."""
    if plan.schedule is None:
        return []
    return [*_cost(plan), *_ahead(site, plan), *_value(plan), *_band(plan), *_unserved(site, plan)]


def _cost(plan: StochasticPlan) -> Iterator[Note]:
    costs = [o.total_cny for o in plan.outcomes]
    low, high, share = min(costs), max(costs), f"{1 - plan.risk.alpha:.0%}"
    n, mean, dear = len(costs), f"{plan.expected_cny:,.0f}", f"{plan.cvar_cny:,.0f}"
    yield Note(
        f"{n} 个情景: 期望成本 {mean} 元, 从 {low:,.0f} 到 {high:,.0f} 元; 最贵的 {share} 平均 {dear} 元(CVaR)。",
        f"{n} scenarios: the expected cost is {mean} CNY, from {low:,.0f} to {high:,.0f}; "
        f"the dearest {share} cost {dear} CNY in the mean (CVaR).",
    )
    if plan.risk.weight:
        yield Note(
            f"最小化的是期望成本加 {plan.risk.weight:g} 倍 CVaR, 已证明距最优界 {plan.gap:.2%}。",
            f"Minimised is the expected cost plus {plan.risk.weight:g} times the CVaR, proven within {plan.gap:.2%}.",
        )


def _ahead(site: Site, plan: StochasticPlan) -> Iterator[Note]:
    planned = [label(c) for c in site.components if c.name in plan.ahead.planned]
    committed = [label(c) for c in site.components if c.name in plan.ahead.committed]
    if planned:
        who = listed(planned)
        yield Note(f"提前决定并在各情景中保持: {who.zh}。", f"Decided ahead and kept in all scenarios: {who.en}.")
    if committed:
        who = listed(committed)
        yield Note(
            f"提前决定启停、负荷随当天调整: {who.zh}。",
            f"Decided ahead is when these run, their load follows the day: {who.en}.",
        )


def _value(plan: StochasticPlan) -> Iterator[Note]:
    v = plan.value
    if v is None:
        return
    with_risk = Note("(含风险加权)", " (risk included)") if plan.risk.weight else Note("", "")
    if math.isnan(v.stochastic_cny):
        yield Note(
            "仅按期望日制定的计划在部分情景中无法执行, 随机计划的价值没有数值。",
            "A plan for the expected day alone could not be kept in every scenario: "
            "there is no number for the value of looking at several.",
        )
    else:
        yield Note(
            f"仅按期望日制定的计划在这些情景中为 {v.expected_day_cny:,.0f} 元{with_risk.zh}, 本计划为 "
            f"{plan.objective_cny:,.0f} 元: 考虑情景的价值(VSS)为 {v.stochastic_cny:,.0f} 元。",
            f"A plan for the expected day alone would cost {v.expected_day_cny:,.0f} CNY over these "
            f"scenarios{with_risk.en}, this one {plan.objective_cny:,.0f}: looking at them is worth "
            f"{v.stochastic_cny:,.0f} CNY (VSS).",
        )
    yield Note(
        f"规则运行在这些情景中为 {v.rules_cny:,.0f} 元{with_risk.zh}。",
        f"Operation by rules would cost {v.rules_cny:,.0f} CNY over these scenarios{with_risk.en}.",
    )
    yield Note(
        f"若能预知当天, 还可省 {v.information_cny:,.0f} 元(EVPI, 已证明 {v.information_least_cny:,.0f} 至 "
        f"{v.information_most_cny:,.0f})。",
        f"Knowing the day would save {v.information_cny:,.0f} CNY more (EVPI; proven: "
        f"{v.information_least_cny:,.0f} to {v.information_most_cny:,.0f}).",
    )


def _band(plan: StochasticPlan) -> Iterator[Note]:
    if plan.band is None or not plan.grids:
        return
    mean = sum(o.weight * g.beyond_kwh[s] for g in plan.grids.values() for s, o in enumerate(plan.outcomes))
    width, price = f"{plan.band.width_kw:,.0f}", f"{plan.band.beyond_cny_per_kwh:g}"
    yield Note(
        f"计划购电上下 {width} kW 之内按正常电价, 之外每 kWh 计 {price} 元(假定, 非合同条款); "
        f"期望越界 {mean:,.0f} kWh。",
        f"The exchange with the grid may leave the plan by {width} kW at the normal price, beyond that a kWh counts "
        f"{price} CNY (assumed, no contract says so); {mean:,.0f} kWh lie beyond in the mean.",
    )


def _unserved(site: Site, plan: StochasticPlan) -> Iterator[Note]:
    for key, unit in (("unserved_kwh", "kWh"), ("unserved_kg", "kg")):
        missing = [(o.weight, kpis(site, o.window, o.schedule)[key]) for o in plan.outcomes]
        if chance := sum(weight for weight, x in missing if x > LITTLE):
            worst = max(x for _, x in missing)
            yield Note(
                f"合计概率 {chance:.0%} 的情景中有需求不能满足, 最多缺 {worst:,.1f} {unit}。",
                f"In scenarios of {chance:.0%} together demand goes unserved, {worst:,.1f} {unit} at most.",
            )

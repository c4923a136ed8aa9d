"""Columns of the table of policies, in both languages, and what stands in them."""

from __future__ import annotations

from typing import Any

from ems.operation.policies import POLICIES

COLUMNS = {  # key -> (Chinese, Chinese unit), (English, English unit)
    "policy": (("策略", ""), ("policy", "")),
    "total": (("总成本", "元"), ("total", "CNY")),
    "saving": (("较规则节省", "元"), ("saved", "CNY")),
    "capture": (("占完全预见节省", "%"), ("of perfect", "%")),
    "carbon": (("碳排放", "tCO₂e"), ("carbon", "tCO₂e")),
    "peak": (("最大需量", "kW"), ("peak", "kW")),
    "starts": (("启动", "次"), ("starts", "")),
    "unserved": (("缺供", "kWh + kg"), ("unserved", "kWh + kg")),
    "churn": (("计划变动", "%"), ("churn", "%")),
    "plans": (("计划数", ""), ("plans", "")),
    "seconds": (("每次求解", "s"), ("per plan", "s")),
    "audit": (("违约", ""), ("broken laws", "")),
}


def cells(policy: dict[str, Any], lang: str) -> list[str]:
    """One line of the table; a dash where there is nothing to say."""
    seconds = policy["seconds_per_plan"]
    name = POLICIES[policy["policy"]]
    return [
        name.zh if lang == "zh" else name.en,
        f"{policy['total_cny']:,.0f}",
        _number(policy["saving_cny"], ",.0f"),
        _number(policy["capture"], ".1f", 100),
        f"{policy['carbon_kg'] / 1000:,.1f}",
        f"{policy['peak_kw']:,.0f}",
        f"{policy['starts']:,.0f}",
        f"{policy['unserved_kwh']:,.1f} + {policy['unserved_kg']:,.1f}",
        _number(policy["churn"], ".1f", 100),
        f"{policy['plans']:,.0f}" if policy["plans"] else "–",
        f"{seconds['mean']:.2f}" if seconds else "–",
        f"{len(policy['violations'])}",
    ]


def _number(x: float | None, form: str, times: float = 1.0) -> str:
    return "–" if x is None else format(times * x, form)

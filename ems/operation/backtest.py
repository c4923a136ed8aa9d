"""A backtest: what each policy would have made of the same days, month by month.

Every policy meets the same weather, demands and forecasts. Months are tasks of their own; each opens with the stocks of
the site file and machines off, and is settled at its end. ``tasks`` makes what a month needs, `ems.operation.month`
runs it, `combine` adds the months up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from ems.inputs import Inputs, make_inputs
from ems.objective import Objective, ObjectiveName
from ems.operation.corrections import fitted_corrections
from ems.operation.draws import LEARNED, drawn, error_models
from ems.operation.month import Month
from ems.operation.outlooks import ASSUMED_CORRECTIONS
from ems.operation.rolling import Manner
from ems.operation.score import capture
from ems.site_file import SiteFile
from forecasting.notes import Note

LIKELY = tuple(f"synthetic:{k}" for k in range(11, 19))  # other years, never the one that comes
AHEAD_DAYS = 2  # that the last plans of a month look beyond it
SUMS = (
    "total_cny", "paid_cny", "wear_cny", "stock_cny", "penalty_cny", "carbon_kg", "import_kwh", "starts",
    "unserved_kwh", "unserved_kg", "plans", "bridged_readings", "seconds_run", "bound_cny", "outages",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What is to be compared."""

    first: date
    last: date
    policies: tuple[str, ...]
    weather: str = "synthetic"
    objective: ObjectiveName = "cost"
    seed: int = 1
    scenarios: int = 3  # of the stochastic policy, the expected course among them
    silence: float = 0.0  # share of readings that do not come
    outages: bool = True  # whether machines fail at random
    manner: Manner = field(default_factory=Manner)


@dataclass(frozen=True)
class Prepared:
    """The months with all that they need, and the inputs that they were cut from."""

    months: tuple[Month, ...]
    inputs: Inputs
    notes: tuple[Note, ...]


def prepare(file: SiteFile, asked: Asked) -> Prepared:
    """Actual and usual inputs, forecasts drawn around the actual ones; raises `InputError` for unusable data."""
    minutes, last = asked.manner.step_minutes, asked.last + timedelta(days=AHEAD_DAYS)
    inputs = make_inputs(file, asked.first, last, step_minutes=minutes, weather=asked.weather)
    likely: list[pd.DataFrame] = []
    corrections, models = ASSUMED_CORRECTIONS, error_models(LEARNED)
    if file.site.climatology:
        others = [w for w in LIKELY if w != asked.weather]
        likely = [make_inputs(file, asked.first, asked.last, step_minutes=minutes, weather=w).table for w in others]
        corrections = fitted_corrections(file, asked.first, minutes, others[0], asked.seed, models)
    d = drawn(file, inputs.weather, inputs.table, asked.seed, max(0, asked.scenarios - 1), models)
    goal = Objective.of(asked.objective, file.site.carbon.price_cny_per_t)
    ahead, months = AHEAD_DAYS * 1440 // minutes, []
    for lo, hi in _months(inputs.table.iloc[:-ahead]):
        rows = slice(lo, hi + ahead)
        months.append(
            Month(
                site=file.site,
                label=f"{inputs.table.index[lo]:%Y-%m}",
                inputs=inputs.table.iloc[rows],
                steps=hi - lo,
                likely=tuple(table.iloc[lo:hi] for table in likely),
                issued=d.issued.iloc[rows],
                clear=d.clear.iloc[rows],
                loads=d.loads,
                corrections=corrections,
                spread={k: table.iloc[rows] for k, table in d.spread.items()},
                caution=d.caution.iloc[rows],
                goal=goal,
                manner=asked.manner,
                opening={},
                seed=asked.seed,
                silence=asked.silence,
                outages=asked.outages,
            )
        )
    return Prepared(tuple(months), inputs, (*inputs.notes, *_assumptions(file, asked)))


def task_id(kind: str, month: Month, *more: object) -> str:
    """Hash of all that a task's result depends on."""
    tables = {"inputs": month.inputs, "issued": month.issued, "clear": month.clear, "caution": month.caution}
    tables |= {f"likely{k}": table for k, table in enumerate(month.likely)}
    tables |= {f"spread{k}": table for k, table in month.spread.items()}
    found = hashlib.sha256(kind.encode())
    for name, table in tables.items():
        if table is not None:
            found.update(name.encode() + pd.util.hash_pandas_object(table).to_numpy().tobytes())
            found.update("|".join(map(str, table.columns)).encode())
    plain = replace(month, site=None, spread={}, likely=(), **dict.fromkeys(("inputs", "issued", "clear", "caution")))  # type: ignore[arg-type]
    found.update(month.site.model_dump_json().encode() + repr((plain, more)).encode())
    return found.hexdigest()[:16]


def combine(asked: Asked, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Totals of each policy over its months, and the share of the perfect-foresight saving that it captures.

    Shares are taken over the months that a policy, rules and perfect foresight have all been run for.
    """
    by: dict[str, dict[str, Mapping[str, Any]]] = {name: {} for name in asked.policies}
    for row in rows:
        by[row["policy"]][row["month"]] = row
    months = sorted({m for found in by.values() for m in found})
    return {
        "months": months,
        "policies": [_policy(name, by, months) for name in asked.policies],
    }


def _policy(name: str, by: Mapping[str, Mapping[str, Mapping[str, Any]]], months: Sequence[str]) -> dict[str, Any]:
    mine = [by[name][m] for m in months if m in by[name]]
    totals = {key: float(sum(m[key] for m in mine)) for key in SUMS}
    seconds = [m["seconds_per_plan"] for m in mine if m["plans"]]
    plans = [m["plans"] for m in mine if m["plans"]]
    churns = [(m["churn"], m["plans"]) for m in mine if m["churn"] is not None]
    shares = {m: _capture([m], name, by) for m in months}
    return {
        "policy": name,
        "months": len(mine),
        **totals,
        "peaks_kw": {m["month"]: m["peak_kw"] for m in mine},
        "peak_kw": max((m["peak_kw"] for m in mine), default=0.0),
        "violations": [v for m in mine for v in m["violations"]],
        "not_planned": _not_planned(mine),
        "reasons": sorted({r for m in mine for r in m["reasons"]}),
        "churn": float(np.average([c for c, _ in churns], weights=[n for _, n in churns])) if churns else None,
        "seconds_per_plan": {
            "mean": float(np.average([s["mean"] for s in seconds], weights=plans)),
            "p95": max(s["p95"] for s in seconds),
            "max": max(s["max"] for s in seconds),
        } if seconds else {},
        "saving_cny": _saving(months, name, by),
        "capture": _capture(months, name, by),
        "capture_by_month": shares,
    }  # fmt: skip


def _not_planned(months: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How often the plan before, or the rules, stood in for a plan."""
    counts = {kind: sum(m["not_planned"].get(kind, 0) for m in months) for kind in ("bridged", "rules")}
    return {kind: n for kind, n in counts.items() if n}


def _saving(months: Sequence[str], name: str, by: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> float | None:
    """Total by rules less the policy's, over the months that both have."""
    rules = by.get("rule_based", {})
    both = [m for m in months if m in rules and m in by[name]]
    return sum(rules[m]["total_cny"] - by[name][m]["total_cny"] for m in both) if both else None


def _capture(months: Sequence[str], name: str, by: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> float | None:
    sides = [by.get("rule_based", {}), by[name], by.get("perfect", {})]
    all_three = [m for m in months if all(m in side for side in sides)]
    if not all_three:
        return None
    rules, policy, perfect = (sum(side[m]["total_cny"] for m in all_three) for side in sides)
    return capture(rules, policy, perfect)


def _months(table: pd.DataFrame) -> list[tuple[int, int]]:
    """First step and end of every calendar month."""
    index = pd.DatetimeIndex(table.index)
    month = np.asarray(index.year * 12 + index.month)
    cuts = [0, *(np.flatnonzero(np.diff(month)) + 1).tolist(), len(index)]
    return list(pairwise(cuts))


def _assumptions(file: SiteFile, asked: Asked) -> list[Note]:
    """What the comparison rests on, in words."""
    notes = [
        Note(
            "每月独立运行: 月初存量取站点文件的初始份额, 机组停机; 月末存量与月初之差按该月线性规划的边际价值结算, "
            "各策略同价。",
            "Months are run on their own: stocks open with the shares of the site file, machines are off; what stocks "
            "end with above or below that is settled at the month's marginal values, the same for every policy.",
        ),
        Note(
            "电费按整月结算, 需量电费按模拟的月最大需量从零计起, 不采用站点文件的预期需量。",
            "Bills are those of the whole month; the demand charge is on the whole simulated peak, not on what exceeds "
            "the expected peak of the site file.",
        ),
        Note(
            "预测误差按误差模型围绕实际值抽取, 种子固定, 各策略相同; 电价、碳因子、车辆加注时段与气温视为已知。",
            "Forecasts are drawn around what comes by the error model with a fixed seed, the same for every policy; "
            "prices, carbon intensity, refuelling windows and temperature are taken as known.",
        ),
    ]  # fmt: skip
    if file.site.climatology:
        notes.append(
            Note(
                "时域之外: 夜间存量与已付需量的价值由随机对偶动态规划(SDDP)得出, 取自同一气候的另外八个合成年, "
                "所有策略(含完全预见)相同。",
                "Beyond their window plans know what stock and a paid peak are worth at midnight, from stochastic dual "
                "dynamic programming on eight other years drawn from the same climate, the same for all policies, "
                "perfect foresight included.",
            )
        )
    else:
        notes.append(
            Note(
                "站点没有气候数据: 需量目标与存量价值取站点文件。",
                "The site has no climatology: peak to plan with and stock values are those of the site file.",
            )
        )
    if "rolling" in asked.policies:
        notes.append(
            Note(
                "滚动优化: 时段内启停不变, 电池、电解槽负荷与购电按当时测得的光伏与负荷(时段均值)再解一次; "
                "两小时以后的光伏按偏低的情形计划。",
                "Rolling: within an interval commitment stays, and what else is set is solved once more for the sun "
                "and the demands that are measured then (means of the interval); the sun from two hours ahead on is "
                "planned on the low side.",
            )
        )
    if "perfect" in asked.policies:
        notes.append(
            Note(
                "完全预见: 与滚动优化同一模型与时域(至多 33 小时), 但已知其中的实际天气与负荷, 每 3 小时更新, "
                "经同一模拟器; 不预见故障, 也不预见时域之后。整月线性规划给出更严的下界。",
                "Perfect foresight is the rolling plan given the weather and demands that come within its window (at "
                "most 33 hours), made every 3 hours, through the same simulator; it foresees neither failures nor what "
                "lies beyond. The linear program of the month as it came is a stricter bound.",
            )
        )
    if asked.outages:
        notes.append(
            Note(
                "设备按假定的平均无故障与修复时间随机停用(种子固定, 各策略相同); 计划只知道已发生的停用。",
                "Machines fail at random by assumed mean times between failures and to repair, with a fixed seed, the "
                "same for every policy; plans know of an outage once it has happened.",
            )
        )
    if "rolling_stochastic" in asked.policies:
        notes.append(
            Note(
                f"滚动随机优化每 3 小时更新, {asked.scenarios} 个等概率情景, 不计风险权重。",
                f"The stochastic policy plans every 3 hours with {asked.scenarios} equally likely scenarios, no weight "
                "on risk.",
            )
        )
    return notes

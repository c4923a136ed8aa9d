"""`backtest.json`: figures of every policy, month by month, with what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from ems.operation.backtest import Asked, Prepared
from ems.operation.draws import BATCHES, BUILDINGS, LEARNED, SUN, error_models
from ems.operation.policies import POLICIES
from ems.provenance import provenance
from ems.site_file import SiteFile
from forecasting.error_behaviour import LIT, Behaviour, behaviour
from forecasting.notes import Note

SCHEMA_VERSION = "1.0"
AIM = 0.95  # share of the perfect-foresight saving that rolling is to capture
LEFT_OUT = ("id", "name", "status", "reason")  # of a row of the journal


def backtest_dict(
    file: SiteFile,
    asked: Asked,
    prepared: Prepared,
    aims: Sequence[Mapping[str, Any]],
    rows: Iterable[Mapping[str, Any]],
    totals: Mapping[str, Any],
    seconds: float,
) -> dict[str, Any]:
    """JSON-ready content; missing numbers are null."""
    models = error_models(LEARNED)
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "backtest",
        "site": {"name": file.site.name, "title": file.site.title.model_dump()},
        "from": asked.first.isoformat(),
        "to": asked.last.isoformat(),
        "timezone": file.site.place.timezone,
        "start": prepared.inputs.table.index[0].isoformat(),
        "step_minutes": asked.manner.step_minutes,
        "objective": asked.objective,
        "seed": asked.seed,
        "silent_meters": asked.silence,
        "months": totals["months"],
        "policies": totals["policies"],
        "rows": [{key: value for key, value in row.items() if key not in LEFT_OUT} for row in rows],
        "aims": [{"month": m.label, "came": found["came"]} for m, found in zip(prepared.months, aims, strict=True)],
        "forecast_errors": {
            name: {"source": models[name].figures.source, "status": models[name].figures.status}
            for name in (SUN, BUILDINGS, BATCHES)
        },
        "findings": [_text(note) for note in findings(totals["policies"])],
        "notes": [_text(note) for note in (*prepared.notes, *_drawn_notes(prepared))],
        "seconds": seconds,
        "provenance": provenance(file, prepared.inputs),
    }


def _drawn_notes(prepared: Prepared) -> Iterator[Note]:
    """How far the forecasts of the sun are off as they were drawn: a seed may be kinder than the next one."""
    erred = drawn_behaviour(prepared)
    if erred is None:
        return
    hour, day, next_hour = f"{erred.hour:.0%}", f"{erred.day:.0%}", f"{erred.next_hour:.2f}"
    yield Note(
        f"光伏日前预测(本次抽取): 小时均方根误差为平均值的 {hour}, 日电量为 {day}, 相邻小时误差的相关系数 {next_hour}; "
        "不同种子有好有坏, 实测电站见 docs/operation.md。",
        f"Day-ahead forecasts of the sun as drawn here miss an hour by {hour} of the mean (RMSE) and a day by {day}; "
        f"errors of one hour and the next correlate by {next_hour}. Seeds differ; for measured plants see "
        "docs/operation.md.",
    )


def drawn_behaviour(prepared: Prepared) -> Behaviour | None:
    """Behaviour of the forecasts of all roofs together over the months run; None where there is no sun or no day."""
    parts = []
    for m in prepared.months:
        sun, lit = list(map(str, m.clear)), slice(0, m.steps)
        tables = (m.inputs[sun], m.issued[sun], m.clear)
        parts.append(
            pd.DataFrame({k: t.iloc[lit].mean(axis=1) for k, t in zip(("came", "said", "clear"), tables, strict=True)})
        )
    table = pd.concat(parts)
    if table.isna().any(axis=None) or not (table["clear"] > 0).any():
        return None
    return behaviour(table["came"], table["said"], table["clear"] > LIT * table["clear"].max())


def findings(policies: Sequence[Mapping[str, Any]]) -> list[Note]:
    """What a reader must see first: the aim, demand unserved, broken laws, plans that were none."""
    found = []
    by = {p["policy"]: p for p in policies}
    if (rolling := by.get("rolling")) and rolling["capture"] is not None:
        share = rolling["capture"]
        met = share >= AIM
        found.append(
            Note(
                f"滚动优化实现了完全预见节省的 {share:.1%}(目标 {AIM:.0%}, {'达到' if met else '未达到'})。",
                f"Rolling captures {share:.1%} of what perfect foresight saves over rules "
                f"(aim {AIM:.0%}: {'met' if met else 'missed'}).",
            )
        )
    for p in policies:
        name = POLICIES[p["policy"]]
        if p["unserved_kwh"] > 0.5 or p["unserved_kg"] > 0.05:
            lack = f"{p['unserved_kwh']:.1f} kWh, {p['unserved_kg']:.1f} kg"
            found.append(Note(f"{name.zh}: 缺供 {lack}。", f"{name.en}: {lack} not served."))
        if p["violations"]:
            v = p["violations"][0]
            where = f"{v['component']}: {v['law']}, {v['worst']:.3g}, {v['at']}"
            found.append(
                Note(f"{name.zh}: 模拟运行违反约束({where})。", f"{name.en}: the simulation breaks a law ({where}).")
            )
        if p["not_planned"]:
            n = sum(p["not_planned"].values())
            why = "; ".join(p["reasons"][:2])
            found.append(
                Note(
                    f"{name.zh}: {n:.0f} 次未得到计划, 沿用上一计划或按规则运行({why})。",
                    f"{name.en}: {n:.0f} times no plan was found, the one before or the rules stood in ({why}).",
                )
            )
        if p["bridged_readings"]:
            n = p["bridged_readings"]
            found.append(
                Note(
                    f"{name.zh}: {n:.0f} 个时段缺表计读数, 以上一计划推得的状态代替。",
                    f"{name.en}: in {n:.0f} intervals meters were silent; the last plan's state stood in.",
                )
            )
    return found


def _text(note: Note) -> dict[str, str]:
    return {"zh": note.zh, "en": note.en}

"""What a re-plan of a running park says: where its state is from, what was corrected, what it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ems.operation.churn import TOLERANCE
from ems.plan_changes import setpoints
from ems.problem import Limits
from ems.schedule import Outcome, Schedule
from ems.site import Site
from ems.wishes import Wish
from forecasting.notes import Note
from models import Component
from models.commitment import Machine

BRIDGED = "取自执行中的计划"  # told wherever a state is not measured
MOST = 4  # machines and stores that are named


def bridged_note(site: Site, measured: Sequence[str], planned: Sequence[str]) -> Note:
    """Which components stand where their meters say, and which where the plan before leaves them."""
    zh = [f"按测量: {_names(site, measured, 'zh')}。"] if measured else ["没有可用的状态测量。"]
    en = [f"State by measurements: {_names(site, measured, 'en')}."] if measured else ["No state is measured."]
    if planned:
        zh.append(f"无新鲜或完整的测量, {BRIDGED}: {_names(site, planned, 'zh')}。")
        en.append(
            f"Without fresh and complete measurements, bridged by the plan that stands: {_names(site, planned, 'en')}."
        )
    return Note("".join(zh), " ".join(en))


def events_note(site: Site, hours: Mapping[str, float]) -> Note:
    """How far back starts and stops of machines are known by measurements [h]."""
    short = [n for n, h in hours.items() if isinstance(m := site.component(n), Machine) and _memory_h(m) > h]
    zh, en = "", ""
    if short:
        zh = f"。最短启停时间更长, 更早的启停未知: {_names(site, short, 'zh')}"
        en = f"; earlier ones, which minimum times would ask for, are not known of {_names(site, short, 'en')}"
    names = list(hours)
    return Note(
        f"启停历史取自近 {min(hours.values()):g} 小时的测量: {_names(site, names, 'zh')}{zh}。",
        f"Starts and stops of the last {min(hours.values()):g} h by measurements: {_names(site, names, 'en')}{en}.",
    )


def _memory_h(machine: Machine) -> float:
    """How long starts and stops of a machine matter [h]."""
    return float(max(machine.min_up_h, machine.min_down_h, machine.cold_start_min / 60))


def peak_note(grid: Component, kw: float, whole: bool) -> Note:
    """The month's peak so far."""
    zh = "" if whole else "(本月测量不全, 若计划中的更高则取之)"
    en = "" if whole else " (the month is not measured as a whole: a higher one of the plan that stands goes before it)"
    return Note(
        f"{grid.label('zh')}: 本月已测最大需量 {kw:,.0f} kW{zh}。",
        f"{grid.label('en')}: highest import of the month so far by measurements {kw:,.0f} kW{en}.",
    )


def reckoned_note(grid: Component, kw: float) -> Note:
    """A peak that is not known for the whole month."""
    return Note(
        f"{grid.label('zh')}: 本月需量未全月测得, 视预期需量 {kw:,.0f} kW 为已计费。",
        f"{grid.label('en')}: the month's peak is not measured as a whole; "
        f"the expected {kw:,.0f} kW are taken as paid for.",
    )


def corrected_note(titles: Sequence[Note], fitted: bool) -> Note:
    """What of the forecast was corrected by the last hours, and where the weights are from."""
    if not titles:
        return Note("预测未按近几小时的测量修正。", "The forecast is not corrected by measurements of the last hours.")
    zh, en = (
        ("由另一合成年拟合", "weights fitted on another synthetic year") if fitted else ("为假定", "weights assumed")
    )
    return Note(
        f"按近几小时的测量修正了预测(权重{zh}): {'、'.join(t.zh for t in titles)}。",
        f"The forecast is corrected by the last hours ({en}): {', '.join(t.en for t in titles)}.",
    )


def careful_note(share: float) -> Note:
    """By how much the sun ahead is planned below its forecast [1]."""
    return Note(
        f"两小时以后的光伏按偏低的情形计划(合计低于预测 {share:.0%}): "
        "预报偏亮的阴天会抬高全月需量, 预报偏暗的晴天损失很小。",
        f"The sun from two hours ahead on is planned on the low side ({share:.0%} below its forecast in all): a dark "
        "day that was forecast bright sets the month's peak, a bright one that was forecast dark costs little.",
    )


def outcome_of(wishes: Sequence[Wish], gap: float, limits: Limits) -> tuple[Outcome, Note]:
    """What a re-plan that passed the audit is called."""
    if wishes:
        zh, en = "".join(w.text.zh for w in wishes), " ".join(w.text.en for w in wishes)
        return "relaxed", Note(f"滚动重排: 间隙 {gap:.2%}。{zh}", f"Re-planned within {gap:.2%} of the bound. {en}")
    note = Note(
        f"滚动重排: 间隙 {gap:.2%}, 全部愿望满足。", f"Re-planned within {gap:.2%} of the bound, all wishes met."
    )
    return ("time_limit" if gap > limits.gap * 1.0001 else "optimal"), note


def changed_notes(site: Site, before: Schedule | None, after: Schedule) -> list[Note]:
    """What the new plan sets otherwise than the one before, in the steps of both; one sentence."""
    if before is None:
        return [Note("此前没有执行中的计划。", "No plan stood before this one.")]
    both = before.index.intersection(after.index)
    if not len(both):
        return [Note("与原计划没有共同的时段。", "The plan before reaches none of these steps.")]
    hours = (after.index[1] - after.index[0]).total_seconds() / 3600 if len(after.index) > 1 else 1.0
    moved: dict[str, float] = {}
    for p in setpoints(site):
        old, new = p.of(before.tables[p.component].loc[both]), p.of(after.tables[p.component].loc[both])
        size = max(float(np.abs(old).max()), float(np.abs(new).max()), 1e-6)
        steps = float((np.abs(new - old) > TOLERANCE * size).sum())
        moved[p.component] = max(moved.get(p.component, 0.0), hours * steps)
    most = [n for n in sorted(moved, key=lambda n: -moved[n]) if moved[n]][:MOST]
    if not most:
        return [Note("与原计划相同。", "It changes nothing of the plan before.")]
    zh = "、".join(f"{site.component(n).label('zh')} {moved[n]:g} 小时" for n in most)
    en = ", ".join(f"{site.component(n).label('en')} in {moved[n]:g} h" for n in most)
    return [Note(f"与原计划相比改变最多: {zh}。", f"Most changed of the plan before: {en}.")]


def _names(site: Site, names: Sequence[str], lang: str) -> str:
    labels = [site.component(n).label("zh" if lang == "zh" else "en") for n in names]
    return ("、" if lang == "zh" else ", ").join(labels)

"""What raises an alarm. An alarm lasts as long as its cause: the rules are asked for the causes that there are now.

| kind | severity | cause |
|---|---|---|
| plan_outcome | critical, warning | the plan of a day is not released or the rules'; wishes are unmet |
| plan_weather | warning | the plan of a day rests on the climatology though a forecast was asked for |
| plan_missing | info, warning | no approved plan for tomorrow in the evening |
| plan_outdated | info | the approved plan of a day was made with an older version of the site |
| job_failed | warning | the newest job of that kind for a day failed within the last two days |
| rolling_failed | warning | two re-plans by themselves failed in a row, or one that is due cannot be asked for |
| series_stale | warning | a measurement is overdue |

The plan of a day is the approved one, else the newest that is no what-if and was not rejected.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from api.contract.base import Text
from api.records import alarms, rolling, series, sites
from api.records.alarms import Cause
from api.records.sites import SiteVersion
from api.settings import Settings
from api.store import Store
from api.tables import jobs, plans, results

ASKED_FROM = time(17)  # local time from which tomorrow should be planned
URGENT_FROM = time(20)
IN_USE = timedelta(days=7)  # a park for which no plan was made for so long is not asked for one
FAILED_FOR = timedelta(days=2)
FAILED_IN_A_ROW = 2  # re-plans by themselves
KIND_TEXT = {"plan": ("计划", "plan"), "forecast": ("预测", "forecast")}


@dataclass(frozen=True)
class _Plan:
    """What the rules need of a plan."""

    id: str
    site: str
    site_version: int
    day: str
    outcome: str
    weather: dict[str, Any]
    status: str
    created_at: datetime
    asked: dict[str, Any]


def evaluate(store: Store, settings: Settings, now: datetime | None = None) -> tuple[int, int]:
    """Ask every rule and bring the alarms up to date; how many were raised and cleared."""
    moment = now or datetime.now(UTC)
    with store.read() as c:
        found = causes(c, settings, moment)
    with store.write() as c:
        return alarms.hold(c, found)


def causes(c: sa.Connection, settings: Settings, now: datetime) -> list[Cause]:
    """Everything that an operator should know of at this moment."""
    found = list(_stale(c, settings, now))
    parks, faults = sites.current(c), rolling.faults(c)
    for park in parks:
        today = now.astimezone(ZoneInfo(park.timezone)).date()
        made = _plans(c, park.site, today.isoformat(), now)
        found += _of_days(park, made, today.isoformat())
        found += _missing(park, made, now)
        found += _failed(c, park, today.isoformat(), now)
        found += _rolling(c, park, faults.get(park.site))
    return found


def _of_days(park: SiteVersion, made: list[_Plan], today: str) -> Iterator[Cause]:
    """Alarms of the plans of today and later."""
    for day in sorted({p.day for p in made if p.day >= today}):
        plan = _of_day(made, day)
        if plan is not None:
            yield from _about_plan(park, plan)


def _of_day(made: list[_Plan], day: str) -> _Plan | None:
    """The plan that counts: ``made`` is newest first."""
    of_day = [p for p in made if p.day == day and p.status != "rejected" and not _what_if(p)]
    approved = [p for p in of_day if p.status == "approved"]
    return next(iter(approved or of_day), None)


def _about_plan(park: SiteVersion, plan: _Plan) -> Iterator[Cause]:
    day, link = plan.day, f"/plans/{plan.id}"
    if plan.outcome in OUTCOMES:
        severity, zh, en = OUTCOMES[plan.outcome]
        yield Cause(park.site, "plan_outcome", day, severity, Text(zh=f"{day} {zh}", en=f"{day}: {en}"), link)
    if plan.weather.get("kind") == "climatology" and plan.asked.get("weather") != "climatology":
        text = Text(
            zh=f"{day} 计划未取得天气预报, 使用气候均值: 光伏与负荷预测偏差可能较大。",
            en=f"{day}: no weather forecast was to be had; the plan rests on the climatology.",
        )
        yield Cause(park.site, "plan_weather", day, "warning", text, link)
    if plan.status == "approved" and plan.site_version < park.version:
        text = Text(
            zh=f"{day} 已批准的计划基于站点文件第 {plan.site_version} 版, 现为第 {park.version} 版。",
            en=f"{day}: the approved plan rests on version {plan.site_version} of the site; it is at {park.version}.",
        )
        yield Cause(park.site, "plan_outdated", day, "info", text, link)


OUTCOMES: dict[str, tuple[alarms.Severity, str, str]] = {
    "infeasible": ("critical", "计划未放行: 审核未通过。", "the plan is not released: it breaks laws of the audit."),
    "fallback": (
        "critical",
        "计划为规则运行方案: 优化未得到可用结果。",
        "the plan is that of the rules: none was found.",
    ),
    "relaxed": ("warning", "计划有未满足的愿望。", "the plan leaves wishes unmet."),
}


def _missing(park: SiteVersion, made: list[_Plan], now: datetime) -> Iterator[Cause]:
    """No approved plan for tomorrow, though it is evening and the park is in use."""
    local = now.astimezone(ZoneInfo(park.timezone))
    tomorrow = (local.date() + timedelta(days=1)).isoformat()
    in_use = any(p.created_at >= now - IN_USE for p in made)
    approved = any(p.day == tomorrow and p.status == "approved" for p in made)
    if not in_use or approved or local.time() < ASKED_FROM:
        return
    text = Text(zh=f"明日 ({tomorrow}) 尚无已批准的计划。", en=f"There is no approved plan for tomorrow ({tomorrow}).")
    severity: alarms.Severity = "warning" if local.time() >= URGENT_FROM else "info"
    yield Cause(park.site, "plan_missing", tomorrow, severity, text, f"/sites/{park.site}?day={tomorrow}")


def _failed(c: sa.Connection, park: SiteVersion, today: str, now: datetime) -> Iterator[Cause]:
    """Jobs of which the newest attempt for that day ended in failure."""
    query = (
        sa.select(jobs.c.id, jobs.c.kind, jobs.c.state, jobs.c.payload, jobs.c.reason)
        .where(jobs.c.site == park.site, jobs.c.created_at >= now - FAILED_FOR)
        .where(jobs.c.state.in_(("succeeded", "failed")), jobs.c.created_by != rolling.WHO)  # `_rolling` has those
        .order_by(jobs.c.id.desc())
    )
    seen: set[tuple[str, str]] = set()
    for id, kind, state, payload, reason in c.execute(query):
        about = (kind, str(payload.get("day", "")))
        if about in seen:
            continue
        seen.add(about)
        if state == "failed" and about[1] >= today:
            zh, en = KIND_TEXT[kind]
            text = Text(
                zh=f"{about[1]} {zh}任务失败: {reason['text']['zh']}",
                en=f"{about[1]}: the {en} job failed: {reason['text']['en']}",
            )
            yield Cause(park.site, "job_failed", " ".join(about), "warning", text, f"/jobs#{id}")


def _rolling(c: sa.Connection, park: SiteVersion, fault: str | None) -> Iterator[Cause]:
    """Re-plans that are to come by themselves and do not: one may fail, the plan that stands goes on."""
    ended = rolling.newest_ended(c, park.site, FAILED_IN_A_ROW)
    if fault is not None:
        text = Text(zh=f"到时的自动重排无法提交: {fault}", en=f"The re-plan that is due cannot be asked for: {fault}")
        yield Cause(park.site, "rolling_failed", "", "warning", text, f"/sites/{park.site}")
    elif len(ended) == FAILED_IN_A_ROW and all(job.state == "failed" for job in ended):
        told = ended[0].reason["text"]
        text = Text(
            zh=f"自动重排连续 {FAILED_IN_A_ROW} 次失败, 执行中的计划不变: {told['zh']}",
            en=f"Re-planning failed {FAILED_IN_A_ROW} times in a row; the plan that stands goes on: {told['en']}",
        )
        yield Cause(park.site, "rolling_failed", "", "warning", text, f"/jobs#{ended[0].id}")


def _stale(c: sa.Connection, settings: Settings, now: datetime) -> Iterator[Cause]:
    """Measurements whose next value is overdue."""
    for row in series.overdue(c, now, timedelta(seconds=settings.stale_after_s)):
        assert row.last_time is not None
        last = row.last_time + timedelta(seconds=row.resolution_s)
        text = Text(
            zh=f"测点 {row.name} 数据中断, 最新数据截至 {last:%Y-%m-%d %H:%M} UTC。",
            en=f"The measurement {row.name} is silent: its newest value ends {last:%Y-%m-%d %H:%M} UTC.",
        )
        yield Cause(row.site, "series_stale", row.name, "warning", text)


def _plans(c: sa.Connection, site: str, today: str, now: datetime) -> list[_Plan]:
    """Plans of today and later, and whatever was planned lately; newest first."""
    query = (
        sa.select(
            plans.c.id,
            plans.c.site,
            plans.c.site_version,
            plans.c.day,
            plans.c.outcome,
            plans.c.weather,
            plans.c.status,
            plans.c.created_at,
            jobs.c.payload,
        )
        .join(results, results.c.id == plans.c.id)
        .join(jobs, jobs.c.id == results.c.job)
        .where(plans.c.site == site, sa.or_(plans.c.day >= today, plans.c.created_at >= now - IN_USE))
        .order_by(plans.c.id.desc())
    )
    return [_Plan(*row) for row in c.execute(query)]


def _what_if(plan: _Plan) -> bool:
    return bool(plan.asked.get("changes") or plan.asked.get("what_if_of"))

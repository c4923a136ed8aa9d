"""How old the data are that a plan and the page rest on, in words; what is too old says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from api.pages.environment import Words

OLD_FORECAST = timedelta(hours=24)  # weather models run every six hours; a day later there are four newer ones
OLD_PLAN = timedelta(hours=24)


@dataclass(frozen=True)
class Age:
    """One line: what, since when, and whether it is too old. ``text`` may be all there is to say."""

    title: str
    text: str
    ago: str = ""
    stale: bool = False


def ago(w: Words, then: datetime, now: datetime) -> str:
    minutes = int((now - then) / timedelta(minutes=1))
    if minutes < 1:
        return w("p_ago_now")
    if minutes < 120:
        return w("p_ago_minutes", n=minutes)
    return w("p_ago_hours", n=minutes // 60) if minutes < 48 * 60 else w("p_ago_days", n=minutes // (24 * 60))


def clock(then: datetime, zone: ZoneInfo) -> str:
    return f"{then.astimezone(zone):%m-%d %H:%M}"


def ages(
    w: Words,
    now: datetime,
    zone: ZoneInfo,
    *,
    weather: str,
    issued: datetime | None,
    made: datetime,
    ends: datetime,
    measured: datetime | None,
    stale_after: timedelta,
) -> list[Age]:
    """``weather`` is the kind of weather in words. A plan whose day is over is history, and history cannot be stale."""
    over = ends <= now
    if issued is None:
        first = Age(w("p_age_weather"), weather)
    else:
        text = f"{weather}, {w('p_issued', time=clock(issued, zone))}"
        first = Age(w("p_age_weather"), text, ago(w, issued, now), not over and now - issued > OLD_FORECAST)
    plan = Age(w("p_age_plan"), clock(made, zone), ago(w, made, now), not over and now - made > OLD_PLAN)
    return [first, plan, measurement(w, now, zone, measured, stale_after)]


def measurement(w: Words, now: datetime, zone: ZoneInfo, measured: datetime | None, stale_after: timedelta) -> Age:
    if measured is None:
        return Age(w("p_age_measured"), w("p_no_measurements"))
    return Age(w("p_age_measured"), clock(measured, zone), ago(w, measured, now), now - measured > stale_after)

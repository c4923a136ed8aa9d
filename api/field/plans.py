"""The plan in force: approved, released, of this interval, and known to be so a short while ago."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import pandas as pd

from api.client import Client
from api.contract.plans import PlanSummary
from api.field.links import said
from api.field.parts import Service

log = logging.getLogger("ems.field")
RELEASED = frozenset({"optimal", "time_limit", "relaxed", "fallback"})  # outcomes whose schedule passed the audit


class OutOfDate(Exception):
    """There is no plan to follow; the text says why."""


@dataclass(frozen=True)
class InForce:
    """A plan and its schedule, one row a step."""

    plan: PlanSummary
    schedule: pd.DataFrame


class Plans(Protocol):
    """Where plans come from."""

    def newest(self, now: datetime) -> InForce | None:
        """The approved plan whose day holds ``now``, asked of the service; None where there is none."""
        ...


class ServicePlans:
    def __init__(self, client: Client, site: str, zone: ZoneInfo) -> None:
        self._client, self._site, self._zone = client, site, zone
        self._known: InForce | None = None

    def newest(self, now: datetime) -> InForce | None:
        day = now.astimezone(self._zone).date()
        found = [p for p in self._client.plans(site=self._site, day=day, status="approved") if usable(p, now)]
        if not found:
            return None
        if self._known is None or self._known.plan.digest != found[0].digest:
            self._known = InForce(found[0], self._client.schedule(found[0].id))
        return self._known


def usable(plan: PlanSummary, now: datetime) -> bool:
    """Whether a plan may be followed at a moment."""
    return (
        plan.status == "approved"
        and plan.outcome in RELEASED
        and not plan.hypothetical
        and plan.start <= now < plan.end
    )


class PlanWatch:
    """Asks for the plan in force again and again, and answers from what it heard last, as long as that is fresh."""

    def __init__(self, plans: Plans, service: Service) -> None:
        self._plans, self._service = plans, service
        self._force: InForce | None = None
        self._seen_s: float | None = None  # monotonic, when the service last answered
        self._why = "the service was not asked yet"

    async def run(self) -> None:
        """Ask for ever; only cancelling ends it."""
        while True:
            await self.ask()
            await asyncio.sleep(self._service.poll_s)

    async def ask(self) -> None:
        asked_s = time.monotonic()
        try:
            found = await asyncio.to_thread(self._plans.newest, datetime.now(UTC))
        except Exception as error:  # whatever the service, or a proxy in its place, answers
            why = said(error)
            if why != self._why:
                log.warning("the plan in force could not be asked for: %s", why)
            self._why = why
            return
        self._force, self._seen_s, self._why = found, asked_s, "no approved plan for now"

    def wanted(self, component: str, quantities: Mapping[str, int], now: datetime) -> tuple[float, str]:
        """Value of the present interval and id of its plan; raises `OutOfDate` with the reason."""
        if self._seen_s is None:
            raise OutOfDate(self._why)
        if (unseen_s := time.monotonic() - self._seen_s) > self._service.unseen_s:
            raise OutOfDate(f"not confirmed by the service for {unseen_s:.0f} s")
        if self._force is None:
            raise OutOfDate("no approved plan for now")
        plan, table = self._force.plan, self._force.schedule
        if not usable(plan, now):
            raise OutOfDate(
                f"plan {plan.id} is not for now: {plan.status}, {plan.outcome}, "
                f"from {plan.start.isoformat()} to {plan.end.isoformat()}"
            )
        if (age := now - plan.created_at) > timedelta(hours=self._service.plan_max_age_h):
            raise OutOfDate(f"plan {plan.id} is {age / timedelta(hours=1):.0f} h old")
        step = timedelta(minutes=plan.step_minutes)
        row = table[(table.index <= now) & (table.index > now - step)]
        if len(row) != 1:
            raise OutOfDate(f"plan {plan.id} has no interval for now")
        value = sum(sign * float(row[f"{component}.{q}"].iloc[0]) for q, sign in quantities.items())
        return value, plan.id

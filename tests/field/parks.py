"""Configurations and parts for tests of the field."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from api.contract.plans import PlanSummary
from api.field.config import FieldFile
from api.field.journal import Journal
from api.field.outbox import Kept
from api.field.plans import InForce
from api.field.run import Field, assembled, run

SERVICE = {"url": "http://127.0.0.1:1", "poll_s": 0.1}


def config(**parts: Any) -> FieldFile:
    return FieldFile.model_validate({"site": "demo", "interval": "PT1S"} | parts)


def point(connection: str, at: dict[str, Any], **parts: Any) -> dict[str, Any]:
    given = {"connection": connection, "at": at, "unit": "kW", "range": [-1000, 1000], "period_s": 0.1, "stale_s": 1.0}
    return given | parts


def setpoint(connection: str, at: dict[str, Any], **parts: Any) -> dict[str, Any]:
    given = {
        "connection": connection,
        "component": "battery",
        "quantities": {"discharge_kw": 1},
        "at": at,
        "clamp": [0, 100],
        "ramp_per_min": 6000,
        "tolerance": 0.5,
        "requires": ["power"],
        "period_s": 0.2,
        "confirm_s": 0.5,
        "retry_s": 1.0,
    }
    return given | parts


@dataclass
class Kitchen:
    """A destination that keeps what it is sent."""

    sent: list[Kept] = field(default_factory=list)

    def send(self, batch: Sequence[Kept]) -> int:
        self.sent += batch
        return 0


@dataclass
class Approved:
    """A service that has one approved plan of some values, until told otherwise."""

    values: dict[str, float]
    changes: dict[str, Any] = field(default_factory=dict)  # of the plan
    none: bool = False
    broken: bool = False

    def newest(self, now: datetime) -> InForce | None:
        if self.broken:
            raise ValueError("the service talks nonsense")
        if self.none:
            return None
        start = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
        index = pd.date_range(start, periods=96, freq="15min", tz="UTC")
        table = pd.DataFrame({name: [v] * len(index) for name, v in self.values.items()}, index=index)
        return InForce(plan_summary(**{"start": start, "end": start + timedelta(days=1)} | self.changes), table)


def plan_summary(start: datetime, end: datetime, **changes: Any) -> PlanSummary:
    told = {
        "id": "019a2f3e-7d0c-7b51-9c3a-5f0e8a6b1c2d",
        "job": "019a2f3e-7d0c-7b51-9c3a-5f0e8a6b1c2e",
        "site": "demo",
        "site_version": 1,
        "day": f"{start:%Y-%m-%d}",
        "start": start,
        "end": end,
        "step_minutes": 15,
        "objective": "cost",
        "outcome": "optimal",
        "total_cost_cny": 1.0,
        "baseline_cost_cny": 2.0,
        "emissions_kgco2e": 1.0,
        "baseline_emissions_kgco2e": 2.0,
        "weather": {},
        "hypothetical": False,
        "status": "approved",
        "created_at": datetime.now(UTC) - timedelta(hours=1),
        "created_by": "test",
        "digest": "d",
    }
    return PlanSummary.model_validate(told | changes)


@asynccontextmanager
async def at_work(
    config: FieldFile,
    destination: Any = None,
    plans: Approved | None = None,
    journal: Journal | None = None,
) -> AsyncIterator[Field]:
    """Everything running, for the length of a block."""
    found = assembled(config, destination or Kitchen(), plans, journal)
    stop = asyncio.Event()
    task = asyncio.create_task(run(found, stop, lambda it: None, 0))
    try:
        yield found
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)

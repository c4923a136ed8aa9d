"""The service from Python, for notebooks and scripts.

    with Client("http://127.0.0.1:8765", token="ems_…") as ems:
        plan = ems.plan("qingdao", day="2026-11-23", progress=print)
        print(plan.outcome, plan.total_cost_cny, *(reason.en for reason in plan.why), sep="\\n")
        ems.schedule(plan.id)["battery.discharge_kw"].plot()
        ems.approve(plan.id)

Times must know their offset from UTC; a day is a local day of the site. What the service refuses is raised as
`ApiError`. Requests that can safely be sent again are, while the service restarts or its queue is full.

plans      plan, submit_plan, get_plan, plans, schedule, explain, difference, approve, reject, download
forecasts  forecast
studies    study, submit_study, get_study, studies, study_choices, study_rows, study_json, download_study
reports    report, submit_report, get_report, reports, report_json, download_report, verify_report
emissions  factors, check_inventory, inventories, get_inventory
jobs       job, jobs, wait, events, cancel
sites      sites, site, versions, columns, validate, put_site
series     series, define_series, delete_series, push, push_points, points, values
service    alarms, acknowledge, audit_log, me, create_token, backup
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from api.client_plans import JobEnded, PlanCalls
from api.client_reports import ReportCalls
from api.client_sites import SiteCalls
from api.client_transport import ApiError, Transport, written
from api.contract.base import Role
from api.contract.people import Alarm, AuditEntry, Me, NewToken, TokenRequest

__all__ = ["ApiError", "Client", "JobEnded"]


class Client(ReportCalls, PlanCalls, SiteCalls):
    """A service at ``url``. Give ``http`` for proxies or certificates of your own; close it, or use `with`."""

    def __init__(
        self,
        url: str = "http://127.0.0.1:8765",
        token: str | None = None,
        *,
        patience_s: float = 60.0,
        http: httpx.Client | None = None,
    ) -> None:
        super().__init__(Transport(http or httpx.Client(base_url=url, timeout=30.0), token, patience_s))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._to.close()

    def alarms(self, *, site: str | None = None, active: bool | None = True) -> Iterator[Alarm]:
        """Alarms, newest first: those that last, unless said."""
        return self._pages(Alarm, "alarms", site=site, active=active)

    def acknowledge(self, alarm: Alarm | str) -> Alarm:
        id = alarm if isinstance(alarm, str) else alarm.id
        return self._to.model(Alarm, "POST", "alarms", id, "acknowledge", again=True)

    def audit_log(self, **filters: Any) -> Iterator[AuditEntry]:
        """Who did what, newest first."""
        return self._pages(AuditEntry, "audit-log", **filters)

    def me(self) -> Me:
        return self._to.model(Me, "GET", "me")

    def create_token(
        self, name: str, role: Role, sites: list[str] | None = None, *, days: int | None = 365
    ) -> NewToken:
        """A token for someone or something; its secret is told once."""
        return self._to.model(
            NewToken, "POST", "tokens", body=TokenRequest(name=name, role=role, sites=sites, days=days)
        )

    def backup(self, path: str | Path) -> Path:
        """Write a copy of the whole database to a file, while the service goes on."""
        with self._to.stream("POST", "backups") as answer:
            return written(Path(path), answer.iter_bytes())

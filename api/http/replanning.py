"""Re-plans as jobs: those that someone asks for, and those that are due by themselves."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from api import jobs
from api.contract.plans import ReplanRequest
from api.http.problems import ProblemError
from api.http.service import Service
from api.records import rolling
from api.records.rolling import Setting
from api.records.sites import SiteVersion
from ems.forecasts.targets import history_series
from ems.operation.measured import import_series, state_series
from ems.site_file import SiteFile

log = logging.getLogger("ems.rolling")


def payload(asked: ReplanRequest, file: SiteFile, site: SiteVersion) -> dict[str, Any]:
    """What a job has to know of a re-plan that is asked for now."""
    today = datetime.now(ZoneInfo(site.timezone)).date().isoformat()
    live = {
        "names": [*state_series(file.site), *history_series(file)],
        "imports": list(import_series(file.site)),
    }
    return asked.model_dump(mode="json") | {"day": today, "live": live}


def roll(service: Service, at: datetime | None = None) -> list[str]:
    """Queue the re-plans that are due; the ids of their jobs. A fault of one park is noted there and stops no other."""
    moment = at or datetime.now(UTC)
    with service.store.read() as c:
        due = [(s, time) for s in rolling.settings(c) if (time := s.due(moment)) is not None and not _late(s, moment)]
    made = []
    for setting, time in due:
        try:
            job = _submit(service, setting, time)
        except jobs.QueueFull as full:
            log.warning("re-plan of %s waits: %s", setting.site, full)
            continue
        except Exception as error:
            fault = _said(error)
            if fault != setting.fault:  # it is tried on: told once
                log.exception("re-plan of %s cannot be asked for", setting.site)
                with service.store.write() as c:
                    rolling.note_fault(c, setting.site, fault)
            continue
        if job is not None:
            made.append(job)
    if made and service.workers is not None:
        service.workers.wake()
    return made


def _submit(service: Service, setting: Setting, due: datetime) -> str | None:
    """Queue one re-plan, in one transaction with the note that it was; None where one waits or runs already."""
    asked = ReplanRequest(site=setting.site)
    file, site = service.site_files.current(setting.site)
    known = payload(asked, file, site) | {"site_version": site.version}
    with service.store.write() as c:
        jobs.lock(c)  # from here on nobody else submits, so what waits is known
        if rolling.waits(c, setting.site) or not rolling.take(c, setting, due):
            return None
        job = jobs.submit(c, "plan", setting.site, known, rolling.WHO, limit=service.settings.queue_limit)
        rolling.note_job(c, setting.site, job)
    return job


def _said(error: Exception) -> str:
    if not isinstance(error, ProblemError):
        return f"{type(error).__name__}: {error}"
    return error.detail if isinstance(error.detail, str) else f"{error.detail.zh} {error.detail.en}"


def _late(setting: Setting, at: datetime) -> bool:
    """Whether fewer than two steps of the park's day are left: then the next re-plan is that of the next day."""
    step = timedelta(minutes=ReplanRequest(site=setting.site).step_minutes)
    local = at.astimezone(ZoneInfo(setting.timezone))
    return (local + step).date() == local.date() and (local + 2 * step).date() != local.date()

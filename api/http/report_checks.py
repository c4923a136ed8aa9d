"""Judging a report that someone asks for before it waits in a queue, and choosing the plans that it is made from."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from api.asked_report import all_baselines, asked_accounting, series_meters
from api.contract.base import Fault, Text
from api.contract.reports import MOST_DAYS, ReportRequest
from api.http.problems import ProblemError, unusable
from api.http.site_checks import fault, packaged
from api.records import report_plans, sites
from api.store import Store
from ems.bundle import unpack
from ems.emissions.accounting_file import DEFAULT, AccountingFile, accounting_of
from ems.emissions.baselines import RULE_BASED
from ems.emissions.document import RULES_TITLE
from ems.site_file import SiteFile, page_of, read_site
from ems.site_shape import lookup
from forecasting.errors import InputError

REMEDY = "send one as `accounting`: docs/emissions-method.md"


def payload(asked: ReportRequest, site: sites.SiteVersion, store: Store) -> dict[str, Any]:
    """What the job has to know, with accounting and plans as they are now; a 422 problem for what is wrong with it."""
    _check_days(asked)
    text, files = _content(asked)
    meters = _checked(asked, text, files, site, store)
    chosen: dict[str, str] = {}
    if asked.source == "plans":
        with store.read() as c:
            chosen = report_plans.of_days(c, asked.site, asked.start, asked.end)
        if not chosen:
            remedy = "plan these days, or take the days that are planned"
            raise unusable("/from", f"there is no plan of {asked.start} to {asked.end}", remedy=remedy)
    more = {"accounting": text, "files": files, "plans": chosen, "meters": meters if asked.source == "measured" else {}}
    return asked.model_dump(mode="json") | more


def own_accounting(site: str) -> tuple[str, dict[str, str]] | None:
    """Text and files of the accounting that lies beside a park that comes with this software."""
    text = packaged(f"{site}/{DEFAULT}")
    if text is None:
        return None
    named = lookup(page_of(text, Path(DEFAULT)).plain, ("factors", "intensity", "file"))
    content = packaged(f"{site}/{named}") if isinstance(named, str) else None
    return text, {} if content is None else {str(named): content}


def offered(file: SiteFile) -> dict[str, Text]:
    """Baselines that reports of a park can be compared with: name -> title; none where it has no accounting."""
    own = own_accounting(file.site.name)
    if own is None:
        return {}
    known = accounting_of(own[0], file.folder / DEFAULT, file).baselines()
    titles = {name: Text(zh=b.baseline.title.zh, en=b.baseline.title.en) for name, b in known.items()}
    return titles | {RULE_BASED: Text.model_validate(RULES_TITLE)}


def _check_days(asked: ReportRequest) -> None:
    days: dict[str, date] = {}
    for pointer, text in (("/from", asked.start), ("/to", asked.end)):
        try:
            days[pointer] = date.fromisoformat(text)
        except ValueError as error:
            raise unusable(pointer, f"{text} is no day of the calendar") from error
    if days["/to"] < days["/from"]:
        raise unusable("/to", f"{asked.end} lies before {asked.start}", expected=f"a day from {asked.start} on")
    if (days["/to"] - days["/from"]).days >= MOST_DAYS:
        raise unusable("/to", f"the period is longer than {MOST_DAYS} days", expected=f"at most {MOST_DAYS} days")


def _content(asked: ReportRequest) -> tuple[str, dict[str, str]]:
    """The accounting that is meant, and the files that it refers to."""
    if asked.accounting is not None:
        return asked.accounting, asked.files
    own = own_accounting(asked.site)
    if own is None:
        raise unusable("/accounting", f"{asked.site} has no accounting of its own", remedy=REMEDY)
    return own[0], own[1] | asked.files


def _checked(
    asked: ReportRequest, text: str, files: dict[str, str], site: sites.SiteVersion, store: Store
) -> dict[str, str]:
    """What series may be called -> the meter that each is, of a request that nothing is wrong with."""
    with store.read() as c:
        bundle = sites.bundle(c, site.site, site.version)
    with tempfile.TemporaryDirectory(prefix="ems-report-") as folder:
        root = Path(folder).resolve()
        file = read_site(str(unpack(bundle, root)))
        try:
            accounting: AccountingFile = asked_accounting(file, text, files)
            all_baselines(accounting, asked.source, asked.baseline)
        except InputError as error:
            told = _told(asked, error, root)
            raise ProblemError("input", f"{told.pointer}: {told.detail}", errors=[told]) from error
        return series_meters(file.site, accounting)


def _told(asked: ReportRequest, error: InputError, root: Path) -> Fault:
    """A fault where it stands in the body; of the accounting the line is told."""
    found = fault(error, root, f"{asked.site}/{DEFAULT}")
    for name in ("baseline", "files"):
        if error.source == name:
            return found.model_copy(update={"pointer": f"/{name}", "detail": error.said})
    return found.model_copy(update={"pointer": "/accounting"})

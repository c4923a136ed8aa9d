"""Calls of the client about emission reports, factors and inventories."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from api.client_frames import day_text
from api.client_plans import JobEnded, Language
from api.client_studies import StudyCalls
from api.client_transport import written
from api.contract.factors import EmissionFactor
from api.contract.inventories import Inventory, InventoryRequest, InventorySummary
from api.contract.jobs import Job, JobState, Progress
from api.contract.reports import Report, ReportRequest, ReportSummary, Verification

PARTS = {"json": "report.json", "html": "report", "xlsx": "workbook", "pdf": "pdf", "zip": "evidence"}
WITH_LANGUAGE = ("html", "xlsx", "pdf")


class ReportCalls(StudyCalls):
    """Emission reports, factors and inventories."""

    def report(
        self,
        site: str,
        start: date | str,
        end: date | str,
        *,
        progress: Callable[[Progress], object] | None = None,
        timeout_s: float | None = None,
        **options: Any,
    ) -> Report:
        """Account the local days ``start`` … ``end`` of a park and wait for it; raises `JobEnded` where it fails.

        ``options`` are the other fields of `ReportRequest`, such as ``source="measured"``, ``baseline="rule_based"``.
        """
        job = self.submit_report(site, start, end, **options)
        ended = self.wait(job, timeout_s=timeout_s, progress=progress)
        if ended.result is None:
            raise JobEnded(ended)
        return self.get_report(job.id)

    def submit_report(
        self, site: str, start: date | str, end: date | str, *, key: str | None = None, **options: Any
    ) -> Job:
        """Ask for a report without waiting; its id is that of the job. The same ``key`` gives the same job."""
        days = {"start": day_text(start), "end": day_text(end)}
        return self._submit("reports", ReportRequest.model_validate({"site": site} | days | options), key)

    def reports(self, *, site: str | None = None, state: JobState | None = None) -> Iterator[ReportSummary]:
        """Reports, newest first, those that wait or run among them."""
        return self._pages(ReportSummary, "reports", site=site, state=state)

    def get_report(self, id: str) -> Report:
        return self._to.model(Report, "GET", "reports", id)

    def report_json(self, id: str) -> dict[str, Any]:
        """The whole report, hours included."""
        content: dict[str, Any] = self._to.send("GET", "reports", id, "report.json").json()
        return content

    def download_report(
        self,
        id: str,
        what: Literal["json", "html", "xlsx", "pdf", "zip"],
        path: str | Path,
        *,
        lang: Language = "zh",
    ) -> Path:
        """Write the report, or with zip its evidence, to a file, and return its path."""
        params = {"lang": lang} if what in WITH_LANGUAGE else None
        return written(Path(path), [self._to.send("GET", "reports", id, PARTS[what], params=params).content])

    def verify_report(self, bundle: str | Path) -> Verification:
        """Have the report of an evidence bundle computed again."""
        headers = {"Content-Type": "application/zip"}
        answer = self._to.send(
            "POST", "reports", "verify", content=Path(bundle).read_bytes(), headers=headers, again=True
        )
        return Verification.model_validate_json(answer.content)

    def factors(self) -> list[EmissionFactor]:
        """Every emission factor that comes with the service."""
        return [EmissionFactor.model_validate(x) for x in self._to.send("GET", "factors").json()]

    def check_inventory(self, site: str, inventory: str | Mapping[str, Any] | Path, *, label: str = "") -> Inventory:
        """Check a corporate inventory, given as text, mapping or path, and keep it with a park."""
        given = inventory.read_text(encoding="utf-8") if isinstance(inventory, Path) else inventory
        asked = InventoryRequest(site=site, inventory=given if isinstance(given, str) else dict(given), label=label)
        return self._to.model(Inventory, "POST", "inventories", body=asked)

    def inventories(self, *, site: str | None = None, name: str | None = None) -> Iterator[InventorySummary]:
        """Inventories, newest first."""
        return self._pages(InventorySummary, "inventories", site=site, name=name)

    def get_inventory(self, id: str) -> Inventory:
        return self._to.model(Inventory, "GET", "inventories", id)

"""Making an emission report from what a service keeps: its plans or its measurements."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from api.asked_report import all_baselines, asked_accounting
from ems.bundle import Bundle, unpack
from ems.emissions.basis import Source
from ems.emissions.document import to_json
from ems.emissions.report import measured, planned, report_with_evidence
from ems.site_file import SiteFile, read_site

READINGS = "measurements.csv"
PLAN = "plan.json"


@dataclass(frozen=True)
class KeptPlan:
    """A plan of the service."""

    id: str
    day: str
    content: bytes  # plan.json, gzip


@dataclass(frozen=True)
class Period:
    """Local days, both inclusive."""

    start: date
    end: date


def run_report(
    site: Bundle,
    accounting: str,
    files: Mapping[str, str],
    period: Period,
    baseline: str | None,
    given: Sequence[KeptPlan] | str,
    folder: Path,
) -> tuple[str, bytes, dict[str, float]]:
    """report.json, its evidence bundle and the figures that lists show.

    Args:
        given: plans, or measurements as CSV.
        folder: an empty one to work in.

    Raises `InputError` for what cannot be accounted.
    """
    file = read_site(str(unpack(site, folder / "sites")))
    read = asked_accounting(file, accounting, files)
    if isinstance(given, str):
        path = folder / READINGS
        path.write_text(given, encoding="utf-8")
        source = measured(path, file, read, period.start, period.end)
    else:
        source = _of_plans(given, file, period, folder / "plans")
    names = all_baselines(read, source.kind, baseline)
    made = report_with_evidence(file, read, source, period.start, period.end, names)
    return to_json(made.report) + "\n", made.bundle, figures_of(made.report)


def figures_of(report: Mapping[str, Any]) -> dict[str, float]:
    """The few figures that lists show: kg CO2e by scope-2 method, coverage [share], hours without all data."""
    avoided = report["avoided"][report["baseline"]]
    found = {f"{method}_kg": float(report["inventory"][method]["total_kg"]) for method in ("location", "market")}
    found |= {f"avoided_{method}_kg": float(avoided[method]["total_kg"]) for method in ("location", "market")}
    return found | {"coverage": float(report["coverage"]), "gaps": float(len(report["gaps"]))}


def _of_plans(plans: Sequence[KeptPlan], file: SiteFile, period: Period, folder: Path) -> Source:
    """The plans as files under their day and id, by which a report tells them."""
    for plan in plans:
        place = folder / plan.day / plan.id
        place.mkdir(parents=True)
        (place / PLAN).write_bytes(gzip.decompress(plan.content))
    return planned(folder, file, period.start, period.end)

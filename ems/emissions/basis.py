"""What a report is computed from, and nothing else: what is not here cannot change a figure of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

import pandas as pd

from ems.emissions.accounting_file import AccountingFile
from ems.emissions.activity import Activity
from ems.emissions.baselines import RULE_BASED, NamedBaseline
from ems.emissions.gaps import empty_months
from ems.emissions.plans_source import PlannedActivity
from ems.site import sites_folder
from ems.site_file import SiteFile
from forecasting.errors import InputError, meant
from forecasting.factors import Factor, load_factors, registry
from forecasting.notes import Note

SourceKind = Literal["plans", "measured"]


class Read(NamedTuple):
    """A file that amounts were read from."""

    path: str
    digest: str


@dataclass(frozen=True)
class Source:
    """What happened in the park over a period, and where it was read."""

    kind: SourceKind
    park: Activity
    rules: Activity | None = None  # the same days run by rules; none where only meters speak
    levels: pd.DataFrame | None = None  # stocks at the end of each hour: tank.level_kg
    files: tuple[Read, ...] = ()
    notes: tuple[Note, ...] = ()


def of_plans(found: PlannedActivity) -> Source:
    """Days of plans as the source of a report."""
    files = tuple(Read(f["path"], f["digest"]) for f in found.files)
    return Source("plans", found.actual, found.rule_based, found.levels, files, found.notes)


@dataclass(frozen=True)
class Basis:
    """All that goes into a report."""

    file: SiteFile
    accounting: AccountingFile
    registry: Mapping[str, Factor]
    named: Mapping[str, NamedBaseline]  # counterfactuals that are computed
    baselines: tuple[str, ...]  # that are compared, that of the headline first
    source: Source
    start: date  # local days, both inclusive
    end: date


def basis_of(
    file: SiteFile, accounting: AccountingFile, source: Source, start: date, end: date, baselines: Sequence[str] = ()
) -> Basis:
    """All that goes into a report.

    Args:
        baselines: names of those to compare with, that of the headline first; none: all there are, grid_only first.

    Raises:
        InputError: an unknown baseline, one of rules where there are no plans, or a calendar month without any data.
    """
    known, names = accounting.baselines(), baseline_names(accounting, source)
    for name in baselines:
        if name == RULE_BASED and not source.rules:
            remedy = f"take --source plans, or one of {', '.join(names)}"
            raise InputError("baseline", "name", name, "plans, in which the rules stand beside the plan", remedy)
        if name not in names:
            raise InputError("baseline", "name", name, f"one of {', '.join(names)}", meant(name, names))
    _no_empty_month(source.park)
    wanted = tuple(dict.fromkeys(baselines)) or tuple(names)
    used = {name: known[name] for name in wanted if name in known}
    return Basis(file, accounting, factor_registry(file), used, wanted, source, start, end)


def baseline_names(accounting: AccountingFile, source: Source) -> list[str]:
    """Baselines that a source can be compared with, grid_only first; rules only stand beside plans."""
    return [*accounting.baselines(), *([RULE_BASED] if source.rules else [])]


def factor_registry(file: SiteFile) -> dict[str, Factor]:
    """The factors that are shipped, and those of the site's own file, which go before them."""
    return registry(sites_folder() / "factors") | load_factors(file.folder / file.site.carbon.factors)


def _no_empty_month(park: Activity) -> None:
    """A month in which no meter has any reading is no gap but a period that cannot be reported."""
    hours = pd.DatetimeIndex(park.table.index)
    if months := empty_months(hours, park.table.isna().all(axis=1).to_numpy()):
        remedy = "add them, or report the months that are there"
        raise InputError("activity", f"data of {', '.join(months)}", "none", "data of every month", remedy)

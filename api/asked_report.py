"""An emission report as it was asked for: its accounting, what that refers to, and the meters that count."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from api.asked_study import NAME
from ems.emissions.accounting_file import DEFAULT, AccountingFile, accounting_of
from ems.emissions.baselines import RULE_BASED
from ems.emissions.meters import rate_meters
from ems.emissions.report import fleet_meters
from ems.site import Site
from ems.site_file import SiteFile
from forecasting.errors import InputError, meant


def asked_accounting(file: SiteFile, text: str, files: Mapping[str, str]) -> AccountingFile:
    """The accounting of a park whose files lie on disk, checked; its own files are laid beside the site file.

    Raises `InputError` for what is wrong with it.
    """
    for name, content in files.items():
        _lay(file.folder / name, name, content)
    found = accounting_of(text, file.folder / DEFAULT, file)
    intensity = found.accounting.factors.intensity
    if intensity is not None and not (file.folder / intensity.file).is_file():
        raise InputError("files", intensity.file, None, "a file that is sent with the accounting, which refers to it")
    return found


def all_baselines(accounting: AccountingFile, source: str, first: str | None) -> list[str]:
    """Every baseline there is, the one asked for first; raises `InputError` where that is none of them."""
    names = [*accounting.baselines(), *([RULE_BASED] if source == "plans" else [])]
    if first is None:
        return names
    if first not in names:
        raise InputError("baseline", "", first, f"one of {', '.join(names)}", meant(first, names))
    return [first, *(name for name in names if name != first)]


def series_meters(site: Site, accounting: AccountingFile) -> dict[str, str]:
    """What a series of measurements may be called -> the meter that it is: its own name, or that of its rate."""
    rates = rate_meters(site, "measured")
    own = [*rates.values(), *fleet_meters(accounting)]
    return {rate: m.name for rate, m in rates.items()} | {m.name: m.name for m in own}


def _lay(path: Path, name: str, content: str) -> None:
    if not NAME.fullmatch(name):
        raise InputError("files", name, None, "a plain name of letters, digits and . _ -")
    if path.exists() and path.read_text(encoding="utf-8") != content:
        raise InputError("files", name, None, "a name that no file of the park has")
    path.write_text(content, encoding="utf-8")

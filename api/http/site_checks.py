"""Judging a site file that someone sends, with all that it refers to."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from api.contract.base import Fault
from api.contract.sites import SiteText
from api.records import sites
from api.store import Store
from ems.bundle import Bundle, bundle_from_text, unpack
from ems.site import sites_folder
from ems.site_file import SiteFile, all_faults, read_site
from forecasting.errors import InputError


@dataclass(frozen=True)
class Checked:
    """A site that can be planned, or what is wrong with it."""

    file: SiteFile | None = None
    bundle: Bundle | None = None
    faults: list[Fault] = field(default_factory=list)


@contextmanager
def checked(store: Store, site: str, asked: SiteText) -> Iterator[Checked]:
    """Every fault of a site file, found as `ems check` finds them; the site's files lie on disk as long as this lasts.

    Files that are not sent along are those of the current version, else those that come with this software.
    """
    with store.read() as c:
        there = sites.bundle(c, site).files if sites.get(c, site) else {}
    with tempfile.TemporaryDirectory(prefix="ems-check-") as folder:
        root = Path(folder).resolve()
        yield _judged(site, asked, root, there)


def _judged(site: str, asked: SiteText, root: Path, there: Mapping[str, str]) -> Checked:
    try:
        b = bundle_from_text(
            site, asked.yaml, asked.files, lambda path: there[path] if path in there else packaged(path)
        )
        main = unpack(b, root)
        faults = all_faults(main)
        return Checked(faults=[fault(x, root, b.main) for x in faults]) if faults else Checked(read_site(str(main)), b)
    except InputError as error:
        return Checked(faults=[fault(error, root, sites.main_path(site))])


def packaged(path: str) -> str | None:
    """The text of a file that comes with this software, by its path from the folder of all sites."""
    root = sites_folder().resolve()
    target = (root / path).resolve()
    if not target.is_relative_to(root) or not target.is_file():
        return None
    return target.read_text(encoding="utf-8")


def fault(error: InputError, root: Path, main: str) -> Fault:
    """An `InputError` about files below ``root`` as it is told to who sent them: not where we keep them."""
    source = error.source.replace(f"{root}/", "").split(", line ")[0]
    said = error.said.replace(f"{root}/", "")
    return Fault(
        pointer=error.pointer,
        detail=said if source == main else f"{source}: {said}",
        line=error.line,
        expected=error.expected.replace(f"{root}/", ""),
        remedy=error.remedy.replace(f"{root}/", ""),
    )

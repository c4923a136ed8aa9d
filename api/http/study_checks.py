"""Judging a study that someone asks for, with all that it refers to, before it waits for hours in a queue."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from api.asked_study import WrongChange, asked_study
from api.contract.base import Fault
from api.contract.studies import StudyRequest
from api.http.problems import ProblemError, unusable
from api.http.site_checks import fault
from api.http.study_choices import choices, own_study
from api.records import sites
from api.store import Store
from ems.bundle import unpack
from ems.site_file import SiteFile, read_site
from ems.sizing.study_file import DEFAULT, StudyFile
from forecasting.errors import InputError

NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}", re.ASCII)


def payload(asked: StudyRequest, file: SiteFile, site: sites.SiteVersion, store: Store) -> dict[str, Any]:
    """What the job has to know, with the study as it is now; a 422 problem for what is wrong with it."""
    text, files = _content(asked, file, store)
    study = _checked(asked, text, files, site, store).study
    return asked.model_dump(mode="json") | {
        "study": text,
        "files": files,
        "name": study.name,
        "title": study.title.model_dump(),
    }


def _content(asked: StudyRequest, file: SiteFile, store: Store) -> tuple[str, dict[str, str]]:
    """The text of the study that is meant, and of its files."""
    if isinstance(asked.study, dict):
        return json.dumps(asked.study, ensure_ascii=False, indent=1), asked.files
    if asked.study is None:
        own = own_study(asked.site)
        if own is None:
            raise unusable("/study", f"{asked.site} has no study of its own", remedy="send one: docs/engineer-guide.md")
        return own[0], own[1] | asked.files
    if not NAME.fullmatch(asked.study):
        return asked.study, asked.files
    with store.read() as c:
        known = {choice.name: choice for choice in choices(c, file)}
    if asked.study not in known:
        raise unusable("/study", f"there is no study {asked.study} of {asked.site}", expected=", ".join(known))
    return known[asked.study].text, known[asked.study].files | asked.files


def _checked(asked: StudyRequest, text: str, files: dict[str, str], site: sites.SiteVersion, store: Store) -> StudyFile:
    with store.read() as c:
        bundle = sites.bundle(c, site.site, site.version)
    with tempfile.TemporaryDirectory(prefix="ems-study-") as folder:
        root = Path(folder).resolve()
        file = read_site(str(unpack(bundle, root)))
        try:
            return asked_study(file, text, files, asked.set, asked.years)
        except InputError as error:
            raise _refused(asked, [error], root) from error


def _refused(asked: StudyRequest, errors: list[InputError], root: Path) -> ProblemError:
    """Every fault where it stands in the body: of a study that came as text the line is told."""
    faults = [_told(asked, error, root) for error in errors]
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return ProblemError("input", f"{faults[0].pointer}: {faults[0].detail}{more}", errors=faults)


def _told(asked: StudyRequest, error: InputError, root: Path) -> Fault:
    found = fault(error, root, f"{asked.site}/{DEFAULT}")
    if isinstance(error, WrongChange):
        inside = error.path.replace("~", "~0").replace("/", "~1")
        return found.model_copy(update={"pointer": f"/set/{inside}" if inside else "/set", "detail": error.said})
    if error.source == "files":
        return found.model_copy(update={"pointer": "/files", "detail": error.said})
    inside = found.pointer if isinstance(asked.study, dict) else ""
    return found.model_copy(update={"pointer": f"/study{inside}"})

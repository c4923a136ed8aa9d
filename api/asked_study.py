"""A study as it was asked for: its text, the files that it refers to, and what differs from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ems.site_file import Provenance, SiteFile
from ems.sizing.overrides import place_of, with_set
from ems.sizing.study import Study
from ems.sizing.study_faults import faults
from ems.sizing.study_file import DEFAULT, StudyFile, study_of
from forecasting.errors import InputError

NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}", re.ASCII)
SOURCES = ("synthetic", "climatology", "auto")  # of weather that are no files
SET = Provenance("assumption", "set when the study was asked for")


class WrongChange(InputError):
    """A change that was asked for cannot be made; ``path`` is its path, empty where it cannot be told which it is."""

    def __init__(self, error: InputError, path: str) -> None:
        super().__init__("set", error.field, error.value, error.expected, error.remedy)
        self.path = path


def asked_study(
    file: SiteFile, text: str, files: Mapping[str, str], changes: Mapping[str, Any], years: int | None
) -> StudyFile:
    """The study of a park whose files lie on disk, checked; its own files are laid beside the site file.

    Raises `InputError` for what is wrong with it, `WrongChange` where that is what differs from it.
    """
    for name, content in files.items():
        _lay(file, name, content)
    found = study_of(text, file.folder / DEFAULT, file)
    for name in files_of(found.study):
        if not (file.folder / name).is_file():
            raise InputError("files", name, None, "a file that is sent with the study, which refers to it")
    wanted = changes if years is None else {**changes, "economics/years": years}
    return changed_study(found, file, wanted) if wanted else found


def files_of(study: Study) -> list[str]:
    """Names of the files that a study refers to."""
    weather = [] if study.weather in SOURCES else [study.weather]
    return weather if study.columns is None else [*weather, study.columns]


def changed_study(found: StudyFile, file: SiteFile, changes: Mapping[str, Any]) -> StudyFile:
    """The study with other values, which are assumptions of whoever asked."""
    try:
        study = with_set(found.study, changes)
        for place, value, expected, remedy in faults(study, file):
            raise InputError("study", "/".join(map(str, place)), value, expected, remedy)
    except InputError as error:
        named = (error.value, error.field) if error.field == "path" else (error.field,)
        raise WrongChange(error, next((str(name) for name in named if name in changes), "")) from error
    given = {place_of(study, path): SET for path in changes}
    return replace(found, study=study, provenance=found.provenance | given)


def _lay(file: SiteFile, name: str, content: str) -> None:
    """Write a file of the study beside the site file; it cannot take the place of one of the site's."""
    path = file.folder / name
    if not NAME.fullmatch(name):
        raise InputError("files", name, None, "a plain name of letters, digits and . _ -")
    if path.exists() and path.read_text(encoding="utf-8") != content:
        raise InputError("files", name, None, "a name that no file of the park has")
    path.write_text(content, encoding="utf-8")

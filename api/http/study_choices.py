"""Studies of a park that can be asked for by their name: its own, and those asked for before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from pydantic import ValidationError

from api.asked_study import files_of
from api.contract.base import Text
from api.contract.studies import StudyChoice
from api.http.site_checks import packaged
from api.records import studies
from ems.site_file import SiteFile, read_page
from ems.sizing.overrides import value_at
from ems.sizing.study import Study
from ems.sizing.study_file import DEFAULT
from forecasting.errors import InputError

OFFERED = (  # what is changed most often, by path
    "economics/discount_rate",
    "economics/inflation",
    "economics/escalation/electricity",
    "economics/tax/rate",
    "economics/loan/share",
)


def choices(c: sa.Connection, file: SiteFile) -> list[StudyChoice]:
    """The park's own study first, then those asked for before that differ from it, of each name the newest."""
    own = own_study(file.site.name)
    found = [_choice(*own, file, own=True)] if own else []
    texts, names = {own[0]} if own else set(), set()
    for text, files in _asked(c, file.site.name):
        choice = _choice(text, files, file, own=False) if text not in texts else None
        texts.add(text)
        if choice is not None and choice.name not in names:
            names.add(choice.name)
            found.append(choice)
    return [choice for choice in found if choice is not None]


def own_study(site: str) -> tuple[str, dict[str, str]] | None:
    """Text and files of the study that lies beside a park that comes with this software."""
    text = packaged(f"{site}/{DEFAULT}")
    if text is None:
        return None
    study = read(text)
    names = files_of(study) if study else []
    return text, {name: found for name in names if (found := packaged(f"{site}/{name}")) is not None}


def _asked(c: sa.Connection, site: str) -> Iterator[tuple[str, dict[str, str]]]:
    for request in studies.asked(c, site):
        yield request["study"], request["files"]


def _choice(text: str, files: dict[str, str], file: SiteFile, *, own: bool) -> StudyChoice | None:
    """A study as it is offered; None where this software cannot read it any more."""
    study = read(text)
    if study is None:
        return None
    values = {path: value_at(study, path, file.site) for path in OFFERED}
    return StudyChoice(
        name=study.name,
        title=Text(zh=study.title.zh, en=study.title.en),
        own=own,
        text=text,
        files=files,
        years=study.economics.years,
        points=study.front.points,
        economics={path: value for path, value in values.items() if isinstance(value, float | int)},
    )


def read(text: str) -> Study | None:
    """The study of a text that was checked before; None where this software cannot read it any more."""
    try:
        page, _, _ = read_page(text, Path(DEFAULT), Study, "a study")
        return Study.model_validate(page.plain)
    except (InputError, ValidationError):
        return None

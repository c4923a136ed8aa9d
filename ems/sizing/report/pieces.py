"""What a report is made of: sections, charts that share large series, charts to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ems.report.cells import Cells
from ems.report.chart import Chart
from ems.report.formats import plain
from ems.report.tables import table


@dataclass(frozen=True)
class Choice:
    """One figure with several contents, of which the reader picks one: (name of the content, chart)."""

    key: str
    title: str
    caption: str
    word: str  # what is picked
    options: Sequence[tuple[str, Chart]]
    wide: bool = True


Figure = Chart | Choice


@dataclass(frozen=True)
class Section:
    """A heading with text and figures below it; nothing is shown of an empty one."""

    key: str
    title: str
    before: str = ""  # html above the figures
    figures: Sequence[Figure] = ()
    after: str = ""  # html below them

    @property
    def is_empty(self) -> bool:
        return not (self.before or self.figures or self.after)


def quiet(text: str) -> str:
    return f'<p class="quiet">{plain(text)}</p>'


def lead(text: str) -> str:
    return f'<p class="lead">{plain(text)}</p>'


def bullets(texts: Sequence[str]) -> str:
    return f'<ul class="why">{"".join(f"<li>{plain(t)}</li>" for t in texts)}</ul>' if texts else ""


def box(head: str, kind: str, texts: Sequence[str] = ()) -> str:
    inner = f"<ul>{''.join(f'<li>{plain(t)}</li>' for t in texts)}</ul>" if texts else ""
    return f'<div class="box {kind}"><b>{plain(head)}</b>{inner}</div>'


def words(title: str, cells: Sequence[str]) -> Cells:
    return Cells(title, "", list(cells), 0, words=True, wrap=True)


def numbers(title: str, cells: Sequence[str], unit: str = "") -> Cells:
    return Cells(title, unit, list(cells), 1)


def sheet(columns: Sequence[Cells], name: str, *, foot: bool = False) -> str:
    """A table, or nothing where it would have no row."""
    return table(columns, name=name, foot=foot) if columns and columns[0].cells else ""


def fold(title: str, inner: str) -> str:
    """Shown when it is opened, and on paper."""
    return f"<details><summary>{plain(title)}</summary>{inner}</details>"

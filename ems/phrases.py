"""Sentences in both languages from the same parts: a `Note` is a phrase, and phrases go into phrases."""

from __future__ import annotations

from collections.abc import Iterable

from ems.report.formats import quantity
from ems.report.names import band_name, bus_name
from ems.site import Site
from forecasting.notes import Note
from models import Component


def told(zh: str, en: str, **parts: Note | str) -> Note:
    """A sentence whose blanks are filled with phrases, each in its language."""
    return Note(
        zh.format(**{k: p.zh if isinstance(p, Note) else p for k, p in parts.items()}),
        en.format(**{k: p.en if isinstance(p, Note) else p for k, p in parts.items()}),
    )


def amount(x: float, unit: str, digits: int | None = None, *, signed: bool = False) -> Note:
    """A number with its unit and as many digits as mean something."""
    return Note(*(quantity(x, unit, lang, digits=digits, signed=signed) for lang in ("zh", "en")))


def listed(items: Iterable[Note]) -> Note:
    found = list(items)
    return Note("、".join(i.zh for i in found), ", ".join(i.en for i in found))


def label(c: Component) -> Note:
    return Note(c.label("zh"), c.label("en"))


def bus_label(site: Site, bus: str) -> Note:
    return Note(bus_name(bus, site.buses[bus], "zh"), bus_name(bus, site.buses[bus], "en"))


def band_label(band: str) -> Note:
    return Note(band_name(band, "zh"), band_name(band, "en"))

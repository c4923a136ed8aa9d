"""The records of an inventory as rows of sheets, and back: one sheet a list, one column a field.

A text in two languages is two columns, several values stand in one cell with ``;`` between them. Beside its fields a
row tells status and source; a field with provenance of its own has the columns ``field.status`` and ``field.source``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel

from ems.inventory.model import Inventory, Text
from ems.inventory.quantity import Quantity
from ems.site_file import Provenance
from ems.site_shape import Path_
from forecasting.provenance import Strict

Cell = str | float | int | None
ABOUT = "about"
NOTE = ("status", "source")
LISTS: dict[str, type[Strict]] = {}  # sheet -> what a row is


def _types(annotation: Any) -> list[Any]:
    found = [annotation]
    for inner in get_args(annotation):
        found += _types(inner)
    return found


def _record_of(annotation: Any) -> type[Strict] | None:
    kinds = [t for t in _types(annotation) if isinstance(t, type) and issubclass(t, Strict)]
    return next((t for t in kinds if t not in (Text, Quantity)), None)


LISTS |= {name: kind for name, f in Inventory.model_fields.items() if (kind := _record_of(f.annotation))}


def is_text(kind: type[BaseModel], field: str) -> bool:
    return Text in _types(kind.model_fields[field].annotation)


def is_list(kind: type[BaseModel], field: str) -> bool:
    return any(getattr(t, "__origin__", None) is tuple for t in _types(kind.model_fields[field].annotation))


def is_flag(kind: type[BaseModel], field: str) -> bool:
    return bool in _types(kind.model_fields[field].annotation)


def columns(kind: type[BaseModel], extra: Sequence[str] = ()) -> list[str]:
    """Names of the columns of a record."""
    found: list[str] = []
    for field in kind.model_fields:
        if kind is Inventory and field in LISTS:
            continue
        found += [f"{field}.zh", f"{field}.en"] if is_text(kind, field) else [field]
    return [*found, *(f"{field}.{part}" for field in extra for part in NOTE), *NOTE]


def own_notes(name: str, provenance: Mapping[Path_, Provenance]) -> list[str]:
    """Fields of a list that have provenance of their own anywhere."""
    return sorted({str(p[2]) for p in provenance if len(p) == 3 and p[0] == name})


def row(record: BaseModel, path: Path_, provenance: Mapping[Path_, Provenance], extra: Sequence[str]) -> list[Cell]:
    """The cells of one record, in the order of `columns`."""
    cells: list[Cell] = []
    for field in type(record).model_fields:
        if isinstance(record, Inventory) and field in LISTS:
            continue
        value = getattr(record, field)
        if is_text(type(record), field):
            cells += [value.zh, value.en] if value else [None, None]
        else:
            cells.append(_cell(value))
    for at in [*((*path, f) for f in extra), path]:
        note = provenance.get(at)
        cells += [note.status, note.source] if note else [None, None]
    return cells


def _cell(value: Any) -> Cell:
    if value is None or value == ():
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Quantity):
        return value.text
    if isinstance(value, tuple):
        return "; ".join(str(_cell(v)) for v in value)
    return value if isinstance(value, int | float) else str(value)


def plain_record(kind: type[BaseModel], cells: Mapping[str, Cell]) -> dict[str, Any]:
    """A row as it would stand in the YAML file: empty cells left out, lists and yes and no as such."""
    found: dict[str, Any] = {}
    notes: dict[str, dict[str, Cell]] = {}
    for name, value in cells.items():
        if value is None or str(value).strip() == "":
            continue
        field, _, part = name.partition(".")
        if name in NOTE:
            notes.setdefault("", {})[name] = str(value).strip()
        elif part in NOTE:
            notes.setdefault(field, {})[part] = str(value).strip()
        elif part:
            found.setdefault(field, {})[part] = str(value)
        else:
            found[field] = _plain(kind, field, value)
    for field, note in notes.items():
        if not field:
            found["note"] = note
        elif field in found:
            found[field] = {"value": found[field], **note}
    return found


def _plain(kind: type[BaseModel], field: str, value: Cell) -> Any:
    if field not in kind.model_fields:
        return value
    if is_flag(kind, field):
        return {"yes": True, "no": False}.get(str(value).strip().lower(), value)
    if is_list(kind, field):
        parts = [p.strip() for p in str(int(value) if isinstance(value, float) else value).split(";")]
        return [int(p) if p.isdigit() else p for p in parts if p]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value

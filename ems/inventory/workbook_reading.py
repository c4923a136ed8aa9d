"""Reading the workbook of an inventory back; faults name sheet, row and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import yaml

from ems.inventory.inventory_file import InventoryFile, inventory_of
from ems.inventory.model import Inventory
from ems.inventory.records import ABOUT, LISTS, plain_record
from ems.inventory.workbook import RESULTS, SHEETS, tab
from forecasting.errors import InputError, meant
from forecasting.files import read_bytes

MAX_BYTES, MAX_ROWS, MAX_UNPACKED = 10_000_000, 20_000, 200_000_000
FIRST_ROW = 3  # of the records, as a spreadsheet counts; above it labels and names of fields
ROW_COLUMN = re.compile(r"^/(\w+)/(\d+)(?:/(.+))?$")


def read_workbook(path: Path) -> InventoryFile:
    """The inventory in a workbook; raises `InputError` with sheet, row and column of the first fault."""
    sheets = _sheets(path)
    known = {tab(name): name for name in (ABOUT, *LISTS)}
    for title in sheets:
        if title not in known and title not in RESULTS.values():
            raise InputError(str(path), "sheet", title, f"one of {', '.join(known)}", meant(title, known))
    if tab(ABOUT) not in sheets:
        raise InputError(str(path), "sheet", None, f"a sheet named {tab(ABOUT)!r}", "start from a workbook made by ems")
    about = {str(r[0]).strip(): r[1] if len(r) > 1 else None for r in sheets[tab(ABOUT)][2:] if r and r[0] is not None}
    data: dict[str, Any] = plain_record(Inventory, about)
    rows: dict[str, list[int]] = {}
    for title, name in known.items():
        if name != ABOUT and title in sheets:
            data[name], rows[name] = _records(path, title, name, sheets[title])
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    try:
        read = inventory_of(text, path)
    except InputError as error:
        raise _placed(path, error, rows) from error
    return InventoryFile(read.inventory, path, read.digest, read.provenance)


def _sheets(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError as error:
        raise InputError(
            str(path), "openpyxl", None, "the package openpyxl, which reads workbooks",
            "install it with: pip install openpyxl; or give the inventory as YAML",
        ) from error  # fmt: skip
    raw = read_bytes(path, MAX_BYTES)
    try:
        _small_enough(path, raw)
        book = load_workbook(BytesIO(raw), read_only=True, data_only=True)
        return {
            sheet.title: [tuple(r) for _, r in zip(range(MAX_ROWS), sheet.iter_rows(values_only=True), strict=False)]
            for sheet in book.worksheets
        }
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(str(path), "content", None, "an Excel workbook (.xlsx)", str(error)) from error


def _small_enough(path: Path, raw: bytes) -> None:
    """Refuse what unpacks to more than any inventory needs."""
    from zipfile import ZipFile

    unpacked = sum(x.file_size for x in ZipFile(BytesIO(raw)).infolist())
    if unpacked > MAX_UNPACKED:
        raise InputError(path.name, "size", f"{unpacked / 1e6:.0f} MB unpacked", f"at most {MAX_UNPACKED / 1e6:g} MB")


def _records(path: Path, title: str, name: str, rows: list[tuple[Any, ...]]) -> tuple[list[dict[str, Any]], list[int]]:
    """Records of a sheet with the row in which each stands; empty rows are passed over."""
    if len(rows) < FIRST_ROW - 1:
        return [], []
    names = [str(c).strip() if c is not None else "" for c in rows[FIRST_ROW - 2]]
    found, places = [], []
    for at, cells in enumerate(rows[FIRST_ROW - 1 :], FIRST_ROW):
        by_name = {n: c for n, c in zip(names, cells, strict=False) if n}
        if any(c is not None and str(c).strip() for c in by_name.values()):
            found.append(plain_record(LISTS[name], by_name))
            places.append(at)
    return found, places


def _placed(path: Path, error: InputError, rows: Mapping[str, list[int]]) -> InputError:
    """The fault at its sheet and row instead of at a line of a text."""
    found = ROW_COLUMN.match(error.pointer)
    where = str(path)
    if found and found[1] in rows:
        where = f"{path}, sheet {tab(found[1])!r}, row {rows[found[1]][int(found[2])]}"
    elif (name := error.pointer.strip("/").split("/")[0]) in SHEETS:
        where = f"{path}, sheet {tab(name)!r}"
    elif error.pointer:
        where = f"{path}, sheet {tab(ABOUT)!r}"
    return InputError(where, error.field, error.value, error.expected, error.remedy, pointer=error.pointer)

"""Digests of what a forecast depends on: rows, rungs with their settings, the program and its libraries."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

from forecasting.ladder.cases import Cases

PACKAGE = Path(__file__).resolve().parents[1]
LIBRARIES = ("numpy", "pandas", "scipy", "scikit-learn", "quantile-forest", "pvlib")


class Untold(TypeError):
    """Something whose content cannot be told by a digest."""


def digest_of(*parts: object) -> str:
    """Of rungs, cases and plain values, in their order; raises `Untold` for anything else."""
    found = sha256()
    for part in parts:
        for piece in _pieces(part):
            found.update(len(piece).to_bytes(8, "big") + piece)
    return found.hexdigest()


def _pieces(part: object) -> Iterator[bytes]:
    if isinstance(part, Cases):
        yield from _rows(part)
    elif is_dataclass(part) and not isinstance(part, type):
        yield f"{type(part).__module__}.{type(part).__qualname__}".encode()
        for field in fields(part):
            yield field.name.encode()
            yield from _pieces(getattr(part, field.name))
    elif isinstance(part, tuple | list):
        yield f"{len(part)} parts".encode()
        for each in part:
            yield from _pieces(each)
    elif part is None or isinstance(part, str | int | float | bool):
        yield f"{type(part).__name__} {part!r}".encode()
    else:
        raise Untold(type(part).__name__)


def _rows(cases: Cases) -> Iterator[bytes]:
    """All that is in cases: every value of every row in its place, with the names and types of the columns."""
    table = cases.table
    told = (cases.name, cases.kind, cases.unit, cases.capacity, cases.features, cases.step_minutes)
    yield repr((told, list(table.columns), [str(t) for t in table.dtypes], str(table.index.dtype))).encode()
    yield pd.util.hash_pandas_object(table).to_numpy().tobytes()


@cache
def program_digest() -> str:
    """Of the source of this package, of the interpreter, and of the libraries that forecasts are made with."""
    found = sha256(f"{platform.python_version()} {platform.machine()}".encode())
    for name in LIBRARIES:
        found.update(f"{name} {_version(name)} ".encode())
    for path in sorted(PACKAGE.rglob("*.py")):
        found.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"

"""Writing results: whole files or nothing."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Literal

from forecasting.errors import InputError


def check_target(target: str | Path, kind: Literal["file", "folder"]) -> None:
    """Refuse a place that is taken by the other kind, before anything is computed."""
    path = Path(target).expanduser()
    if str(target) == "-" or not path.exists():
        return
    if kind == "folder" and not path.is_dir():
        raise InputError(str(path), "", None, "a folder to write to", "a file of that name is there: choose another")
    if kind == "file" and path.is_dir():
        raise InputError(str(path), "", None, "a file to write", "this is a folder: name a file in it")


def write_text(target: str | Path, text: str) -> None:
    """Write a file at once, by a new name beside it; ``-`` is standard output."""
    if str(target) == "-":
        sys.stdout.write(text)
    else:
        write_bytes(target, text.encode())


def write_bytes(target: str | Path, data: bytes) -> None:
    """Write a file at once, by a new name beside it."""
    path = Path(target).expanduser()
    beside = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, delete=False) as out:
            beside = out.name
            out.write(data)
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except OSError as error:
        raise InputError(str(path), "", None, "a place that can be written", error.strerror or "") from error
    finally:  # also where the user cancels
        if beside:
            Path(beside).unlink(missing_ok=True)

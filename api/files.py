"""Writing results: whole files or nothing."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from forecasting.errors import InputError


def write_text(target: str | Path, text: str) -> None:
    """Write a file at once, by a new name beside it; ``-`` is standard output."""
    if str(target) == "-":
        sys.stdout.write(text)
        return
    path = Path(target).expanduser()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as out:
            out.write(text)
        os.chmod(out.name, 0o644)
        os.replace(out.name, path)
    except OSError as error:
        raise InputError(str(path), "", None, "a place that can be written", error.strerror or "") from error

"""Answers of a service, kept on disk, one file per request."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Kept:
    """An answer and the moment it was fetched."""

    fetched_at: datetime
    answer: dict[str, Any]


def default_folder() -> Path:
    """``$XDG_CACHE_HOME/park-ems``, or ``~/.cache/park-ems`` when that is not set to an absolute path."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "park-ems"


def file_of(folder: Path, request: str) -> Path:
    """The file that belongs to a request."""
    return folder / f"{sha256(request.encode()).hexdigest()[:24]}.json"


def read(path: Path) -> Kept | None:
    """The kept answer, or ``None`` when there is none that can be read (it is then fetched anew)."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        fetched = datetime.fromisoformat(data["fetched_at"])
        answer = data["answer"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return Kept(fetched, answer) if fetched.tzinfo is not None and isinstance(answer, dict) else None


def write(path: Path, kept: Kept) -> None:
    """Write in one step, so that a reader never sees half a file; raises ``OSError`` when the folder refuses."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as file:
        part = Path(file.name)
        try:
            json.dump({"fetched_at": kept.fetched_at.isoformat(), "answer": kept.answer}, file)
        except OSError:
            part.unlink()
            raise
    part.replace(path)

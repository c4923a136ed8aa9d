"""Journals of studies: what is done of one, in a folder named by its content, so that who begins it again goes on."""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "lock"
KEPT_DAYS = 14  # a study that is asked for again within that time goes on where it was


@contextmanager
def journal(folder: Path, job: str) -> Iterator[Path]:
    """The folder, while nobody else works on it; else one of the job's own.

    The lock ends with the process, however that ends. Two jobs may ask for the same, and a worker that fell silent may
    still be busy with what another has taken over.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            own = folder.with_name(f"{folder.name}-{job}")
            own.mkdir(exist_ok=True)
            yield own
            return
        yield folder


def remove_old(folder: Path) -> None:
    """Remove journals that nothing was written to for so long."""
    oldest = time.time() - KEPT_DAYS * 86_400
    for each in folder.iterdir() if folder.is_dir() else ():
        if max((file.stat().st_mtime for file in each.rglob("*")), default=0.0) < oldest:
            shutil.rmtree(each, ignore_errors=True)

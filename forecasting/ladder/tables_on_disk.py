"""Forecasts of the past kept between two calls of a command: tables of numbers in files of this user alone.

Fitted models are not kept, only what they said: reading a file can then do no more than give numbers, and those of a
file that is not ours are not taken. A table is found by a digest of all that it depends on; where anything differs,
the past measured or forecast, a setting, the program, a library, it is made anew.
"""

from __future__ import annotations

import os
import stat
import struct
import tempfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.ladder.quantiles import COLUMNS
from forecasting.notes import Note

MOST_BYTES = 200_000_000  # of the folder: those used least lately go
LEFT_BEHIND_S = 3600.0  # a part of a file that is older than this belongs to nobody
DIGEST_BYTES, MADE_AT = 32, struct.Struct("<d")  # a file: SHA-256 of the rest, seconds since 1970, zlib of float64
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class TablesOnDisk:
    """Quantile tables in one folder.

    Attributes:
        taken: when each table that was found had been made.
        made: how many were made anew.
        trouble: why the last could not be kept; empty where nothing was wrong.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        """Make the folder; raises `OSError` where that fails, or where it is not this user's alone."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _ours(folder.lstat(), stat.S_ISDIR):
            raise PermissionError(f"{folder} is not a folder of this user alone")
        self._folder, self._most_bytes = folder, most_bytes
        self.taken: list[datetime] = []
        self.made = 0
        self.trouble = ""

    def get(self, digest: str, index: pd.Index, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """The table of a digest on ``index``, from its file or made and kept."""
        path = self._folder / f"{digest}.table"
        if (found := self._read(path, index)) is not None:
            return found
        table = make()
        self.made += 1
        if table.index.equals(index) and tuple(table.columns) == COLUMNS:
            self._write(path, table.to_numpy(np.float64))
        return table

    def _read(self, path: Path, index: pd.Index) -> pd.DataFrame | None:
        """None where there is no file of ours that holds such a table whole; it is then made anew and written over."""
        try:
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
                if not _ours(os.fstat(file.fileno()), stat.S_ISREG):
                    return None
                content = file.read()
            os.utime(path)  # used now: others go before it
        except OSError:
            return None
        digest, rest = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
        if sha256(rest).digest() != digest:
            return None
        made_at = datetime.fromtimestamp(MADE_AT.unpack_from(rest)[0], UTC)
        values = np.frombuffer(zlib.decompress(rest[MADE_AT.size :]), np.float64)
        if values.size != len(index) * len(COLUMNS):
            return None
        self.taken.append(made_at)
        return pd.DataFrame(values.reshape(len(index), len(COLUMNS)).copy(), index, list(COLUMNS))

    def _write(self, path: Path, values: np.ndarray) -> None:
        """In one step: a reader never sees half a file. What cannot be kept is told, and the forecast goes on."""
        rest = MADE_AT.pack(datetime.now(UTC).timestamp()) + zlib.compress(values.tobytes(), 1)
        try:
            with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as file:  # made with 0600
                file.write(sha256(rest).digest() + rest)
            Path(file.name).replace(path)
        except OSError as error:
            self.trouble = str(error)

    def tidy(self) -> None:
        """Delete what was used least lately until the folder is within its bound, and parts of files left behind."""
        now_s = datetime.now(UTC).timestamp()
        files = [(path, path.lstat()) for path in self._folder.iterdir()]
        for path, about in files:
            if path.suffix == ".part" and now_s - about.st_mtime > LEFT_BEHIND_S:
                path.unlink(missing_ok=True)
        tables = sorted((x for x in files if x[0].suffix == ".table"), key=lambda x: x[1].st_mtime)
        total = sum(about.st_size for _, about in tables)
        for path, about in tables:
            if total <= self._most_bytes:
                return
            path.unlink(missing_ok=True)
            total -= about.st_size

    def note(self) -> Note | None:
        """What the reader should know of it; None where nothing was taken and nothing was wrong."""
        if self.trouble:
            return Note(
                f"预测缓存写不进: {self.trouble}。",
                f"The cache of forecasts cannot be written: {self.trouble}.",
            )
        if not self.taken:
            return None
        oldest = f"{min(self.taken).astimezone():%Y-%m-%d %H:%M}"
        return Note(
            f"{len(self.taken)} 个预测表取自缓存(最早算于 {oldest}), {self.made} 个重新计算。",
            f"{len(self.taken)} tables of forecasts are from the cache (oldest made {oldest}), {self.made} made anew.",
        )


def _ours(about: os.stat_result, is_kind: Callable[[int], bool]) -> bool:
    return is_kind(about.st_mode) and about.st_uid == os.geteuid() and not about.st_mode & OTHERS_WRITE

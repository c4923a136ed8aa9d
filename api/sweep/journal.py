"""The rows of a sweep on disk: one line of JSON for each scenario that has ended, safe the moment it is written.

A line is a row (docs: engineer guide), of a failed scenario with the type of its failure under ``failure``. Rows are
found by their id, a hash of everything that decides them: rows of other inputs, or of another version of this software,
have other ids, stay where they are and are never looked at. Where an id comes twice the later line holds.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from forecasting.errors import InputError
from forecasting.notes import Note

Row = dict[str, Any]
FAILURE = "failure"  # key of a line: type of the failure


class Journal:
    """The right to read and write a journal; `InputError` where another process has it, or the file is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[str, Row] = {}
        self._types: dict[str, str] = {}
        self.notes: list[Note] = []  # what had to be mended
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise InputError(str(path), "", None, "a file that can be written", error.strerror or "") from error
        try:
            self._lock()
            self._load()
        except BaseException:
            os.close(self._fd)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)  # and with it the lock goes

    def row(self, id: str) -> Row | None:
        """The row of a scenario that has ended."""
        return self._rows.get(id)

    def failure(self, id: str) -> str | None:
        """The type of a scenario's failure; None where it has none."""
        return self._types.get(id)

    def add(self, row: Row, failure: str | None = None) -> None:
        """Write a row; when this returns it is on the disk."""
        line = row if failure is None else row | {FAILURE: failure}
        text = json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        data = memoryview(text.encode() + b"\n")
        while data:
            data = data[os.write(self._fd, data) :]
        os.fsync(self._fd)
        self._keep(line)

    def _keep(self, line: Row) -> None:
        row = dict(line)
        failure = row.pop(FAILURE, None)
        self._rows[row["id"]] = row
        self._types.pop(row["id"], None)
        if failure is not None:
            self._types[row["id"]] = failure

    def _lock(self) -> None:
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            remedy = "wait for it or stop it, or write to another folder"
            raise InputError(str(self._path), "", None, "a journal that no other sweep writes", remedy) from None
        except OSError as error:
            expected = "a disk on which files can be locked"
            raise InputError(str(self._path), "", None, expected, error.strerror or "") from error

    def _load(self) -> None:
        """Read what is there; the last line may be torn, by a kill or a power failure, and is cut off."""
        data = self._path.read_bytes()
        whole = data.rfind(b"\n") + 1
        for k, text in enumerate(data[:whole].splitlines(), 1):
            self._keep(self._parsed(text, k))
        if whole < len(data):
            os.ftruncate(self._fd, whole)
            self.notes.append(
                Note(
                    f"{self._path.name} 的最后一行不完整, 已删除; 该方案将重新计算。",
                    f"the last line of {self._path.name} was torn and is dropped; its scenario is computed again",
                )
            )

    def _parsed(self, text: bytes, k: int) -> Row:
        try:
            line = json.loads(text)
        except ValueError:
            line = None
        if not isinstance(line, dict) or not isinstance(line.get("id"), str) or line.get("status") not in END:
            remedy = "move the file away, or write to another folder"
            raise InputError(str(self._path), f"line {k}", None, "a row of a sweep", remedy, line=k)
        return line


END = ("done", "failed")

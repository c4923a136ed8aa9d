"""Measurements as lines of a CSV file: time, meter, value, unit, status."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from api.field.outbox import Kept, NotTaken
from api.field.parts import Point
from forecasting.errors import InputError

HEADER = ["time", "meter", "value", "unit", "status"]


class CsvFile:
    """A file that grows; what is there stays. A line that a power cut tore is ended, and the next begins below it."""

    def __init__(self, path: Path, points: Mapping[str, Point]) -> None:
        """Refuses a file of another kind, before anything is measured."""
        self._path, self._points = path, points
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a+b") as file:
                file.seek(0)
                first = file.readline(1000).decode(errors="replace").strip()
        except OSError as error:
            raise InputError(str(path), "", None, "a file that can be written", error.strerror or "") from error
        if first and first.split(",") != HEADER:
            raise InputError(str(path), "first line", first, ",".join(HEADER), "name another folder with --out")

    def send(self, batch: Sequence[Kept]) -> int:
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        for kept in batch:
            point, x = self._points[kept.point], kept.interval
            at = datetime.fromtimestamp(x.start_s, UTC).isoformat()
            rows.writerow([at, point.series, "" if x.value is None else f"{x.value:.10g}", point.unit, x.quality])
        try:
            with self._path.open("a+b") as file:
                size = file.seek(0, io.SEEK_END)
                head = ",".join(HEADER) + "\n" if size == 0 else ""
                if size:
                    file.seek(size - 1)
                    head = "" if file.read(1) == b"\n" else "\n"
                file.write((head + text.getvalue()).encode())
        except OSError as error:
            raise NotTaken(f"{self._path}: {error.strerror}") from error
        return 0

"""Measurements as points of the service's series."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from api.client import ApiError, Client
from api.contract.series import Points, seconds_of
from api.field.means import Interval
from api.field.outbox import Kept, NotTaken
from api.field.parts import Point

log = logging.getLogger("ems.field")
FINAL = frozenset({400, 404, 409, 413, 422})  # sending it again would not help


class ServiceSeries:
    """The series of a site. They are defined where they do not exist, which a token of an engineer may."""

    def __init__(self, client: Client, site: str, interval: str, points: Mapping[str, Point]) -> None:
        self._client, self._site, self._interval = client, site, interval
        self._points = {name: p for name, p in points.items() if p.series is not None}
        self._is_prepared = False
        self.refused: dict[str, str] = {}  # series -> why

    def send(self, batch: Sequence[Kept]) -> int:
        by_point: dict[str, list[Interval]] = {}
        for kept in batch:
            by_point.setdefault(kept.point, []).append(kept.interval)
        try:
            self._prepare()
            return sum(self._send_one(self._points[name], intervals) for name, intervals in by_point.items())
        except ApiError as error:
            raise NotTaken(" ".join(str(error).split())) from error

    def _send_one(self, point: Point, intervals: Sequence[Interval]) -> int:
        """Send the values of one series, and return how many it refuses for good."""
        refused = 0
        for run in _runs(intervals, seconds_of(self._interval)):
            points = Points(
                start=datetime.fromtimestamp(run[0].start_s, UTC),
                resolution=self._interval,
                unit=point.unit,
                values=[x.value for x in run],
                quality=[x.quality for x in run],
            )
            try:
                self._client.push_points(self._site, str(point.series), points)
                self.refused.pop(str(point.series), None)
            except ApiError as error:
                if error.problem.status not in FINAL:
                    raise
                refused += len(run)
                self._is_prepared &= error.problem.status != 404  # deleted meanwhile: it is defined again
                self._note(str(point.series), f"{error.problem.title}: {error.problem.detail}")
        return refused

    def _prepare(self) -> None:
        """Define series that do not exist, once."""
        if self._is_prepared:
            return
        there = {x.name for x in self._client.series(self._site)}
        for point in self._points.values():
            if point.series is None or point.series in there:
                continue
            try:
                self._client.define_series(self._site, point.series, "measurement", point.unit, self._interval)
            except ApiError as error:
                if error.problem.status not in FINAL | {403}:
                    raise
                self._note(point.series, f"does not exist and could not be defined: {error.problem.title}")
        self._is_prepared = True

    def _note(self, series: str, why: str) -> None:
        if self.refused.get(series) != why:
            log.warning("%s: %s", series, why)
        self.refused[series] = why


def _runs(intervals: Sequence[Interval], length_s: int) -> Iterator[list[Interval]]:
    """Intervals that follow each other; of one that is told twice, after a clock was put back, the later counts."""
    newest = {x.start_s: x for x in intervals}
    run: list[Interval] = []
    for start_s in sorted(newest):
        if run and start_s != run[-1].start_s + length_s:
            yield run
            run = []
        run.append(newest[start_s])
    if run:
        yield run

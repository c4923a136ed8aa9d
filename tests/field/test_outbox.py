"""Measurements on their way: kept while nobody takes them, bounded, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.client import ApiError
from api.contract.base import Problem
from api.contract.series import Points
from api.field.means import Interval
from api.field.outbox import Kept, NotTaken, Outbox
from api.field.to_csv import CsvFile
from api.field.to_service import ServiceSeries
from forecasting.errors import InputError
from tests.field.parks import config, point

POINTS = config(
    connections={"c": {"kind": "mqtt", "host": "h"}},
    points={"a": point("c", {"topic": "a"}, series="a"), "b": point("c", {"topic": "b"}, series="b")},
).points


def interval(k: int, value: float | None = 1.0) -> Interval:
    return Interval(1_800_000_000 + 60 * k, value, "missing" if value is None else "good")


class Moody:
    """Takes things when it likes to."""

    def __init__(self) -> None:
        self.takes = False
        self.got: list[Kept] = []

    def send(self, batch: Sequence[Kept]) -> int:
        if not self.takes:
            raise NotTaken("not now")
        self.got += batch
        return 0


def test_what_is_not_taken_waits_in_a_bounded_space_and_goes_in_order() -> None:
    moody = Moody()
    outbox = Outbox(moody, most=100)
    for k in range(250):
        outbox.put("a", interval(k))
    assert not asyncio.run(outbox.flush())
    assert (len(outbox), outbox.lost, outbox.why_waiting) == (100, 150, "not now")
    moody.takes = True
    assert asyncio.run(outbox.flush())
    assert [x.interval.start_s for x in moody.got] == [interval(k).start_s for k in range(150, 250)]
    assert (len(outbox), outbox.sent, outbox.lost, outbox.why_waiting) == (0, 100, 150, "")


def test_what_is_given_up_while_it_is_sent_is_counted_once() -> None:
    class Slow(Moody):
        asked = 0

        def send(self, batch: Sequence[Kept]) -> int:
            self.asked += 1
            if self.asked > 1:
                raise NotTaken("no more for now")
            for k in range(3):  # meanwhile three more came
                outbox.put("a", interval(100 + k))
            return 0

    outbox = Outbox(Slow(), most=5)
    for k in range(5):
        outbox.put("a", interval(k))
    assert not asyncio.run(outbox.flush())
    assert outbox.sent == 5
    assert outbox.lost == 0
    assert [x.interval.start_s for x in outbox._waiting] == [interval(100 + k).start_s for k in range(3)]


def test_a_destination_that_fails_in_any_way_is_asked_again() -> None:
    class Broken(Moody):
        def send(self, batch: Sequence[Kept]) -> int:
            raise KeyError("items")  # a proxy answered for the service

    outbox = Outbox(Broken())
    outbox.put("a", interval(0))
    assert not asyncio.run(outbox.flush())
    assert len(outbox) == 1
    assert "KeyError" in outbox.why_waiting


def test_a_file_grows_and_a_torn_line_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "readings.csv"
    CsvFile(path, POINTS).send([Kept("a", interval(0)), Kept("b", interval(0, None))])
    with path.open("a") as file:
        file.write("2027-01-15T08:0")  # the power went
    CsvFile(path, POINTS).send([Kept("a", interval(1, 0.1))])
    at = datetime.fromtimestamp(1_800_000_000, UTC).isoformat()
    assert path.read_text().splitlines() == [
        "time,meter,value,unit,status",
        f"{at},a,1,kW,good",
        f"{at},b,,kW,missing",
        "2027-01-15T08:0",
        f"{datetime.fromtimestamp(1_800_000_060, UTC).isoformat()},a,0.1,kW,good",
    ]


def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    path.write_text("my,own,table\n")
    with pytest.raises(InputError, match="another folder"):
        CsvFile(path, POINTS)
    assert path.read_text() == "my,own,table\n"


class Service:
    """Of a client only what is called."""

    def __init__(self) -> None:
        self.defined: list[str] = []
        self.pushed: list[tuple[str, Points]] = []
        self.refuses: dict[str, int] = {}

    def series(self, site: str) -> list[object]:
        return []

    def define_series(self, site: str, name: str, kind: str, unit: str, resolution: str) -> None:
        self.defined.append(f"{name} {kind} {unit} {resolution}")

    def push_points(self, site: str, name: str, points: Points) -> int:
        if name in self.refuses:
            status = self.refuses[name]
            raise ApiError(Problem(type="x", title="no", status=status, detail="unit is MW"))
        self.pushed.append((name, points))
        return len(points.values)


def test_the_service_gets_runs_without_holes_with_their_quality() -> None:
    service = Service()
    series = ServiceSeries(service, "demo", "PT1M", POINTS)  # type: ignore[arg-type]
    batch = [Kept("a", interval(k, None if k == 1 else float(k))) for k in (0, 1, 2, 5)] + [Kept("b", interval(0))]
    assert series.send(batch) == 0
    assert service.defined == ["a measurement kW PT1M", "b measurement kW PT1M"]
    assert [(name, x.values, x.quality) for name, x in service.pushed] == [
        ("a", [0.0, None, 2.0], ["good", "missing", "good"]),
        ("a", [5.0], ["good"]),
        ("b", [1.0], ["good"]),
    ]


def test_a_series_that_the_service_refuses_holds_up_no_other() -> None:
    service = Service()
    series = ServiceSeries(service, "demo", "PT1M", POINTS)  # type: ignore[arg-type]
    service.refuses = {"a": 422}
    assert series.send([Kept("a", interval(0)), Kept("a", interval(1)), Kept("b", interval(0))]) == 2
    assert [name for name, _ in service.pushed] == ["b"]
    assert "unit is MW" in series.refused["a"]
    service.refuses = {"a": 503}
    with pytest.raises(NotTaken):
        series.send([Kept("a", interval(0))])


def test_a_series_that_was_deleted_is_defined_again() -> None:
    service = Service()
    series = ServiceSeries(service, "demo", "PT1M", POINTS)  # type: ignore[arg-type]
    service.refuses = {"a": 404}
    assert series.send([Kept("a", interval(0))]) == 1
    service.refuses = {}
    assert series.send([Kept("a", interval(1))]) == 0
    assert len(service.defined) == 4

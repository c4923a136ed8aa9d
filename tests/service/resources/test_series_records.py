"""Points of series in the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.contract.series import SeriesDefinition
from api.records import series
from api.records.series import MEASURED, Chunk, SeriesConflict, SeriesRow
from api.store import Store

START = datetime(2026, 11, 23, tzinfo=UTC)
STEP = timedelta(minutes=15)
COLUMN = "roof.yield_kw_per_kwp"


def define(store: Store, name: str = "meter", **fields: Any) -> SeriesRow:
    asked = SeriesDefinition(**({"kind": "measurement", "unit": "kW", "resolution": "PT15M"} | fields))
    with store.write() as c:
        return series.define(c, "demo", name, asked, 900)[0]


def put(store: Store, row: SeriesRow, values: list[float | None], start: datetime = START, **more: Any) -> None:
    quality = more.get("quality") or ["missing" if v is None else "good" for v in values]
    with store.write() as c:
        assert series.add(c, [Chunk(row, start, more.get("issued", MEASURED), values, quality)]) == len(values)


def read(store: Store, row: SeriesRow, **more: Any) -> list[tuple[int, float | None, str]]:
    with store.read() as c:
        found = series.read(c, row, START, START + timedelta(days=1), **more)
    return [((p.time - START) // STEP, p.value, p.quality) for p in found]


def test_the_last_word_about_a_measurement_holds(any_store: Store) -> None:
    meter = define(any_store)
    put(any_store, meter, [1.0, 2.0, None, 4.0])
    put(any_store, meter, [20.0, 30.0], START + STEP, quality=["estimated", "suspect"])
    assert read(any_store, meter) == [(0, 1.0, "good"), (1, 20.0, "estimated"), (2, 30.0, "suspect"), (3, 4.0, "good")]
    with any_store.read() as c:
        found = series.find(c, "demo", "meter")
    assert found is not None
    assert found.last_time == START + 3 * STEP  # not moved back by what came later about earlier times
    assert found.received_at is not None


def test_of_a_forecast_the_newest_issue_of_each_time_counts(any_store: Store) -> None:
    sky = define(any_store, kind="forecast")
    put(any_store, sky, [1.0, 1.0, 1.0], issued=START - timedelta(hours=6))
    put(any_store, sky, [2.0, 2.0], START + STEP, issued=START - timedelta(hours=1))
    assert read(any_store, sky) == [(0, 1.0, "good"), (1, 2.0, "good"), (2, 2.0, "good")]
    before = START - timedelta(hours=1)
    assert read(any_store, sky, issued_before=before) == [(0, 1.0, "good"), (1, 1.0, "good"), (2, 1.0, "good")]


def test_plans_are_given_usable_values_only(any_store: Store) -> None:
    sky = define(any_store, "sky", kind="forecast", unit="kW/kWp", column=COLUMN)
    define(any_store, "other", kind="forecast")
    issued = START - timedelta(hours=3)
    put(
        any_store,
        sky,
        [0.1, 0.2, None, 0.4, 0.5],
        issued=issued,
        quality=["good", "estimated", "missing", "suspect", "good"],
    )
    with any_store.read() as c:
        given = series.given(c, "demo", START + timedelta(minutes=5), START + timedelta(days=1))
        assert series.given(c, "qingdao", START, START + timedelta(days=1)) == {}
        assert series.given(c, "demo", START + timedelta(days=2), START + timedelta(days=3)) == {}
    assert list(given) == [COLUMN]
    found = given[COLUMN]
    assert found.tolist() == [0.1, 0.2, 0.5]  # the interval in which the start lies is there, too
    assert found.index[0] == START
    assert (found.name, found.attrs) == ("sky", {"resolution_s": 900, "issued_at": issued})


def test_many_series_are_stored_in_one_go(any_store: Store) -> None:
    rows = [define(any_store, f"m{k}") for k in range(20)]
    chunks = [Chunk(row, START, MEASURED, [float(k)] * 3, ["good"] * 3) for k, row in enumerate(rows)]
    with any_store.write() as c:
        assert series.add(c, chunks) == 60
    assert read(any_store, rows[7]) == [(k, 7.0, "good") for k in range(3)]


def test_kind_unit_and_resolution_are_fixed_once_there_are_points(any_store: Store) -> None:
    meter = define(any_store)
    assert define(any_store, unit="MW").unit == "MW"  # no points yet
    put(any_store, meter, [1.0])
    for change in ({"unit": "kW"}, {"kind": "forecast", "unit": "MW"}):
        with pytest.raises(SeriesConflict):
            define(any_store, **change)
    assert define(any_store, unit="MW").unit == "MW"  # the same again changes nothing


def test_one_forecast_replaces_a_column(any_store: Store) -> None:
    define(any_store, "a", kind="forecast", column=COLUMN)
    with pytest.raises(SeriesConflict) as told:
        define(any_store, "b", kind="forecast", column=COLUMN)
    assert (told.value.field, told.value.there) == ("column", "a")
    define(any_store, "a", kind="forecast")
    define(any_store, "b", kind="forecast", column=COLUMN)


def test_a_series_goes_with_its_points(any_store: Store) -> None:
    meter, other = define(any_store), define(any_store, "other")
    put(any_store, meter, [1.0, 2.0])
    put(any_store, other, [1.0])
    with any_store.write() as c:
        assert series.delete(c, meter) == 2
    with any_store.read() as c:
        assert series.find(c, "demo", "meter") is None
        assert [row.name for row in series.listed(c, "demo")] == ["other"]
    assert read(any_store, define(any_store)) == []


def test_a_measurement_is_overdue_when_its_next_value_should_long_be_there(any_store: Store) -> None:
    meter = define(any_store)
    define(any_store, "empty")
    put(any_store, define(any_store, "sky", kind="forecast"), [1.0])
    put(any_store, meter, [1.0])
    due = START + 2 * STEP  # the value of the next interval
    with any_store.read() as c:
        for late, names in ((timedelta(minutes=60), []), (timedelta(minutes=61), ["meter"])):
            assert [row.name for row in series.overdue(c, due + late, timedelta(hours=1))] == names

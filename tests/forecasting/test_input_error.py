import pickle

import pytest

from forecasting import InputError, Place
from forecasting.errors import pointer_to


def test_sentence_names_all_parts():
    error = InputError("meters.csv", "row 7", "abc", "a number", "correct the cell")
    assert str(error) == "meters.csv: row 7 is 'abc' (expected: a number); correct the cell"


def test_empty_parts_leave_no_trace():
    assert str(InputError("service")) == "service"
    assert str(InputError("service", remedy="wait")) == "service; wait"
    assert str(InputError("f", "x", 0.0)) == "f: x is 0.0"


def test_survives_the_way_to_another_process():
    error = pickle.loads(pickle.dumps(InputError("a", "b", 3, "d", "e")))
    assert (error.source, error.field, error.value, error.expected, error.remedy) == ("a", "b", 3, "d", "e")
    assert isinstance(error, ValueError)


def test_long_values_are_shortened():
    assert len(str(InputError("f", "x", "y" * 10_000))) < 200


@pytest.mark.parametrize(
    ("latitude", "longitude", "altitude", "zone", "field"),
    [
        (91, 0, 0, "UTC", "latitude"),
        (0, float("nan"), 0, "UTC", "longitude"),
        (0, 0, 1e5, "UTC", "altitude_m"),
        (0, 0, 0, "Asia/Boli", "timezone"),
        (0, 0, 0, "../etc/passwd", "timezone"),
        (0, 0, 0, "", "timezone"),
    ],
)
def test_places_off_the_earth_are_refused(latitude, longitude, altitude, zone, field):
    with pytest.raises(InputError) as caught:
        Place(latitude, longitude, altitude, zone)
    assert caught.value.field == field


def test_the_place_of_a_fault_survives_the_way_too():
    error = pickle.loads(pickle.dumps(InputError("a", "b", 3, pointer="/components/3", line=7)))
    assert (error.pointer, error.line, error.field) == ("/components/3", 7, "b")
    assert (InputError("a").pointer, InputError("a").line) == ("", None)


def test_what_is_said_without_the_source():
    assert InputError("meters.csv", "row 7", "abc", "a number", "correct it").said == (
        "row 7 is 'abc' (expected: a number); correct it"
    )
    assert InputError("meters.csv").said == ""


def test_pointers_escape_what_they_must():
    assert pointer_to(("a/b", 3, "m~n", "kW")) == "/a~1b/3/m~0n/kW"
    assert pointer_to(()) == ""

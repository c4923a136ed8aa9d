import pickle

import pytest

from forecasting import InputError, Place


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

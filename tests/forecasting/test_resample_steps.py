import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting import InputError, on_index
from forecasting.resample import means


def series(values, step, start="2026-07-01T00:00:00+08:00"):
    index = pd.date_range(start, periods=len(values), freq=f"{step}min")
    return pd.DataFrame({"load_kw": np.asarray(values, dtype=float)}, index=index)


def axis(count, step, start="2026-07-01T00:00:00+08:00"):
    return pd.date_range(start, periods=count, freq=f"{step}min")


def test_coarser_is_the_mean():
    assert on_index(series([1, 2, 3, 6, 4, 4, 4, 4], 15), axis(2, 60), "hold")["load_kw"].tolist() == [3.0, 4.0]


def test_finer_holds():
    assert on_index(series([1, 3], 60), axis(4, 30), "hold")["load_kw"].tolist() == [1, 1, 3, 3]


def test_finer_joins_the_middles():
    """Middles 00:30 -> 10 and 01:30 -> 14; quarter 00:45 to 01:00 has its middle at 00:52:30 -> 11.5."""
    out = on_index(series([10, 14], 60), axis(8, 15), "linear")["load_kw"].tolist()
    assert out == [10, 10, 10.5, 11.5, 12.5, 13.5, 14, 14]


def test_steps_that_do_not_divide_each_other():
    """20 min -> 15 min: the second quarter takes 5 min of the first and 10 min of the second value."""
    out = on_index(series([3, 6, 9], 20), axis(4, 15), "hold")["load_kw"].tolist()
    assert out == pytest.approx([3, 5, 7, 9])


def test_an_axis_shifted_by_half_an_interval():
    out = on_index(series([0, 10, 20], 60), axis(2, 60, "2026-07-01T00:30:00+08:00"), "hold")["load_kw"].tolist()
    assert out == [5, 15]


@pytest.mark.parametrize("target", [axis(3, 60), axis(2, 60, "2026-06-30T23:00:00+08:00")])
def test_range_must_cover_the_index(target):
    with pytest.raises(InputError, match=r"2026-07-01T00:00:00.* to 2026-07-01T02:00:00"):
        on_index(series([1, 3], 60), target, "hold")


def points(values, step, start="2026-07-01T00:00:00+08:00"):
    return series(values, step, start)["load_kw"]


def mean(values, index, minutes):
    return means(values, index, pd.Timedelta(minutes=minutes)).tolist()


def test_values_of_any_length_keep_their_integral():
    assert mean(points([1, 2, 3, 6], 15), axis(1, 60).append(axis(1, 60, "2026-07-01T01:00:00+08:00")), 15)[0] == 3.0
    assert mean(points([10, 20], 180), axis(6, 60), 180) == [10, 10, 10, 20, 20, 20]
    assert mean(points(range(1440), 1), axis(24, 60), 1) == [29.5 + 60 * h for h in range(24)]
    assert mean(points([3, 6, 9], 20), axis(4, 15), 20) == [3, 5, 7, 9]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=48, max_size=48), st.sampled_from([5, 15, 30, 60]))
def test_what_is_covered_whole_sums_to_the_same(values, step):
    own = points(values, 30)
    found = means(own, axis(24 * 60 // step, step), pd.Timedelta(minutes=30))
    assert found.sum() * step == pytest.approx(sum(values) * 30, abs=1e-3)


def test_what_is_not_covered_whole_is_missing():
    own = points([1, 2, np.nan, 4, 5, 6, 7, 8], 30)
    assert mean(own, axis(5, 60), 30)[1:] == pytest.approx([np.nan, 5.5, 7.5, np.nan], nan_ok=True)
    assert mean(own.dropna(), axis(4, 60), 30) == pytest.approx([1.5, np.nan, 5.5, 7.5], nan_ok=True)
    assert mean(points([1, 1], 60), axis(2, 60), 15) == pytest.approx([np.nan, np.nan], nan_ok=True)
    assert mean(own[:0], axis(2, 60), 30) == pytest.approx([np.nan, np.nan], nan_ok=True)


def test_order_and_repetition_do_not_matter():
    own = points([1, 2, 3, 4], 30)
    mixed = pd.concat([own.iloc[::-1], own.iloc[:1] * 1])
    assert mean(mixed, axis(2, 60), 30) == [1.5, 3.5]


def test_a_value_holds_until_the_next_begins():
    late = points([1.0, 3.0], 30)
    assert mean(late, axis(2, 30), 60) == [1.0, 3.0]

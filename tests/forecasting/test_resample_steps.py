import numpy as np
import pandas as pd
import pytest

from forecasting import InputError, on_index


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

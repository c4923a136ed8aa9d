"""Forecasts as an operator has them: nothing of what comes later, corrected by what is over."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ems.operation.outlooks import TODAY, Erring, Perfect, caution_share
from forecasting.intraday import Weights
from tests.toys import TZ

INDEX = pd.date_range("2026-06-01", periods=48, freq="h", tz=TZ)
CLEAR = pd.Series(np.clip(np.sin((INDEX.hour - 6) / 12 * np.pi), 0, None), INDEX)


def table(sun: float, load: float) -> pd.DataFrame:
    return pd.DataFrame({"roof.yield_kw_per_kwp": sun * CLEAR, "load_kw": load, "import_cny_per_kwh": 1.0}, INDEX)


def outlook(actual: pd.DataFrame, **more: object) -> Erring:
    clear = CLEAR.to_frame("roof.yield_kw_per_kwp")
    whole = Weights(2.0, (0.0, 6.0), (1.0, 0.0))
    return Erring(actual, table(0.5, 100.0), clear, ("load_kw",), pv=whole, load=whole, **more)  # type: ignore[arg-type]


NOW = INDEX[12]


def test_before_anything_is_measured_the_forecast_stands() -> None:
    told = outlook(table(0.8, 130.0)).inputs(INDEX[0], INDEX[:24])
    pd.testing.assert_frame_equal(told, table(0.5, 100.0).iloc[:24])


def test_what_was_measured_moves_the_hours_ahead_and_fades() -> None:
    told = outlook(table(0.8, 130.0)).inputs(NOW, INDEX[12:24])
    shift = told["load_kw"].to_numpy() - 100.0
    assert shift[0] == pytest.approx(30.0)
    assert shift[3] == pytest.approx(15.0)
    assert shift[6:] == pytest.approx(0.0)
    assert told["roof.yield_kw_per_kwp"].iloc[0] == pytest.approx(0.8, abs=1e-9)


def test_nothing_later_than_now_is_looked_at() -> None:
    actual = table(0.8, 130.0)
    changed = actual.copy()
    changed.loc[NOW:, ["roof.yield_kw_per_kwp", "load_kw"]] = 7.0
    one, other = (outlook(t).inputs(NOW, INDEX[12:36]) for t in (actual, changed))
    pd.testing.assert_frame_equal(one, other)


def test_perfect_foresight_tells_what_comes() -> None:
    actual = table(0.8, 130.0)
    pd.testing.assert_frame_equal(Perfect(actual).inputs(NOW, INDEX[12:24]), actual.iloc[12:24])


def test_scenarios_lie_around_what_is_expected_and_one_is_the_expected_course() -> None:
    spread = {1: table(0.2, 10.0).drop(columns="import_cny_per_kwh"), 2: -table(0.2, 1000.0)}
    look = outlook(table(0.8, 130.0), spread=spread)
    expected = look.inputs(NOW, INDEX[12:24])
    found = look.scenarios(NOW, INDEX[12:24], 3)
    assert sum(s.weight for s in found) == pytest.approx(1.0)
    pd.testing.assert_frame_equal(found[0].table, expected)
    assert found[1].table["load_kw"].iloc[0] == pytest.approx(130.0)  # measured just now: hardly open
    assert found[1].table["load_kw"].iloc[-1] == pytest.approx(110.0)
    assert (found[2].table["load_kw"] >= 0).all()
    assert len(look.scenarios(NOW, INDEX[12:24], 1)) == 1


def test_caution_spares_the_next_hours_and_is_whole_on_days_to_come() -> None:
    share = caution_share(NOW, INDEX[12:])
    assert share[:2].tolist() == [0.0, 0.0]
    assert set(share[2:12]) == {TODAY}
    assert set(share[12:]) == {1.0}


def test_a_cautious_plan_takes_the_sun_ahead_lower_and_never_below_nothing() -> None:
    less = CLEAR.to_frame("roof.yield_kw_per_kwp") * -0.2
    plain, careful = (outlook(table(0.5, 100.0), caution=c).inputs(NOW, INDEX[12:]) for c in (None, less))
    sun, share = "roof.yield_kw_per_kwp", caution_share(NOW, INDEX[12:])
    assert careful[sun].to_numpy() == pytest.approx((0.5 - 0.2 * share) * CLEAR.iloc[12:].to_numpy())
    pd.testing.assert_frame_equal(careful.drop(columns=sun), plain.drop(columns=sun))
    none = outlook(table(0.5, 100.0), caution=less * 10).inputs(NOW, INDEX[12:])
    assert none[sun].min() == 0.0
    assert none[sun].iloc[14:].max() == 0.0

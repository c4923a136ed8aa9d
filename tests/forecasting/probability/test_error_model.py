"""Forecasts drawn for a known course err as the figures say; the figures are found again by the fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from forecasting.error_figures import SPREAD_LEVELS, Correlation, ErrorFigures, Side, shares
from forecasting.error_fit import fit_side
from forecasting.error_model import ErrorModel
from forecasting.errors import InputError
from forecasting.ladder.quantiles import COLUMNS

KEPT = Path(__file__).resolve().parents[3] / "sites/forecast_errors"
SEASONS = {"winter": 1.0, "spring": 1.0, "summer": 1.0, "autumn": 1.0}


def side(std: float, correlation: Correlation, **other: object) -> Side:
    rows = tuple(tuple((std * k * ndtri(SPREAD_LEVELS)).tolist()) for k in (1.0, 2.0))
    given = {"constant": 0.0, "day": 1.0, "hour": 1.0, "edges": (0.5,), "spread": rows, "season": SEASONS,
             "highest": 5.0, "correlation": correlation}  # fmt: skip
    return Side(**(given | other))


def model(std: float = 0.05, **other: object) -> ErrorModel:
    c = Correlation(day_share=0.4, hours=2.0, roughness=1.0, day_to_day=0.7)
    one = side(std, c, **other)
    return ErrorModel(
        ErrorFigures(
            status="assumption", source="made for tests", kind="pv", forecast="made", made_by="hand", rows=1, days=1,
            rmse=0.1, given_actual=one, given_forecast=one,
        )
    )  # fmt: skip


def course(days: int = 400, step: str = "1h") -> tuple[pd.Series, pd.Series]:
    index = pd.date_range("2025-01-01", periods=days * 24, freq=step, tz="Asia/Shanghai")
    clear = pd.Series(0.9 * np.maximum(np.sin(np.pi * (index.hour + 0.5 - 6) / 12), 0.0), index)
    sky = np.random.default_rng(5).uniform(0.2, 1.0, days + 1)
    return clear * sky[(index.normalize() - index[0].normalize()).days], clear


@pytest.mark.parametrize("name", ["pv", "demand", "demand_batches"])
def test_kept_figures_are_read_and_tell_their_source(name):
    found = ErrorModel.read(KEPT / f"{name}.yaml")
    assert found.figures.source
    assert "fit_errors" in found.figures.made_by
    assert found.note.zh.startswith("假设")
    assert "Assumption" in found.note.en


def test_a_course_in_like_days_is_forecast_without_bias_and_with_its_spread():
    actual, clear = course(1500)
    got = model().forecast(actual, clear, np.random.default_rng(1))
    lit = clear > 0.3
    error = ((got - actual) / clear)[lit]
    whole = (actual / clear)[lit] > 0.5
    assert error.mean() == pytest.approx(0.0, abs=0.012)
    assert error[~whole].std() == pytest.approx(0.05, rel=0.08)
    assert error[whole].std() == pytest.approx(0.10, rel=0.08)


def test_errors_hang_together_over_the_day_and_from_day_to_day():
    index = pd.date_range("2025-01-01", periods=24 * 3000, freq="h", tz="UTC")
    z = model().deviates(index, np.random.default_rng(2)).to_numpy().reshape(-1, 24)
    assert z.std() == pytest.approx(1.0, abs=0.03)
    assert np.corrcoef(z[:, 10], z[:, 12])[0, 1] == pytest.approx(0.4 + 0.6 * np.exp(-1.0), abs=0.04)
    assert np.corrcoef(z[:-1, 10], z[1:, 14])[0, 1] == pytest.approx(0.4 * 0.7, abs=0.05)


def test_nothing_impossible_is_forecast():
    actual, clear = course(60)
    got = model(std=0.8, highest=1.1).forecast(actual, clear, np.random.default_rng(3), highest=0.85)
    assert (got >= 0).all()
    assert (got[clear == 0] == 0).all()
    assert (got <= np.minimum(1.1 * clear, 0.85) + 1e-12).all()
    assert (got[clear > 0] == 0).any()


def test_the_same_seed_gives_the_same_and_roofs_can_share_errors():
    actual, clear = course(20)
    m = model()
    one = m.forecast(actual, clear, np.random.default_rng(4))
    pd.testing.assert_series_equal(one, m.forecast(actual, clear, np.random.default_rng(4)))
    z = m.deviates(pd.DatetimeIndex(actual.index), np.random.default_rng(4))
    pd.testing.assert_series_equal(one, m.forecast(actual, clear, deviates=z))
    half = m.forecast(actual / 2, clear / 2, deviates=z)
    np.testing.assert_allclose(2 * half, one)
    with pytest.raises(ValueError, match="either"):
        m.forecast(actual, clear)
    with pytest.raises(ValueError, match="either"):
        m.forecast(actual, clear, deviates=z.iloc[:-1])


def test_spread_holds_what_comes_of_forecasts():
    forecast, clear = course()
    m = model()
    table = m.spread(forecast, clear)
    assert list(table.columns) == list(COLUMNS)
    came = m.course(forecast, clear, np.random.default_rng(6))
    lit = clear > 0.1
    inside = (table["q10"] <= came) & (came <= table["q90"])
    assert inside[lit].mean() == pytest.approx(0.8, abs=0.03)
    assert (table[~lit & (clear == 0)] == 0).all(axis=None)


def test_demand_errs_around_its_usual_course():
    index = pd.date_range("2025-01-01", periods=24 * 200, freq="h", tz="Asia/Shanghai")
    usual = pd.Series(500.0 + 300 * (index.hour // 12), index)
    got = ErrorModel.read(KEPT / "demand.yaml").forecast(usual, usual, np.random.default_rng(7))
    assert (got / usual).std() == pytest.approx(0.10, abs=0.035)
    assert (got / usual).mean() == pytest.approx(1.0, abs=0.02)


def test_shares_do_not_look_past_midnight():
    index = pd.date_range("2025-01-01", periods=48, freq="h", tz="UTC")
    values = pd.Series(np.r_[np.zeros(24), np.ones(24)], index)
    day, around = shares(values, pd.Series(1.0, index))
    assert (day[:24] == 0).all()
    assert (around[:24] == 0).all()
    assert (around[24:] == 1).all()


def test_the_fit_finds_the_figures_again():
    """Forecasts drawn with known figures: line, spread, day share and memory come out of the fit."""
    actual, clear = course(900)
    wobble = np.random.default_rng(8).uniform(0.7, 1.3, len(actual))
    made = model(constant=0.1, day=0.8, hour=0.5)
    forecast = made.forecast(actual * wobble, clear, np.random.default_rng(9))
    table = pd.DataFrame({"actual": actual * wobble, "forecast": forecast, "reach": clear, "counted": clear > 0.05})
    found = fit_side([table], "actual", "forecast")
    assert found.constant == pytest.approx(0.1, abs=0.03)
    assert found.day == pytest.approx(0.8, abs=0.04)
    assert found.hour == pytest.approx(0.5, abs=0.06)
    assert found.correlation.day_share == pytest.approx(0.4, abs=0.1)
    assert found.correlation.hours == pytest.approx(2.0, abs=0.7)
    assert found.correlation.day_to_day == pytest.approx(0.7, abs=0.12)
    again = ErrorModel(made.figures.model_copy(update={"given_actual": found}))
    drawn = again.forecast(actual * wobble, clear, np.random.default_rng(10))
    size = [float(np.sqrt(((f - actual * wobble)[clear > 0.05] ** 2).mean())) for f in (forecast, drawn)]
    assert size[1] == pytest.approx(size[0], rel=0.06)


@pytest.mark.parametrize(
    ("change", "what"),
    [({"edges": (0.5, 0.9)}, "edges"), ({"season": {"winter": 1.0}}, "seasons"), ({"spread": ((0.0,), (1.0,))}, "row")],
)
def test_figures_of_the_wrong_shape_are_refused(change, what):
    with pytest.raises(ValueError, match=what):
        model(**change)


def test_a_faulty_file_is_named(tmp_path):
    text = (KEPT / "pv.yaml").read_text().replace("day_share", "dayshare", 1)
    (tmp_path / "pv.yaml").write_text(text)
    with pytest.raises(InputError, match=r"pv\.yaml"):
        ErrorModel.read(tmp_path / "pv.yaml")


@pytest.mark.parametrize("fault", ["negative", "gap", "axis"])
def test_courses_that_make_no_sense_are_refused(fault):
    actual, clear = course(5)
    if fault == "negative":
        actual = actual - 0.1
    elif fault == "gap":
        actual.iloc[12] = np.nan
    else:
        clear = clear.iloc[:-1]
    with pytest.raises(InputError):
        model().forecast(actual, clear, np.random.default_rng(1))

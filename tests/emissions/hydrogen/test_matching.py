"""Sun of another hour counts within the matching period, once, and never more than no one else has claimed."""

from __future__ import annotations

import numpy as np
import pytest

from ems.emissions.activity import Activity
from tests.emissions.hydrogen.hand import SHANDONG, account, on_grid


def sunny_then_dark(start: str) -> Activity:
    """30 kWh of sun fed into the grid in one hour, 50 kWh of grid power for 1 kg in the next."""
    return on_grid(
        [0.0, 50.0],
        [0.0, 1.0],
        start,
        roof__power_kwh=[30.0, 0.0],
        mains__export_kwh=[30.0, 0.0],
        mains__import_kwh=[0.0, 50.0],
    )


@pytest.mark.parametrize(
    ("start", "matching", "kwh"),
    [
        ("2026-03-02", "hour", 0.0),
        ("2026-03-02", "month", 30.0),
        ("2026-03-31 23:00", "month", 0.0),
        ("2026-03-31 23:00", "year", 30.0),
        ("2026-12-31 23:00", "year", 0.0),
    ],
)
def test_surplus_counts_within_the_matching_period_only(start: str, matching: str, kwh: float) -> None:
    found = account(sunny_then_dark(start), matching=matching)
    pv = found.section()["pv"]
    assert pv["hydrogen_matched"] == pytest.approx(kwh)
    assert pv["exported_unclaimed"] == pytest.approx(30 - kwh)
    assert found.kgco2e_per_kg == pytest.approx((50 - kwh) * SHANDONG)


def test_sun_whose_certificates_were_sold_matches_nothing() -> None:
    found = account(sunny_then_dark("2026-03-02"), matching="month", export_sold_share=0.9).section()
    assert found["pv"]["hydrogen_matched"] == pytest.approx(3.0)
    assert found["pv"]["certificates_sold"] == pytest.approx(27.0)
    assert found["pv"]["exported_unclaimed"] == pytest.approx(0.0)


def test_sun_that_others_used_is_claimed_by_them_unless_the_electrolyser_comes_first() -> None:
    x = on_grid([0.0, 50.0], [0.0, 1.0], roof__power_kwh=[30.0, 0.0], mains__import_kwh=[0.0, 50.0])
    for rule in ("pro_rata", "site_first"):
        assert account(x, matching="month", attribution=rule).section()["pv"]["hydrogen_matched"] == 0.0
    taken = account(x, matching="month", attribution="electrolyser_first").section()["pv"]
    assert taken["hydrogen_matched"] == pytest.approx(30.0)
    assert taken["other_uses"] == pytest.approx(0.0)


def test_surplus_within_one_hour_counts_even_by_the_hour() -> None:
    """Quarters of an hour with and without sun: 20 kWh fed in and 50 kWh bought in the same hour."""
    x = on_grid(50.0, 1.0, roof__power_kwh=20.0, mains__export_kwh=20.0, mains__import_kwh=50.0)
    found = account(x, matching="hour").section()["pv"]
    assert found["hydrogen_same_hour"] + found["hydrogen_matched"] == pytest.approx(20.0)


@pytest.mark.parametrize("rule", ["pro_rata", "electrolyser_first", "site_first"])
def test_longer_matching_never_raises_emissions_and_every_kwh_of_sun_is_claimed_once(rule: str) -> None:
    rng = np.random.default_rng(5)
    hours = 24 * 40
    sun = rng.gamma(1.0, 80.0, hours) * (rng.random(hours) < 0.5)
    kwh, others = rng.gamma(2.0, 40.0, hours), rng.gamma(2.0, 30.0, hours)
    short = sun - kwh - others
    x = on_grid(
        kwh,
        kwh / 52,
        "2026-01-10",
        roof__power_kwh=sun,
        mains__export_kwh=np.maximum(short, 0),
        mains__import_kwh=np.maximum(-short, 0),
    )
    found = {p: account(x, matching=p, attribution=rule, sold_share=0.1) for p in ("hour", "month", "year")}
    per_kg = [found[p].kgco2e_per_kg or 0.0 for p in ("hour", "month", "year")]
    assert per_kg[0] > per_kg[1] > 0
    assert per_kg[1] >= per_kg[2] - 1e-9
    for report in found.values():
        pv = dict(report.section()["pv"])
        generated = pv.pop("generated")
        assert generated == pytest.approx(sun.sum())
        assert sum(pv.values()) == pytest.approx(generated, rel=1e-9)
        assert min(pv.values()) >= -1e-6


def test_all_matching_periods_stand_side_by_side() -> None:
    found = account(sunny_then_dark("2026-03-31 23:00")).section()["by_matching"]
    per_kg = {p: x["kgco2e_per_kg"] for p, x in found.items()}
    assert per_kg == pytest.approx({"hour": 50 * SHANDONG, "month": 50 * SHANDONG, "year": 20 * SHANDONG})

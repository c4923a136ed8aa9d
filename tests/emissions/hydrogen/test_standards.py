"""Kilograms by class of T/CAB 0078-2020 and under the European rules, counted by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ems.emissions.hydrogen_standards import rfnbo_labels
from tests.emissions.hydrogen.hand import account, on_grid

GRID = np.array([0.0, 0.10, 0.40, 0.60])  # shares; at 0.6 kgCO2e/kWh and 50 kWh/kg: 0, 3, 12 and 18 kgCO2e/kg


def four_hours(start: str = "2026-03-02") -> Any:
    """Hours of 1, 2, 3 and 4 kg with more and more grid power."""
    kg = np.array([1.0, 2.0, 3.0, 4.0])
    kwh = 50 * kg
    return on_grid(kwh, kg, start, roof__power_kwh=kwh * (1 - GRID), mains__import_kwh=kwh * GRID)


def classes(section: dict[str, Any], standard: str) -> dict[str, float]:
    found = next(s for s in section["standards"] if s["standard"] == standard)
    return {c["class"]: c["kg"] for c in found["classes"]}


def test_each_kilogram_is_in_its_best_class() -> None:
    found = classes(account(four_hours(), 0.6).section(), "t_cab_0078_2020")
    assert found == pytest.approx({"renewable": 1.0, "clean": 2.0, "low_carbon": 3.0, "above": 4.0})


def test_the_averaging_period_decides_the_class() -> None:
    """The mean is (0 + 2 x 3 + 3 x 12 + 4 x 18) / 10 = 11.4 kgCO2e/kg: all of it low-carbon, none of it clean."""
    section = account(four_hours(), 0.6, matching="month").section()
    assert classes(section, "t_cab_0078_2020") == pytest.approx(
        {"renewable": 0.0, "clean": 0.0, "low_carbon": 10.0, "above": 0.0}
    )
    (t_cab,) = (s for s in section["standards"] if s["standard"] == "t_cab_0078_2020")
    assert t_cab["kg_by_period"]["hour"]["renewable"] == pytest.approx(1.0)


def test_clean_hydrogen_of_grid_power_is_not_renewable() -> None:
    """A grid of 0.05 kgCO2e/kWh makes clean hydrogen of 2.5 kgCO2e/kg, which is not renewable for that."""
    x = on_grid(50.0, 1.0, mains__import_kwh=50.0)
    found = classes(account(x, 0.05).section(), "t_cab_0078_2020")
    assert found == pytest.approx({"renewable": 0.0, "clean": 1.0, "low_carbon": 0.0, "above": 0.0})


def test_bought_certificates_lift_no_kilogram_into_a_class() -> None:
    x = on_grid(50.0, 1.0, mains__import_kwh=50.0)
    section = account(x, 0.6, certificates_share=1.0).section()
    assert classes(section, "t_cab_0078_2020")["above"] == pytest.approx(1.0)
    assert classes(section, "rfnbo")["rfnbo"] == 0.0
    assert any(c["may"] == "conditional" and c["kg"] == pytest.approx(1.0) for c in section["claims"])


def test_rfnbo_counts_the_renewable_share_of_hours_within_the_limit_from_2030() -> None:
    """By the hour: 1 kg wholly, of 2 kg at 3 kgCO2e/kg 90 %; the others are above 3.38."""
    found = classes(account(four_hours("2030-03-02"), 0.6).section(), "rfnbo")
    assert found == pytest.approx({"rfnbo": 1.0 + 1.8, "other": 7.2})


def test_rfnbo_is_matched_by_month_to_the_end_of_2029() -> None:
    """Sun fed in at noon counts for the night of the same month in 2029, no more in 2030."""
    amounts: dict[str, Any] = {
        "roof__power_kwh": [100.0, 0.0],
        "mains__export_kwh": [100.0, 0.0],
        "mains__import_kwh": [0.0, 100.0],
    }
    by_year = {
        year: classes(account(on_grid([0.0, 100.0], [0.0, 2.0], f"{year}-06-01", **amounts)).section(), "rfnbo")
        for year in (2029, 2030)
    }
    assert by_year[2029]["rfnbo"] == pytest.approx(2.0)
    assert by_year[2030]["rfnbo"] == 0.0


def test_no_rfnbo_period_spans_the_change_of_2030() -> None:
    index = pd.date_range("2029-12-31 22:00", periods=4, freq="h", tz="Asia/Shanghai")
    found = rfnbo_labels(index)
    assert found[0] == found[1]
    assert len(set(found[1:].tolist())) == 3


def test_conditions_that_cannot_be_proven_are_told() -> None:
    (rfnbo,) = (s for s in account(four_hours(), 0.6).section()["standards"] if s["standard"] == "rfnbo")
    said = " ".join(c["en"] for c in rfnbo["conditions"])
    assert "36 months" in said
    assert "bidding zone" in said
    assert "cannot prove" in said


def test_a_standard_that_was_not_chosen_is_not_told() -> None:
    section = account(four_hours(), 0.6, standards=["rfnbo"]).section()
    assert [s["standard"] for s in section["standards"]] == ["rfnbo"]


def test_claims_forbid_to_call_the_mixture_renewable() -> None:
    """Own PV made 1 + 1.8 + 1.8 + 1.6 kg of 10: 3.8 kg must not be called renewable."""
    found = account(four_hours(), 0.6).section()["claims"]
    assert found[0]["may"] == "yes"
    assert found[0]["kg"] == pytest.approx(6.2)
    assert next(c for c in found if c["may"] == "no")["kg"] == pytest.approx(3.8)
    assert all(c["text"]["zh"] and c["text"]["en"] for c in found)

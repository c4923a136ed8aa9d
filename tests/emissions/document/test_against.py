"""The change between two reports is split exactly; parts against numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ems.emissions.against import difference_of


def line(activity: float, factor: float, meter: str = "grid.import_kwh", scope: str = "2_location") -> dict[str, Any]:
    return {
        "scope": scope,
        "component": meter.split(".")[0],
        "cause": "import",
        "carrier": "electricity",
        "meter": meter,
        "activity": activity,
        "kg": activity * factor,
    }


def report(*lines: dict[str, Any], baseline: tuple[dict[str, Any], ...] = (), factor: float = 0.5) -> dict[str, Any]:
    def total(rows: Any, method: str) -> float:
        return float(sum(x["kg"] for x in rows if x["scope"] in ("1", f"2_{method}", "3")))

    methods = ("location", "market")
    return {
        "provenance": {"created_at": "2026-01-01", "inputs_digest": "a", "accounting_digest": "b"},
        "period": {"from": "2026-01-01", "to": "2026-01-01"},
        "lines": list(lines),
        "inventory": {m: {"total_kg": total(lines, m)} for m in methods},
        "baselines": {"grid_only": {"lines": list(baseline)}},
        "avoided": {
            "grid_only": {
                **{m: {"total_kg": total(baseline, m) - total(lines, m)} for m in methods},
                "parts": {"baseline": list(baseline), "actual": list(lines)},
            }
        },
        "factors": [{"id": "grid", "value": factor, "unit": "kgCO2e/kWh", "digest": str(factor)}],
    }


def first(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    return difference_of(old, old, new)["headlines"][0]


def test_more_electricity_under_a_lower_factor_is_split_as_by_hand() -> None:
    """1000 kWh x 0.6 = 600 kg, then 1200 kWh x 0.5 = 600 kg: no change in all, made of
    activity (1200 - 1000) (0.6 + 0.5) / 2 = 110 kg and factors (0.5 - 0.6) (1000 + 1200) / 2 = -110 kg."""
    change = first(report(line(1000.0, 0.6)), report(line(1200.0, 0.5)))
    assert change["change_kg"] == pytest.approx(0.0)
    assert change["activity_kg"] == pytest.approx(110.0)
    assert change["factors_kg"] == pytest.approx(-110.0)
    assert change["method_kg"] == pytest.approx(0.0)


def test_newer_factors_alone_are_all_factors() -> None:
    change = first(report(line(1000.0, 0.6)), report(line(1000.0, 0.5)))
    assert change["activity_kg"] == 0.0
    assert change["factors_kg"] == change["change_kg"] == pytest.approx(-100.0)


def test_a_line_that_only_one_report_has_is_of_method() -> None:
    change = first(report(line(1000.0, 0.6)), report(line(1000.0, 0.6), line(50.0, 0.2, "gas.gas_kwh", "1")))
    assert change["method_kg"] == pytest.approx(10.0)
    assert change["factors_kg"] == change["activity_kg"] == 0.0


def test_what_todays_software_reckons_otherwise_is_of_method() -> None:
    """Printed 600 kg; the same inputs give 590 kg today, and so does the newer report."""
    printed, today = report(line(1000.0, 0.6)), report(line(1000.0, 0.59))
    change = difference_of(printed, today, today)["headlines"][0]
    assert change["method_kg"] == change["change_kg"] == pytest.approx(-10.0)


def test_a_part_of_avoided_emissions_changes_with_both_sides() -> None:
    """Baseline 2000 kWh, park 1200 kWh, factor 0.6 then 0.5: avoided falls by 0.1 x 800 = 80 kg, all of it factors."""
    old = report(line(1200.0, 0.6), baseline=(line(2000.0, 0.6),))
    new = report(line(1200.0, 0.5), baseline=(line(2000.0, 0.5),))
    found = {(h["name"], h["method"]): h for h in difference_of(old, old, new)["headlines"]}
    change = found["avoided.grid_only", "location"]
    assert change["factors_kg"] == pytest.approx(-80.0)
    assert change["change_kg"] == pytest.approx(-80.0)


def test_factors_that_changed_are_named() -> None:
    changed = difference_of(report(factor=0.6), report(factor=0.6), report(factor=0.5))["factors"]
    assert changed == [{"id": "grid", "old": 0.6, "new": 0.5, "unit": "kgCO2e/kWh", "in": "both"}]


AMOUNTS = st.floats(0, 1e6, allow_nan=False)
FACTORS = st.floats(0, 20, allow_nan=False)
SIDE = st.lists(st.tuples(st.sampled_from("abcd"), AMOUNTS, FACTORS), max_size=4, unique_by=lambda x: x[0])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(SIDE, SIDE)
def test_parts_sum_to_the_change_and_change_sign_with_the_reports(
    left: list[tuple[str, float, float]], right: list[tuple[str, float, float]]
) -> None:
    old, new = (report(*(line(a, f, f"{name}.kwh") for name, a, f in side)) for side in (left, right))
    there, back = first(old, new), first(new, old)
    parts = ("factors_kg", "activity_kg", "method_kg")
    scale = 1 + sum(x["kg"] for x in old["lines"] + new["lines"])
    assert sum(there[p] for p in parts) == pytest.approx(there["change_kg"], abs=1e-9 * scale)
    for part in parts:
        assert there[part] == pytest.approx(-back[part], abs=1e-9 * scale)

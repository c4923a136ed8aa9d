"""Methods say yes only where every condition is met, and none of them yields tonnes of credit."""

from __future__ import annotations

from typing import Any

import pytest

from ems.emissions.eligibility import Project, eligibility
from tests.emissions.hydrogen.hand import account, activity, on_grid, roof
from tests.toys import mains

METHODS = [
    "CCER-01-004-V01",
    "CCER",
    "CDM ACM0002",
    "CDM AMS-I.F",
    "CDM AM0124",
    "group standard, fuel-cell vehicles",
]
ALL_MET = Project(pv_owned=True, new_build=True, other_mechanism=False)


def sunny(**more: Any) -> Any:
    return on_grid(50.0, 1.0, roof__power_kwh=80.0, mains__import_kwh=20.0, **more)


def found(project: Project = ALL_MET, **more: Any) -> dict[str, dict[str, Any]]:
    certified = more.pop("certificates_share", 0.0)
    x = sunny()
    rows = eligibility(x, account(x, certificates_share=certified), project, **{"certificates_issued": False, **more})
    return {row["method"]: row for row in rows}


def test_every_method_is_told_and_none_yields_a_credit() -> None:
    rows = found(vehicle_km=1000.0)
    assert list(rows) == METHODS
    assert all(row["credit_kgco2e"] is None for row in rows.values())
    for row in rows.values():
        for text in (row["title"], row["why"], row["needs"], row["quantity"]["text"]):
            assert text["zh"]
            assert text["en"]
        assert row["source"]


def test_ccer_hydrogen_counts_kilograms_of_own_sun_and_no_tonnes() -> None:
    row = found()["CCER-01-004-V01"]
    assert row["qualifies"] == "yes"
    assert (row["quantity"]["value"], row["quantity"]["unit"]) == (pytest.approx(0.8), "kg")
    assert "baseline per kg was not found" in row["why"]["en"]


@pytest.mark.parametrize(
    "change", [{"pv_owned": False}, {"new_build": False}, {"other_mechanism": True}, {"certificates_issued": True}]
)
def test_ccer_hydrogen_fails_on_each_condition_that_fails(change: dict[str, bool]) -> None:
    issued = change.pop("certificates_issued", False)
    row = found(ALL_MET.model_copy(update=change), certificates_issued=issued)["CCER-01-004-V01"]
    assert row["qualifies"] == "no"
    assert "not met: " in row["why"]["en"]


@pytest.mark.parametrize("field", ["pv_owned", "new_build", "other_mechanism"])
def test_what_is_not_known_stays_unknown(field: str) -> None:
    assert found(ALL_MET.model_copy(update={field: None}))["CCER-01-004-V01"]["qualifies"] == "unknown"


def test_certified_grid_power_is_left_out() -> None:
    row = found(certificates_share=1.0)["CCER-01-004-V01"]
    assert row["quantity"]["value"] == pytest.approx(0.8)
    assert "certified grid power" in row["why"]["en"]


def test_rooftop_sun_has_no_method_however_much_of_it_there_is() -> None:
    assert found()["CCER"]["qualifies"] == "no"
    assert found()["CCER"]["quantity"]["value"] == pytest.approx(80.0)


def test_power_to_the_grid_asks_for_export() -> None:
    assert found()["CDM ACM0002"]["qualifies"] == "no"
    x = sunny(mains__export_kwh=10.0)
    rows = {r["method"]: r for r in eligibility(x, account(x), Project())}
    assert rows["CDM ACM0002"]["qualifies"] == "unknown"
    assert rows["CDM AMS-I.F"]["quantity"]["value"] == pytest.approx(70.0)


def test_a_park_without_hydrogen_has_hydrogen_methods_that_do_not_apply() -> None:
    x = activity([roof(), mains()], {"roof.power_kwh": [10.0]})
    rows = {r["method"]: r for r in eligibility(x, None, ALL_MET, certificates_issued=False)}
    assert rows["CCER-01-004-V01"]["qualifies"] == "no"
    assert rows["CDM AM0124"]["qualifies"] == "no"


def test_vehicles_need_a_distance() -> None:
    row = "group standard, fuel-cell vehicles"
    assert found()[row]["qualifies"] == "no"
    assert found(vehicle_km=500.0)[row]["quantity"]["value"] == 500.0

"""A device that fails in the middle of a plan, by hand."""

import pytest

from ems.objective import Objective
from ems.stored_plan import StoredPlan
from ems.without import Without, in_words, without
from forecasting.errors import InputError
from models import Window
from tests.toys import mains, park, part, solve, solver, table, wants

BATTERY = part(
    kind="battery",
    capacity_kwh=10,
    power_kw=10,
    start_share=0.0,
    end_target_share=0.0,
    end_short_cny_per_unit=2,
    end_surplus_cny_per_unit=0,
    throughput_cny_per_unit=0.001,
)
SITE = park(
    mains(connection_kw=15),
    wants("electricity"),
    wants("heat"),
    BATTERY,
    part(kind="electric_boiler", name="boiler", capacity_kw=5, efficiency=1.0),
)


def stored() -> StoredPlan:
    inputs = table(
        {
            "import_cny_per_kwh": [0.2, 1.0, 1.0, 1.0],
            "wanted_electricity_kw": [0.0, 0.0, 6.0, 4.0],
            "wanted_heat_kw": [0.0, 0.0, 2.0, 0.0],
        }
    )
    solved = solve(SITE, inputs)
    return StoredPlan({}, SITE, Window(inputs), solved.schedule, Objective.of("cost", 0.0))


def found(name: str, k: int) -> Without:
    return without(stored(), k, name, solver())


def text(result: Without) -> str:
    return " ".join(n.en for n in in_words(result))


def test_a_battery_that_fails_full_costs_what_must_be_bought_instead():
    """10 kWh were stored at 0.2; from hour 2 on they would have saved 10 CNY less 0.01 of wear."""
    result = found("battery", 2)
    assert result.change("total_cost_cny") == pytest.approx(10.0 - 0.01)
    assert result.change("grid_import_kwh") == pytest.approx(10.0)
    assert "grid +10 kWh" in text(result)
    assert "All demand is still served." in text(result)


def test_a_failure_before_it_was_charged_costs_less():
    assert found("battery", 0).change("total_cost_cny") == pytest.approx(10.0 - 0.01 - 2.0)


def test_heat_without_its_only_boiler_goes_unserved():
    result = found("boiler", 1)
    assert result.change("unserved_kwh") == pytest.approx(2.0)
    assert result.change("penalty_cny") == pytest.approx(2.0 * 20)
    assert "Not served: demand 2 kWh" in text(result)


def test_what_is_no_device_is_refused():
    for name in ("users_heat", "bat"):
        with pytest.raises(InputError, match="a device of the plan"):
            found(name, 1)
    with pytest.raises(InputError, match="from 0 to 3"):
        found("battery", 4)

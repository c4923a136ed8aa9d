"""What cannot be accounted is refused in one sentence; what is missing is told and in no total."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from ems.emissions.hydrogen import HydrogenAccount, hydrogen_account, makes_hydrogen
from forecasting.errors import InputError
from tests.emissions.hydrogen.hand import SHANDONG, account, activity, battery, electrolyser, on_grid, roof, tank, users
from tests.toys import mains, part


def test_hours_without_data_are_null_and_in_no_total() -> None:
    x = on_grid([50.0, np.nan, 50.0], [1.0, 1.0, 1.0], mains__import_kwh=[50.0, 50.0, 50.0])
    found = account(x)
    section, columns = found.section(), found.hourly_columns()
    assert section["hours_without_data"] == 1
    assert section["totals"]["kg"] == pytest.approx(2.0)
    assert found.kgco2e_per_kg == pytest.approx(50 * SHANDONG)
    assert columns["hydrogen_kg"]["values"] == [1.0, None, 1.0]


def test_an_hour_in_which_the_battery_is_unknown_is_unknown() -> None:
    x = activity(
        [roof(), mains(), electrolyser(), battery()],
        {
            "mains.import_kwh": [50.0, 50.0],
            "electrolyser.power_kwh": [50.0, 50.0],
            "electrolyser.hydrogen_kg": [1.0, 1.0],
            "battery.charge_kwh": [0.0, np.nan],
        },
    )
    found = account(x).section()
    assert found["hours_without_data"] == 1
    assert found["totals"]["kg"] == pytest.approx(1.0)
    assert found["totals"]["kgco2e_per_kg"] == pytest.approx(50 * SHANDONG)


def test_an_hour_in_which_the_tank_is_unknown_is_made_but_not_traced() -> None:
    x = activity(
        [mains(), electrolyser(), tank(), users()],
        {
            "mains.import_kwh": [50.0, 50.0],
            "electrolyser.power_kwh": [50.0, 50.0],
            "electrolyser.hydrogen_kg": [1.0, 1.0],
            "tank.charge_kg": [0.0, np.nan],
            "users.served_kg": [1.0, 1.0],
        },
    )
    found = account(x).section()
    assert (found["hours_without_data"], found["hours_not_traced"]) == (0, 1)
    assert found["totals"]["kg"] == pytest.approx(2.0)
    assert found["supplied"][0]["kg"] == pytest.approx(1.0)


def test_power_of_a_fuel_cell_whose_hydrogen_is_not_traced_is_unknown() -> None:
    cell = part(
        kind="fuel_cell", name="cell", capacity_kw=100, electric_efficiency=[[0.5, 0.5], [1.0, 0.5]], heat_bus=None
    )
    x = activity(
        [mains(), electrolyser(), tank(), cell],
        {
            "mains.import_kwh": [50.0, 50.0],
            "electrolyser.power_kwh": [50.0, 100.0],
            "electrolyser.hydrogen_kg": [1.0, 2.0],
            "cell.power_kwh": [0.0, 50.0],
            "cell.hydrogen_kg": [0.0, 3.0],
            "tank.discharge_kg": [0.0, np.nan],
        },
    )
    found = account(x).section()
    assert found["hours_without_data"] == 1
    assert found["totals"]["kgco2e_per_kg"] == pytest.approx(50 * SHANDONG)


def test_no_hydrogen_made_has_no_intensity() -> None:
    found = account(on_grid([0.0], [0.0]))
    assert found.kgco2e_per_kg is None
    assert found.section()["totals"]["kgco2e_per_kg_with_certificates"] is None
    assert found.hourly_columns()["hydrogen_kgco2e_per_kg"]["values"] == [None]


def test_a_section_is_plain_json() -> None:
    found = account(on_grid([50.0, 0.0], [1.0, 0.0], mains__import_kwh=[50.0, 0.0]))
    for data in (found.section(), found.hourly_columns()):
        assert json.loads(json.dumps(data, allow_nan=False)) == data


def test_a_meter_that_is_missing_is_told() -> None:
    parts = [mains(), electrolyser(standby_share=0.03)]
    amounts = {"mains.import_kwh": [50.0], "electrolyser.power_kwh": [50.0], "electrolyser.hydrogen_kg": [1.0]}
    x = activity(parts, amounts, leave_out=["electrolyser.auxiliary_kwh"])
    assert "electrolyser.auxiliary_kwh" in account(x).section()["notes"][-1]["en"]


def test_hydrogen_without_metered_power_is_not_free() -> None:
    """A stuck meter: 1 kg takes 39.41 kWh at the least, here of the 50 kWh bought."""
    found = account(on_grid(0.0, 1.0, mains__import_kwh=50.0)).section()
    assert found["totals"]["kgco2e_per_kg"] == pytest.approx(39.41 * SHANDONG)
    assert "less power was metered" in found["notes"][-1]["en"]
    assert found["standards"][0]["classes"][1]["kg"] == 0.0  # not clean


def test_power_beyond_all_sources_counts_as_grid_power() -> None:
    found = account(on_grid(50.0, 1.0, mains__import_kwh=20.0)).section()["totals"]
    assert found["shares"] == pytest.approx({"grid": 0.4, "unknown": 0.6})
    assert found["kgco2e"] == pytest.approx(50 * SHANDONG)


@pytest.mark.parametrize(
    ("factor", "share", "said"),
    [
        (619.1, 0.0, "grid_factor: value is 619.1"),
        (-0.1, 0.0, "grid_factor: value is -0.1"),
        (np.nan, 0.0, "grid_factor: value is nan"),
        ([0.5, 0.6], 0.0, "one value or 1"),
        (0.5, 1.2, "certificates_share: value is 1.2"),
    ],
)
def test_factors_and_shares_that_are_none_are_refused(factor: object, share: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        hydrogen_account(on_grid([50.0], [1.0]), factor, share, HydrogenAccount())  # type: ignore[arg-type]


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(InputError, match=r"electrolyser\.power_kwh.*-50"):
        account(on_grid([-50.0], [1.0]))


def test_a_missing_meter_without_which_nothing_can_be_told_is_refused() -> None:
    amounts = {"mains.import_kwh": [50.0], "electrolyser.hydrogen_kg": [1.0]}
    x = activity([mains(), electrolyser()], amounts, leave_out=["electrolyser.power_kwh"])
    with pytest.raises(InputError, match=r"electrolyser\.power_kwh"):
        account(x)


def test_levels_of_some_stores_only_are_refused() -> None:
    x = activity(
        [mains(), electrolyser(), battery()], {"electrolyser.power_kwh": [50.0], "electrolyser.hydrogen_kg": [1.0]}
    )
    with pytest.raises(InputError, match=r"battery\.level_kwh"):
        account(x, levels=pd.DataFrame({"tank.level_kg": [1.0]}, index=x.table.index))


def test_a_park_without_electrolysers_has_no_account() -> None:
    x = activity([roof(), mains()], {"mains.import_kwh": [1.0]})
    assert not makes_hydrogen(x.site)
    with pytest.raises(InputError, match="no hydrogen is made"):
        account(x)


def test_unknown_choices_are_refused() -> None:
    with pytest.raises(ValueError, match="matching"):
        HydrogenAccount.model_validate({"matching": "week"})

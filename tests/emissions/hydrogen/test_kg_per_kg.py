"""Emissions per kilogram against figures that fit on a pocket calculator."""

from __future__ import annotations

import numpy as np
import pytest

from ems.emissions.hydrogen_standards import largest_grid_share
from tests.emissions.hydrogen.hand import SHANDONG, account, activity, battery, electrolyser, on_grid, roof, tank, users
from tests.toys import mains, part


@pytest.mark.parametrize(("factor", "expected"), [(0.5306, 29.2), (0.6096, 33.5), (0.6191, 34.0)])
def test_grid_hydrogen_at_55_kwh_per_kg_is_what_the_factors_say(factor: float, expected: float) -> None:
    x = on_grid(550.0, 10.0, mains__import_kwh=550.0)
    found = account(x, factor).kgco2e_per_kg
    assert found == pytest.approx(55 * factor)
    assert found == pytest.approx(expected, abs=0.0506)  # 55 x 0.6191 is 34.0505


@pytest.mark.parametrize(("limit", "share"), [(14.51, 42.6), (4.9, 14.4), (3.38, 9.9)])
def test_largest_grid_share_is_the_published_one_and_meets_the_limit_exactly(limit: float, share: float) -> None:
    found = largest_grid_share(limit, SHANDONG, 55)
    assert round(100 * found, 1) == share
    x = on_grid(55.0, 1.0, mains__import_kwh=55.0 * found, roof__power_kwh=55.0 * (1 - found))
    assert account(x).kgco2e_per_kg == pytest.approx(limit)


@pytest.mark.parametrize(("rule", "pv_kwh"), [("pro_rata", 30.0), ("electrolyser_first", 50.0), ("site_first", 10.0)])
def test_attribution_gives_hydrogen_its_share_of_the_sun(rule: str, pv_kwh: float) -> None:
    """60 kWh of sun and 40 of the grid for 50 kWh of electrolysis and 50 of all else."""
    found = account(on_grid(50.0, 1.0, roof__power_kwh=60.0, mains__import_kwh=40.0), attribution=rule)
    assert found.section()["totals"]["shares"].get("own_pv", 0) * 50 == pytest.approx(pv_kwh)
    assert found.kgco2e_per_kg == pytest.approx((50 - pv_kwh) * SHANDONG)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("electrolyser_first", {"hydrogen": 60.0, "other": 40.0, "battery": 0.0}),
        ("site_first", {"hydrogen": 10.0, "other": 60.0, "battery": 30.0}),
        ("pro_rata", {"hydrogen": 40.0, "other": 40.0, "battery": 20.0}),
    ],
)
def test_a_battery_stands_in_the_queue_for_the_sun(rule: str, expected: dict[str, float]) -> None:
    """100 kWh of sun and 50 of the grid for 60 kWh of electrolysis, 60 of all else and 30 into the battery."""
    x = activity(
        [roof(), mains(), electrolyser(), battery()],
        {
            "roof.power_kwh": [100.0],
            "mains.import_kwh": [50.0],
            "battery.charge_kwh": [30.0],
            "electrolyser.power_kwh": [60.0],
            "electrolyser.hydrogen_kg": [1.0],
        },
    )
    pv = account(x, attribution=rule).section()["pv"]
    found = {"hydrogen": "hydrogen_same_hour", "other": "other_uses", "battery": "in_battery_at_end"}
    assert {name: pv[key] for name, key in found.items()} == pytest.approx(expected)


def test_a_factor_by_the_hour_counts_in_its_hour() -> None:
    x = on_grid([50.0, 100.0], [1.0, 2.0], mains__import_kwh=[50.0, 100.0])
    found = account(x, np.array([0.4, 0.8]))
    assert (found.kgco2e / found.kg).tolist() == pytest.approx([20.0, 40.0])
    assert found.kgco2e_per_kg == pytest.approx((20 + 80) / 3)


def test_a_battery_charged_by_the_sun_gives_sun() -> None:
    """100 kWh in, 81 kWh out: all of it is the sun of the hour before, losses included."""
    x = activity(
        [roof(), mains(), electrolyser(), battery()],
        {
            "roof.power_kwh": [100.0, 0.0],
            "battery.charge_kwh": [100.0, 0.0],
            "battery.discharge_kwh": [0.0, 81.0],
            "electrolyser.power_kwh": [0.0, 81.0],
            "electrolyser.hydrogen_kg": [0.0, 1.5],
        },
    )
    totals = account(x).section()["totals"]
    assert totals["shares"] == pytest.approx({"own_pv": 1.0})
    assert totals["kwh"] == pytest.approx(100.0)
    assert totals["kgco2e"] == pytest.approx(0.0)


def test_a_battery_carries_the_mixture_and_its_losses() -> None:
    """30 kWh of sun and 70 of the grid go in and 40.5 kWh come out: half the content, 15 and 35 kWh."""
    x = activity(
        [roof(), mains(), electrolyser(), battery()],
        {
            "roof.power_kwh": [30.0, 0.0],
            "mains.import_kwh": [70.0, 0.0],
            "battery.charge_kwh": [100.0, 0.0],
            "battery.discharge_kwh": [0.0, 40.5],
            "electrolyser.power_kwh": [0.0, 40.5],
            "electrolyser.hydrogen_kg": [0.0, 1.0],
        },
    )
    totals = account(x).section()["totals"]
    assert totals["shares"] == pytest.approx({"own_pv": 0.3, "grid": 0.7})
    assert totals["kgco2e"] == pytest.approx(35 * SHANDONG)


def test_stock_of_the_battery_at_the_start_counts_as_grid_power() -> None:
    x = activity(
        [roof(), mains(), electrolyser(), battery(start_share=0.09)],
        {
            "battery.discharge_kwh": [81.0],
            "electrolyser.power_kwh": [81.0],
            "electrolyser.hydrogen_kg": [1.0],
        },
    )
    totals = account(x).section()["totals"]
    assert totals["shares"] == pytest.approx({"unknown": 1.0})
    assert totals["kgco2e"] == pytest.approx(100 * SHANDONG)  # 81 / 0.9 / 0.9 were bought for it


def test_compression_and_standby_count_and_idle_hours_go_to_the_next_kilogram() -> None:
    parts = [
        mains(),
        electrolyser(standby_share=0.03, hydrogen_bus="hydrogen"),
        part(kind="compressor", capacity_kg_per_h=20, inlet_bar=20, outlet_bar=450),
    ]
    x = activity(
        parts,
        {
            "mains.import_kwh": [30.0, 104.0, 8.0],
            "electrolyser.auxiliary_kwh": [30.0, 0.0, 8.0],
            "electrolyser.power_kwh": [0.0, 100.0, 0.0],
            "electrolyser.hydrogen_kg": [0.0, 2.0, 0.0],
            "compressor.power_kwh": [0.0, 4.0, 0.0],
        },
    )
    found = account(x)
    assert found.kgco2e.tolist() == pytest.approx([0.0, 142 * SHANDONG, 0.0])  # what comes last goes back to it
    assert found.section()["totals"]["kwh_per_kg"] == pytest.approx(71.0)


def test_the_tank_is_a_mixture() -> None:
    """1 kg of grid power, then 3 kg of the sun: what leaves is a quarter grid."""
    parts = [roof(), mains(), electrolyser(), tank(), users()]
    x = activity(
        parts,
        {
            "roof.power_kwh": [0.0, 150.0, 0.0],
            "mains.import_kwh": [60.0, 0.0, 0.0],
            "electrolyser.power_kwh": [60.0, 150.0, 0.0],
            "electrolyser.hydrogen_kg": [1.0, 3.0, 0.0],
            "tank.charge_kg": [1.0, 3.0, 0.0],
            "tank.discharge_kg": [0.0, 0.0, 2.0],
            "users.served_kg": [0.0, 0.0, 2.0],
        },
    )
    found = account(x)
    (row,) = found.section()["supplied"]
    assert row["component"] == "users"
    assert row["kg"] == pytest.approx(2.0)
    assert row["shares"] == pytest.approx({"grid": 0.25, "own_pv": 0.75})
    assert row["kgco2e_per_kg"] == pytest.approx(60 * SHANDONG / 4)
    assert found.supplied_kgco2e_per_kg("users").tolist() == pytest.approx([0, 0, 15 * SHANDONG])
    assert found.section()["in_tank_at_end"]["amount"] == pytest.approx(2.0)


def test_delivered_hydrogen_carries_what_its_maker_emitted() -> None:
    parts = [
        mains(),
        electrolyser(),
        users(),
        part(
            kind="hydrogen_supply", name="truck", capacity_kg_per_h=9, price_cny_per_kg=35, intensity_kgco2e_per_kg=12
        ),
    ]
    x = activity(
        parts,
        {
            "mains.import_kwh": [50.0],
            "electrolyser.power_kwh": [50.0],
            "electrolyser.hydrogen_kg": [1.0],
            "truck.hydrogen_kg": [3.0],
            "users.served_kg": [4.0],
        },
    )
    found = account(x, 0.6)
    (row,) = found.section()["supplied"]
    assert row["shares"] == pytest.approx({"grid": 0.25, "delivered": 0.75})
    assert row["kgco2e_per_kg"] == pytest.approx((30 + 36) / 4)
    assert found.kgco2e_per_kg == pytest.approx(30.0)  # what is made here is not what is brought


def test_opening_stock_of_the_tank_counts_as_grid_hydrogen_unless_said_otherwise() -> None:
    parts = [mains(), electrolyser(), users(), tank(start_share=0.5)]
    x = activity(
        parts,
        {
            "mains.import_kwh": [50.0, 0.0],
            "electrolyser.power_kwh": [50.0, 0.0],
            "electrolyser.hydrogen_kg": [1.0, 0.0],
            "tank.discharge_kg": [0.0, 5.0],
            "tank.charge_kg": [1.0, 0.0],
            "users.served_kg": [0.0, 5.0],
        },
    )
    assert account(x, 0.6).section()["supplied"][0]["kgco2e_per_kg"] == pytest.approx(30.0)
    stated = account(x, 0.6, opening_kgco2e_per_kg=4.0).section()["supplied"][0]
    assert stated["kgco2e_per_kg"] == pytest.approx((50 * 4.0 + 30.0) / 51)


def test_power_of_fuel_cells_carries_the_hydrogen_it_was_made_of() -> None:
    """Half of the electrolyser's 100 kWh comes from a cell that burns half of the 2 kg made: x = 30 + x / 2."""
    cell = part(
        kind="fuel_cell", name="cell", capacity_kw=100, electric_efficiency=[[0.5, 0.5], [1.0, 0.5]], heat_bus=None
    )
    x = activity(
        [mains(), electrolyser(), users(), cell],
        {
            "mains.import_kwh": [50.0],
            "electrolyser.power_kwh": [100.0],
            "electrolyser.hydrogen_kg": [2.0],
            "cell.power_kwh": [50.0],
            "cell.hydrogen_kg": [1.0],
            "users.served_kg": [1.0],
        },
    )
    found = account(x, 0.6)
    assert found.kgco2e.sum() == pytest.approx(60.0)
    served = next(r for r in found.section()["supplied"] if r["component"] == "users")
    assert served["kgco2e"] == pytest.approx(30.0)  # all that was bought, and nothing of it lost


def test_certificates_stand_beside_and_sold_ones_take_the_sun_away() -> None:
    x = on_grid(100.0, 2.0, roof__power_kwh=40.0, mains__import_kwh=60.0)
    bought = account(x, 0.5, certificates_share=0.5).section()["totals"]
    assert bought["kgco2e_per_kg"] == pytest.approx(15.0)
    assert bought["kgco2e_per_kg_with_certificates"] == pytest.approx(7.5)
    sold = account(x, 0.5, sold_share=0.25).section()
    assert sold["totals"]["shares"] == pytest.approx({"own_pv": 0.3, "sold_pv": 0.1, "grid": 0.6})
    assert sold["totals"]["kgco2e_per_kg"] == pytest.approx(17.5)
    assert sold["pv"]["certificates_sold"] == pytest.approx(10.0)

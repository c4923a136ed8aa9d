"""Indicators of zero-carbon parks against sums done by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ems.emissions.activity import Activity
from ems.emissions.indicators import Indicators, indicators
from ems.emissions.ledger import Factor, Ledger, Line
from ems.emissions.park_energy import KGCE_PER_KWH
from tests.emissions.hydrogen.hand import activity, electrolyser, roof
from tests.toys import mains, part


def ledger_of(x: Activity, kg: dict[str, float]) -> Ledger:
    """One line per scope with all of its emissions in the first hour."""
    hours = len(x.table)
    amounts = np.zeros(hours)
    amounts[0] = 1.0

    def line(scope: Any, value: float) -> Line:
        return Line(
            scope, "grid", "import", "electricity", "m", "kWh", amounts, Factor("f", np.array(value), "", "", "")
        )

    return Ledger(x.table.index, tuple(line(scope, value) for scope, value in kg.items()))


def park(**more: Any) -> Activity:
    """A day on which 6000 kWh came from the roof and 4000 kWh from the grid."""
    amounts: dict[str, Any] = {"roof.power_kwh": np.full(24, 250.0), "mains.import_kwh": np.full(24, 4000 / 24)}
    return activity([roof(), mains(export_limit_kw=1e5)], {**amounts, **more})


def found(x: Activity, inputs: Indicators | None = None, **more: Any) -> dict[str, dict[str, Any]]:
    kg = more.pop("kg", {"1": 100.0, "2_location": 2476.4, "2_market": 2438.4})
    return {row["name"]: row for row in indicators(x, inputs or Indicators(), ledger_of(x, kg), **more)}


def test_standard_coal_is_the_tabulated_factor() -> None:
    assert pytest.approx(0.1229, abs=1e-4) == KGCE_PER_KWH


def test_carbon_per_energy_stands_by_both_methods_beside_its_threshold() -> None:
    """10 MWh are 1.2283 tce; 2.5764 t and 2.5384 t over it."""
    rows = found(park())
    assert rows["energy_used"]["value"] == pytest.approx(1.2283, abs=1e-4)
    assert rows["carbon_per_energy_location"]["value"] == pytest.approx(2.5764 / 1.2283, abs=1e-3)
    assert rows["carbon_per_energy_market"]["value"] == pytest.approx(2.5384 / 1.2283, abs=1e-3)
    assert rows["carbon_per_energy_location"]["threshold"] == 0.20
    assert rows["carbon_per_energy_location"]["meets"] == "no"
    clean = found(park(), kg={"1": 0.0, "2_location": 100.0, "2_market": 0.0})
    assert clean["carbon_per_energy_location"]["meets"] == "yes"


def test_a_small_park_is_told_that_the_thresholds_are_a_yardstick() -> None:
    """1.2283 tce a day are 448 a year."""
    remark = found(park())["energy_used"]["remark"]
    assert "448 tce a year, far below the 200 000 tce" in remark["en"]
    assert "远低于 20 万吨标准煤" in remark["zh"]


def test_thresholds_follow_the_size_of_the_park() -> None:
    large = activity([mains()], {"mains.import_kwh": np.full(24, 1e6)})  # 1.08 million tce a year
    rows = found(large)
    assert rows["carbon_per_energy_location"]["threshold"] == 0.30
    assert "within the range" in rows["energy_used"]["remark"]["en"]


def test_clean_share_is_own_sun_and_certified_power() -> None:
    assert found(park())["clean_energy_share"]["value"] == pytest.approx(0.6)
    assert found(park())["clean_energy_share"]["meets"] == "no"
    rows = found(park(), certified_kwh=3500.0)
    assert rows["clean_energy_share"]["value"] == pytest.approx(0.95)
    assert rows["clean_energy_share"]["meets"] == "yes"
    assert found(park(), certified_kwh=1e9)["clean_energy_share"]["value"] == pytest.approx(1.0)


def test_what_is_fed_in_is_not_used_here() -> None:
    rows = found(park(**{"mains.export_kwh": np.full(24, 125.0)}))
    assert rows["energy_used"]["value"] == pytest.approx(7000 * KGCE_PER_KWH / 1000)
    assert rows["clean_energy_share"]["value"] == pytest.approx(3 / 7)


def test_waste_heat_is_what_was_recovered_and_not_thrown_away() -> None:
    """1000 kWh and 20 kg: 1000 - 39.41 x 20 = 211.8 kWh given off, 70 % recoverable; 120 recovered, 30 rejected."""
    parts = [
        mains(),
        electrolyser(heat_bus="heat", heat_recoverable=0.7),
        part(kind="heat_rejection", name="cooler", capacity_kw=100),
    ]
    x = activity(
        parts,
        {
            "mains.import_kwh": [1000.0],
            "electrolyser.power_kwh": [1000.0],
            "electrolyser.hydrogen_kg": [20.0],
            "electrolyser.heat_kwh": [120.0],
            "cooler.heat_kwh": [30.0],
        },
    )
    row = found(x)["waste_heat_use"]
    assert row["value"] == pytest.approx(90 / (0.7 * 211.8))
    assert row["meets"] == "yes"
    assert row["threshold"] == 0.5


def test_what_no_meter_tells_is_unknown_until_it_is_entered() -> None:
    rows = found(park())
    for name in ("solid_waste", "water_reuse", "product_energy", "waste_heat_use"):
        assert rows[name]["value"] is None
        assert rows[name]["meets"] == "unknown"
        assert rows[name]["needs"]["zh"]
    entered = Indicators.model_validate(
        {
            "solid_waste_t": {"total": 100, "used": 85},
            "industrial_water_t": {"total": 1000, "used": 700},
            "product_energy_at_level_2": True,
        }
    )
    rows = found(park(), entered)
    assert (rows["solid_waste"]["value"], rows["solid_waste"]["meets"]) == (0.85, "yes")
    assert (rows["water_reuse"]["value"], rows["water_reuse"]["meets"]) == (0.7, "no")
    assert rows["product_energy"]["meets"] == "yes"


def test_more_cannot_be_reused_than_there_was() -> None:
    with pytest.raises(ValueError, match="used 12 is more than the total 10"):
        Indicators.model_validate({"solid_waste_t": {"total": 10, "used": 12}})

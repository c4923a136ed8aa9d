"""Fleets: what they drove, what diesel would have been burnt, and hydrogen that counts once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ems.emissions.activity import Activity, Meter
from ems.emissions.vehicles import driven, section
from forecasting.errors import InputError
from tests.emissions.baselines.parks import Round, activity, fleet, hours

DAY = hours()
NOVEMBER = hours("2026-11-01", 30)


def with_km(park: Activity, km: float, unit: str = "km") -> Activity:
    meter = Meter("trucks.km", "trucks", "", unit, "里程", "distance", "measured")
    return park.with_meters([(meter, pd.Series(km, index=park.table.index))])


def test_the_group_report_of_2022_is_reproduced_in_its_rounding() -> None:
    """63 000 t over 88 million km: 0.716 kg/km, a diesel baseline alone (Meijin report 2022, published 2023)."""
    park = with_km(activity({"refuelling.served_kg": 1e4}, NOVEMBER), 88e6 / 720)
    trucks = fleet(
        km={"meter": "trucks.km"}, baseline_l_per_100km=27.2, diesel="diesel.kg", density_kg_per_l=0.849
    )  # x 3.1 kg/kg = 2.632 kg/L, between 2.60 and 2.64
    none = pd.Series(0.0, index=NOVEMBER)
    row = section([trucks], park, Round(NOVEMBER), {"location": none})[0]
    assert row["km"] == pytest.approx(88e6)
    assert row["baseline_kg_per_km"] == pytest.approx(0.716, abs=0.0005)
    assert row["avoided_kg"]["location"] == pytest.approx(63_000e3, rel=0.001)
    # as soon as hydrogen has supply emissions, less is avoided
    grid = pd.Series(34.0, index=NOVEMBER)
    supplied = section([trucks], park, Round(NOVEMBER), {"location": grid})[0]
    assert supplied["avoided_kg"]["location"] == pytest.approx(63_000e3 - 720 * 1e4 * 34, rel=0.001)


def test_both_methods_subtract_the_supply_of_the_hydrogen() -> None:
    park = activity({"refuelling.served_kg": 5.0}, DAY)
    supply = {"location": pd.Series(2.0, index=DAY), "market": pd.Series(3.0, index=DAY)}
    row = section([fleet()], park, Round(DAY), supply)[0]
    assert row["baseline_kg"] == pytest.approx(360 * 2.6)
    assert row["supply_kg"] == {"location": pytest.approx(240), "market": pytest.approx(360)}
    assert row["avoided_kg"] == {"location": pytest.approx(936 - 240), "market": pytest.approx(936 - 360)}
    assert row["hydrogen_kg_per_100km"] == pytest.approx(10)
    assert section([fleet()], park, Round(DAY), {})[0]["avoided_kg"] == {"location": None, "market": None}


def test_hydrogen_without_known_supply_gives_no_figure_but_hours_without_hydrogen_need_none() -> None:
    supply = pd.Series(2.0, index=DAY)
    supply.iloc[0] = np.nan
    taken = np.full(24, 5.0)
    known = section([fleet()], activity({"refuelling.served_kg": taken}, DAY), Round(DAY), {"location": supply})
    assert known[0]["avoided_kg"]["location"] is None
    taken[0] = 0.0
    known = section([fleet()], activity({"refuelling.served_kg": taken}, DAY), Round(DAY), {"location": supply})
    assert known[0]["avoided_kg"]["location"] == pytest.approx(345 * 2.6 - 230)


def test_kilometres_of_a_month_are_spread_over_its_hours_so_that_days_add_up() -> None:
    trucks = fleet(km={"months": {"2026-11": 72_000}})
    whole = driven([trucks], activity({"refuelling.served_kg": 1.0}, NOVEMBER))[0].km
    day = driven([trucks], activity({"refuelling.served_kg": 1.0}, DAY))[0].km
    assert whole.sum() == pytest.approx(72_000)
    assert day.sum() == pytest.approx(2400)
    assert whole.loc[DAY].to_numpy() == pytest.approx(day.to_numpy())


def test_a_month_without_kilometres_is_a_gap_and_is_not_filled() -> None:
    index = hours("2026-11-30", 2)
    found = driven([fleet(km={"months": {"2026-11": 72_000}})], activity({"refuelling.served_kg": 1.0}, index))[0]
    assert found.km.isna().sum() == 24
    assert [(g.meter, g.start, g.hours) for g in found.gaps] == [("trucks.km", index[24], 24.0)]
    assert "2026-12" in str(found.gaps[0].why)


def test_hydrogen_entered_for_a_month_is_a_share_of_what_was_served() -> None:
    served = np.tile(np.r_[np.zeros(12), np.full(12, 2.0)], 30)  # 720 kg
    park = activity({"refuelling.served_kg": served}, NOVEMBER)
    taken = driven([fleet(hydrogen={"months": {"2026-11": 540}})], park)[0].hydrogen_kg
    assert taken.sum() == pytest.approx(540)
    assert taken.to_numpy() == pytest.approx(0.75 * served)
    with pytest.raises(InputError, match="at most the 720 kg that refuelling was served"):
        driven([fleet(hydrogen={"months": {"2026-11": 721}})], park)
    with pytest.raises(InputError, match="a month with all its hours"):
        driven([fleet(hydrogen={"months": {"2026-11": 540}})], activity({"refuelling.served_kg": 2.0}, DAY))
    with pytest.raises(InputError, match="an entry for 2026-11"):
        driven([fleet(hydrogen={"months": {"2026-10": 540}})], park)


def test_fleets_may_not_take_more_hydrogen_than_was_served() -> None:
    park = activity({"refuelling.served_kg": 5.0}, DAY)
    two = [fleet(hydrogen={"share": 0.6}), fleet(name="buses", hydrogen={"share": 0.4})]
    assert sum(d.hydrogen_kg.sum() for d in driven(two, park)) == pytest.approx(120)
    with pytest.raises(InputError, match=r"vehicles \(trucks, buses\).*replaced by diesel twice"):
        driven([two[0], fleet(name="buses", hydrogen={"share": 0.5})], park)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"refuels_at": "users_heat"}, "a hydrogen demand: users_hydrogen, refuelling|a hydrogen demand: refuelling"),
        ({"name": "electrolyser"}, "a name that no component has"),
        ({"km": {"meter": "odometer"}}, "odometer"),
        ({"km": {"meter": "roof.power_kwh"}}, "a meter in km"),
        ({"diesel": "diesel.kg"}, "kgCO2e/L"),
        ({"diesel": "diesel", "density_kg_per_l": 0.84}, "kgCO2e/kg"),
    ],
)
def test_what_does_not_fit_is_told(more: dict[str, object], says: str) -> None:
    park = activity({"refuelling.served_kg": 5.0}, DAY)
    with pytest.raises(InputError, match=says):
        [d.diesel(Round(DAY)) for d in driven([fleet(**more)], park)]


def test_a_fleet_twice_is_told() -> None:
    with pytest.raises(InputError, match="its distance would count twice"):
        driven([fleet(), fleet()], activity({"refuelling.served_kg": 5.0}, DAY))


@pytest.mark.parametrize("km", [{}, {"meter": "trucks.km", "kg_per_100km": 10}])
def test_distance_is_entered_in_one_way(km: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="give one of meter, months, kg_per_100km"):
        fleet(km=km)


def test_trips_that_the_hydrogen_cannot_have_driven_are_told() -> None:
    park = with_km(activity({"refuelling.served_kg": 5.0}, DAY), 50.0)  # 120 kg over 1 200 km
    assert driven([fleet(km={"meter": "trucks.km"})], park)[0].implausible() is None
    far = with_km(activity({"refuelling.served_kg": 5.0}, DAY), 500.0)
    # 120 kg x 120 MJ over 12 000 km x 0.3 L x 0.84 kg x 42.652 MJ = 0.11
    told = driven([fleet(km={"meter": "trucks.km"})], far)[0].implausible()
    assert told is not None
    assert "0.11 times" in told.en
    assert "0.11 倍" in told.zh

"""Where the promise is not kept the design is derated by what operation showed, and designed again."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from ems.sizing.design import Designed
from ems.sizing.parks import free_park
from ems.sizing.tighten import TOLERATED, proven, tightened_site
from forecasting.errors import InputError
from models import Design, Electrolyser, Grid
from models.storage import ColdStore, HydrogenTank
from tests.sizing.truth.designs import Case, battery, said, starting, study_of
from tests.toys import mains, park, part, table, wants


@cache
def sunny(tells_values: bool = False) -> Case:
    """Sun on odd days, hydrogen wanted on even ones: a tank between them, of which operation keeps the lower half."""
    site = park(
        mains(),
        part(kind="pv", name="roof", capacity_kwp=200, column="sun_kw_per_kwp"),
        part(kind="electrolyser", capacity_kw=100, specific_kwh_per_kg=[(0.1, 50.0), (1.0, 50.0)], wear_cny_per_h=1),
        part(
            kind="hydrogen_tank",
            name="tank",
            capacity_kg=40,
            rate_kg_per_h=10,
            start_share=0.5,
            end_target_share=0.5,
            end_short_cny_per_unit=60,
            end_surplus_cny_per_unit=8,
        ),
        wants("hydrogen"),
    )
    sun = [0.0] * 6 + [1.0] * 12 + [0.0] * 6 + [0.0] * 24
    need = [0.0] * 24 + [0.0] * 8 + [2.0] * 10 + [0.0] * 6
    inputs = table({"sun_kw_per_kwp": sun * 4, "wanted_hydrogen_kg_per_h": need * 4})
    sizes = {"tank.capacity_kg": (0, 100), "electrolyser.capacity_kw": (50, 200)}
    return Case(site, study_of(sizes), inputs, tells_values)


@cache
def tightened() -> tuple[Designed, dict[str, Any]]:
    case = sunny()
    return proven(case.designed(), case.designed, case.operated)


def test_tightening_closes_the_gap_of_a_store_that_operation_uses_in_part() -> None:
    designed, truth = tightened()
    before, after = (r["gap"]["life_cycle"] for r in (truth["tightened"][0], truth["tightened"][-1]))
    assert before > 0.5
    assert abs(truth["gap"]["life_cycle"]) < TOLERATED
    assert abs(after) < abs(before) / 10
    assert (
        truth["tightened"][-1]["operated"]["life_cycle_cost_cny"]
        < truth["tightened"][0]["operated"]["life_cycle_cost_cny"]
    )
    assert designed.sizes["tank.capacity_kg"] == pytest.approx(40, rel=0.01)  # 20 kg between days, half of it kept
    assert f"from {before:+.2%}" in said(truth)


def test_the_park_that_is_operated_is_never_derated() -> None:
    case = sunny()
    designed, truth = tightened()
    derated = designed.site.component("tank")
    assert isinstance(derated, HydrogenTank)
    assert derated.min_share == pytest.approx(0.5, abs=0.01)
    assert case.site.component("tank") == sunny().site.component("tank")
    assert truth["violations"] == 0
    assert truth["operated"]["annual_cost_cny"] == pytest.approx(case.operated(designed)["operated"]["annual_cost_cny"])


def test_nothing_is_left_to_tighten_where_the_operator_knows_what_stock_is_worth() -> None:
    case = sunny(tells_values=True)
    assert abs(case.operated(case.designed())["gap"]["life_cycle"]) < TOLERATED


@cache
def cool() -> tuple[Case, dict[str, Any], Designed, dict[str, Any]]:
    """2 kW of cold for twelve hours from a chiller that gives 10 kW or none; the design takes a share and no store."""
    site = park(
        mains(),
        part(kind="electric_chiller", capacity_kw=20, min_load=0.5, cop=[(0, 4.0), (40, 4.0)]),
        part(
            kind="cold_store",
            capacity_kwh=10,
            power_kw=10,
            start_share=0,
            end_target_share=0,
            end_short_cny_per_unit=1,
            end_surplus_cny_per_unit=0,
        ),
        wants("cooling", unserved_cny_per_unit=20),
    )
    inputs = table({"wanted_cooling_kw": ([2.0] * 12 + [0.0] * 12) * 2, "air_temperature_c": 20.0}, steps=48)
    sizes = {"cold_store.capacity_kwh": (0, 100), "cold_store.power_kw": (0, 100)}
    case = Case(site, study_of(sizes), inputs)
    first = case.designed()
    return case, case.operated(first), *proven(first, case.designed, case.operated)


def test_a_store_bridges_what_machines_below_their_minimum_load_cannot_follow() -> None:
    _, before, designed, truth = cool()
    least = {"most_in_a_day": pytest.approx(24), "highest_rate": pytest.approx(2), "minimum_load": pytest.approx(10)}
    assert before["missed"] == {"cooling": least}
    assert designed.sizes["cold_store.capacity_kwh"] >= 24 - 1e-6
    assert designed.sizes["cold_store.power_kw"] >= 10 - 1e-6
    assert truth["unserved_kwh"] < 1e-6
    assert abs(truth["gap"]["life_cycle"]) < abs(before["gap"]["life_cycle"]) / 10
    assert (
        "demand at its bus was missed in operation (24 kWh on the worst day"
        in truth["tightened"][1]["changes"][0]["en"]
    )


def test_a_bound_that_tightening_raised_is_kept_when_sizes_are_freed_again() -> None:
    case, before, _, _ = cool()
    seen, _ = tightened_site(case.designed().site, before)
    store = free_park(seen, case.study).component("cold_store")
    assert isinstance(store, ColdStore)
    assert isinstance(store.capacity_kwh, Design)
    assert store.capacity_kwh.min == pytest.approx(24 / store.discharge_efficiency)
    assert store.capacity_kwh.max == 100


def test_wear_of_starts_goes_to_the_hours_of_a_module() -> None:
    """Hydrogen made in the design times what a kg costs more in wear, over the hours that its modules run."""
    case, _, truth = starting()
    site, notes = tightened_site(case.site, truth)
    old, new = (s.component("electrolyser") for s in (case.site, site))
    assert isinstance(old, Electrolyser)
    assert isinstance(new, Electrolyser)
    told = next(d for d in truth["devices"] if d["component"] == "electrolyser")
    each = told["wear_cny_operated"] / told["operated"]
    promised_now = each * told["promised"] - (new.wear_cny_per_h - old.wear_cny_per_h) * 16  # 48 kg at 3 kg/h
    assert promised_now == pytest.approx(told["wear_cny_promised"], rel=1e-3)
    assert any("electrolyser: starts and running" in note.en for note in notes)
    again = case.operated(case.designed(site))
    assert abs(again["gap"]["operating"]) < abs(truth["gap"]["operating"]) / 4


def test_consumption_is_raised_by_what_operation_took_more() -> None:
    case, _, truth = starting()
    devices = [
        {**d, "specific_promised": 50.0, "specific_operated": 55.0} if d["component"] == "electrolyser" else d
        for d in truth["devices"]
    ]
    site, _ = tightened_site(case.site, {**truth, "devices": devices})
    new = site.component("electrolyser")
    assert isinstance(new, Electrolyser)
    assert [kwh for _, kwh in new.specific_kwh_per_kg] == pytest.approx([55.0, 55.0])


def test_a_higher_demand_charge_raises_its_price() -> None:
    case, _, truth = battery()
    lines = [{**x, "operated_cny": 1.2 * x["promised_cny"]} for x in truth["by_cause"] if x["cause"] == "demand_charge"]
    site, notes = tightened_site(case.site, {**truth, "by_cause": lines})
    grid = site.component("mains")
    assert isinstance(grid, Grid)
    assert grid.demand_charge_cny_per_kw_month == pytest.approx(1.2 * 31)
    assert "1.20 times" in notes[0].en


def test_nothing_is_derated_where_the_promise_is_kept() -> None:
    case, designed, truth = battery()
    assert tightened_site(case.site, truth)[1] == []
    kept, same = proven(designed, case.designed, lambda d: truth)
    assert kept is designed
    assert same == truth


def test_a_gap_that_stays_is_told_with_what_ended_the_tightening() -> None:
    case, designed, truth = battery()
    far = {**truth, "gap": {"operating": 0.1, "life_cycle": 0.05}}
    _, told = proven(designed, case.designed, lambda d: far)
    assert "stays above 3% (no device is left to be derated)" in said(told)
    assert "仍高于 3%(各设备已无可折减之处)" in said(told, "zh")


def test_a_derated_park_without_a_design_ends_the_tightening() -> None:
    _, designed, truth = starting()

    def none(site: Any) -> Designed:
        raise InputError("study", "sizes", None, "sizes that can meet the demand")

    kept, told = proven(designed, none, lambda d: {**truth, "gap": {"operating": 0.1, "life_cycle": 0.05}})
    assert kept is designed
    assert "sizes that can meet the demand" in told["tightened"][-1]["failed"]
    assert "the derated park has no design" in said(told)


def test_at_most_two_rounds_are_run() -> None:
    _, designed, truth = starting()
    far = {**truth, "gap": {"operating": 0.1, "life_cycle": 0.05}}
    _, told = proven(designed, lambda site: designed, lambda d: far)
    assert [r["round"] for r in told["tightened"]] == [0, 1, 2]

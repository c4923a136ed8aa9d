"""What-if: outages, parameters, prices, demands and weather that differ, and series given from outside."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest

from ems.changes import Changes, changed_site, read_changes
from ems.inputs import Inputs, make_inputs
from ems.plan import Plan, make_plan
from ems.plan_file import audit_plan
from ems.plan_schema import plan_schema
from ems.problem import Limits
from ems.site_file import read_site
from ems.state import State
from forecasting.errors import InputError
from models.storage import WASTE_COLUMN
from tests.plan.parks import DAY, planned, shipped, solver, stored

WASTE = WASTE_COLUMN


def of(**what: Any) -> Changes:
    found = read_changes(what)
    assert found is not None
    return found


@cache
def plain(site: str = "demo") -> Inputs:
    return make_inputs(read_site(site), DAY, step_minutes=60, weather="climatology")


def inputs(site: str = "demo", given: dict[str, pd.Series[float]] | None = None, **what: Any) -> Inputs:
    return make_inputs(
        read_site(site), DAY, step_minutes=60, weather="climatology", changes=of(**what) if what else None, given=given
    )


def moved(site: str, found: Inputs) -> set[str]:
    """Columns that differ from those of the park as it is."""
    before = plain(site).table
    return {str(c) for c in before if not np.array_equal(before[c], found.table[c])}


def test_a_machine_out_of_service_stands_still() -> None:
    plan = planned("qingdao", gap=0.02, changes=of(outages=[{"component": "heat_pump"}]))
    assert plan.outcome == "optimal"
    assert plan.released.schedule.tables["heat_pump"]["on_modules"].eq(0).all()
    assert shipped("qingdao").released.schedule.tables["heat_pump"]["on_modules"].any()
    assert plan.notes[0].en == "Changed for this plan: air-source heat pump out of service all through."


def test_an_outage_has_its_hours_and_modules() -> None:
    start, end = "2026-11-23T02:00:00+08:00", "2026-11-22T22:00:00Z"  # ends at 6 in Qingdao
    outage = {"component": "alkaline", "modules": 1, "start": start, "end": end}
    plan = planned("qingdao", gap=0.02, changes=of(outages=[outage]))
    on = plan.released.schedule.tables["alkaline"]["on_modules"].to_numpy()
    assert on[2:6].max() <= 1
    assert "2026-11-23 02:00 至 2026-11-23 06:00" in plan.notes[0].zh
    assert plan.changes is not None
    assert not plan.changes.hypothetical


def test_parameters_change_what_is_planned() -> None:
    plan = planned("demo", changes=of(parameters={"battery": {"capacity_kwh": 50}, "grid": {"connection_kw": 300}}))
    tables = plan.released.schedule.tables
    assert tables["battery"]["level_kwh"].max() <= 50 + 1e-6
    assert tables["grid"]["import_kw"].max() <= 300 + 1e-6
    assert "battery, capacity_kwh 50 instead of 400" in plan.notes[0].en
    marks = {f.name: f.provenance for f in plan.file.figures()}
    assert (marks["battery.capacity_kwh"].status, marks["battery.capacity_kwh"].source) == (
        "assumption",
        "changed for this plan",
    )


@pytest.mark.parametrize("kind", ["import_factor", "import_offset_cny_per_kwh", "export_factor"])
def test_prices(kind: str) -> None:
    found = inputs(prices={kind: 0.5})
    before, after = plain().table, found.table
    buy, sell = before["import_cny_per_kwh"], before["export_cny_per_kwh"]
    wanted = {"import_factor": (0.5 * buy, sell), "import_offset_cny_per_kwh": (buy + 0.5, sell)}
    np.testing.assert_allclose(after["import_cny_per_kwh"], wanted.get(kind, (buy, sell))[0])
    np.testing.assert_allclose(after["export_cny_per_kwh"], 0.5 * sell if kind == "export_factor" else sell)
    assert len(found.notes) == len(plain().notes) + 1


def test_a_price_that_falls_below_zero_marks_the_steps_in_which_waste_pays() -> None:
    """The stores' binaries rest on that column."""
    found = inputs(prices={"import_offset_cny_per_kwh": -0.4})
    low = found.table["import_cny_per_kwh"] < 0
    assert 0 < low.sum() < len(low)
    np.testing.assert_array_equal(found.table[WASTE], low.astype(float))
    assert plain().table[WASTE].sum() == 0
    plan = planned("demo", changes=of(prices={"import_offset_cny_per_kwh": -0.4}))
    assert plan.released.violations == ()


@pytest.mark.parametrize(
    ("demands", "columns"),
    [
        ({"electricity": 1.2}, {f"{b}.electricity_kw" for b in ("halls", "exhibition", "offices", "dormitories")}),
        ({"offices.heat_kw": 0.5}, {"offices.heat_kw"}),
        ({"hydrogen": 1.5}, {"production.hydrogen_kg_per_h"}),
        ({"refuelling": 2.0}, set()),
    ],
)
def test_demands_by_carrier_or_column(demands: dict[str, float], columns: set[str]) -> None:
    found = inputs("qingdao", demands=demands)
    assert moved("qingdao", found) == {c for c in columns if plain("qingdao").table[c].any()}
    for c in columns:
        np.testing.assert_allclose(found.table[c], next(iter(demands.values())) * plain("qingdao").table[c])


def test_a_demand_that_is_named_itself_takes_its_own_factor() -> None:
    found = inputs("qingdao", demands={"electricity": 2.0, "halls.electricity_kw": 0.5})
    before = plain("qingdao").table
    np.testing.assert_allclose(found.table["halls.electricity_kw"], 0.5 * before["halls.electricity_kw"])
    np.testing.assert_allclose(found.table["offices.electricity_kw"], 2.0 * before["offices.electricity_kw"])


@pytest.mark.parametrize(("demands", "share"), [({"hydrogen": 0.5}, 0.5), ({"refuelling": 0.0}, 0.0)])
def test_amounts_that_may_be_moved_are_demands_too(demands: dict[str, float], share: float) -> None:
    before, after = (f.site.component("refuelling") for f in (read_site("qingdao"), given_demands(demands)))
    assert [s.amount for s in after.slots] == [share * s.amount for s in before.slots]  # type: ignore[attr-defined]


def given_demands(demands: dict[str, float]) -> Any:
    return changed_site(read_site("qingdao"), of(demands=demands))


def test_no_refuelling_is_planned_where_none_is_wanted() -> None:
    plan = planned("qingdao", gap=0.05, changes=of(demands={"refuelling": 0.0}))
    assert plan.released.violations == ()
    assert plan.released.schedule.tables["refuelling"].abs().to_numpy().max() < 1e-6


def test_sun_scales_irradiance_and_yields_up_to_the_inverters() -> None:
    column = "roof.yield_kw_per_kwp"
    before = plain().table
    half, triple = inputs(weather={"sun_factor": 0.5}).table, inputs(weather={"sun_factor": 3.0}).table
    for name in (column, "ghi_w_per_m2"):
        np.testing.assert_allclose(half[name], 0.5 * before[name])
    assert 3 * before[column].max() > 0.85
    np.testing.assert_allclose(triple[column], np.minimum(3 * before[column], 0.85))
    assert moved("demo", inputs(weather={"sun_factor": 0.5})) == {column, "ghi_w_per_m2"}


def test_a_colder_day_heats_more_and_its_modules_yield_more() -> None:
    found, before = inputs("qingdao", weather={"temperature_offset_k": -8.0}).table, plain("qingdao").table
    np.testing.assert_allclose(found["temperature_c"], before["temperature_c"] - 8)
    assert found["offices.heat_kw"].sum() > 1.2 * before["offices.heat_kw"].sum()
    assert found["pv_offices.yield_kw_per_kwp"].sum() > before["pv_offices.yield_kw_per_kwp"].sum()
    np.testing.assert_array_equal(found["offices.electricity_kw"], before["offices.electricity_kw"])


def test_what_is_not_named_stays_as_it_is() -> None:
    nothing = planned("demo", changes=Changes())
    assert (nothing.changes, nothing.notes) == (None, shipped("demo").notes)
    pd.testing.assert_frame_equal(nothing.inputs.table, shipped("demo").inputs.table, check_exact=True)
    assert moved("demo", inputs(outages=[{"component": "electrolyser"}])) == set()


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "machine": ({"outages": [{"component": "pem"}, {"component": "alkalin"}]}, "outages.1.component", "mean alkaline"),
    "no machine": ({"outages": [{"component": "grid"}]}, "outages.0.component", "a machine: alkaline, pem"),
    "modules": ({"outages": [{"component": "pem", "modules": 2}]}, "outages.0.modules", "at most 1"),
    "order": (
        {"outages": [{"component": "pem", "start": "2026-11-23T08:00:00Z", "end": "2026-11-23T10:00:00+08:00"}]},
        "outages.0.end",
        "after the start",
    ),
    "component": ({"parameters": {"grd": {}}}, "parameters.grd", "did you mean grid"),
    "parameter": ({"parameters": {"grid": {"conection_kw": 1}}}, "parameters.grid.conection_kw", "mean connection_kw"),
    "name": ({"parameters": {"grid": {"name": 1}}}, "parameters.grid.name", "a number of grid"),
    "list": ({"parameters": {"pem": {"specific_kwh_per_kg": 1}}}, "parameters.pem.specific_kwh_per_kg", "a number"),
    "range": ({"parameters": {"grid": {"connection_kw": -1}}}, "parameters.grid.connection_kw", "greater than 0"),
    "whole": ({"parameters": {"alkaline": {"modules": 1.5}}}, "parameters.alkaline.modules", "integer"),
    "within": ({"parameters": {"grid": {"connection_kw": 100}}}, "parameters.grid", "contract_kw 5000.0 is above"),
    "between": ({"parameters": {"grid": {"export_limit_kw": 9}}}, "parameters", "export is forbidden"),
    "demand": ({"demands": {"electrcity": 1}}, "demands.electrcity", "did you mean electricity"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_changed_is_named(what: str) -> None:
    changes, field, words = BAD[what]
    with pytest.raises(InputError) as caught:
        planned("qingdao", changes=of(**changes))
    assert caught.value.field == f"changes.{field}"
    assert caught.value.pointer == "/changes/" + field.replace(".", "/")
    assert words in str(caught.value)


def test_a_store_cannot_open_with_more_than_it_holds() -> None:
    state = State({"tank": {"level_kg": 60.0}}, source="yesterday")
    with pytest.raises(InputError, match=r"yesterday: components\.tank\.level_kg is 60"):
        planned("demo", state=state, changes=of(parameters={"tank": {"capacity_kg": 30}}))


@cache
def changed_plan() -> Plan:
    changes = of(
        outages=[{"component": "electrolyser", "end": "2026-11-23T06:00:00+08:00"}],
        parameters={"tank": {"rate_kg_per_h": 10}},
        prices={"import_factor": 1.1},
        demands={"hydrogen": 0.5},
        weather={"sun_factor": 0.8, "temperature_offset_k": 1.5},
    )
    return planned("demo", changes=changes)


def test_a_changed_plan_keeps_to_the_schema_and_passes_the_audit() -> None:
    data = stored(changed_plan())
    jsonschema.Draft202012Validator(plan_schema(), format_checker=jsonschema.FormatChecker()).validate(data)
    assert data["schema_version"] == "1.2"
    assert audit_plan(data, "plan") == []
    assert read_changes(data["changes"]) == changed_plan().changes
    assert stored(shipped("demo"))["changes"] is None
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(plan_schema()).validate(data | {"changes": {"prices": {}}})


def test_a_plan_of_the_first_schema_is_still_judged() -> None:
    data = stored(shipped("demo"))
    del data["changes"]
    data["schema_version"] = "1.0"
    assert audit_plan(data, "plan") == []


def test_every_change_is_told_in_both_languages() -> None:
    told = [n for n in changed_plan().notes if n.zh.startswith("本计划设定: ")]
    assert len(told) == 6  # outage, parameter, temperature, sun, price, demand
    assert list(changed_plan().notes[:6]) == told
    for n in told:
        assert n.en.startswith("Changed for this plan: ")
        assert n.zh.endswith("。")


def test_ready_made_inputs_are_not_changed_again() -> None:
    changes = of(prices={"import_factor": 1.1})
    ready = make_inputs(read_site("demo"), DAY, step_minutes=60, weather="climatology", changes=changes)
    plan = make_plan(read_site("demo"), DAY, solver(), inputs=ready, changes=changes, limits=Limits(60, 0.02))
    pd.testing.assert_frame_equal(plan.inputs.table, ready.table)


# ---- series from outside ------------------------------------------------------------------------------------------


def series(minutes: int, value: Callable[[np.ndarray], np.ndarray], zone: str = "UTC", **told: Any) -> pd.Series[float]:
    """A series over the day; the value is a function of the local hour at which an interval begins."""
    index = pd.date_range("2026-11-23", "2026-11-24", freq=f"{minutes}min", tz="Asia/Shanghai", inclusive="left")
    found = pd.Series(value(np.asarray(index.hour + index.minute / 60)), index=index.tz_convert(zone), dtype=float)
    found.attrs = told
    return found


def hour(h: np.ndarray) -> np.ndarray:
    return 100 + h


@pytest.mark.parametrize("minutes", [1, 5, 15, 30, 60])
def test_a_finer_series_is_taken_by_its_means(minutes: int) -> None:
    found = inputs(given={"workshop.electricity_kw": series(minutes, hour)})
    mean = 100 + np.arange(24) + (60 - minutes) / 120
    np.testing.assert_allclose(found.table["workshop.electricity_kw"], mean)
    assert moved("demo", found) == {"workshop.electricity_kw"}


def test_a_coarser_series_is_held() -> None:
    found = inputs(given={"workshop.electricity_kw": series(180, hour)}).table["workshop.electricity_kw"]
    np.testing.assert_allclose(found, 100 + np.arange(24) // 3 * 3)


def test_a_series_is_told_by_name_and_issue() -> None:
    given = series(60, hour, issued_at=pd.Timestamp("2026-11-22T10:00Z")).rename("load_service")
    note = inputs(given={"workshop.electricity_kw": given}).notes[0]
    assert note.en == "workshop.electricity_kw is taken from the given series load_service, issued 2026-11-22 18:00."
    assert note.zh == "workshop.electricity_kw 采用外部序列 load_service(发布于 2026-11-22 18:00)。"


@pytest.mark.parametrize("how", ["rows left out", "values missing"])
def test_a_series_with_a_gap_is_not_used_and_the_note_says_how_much_is_missing(how: str) -> None:
    whole = series(15, hour)
    whole.attrs = {"resolution_s": 900}
    cut = whole.where(np.arange(96) != 50)
    given = cut.dropna() if how == "rows left out" else cut
    found = inputs(given={"workshop.electricity_kw": given})
    assert moved("demo", found) == set()
    assert "1 of 24 steps are missing (4%)" in found.notes[0].en
    assert "缺 1 个时段(4%)" in found.notes[0].zh


def test_points_an_hour_apart_do_not_cover_the_hour_if_they_stand_for_a_quarter() -> None:
    sparse = series(60, hour, resolution_s=900)
    assert "24 of 24 steps are missing" in inputs(given={"workshop.electricity_kw": sparse}).notes[0].en


@pytest.mark.parametrize(
    ("column", "given", "words"),
    [
        ("workshop.electricity_kw", series(60, hour)[:12], "12 of 24 steps are missing (50%)"),
        ("workshop.electricity_kw", series(60, hour)[:0], "two values or more"),
        ("workshop.electricity_kw", -series(60, hour), "-100 is not within 0 to 1e+07"),
        ("roof.yield_kw_per_kwp", series(60, hour), "100 is not within 0 to 2"),
        ("workshop.electric_kw", series(60, hour), "did you mean workshop.electricity_kw?"),
        ("ghi_w_per_m2", series(60, hour), "no column of that name can be given"),
        (WASTE, series(60, hour), "no column of that name can be given"),
        ("workshop.electricity_kw", series(60, hour).tz_localize(None), "times with their zone"),
    ],
)
def test_what_cannot_be_used_is_told(column: str, given: pd.Series[float], words: str) -> None:
    found = inputs(given={column: given})
    assert moved("demo", found) == set()
    assert words in found.notes[0].en
    assert "未采用" in found.notes[0].zh


def test_a_given_temperature_comes_before_demands_and_yields() -> None:
    found = inputs("qingdao", given={"temperature_c": series(60, lambda h: 0 * h - 10)}).table
    assert found["temperature_c"].eq(-10).all()
    assert found["offices.heat_kw"].sum() > plain("qingdao").table["offices.heat_kw"].sum()
    assert found["pv_offices.yield_kw_per_kwp"].sum() > plain("qingdao").table["pv_offices.yield_kw_per_kwp"].sum()


def test_a_given_price_below_zero_marks_waste_and_changes_come_on_top() -> None:
    price = series(60, lambda h: np.where(h < 6, -0.1, 0.5))
    found = inputs(given={"import_cny_per_kwh": price}, prices={"import_factor": 2.0})
    np.testing.assert_allclose(found.table["import_cny_per_kwh"], 2 * price)
    assert found.table[WASTE].tolist() == [1.0] * 6 + [0.0] * 18


def test_a_day_is_planned_on_given_series() -> None:
    given = {
        "workshop.electricity_kw": series(15, lambda h: 0 * h + 77),
        "roof.yield_kw_per_kwp": series(60, lambda h: 0 * h),
    }
    plan = planned("demo", given=given)
    assert plan.released.violations == ()
    assert plan.released.kpis["pv_kwh"] == 0
    assert plan.released.schedule.tables["workshop"]["served_kw"].eq(77).all()
    assert audit_plan(stored(plan), "plan") == []

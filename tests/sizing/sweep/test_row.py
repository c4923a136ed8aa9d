"""One scenario from plain data to figures, on a small study of the tutorial park."""

import pandas as pd
import pytest

from api.sweep import studies
from api.sweep.journal import Journal
from api.sweep.local import LocalExecutor
from api.sweep.perform import perform
from api.sweep.run import sweep
from ems.site_file import read_site
from ems.sizing import row, scenarios
from ems.sizing.scenarios import Spec
from tests.sizing.sweep.small import small

RATE, YEARS = 0.07, 20


@pytest.fixture(scope="module")
def demo():
    return read_site("demo")


@pytest.fixture(scope="module")
def case(demo):
    return studies.case_of(demo, small(), demo.folder)


def done(case, **spec):
    (task,) = studies.tasks_of(case, [Spec(**{"name": "x", "group": "scenario", **spec})])
    return perform(task)


def figures(case, **spec):
    finished = done(case, **spec)
    assert finished.reason is None, finished.reason
    return finished.result


@pytest.fixture(scope="module")
def base(case):
    return figures(case, group="base")


@pytest.fixture(scope="module")
def reference(case):
    return figures(case, group="reference")


def test_net_present_value_is_the_difference_of_the_life_cycle_costs(base, reference):
    saved = reference["money"]["annual_cost_cny"] - base["money"]["annual_cost_cny"]
    annuity_factor = (1 - (1 + RATE) ** -YEARS) / RATE  # worth today of 1 a year
    assert base["compared"]["npv_cny"] == pytest.approx(saved * annuity_factor, rel=1e-6)
    assert base["compared"]["npv_cny"] > 0, "the reference is one of the parks that could have been chosen"
    abated = reference["kpis"]["emissions_t"] - base["kpis"]["emissions_t"]
    assert base["compared"]["abated_t_per_year"] == pytest.approx(abated)


def test_the_reference_has_the_sizes_that_it_says_and_else_those_of_the_site(reference):
    assert reference["sizes"] == {
        "roof.capacity_kwp": 0.0,
        "battery.capacity_kwh": 0.0,
        "battery.power_kw": 0.0,
        "electrolyser.capacity_kw": 200.0,
        "tank.capacity_kg": 60.0,
    }
    assert reference["compared"] == {}
    assert reference["kpis"]["pv_kwh"] == 0.0


def test_equal_bounds_and_reference_cost_the_same(demo):
    """A design that may only be what the reference is."""
    fixed = {"roof.capacity_kwp": 300.0, "electrolyser.capacity_kw": 200.0, "tank.capacity_kg": 60.0}
    costs = {"roof": "pv", "electrolyser": "electrolyser", "tank": "tank"}
    sizes = {k: {"min": v, "max": v, "cost": costs[k.split(".")[0]]} for k, v in fixed.items()}
    title = {"zh": "同", "en": "the same"}
    study = small(sizes=sizes, reference={"title": title, "sizes": fixed})
    made = figures(studies.case_of(demo, study, demo.folder))
    assert made["sizes"] == pytest.approx(fixed)
    assert made["compared"]["npv_cny"] == pytest.approx(0.0, abs=1e-5 * made["money"]["life_cycle_cost_cny"])


def test_along_the_front_caps_hold_and_cost_grows(case, base, tmp_path):
    with LocalExecutor(2) as executor, Journal(tmp_path / "journal.jsonl") as journal:
        ends = studies.tasks_of(case, scenarios.front_ends())
        rows = sweep(ends, executor, journal, follow=[studies.front_of(case, 5)], later=3)
    cheap, clean, *between = rows
    assert cheap["sizes"] == pytest.approx(base["sizes"], rel=1e-3, abs=1e-3), "the same in another process"
    caps = [r["carbon_cap_t"] for r in between]
    assert len(caps) == 3
    for r in between:
        assert r["kpis"]["emissions_t"] == pytest.approx(r["carbon_cap_t"], rel=1e-4), "each cap binds"
    costs = [r["money"]["annual_cost_cny"] for r in (cheap, *between, clean)]
    assert costs == sorted(costs)
    assert clean["kpis"]["emissions_t"] < min(caps)


def test_least_carbon_is_not_outbid_by_money(case, monkeypatch):
    from ems.sizing import design

    least = figures(case, objective="carbon")
    monkeypatch.setattr(design, "CARBON_FIRST_CNY_PER_KG", 20 * design.CARBON_FIRST_CNY_PER_KG)
    dearer = figures(case, objective="carbon", name="twenty times the price")
    assert least["kpis"]["emissions_t"] == pytest.approx(dearer["kpis"]["emissions_t"], abs=1e-3)


def test_what_cannot_be_fails_in_a_sentence_without_the_folder_of_the_worker(demo, case, tmp_path):
    wrong = done(case, set={"economics/discount_rate": 7})
    assert wrong.reason["type"] == "input"
    assert "economics/discount_rate is 7" in wrong.reason["en"]
    column = done(case, set={"change/workshop/column": "nobody.electricity_kw"})
    assert "nobody.electricity_kw" in column.reason["en"]
    assert column.reason["en"].startswith("demo/site.yaml"), "not where this worker has laid it out"
    capped = done(case, carbon_cap_t=-1.0)
    assert capped.reason["type"] == "input"
    assert len(capped.reason["en"]) > 20


def test_scenarios_of_one_weather_make_its_inputs_once(demo, monkeypatch):
    made = []
    year_of = row.year_of
    monkeypatch.setattr(row, "year_of", lambda *given: made.append(given) or year_of(*given))
    monkeypatch.setattr(row, "_years", row.Kept(4))
    case = studies.case_of(demo, small(), demo.folder)
    for change in (
        {},
        {"economics/discount_rate": 0.05},
        {"costs/pv/capex_cny_per_unit": 100},
        {"limits/budget_cny": 1e9},
    ):
        figures(case, set=change)
    assert len(made) == 1
    figures(case, set={"factors/import_cny_per_kwh": 2.0})
    assert len(made) == 2
    figures(case, set={"economics/discount_rate": 0.05})
    assert len(made) == 2


def test_a_row_holds_numbers_only(base):
    for part in base.values():
        assert part
        assert all(value is None or isinstance(value, int | float) for value in part.values())


def test_a_file_of_the_study_travels_with_its_scenarios(demo, base, tmp_path):
    """Own series instead of the forecast: what they hold decides, not where they lie."""
    hours = pd.date_range("2026-03-02", periods=7 * 24, freq="h").strftime("%Y-%m-%dT%H:%M+08:00")
    (tmp_path / "load.csv").write_text("time,workshop.electricity_kw\n" + "".join(f"{h},0\n" for h in hours))
    case = studies.case_of(demo, small(columns="load.csv"), tmp_path)
    (tmp_path / "load.csv").unlink()
    found = figures(case)
    assert found["kpis"]["electricity_used_kwh"] == 0.0 < base["kpis"]["electricity_used_kwh"]

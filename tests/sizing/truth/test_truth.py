"""A design is operated day by day: what it costs then, and why that differs from what it promised."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ems.objective import Objective
from ems.problem import Answer, Limits, Problem
from ems.schedule import Schedule
from ems.sizing.design import Designed, design
from ems.sizing.gap import Gap, Line
from ems.sizing.gap_reasons import parts_of
from ems.sizing.truth import combine, operate_month, operated_park, plan_day, tasks
from ems.sizing.year_run import YearRun
from models import Chronology, Window
from tests.sizing.truth.designs import LIMITS, Case, battery, line, said, starting, study_of
from tests.toys import bottles, mains, park, part, solver, table, wants

EFFICIENT = [(0.1, 50.0), (1.0, 50.0)]  # kWh/kg at any load


def test_without_commitment_and_with_equal_days_the_promise_is_kept() -> None:
    _, designed, truth = battery()
    assert truth["days"] == 4
    assert truth["outcomes"] == {"optimal": 4}
    assert truth["violations"] == 0
    assert abs(truth["gap"]["operating"]) < 1e-3
    assert abs(truth["gap"]["life_cycle"]) < 1e-3
    assert truth["promised"]["annual_cost_cny"] == pytest.approx(designed.annual_cny, rel=1e-6)


def test_the_year_is_billed_as_by_hand() -> None:
    """60 kWh bought at 0.2 instead of 1.0 a day, 0.01 of wear; 20 kW in the valley, 2/31 and 2/28 of a month."""
    _, _, truth = battery()
    energy = 4 * (10 * (6 * 0.2 + 18 * 1.0) - 60 * 0.8)
    charge = 31 * 20 * (2 / 31 + 2 / 28)
    assert line(truth, "mains", "energy")["operated_cny"] == pytest.approx(energy, rel=1e-6)
    assert line(truth, "battery", "throughput")["operated_cny"] == pytest.approx(4 * 60 * 0.01, rel=1e-6)
    assert line(truth, "mains", "demand_charge")["operated_cny"] == pytest.approx(charge, rel=1e-6)
    assert truth["operated"]["grid_peaks_kw"] == pytest.approx({"1": 20, "2": 20})


def test_the_peak_of_a_month_is_paid_once_and_not_day_by_day() -> None:
    """The operator may climb to the design's peak for nothing; the bill at the end counts the month's peak."""
    case, designed, _ = battery()
    grids = [task["site"].component("mains") for task in tasks(case.site, case.study, designed, case.inputs)]
    assert [g.expected_peak_kw for g in grids] == pytest.approx([20, 20])


def test_the_sum_by_cause_is_the_total_on_both_sides() -> None:
    for _, _, truth in (battery(), starting()):
        for side in ("promised", "operated"):
            total = sum(x[f"{side}_cny"] for x in truth["by_cause"])
            assert total == pytest.approx(truth[side]["operating_cny"], rel=1e-9)
            assert truth[side]["annual_cost_cny"] > truth[side]["investment_annual_cny"] > 0


def test_starts_and_minimum_load_are_named_where_they_make_the_gap() -> None:
    _, _, truth = starting()
    starts = truth["operated"]["starts"]
    assert truth["promised"]["starts"] == pytest.approx(0)
    assert starts >= 4
    assert truth["gap"]["operating"] > 0.03
    assert line(truth, "electrolyser", "start")["operated_cny"] == pytest.approx(100 * starts)
    first = truth["why"][1]
    assert f"electrolyser starts {starts:.0f} times" in first["en"]
    assert f"{100 * starts:,.0f} CNY more" in first["en"]
    assert f"启动 {starts:.0f} 次" in first["zh"]
    assert "100% of the load of electrolyser below the minimum load of one module, 90 kW" in said(truth)


def test_starts_are_not_named_where_nothing_starts() -> None:
    _, _, truth = battery()
    assert "starts" not in said(truth)
    assert "minimum load" not in said(truth)


def test_the_contributions_make_the_gap() -> None:
    """Every flow at the electricity bus has its part: warm-up is told beside the power that makes hydrogen."""
    case, designed, truth = starting()
    lines = [Line(x["component"], x["cause"], x["promised_cny"], x["operated_cny"]) for x in truth["by_cause"]]
    built = operated_park(case.site, case.study, designed.sizes)
    gap = Gap(
        YearRun(designed.site, designed.window, designed.schedule),
        YearRun(built, case.window, _schedule(case, designed)),
        tuple(lines),
        {"bottles": 1.0},
    )
    parts = parts_of(gap)
    assert sum(p.cny for p in parts) == pytest.approx(gap.operated_cny - gap.promised_cny, abs=1e-3)
    warm_up = 15 * truth["operated"]["starts"]  # at 1 CNY/kWh
    assert [p.cny for p in parts if "warm-up and standby" in p.en] == [pytest.approx(warm_up)]


def _schedule(case: Case, designed: Designed) -> Schedule:
    (month,) = (operate_month(t) for t in tasks(case.site, case.study, designed, case.inputs, LIMITS))
    return Schedule({c: pd.DataFrame(t, index=case.inputs.index) for c, t in month["tables"].items()})


@cache
def short(tells_values: bool = False) -> dict[str, Any]:
    """20 kg are wanted on odd days and 60 on even ones, 48 can be made a day: the design fills the tank before.

    Stock in the evening earns nothing by the site file, so a plan that sees one day keeps none.
    """
    site = park(
        mains(),
        part(kind="electrolyser", capacity_kw=100, specific_kwh_per_kg=EFFICIENT),
        bottles(capacity_kg=40, start_share=0, end_target_share=0, end_short_cny_per_unit=60),
        wants("hydrogen", unserved_cny_per_unit=300),
    )
    need = [20 / 24] * 24 + [60 / 24] * 24
    inputs = table({"wanted_hydrogen_kg_per_h": need * 2})
    case = Case(site, study_of({"electrolyser.capacity_kw": (100, 100)}), inputs, tells_values)
    return case.operated(case.designed())


def test_an_operator_who_knows_what_stock_is_worth_keeps_it_for_the_day_after() -> None:
    """Without a value of stock 12 kg are missing on each even day."""
    blind, told = short(), short(tells_values=True)
    (worth,) = told["stock_values_cny"]["bottles"].values()
    assert worth > 10  # CNY/kg, what making one takes at least
    assert blind["stock_values_cny"] == {}
    assert told["unserved_kg"] < blind["unserved_kg"] / 4
    assert told["gap"]["operating"] < blind["gap"]["operating"] / 4


def test_unserved_demand_is_reported_and_paid_for() -> None:
    truth = short()
    assert truth["promised"]["unserved_kg"] == 0
    assert truth["unserved_kg"] == pytest.approx(2 * (60 - 48), rel=1e-3)
    assert line(truth, "users_hydrogen", "unserved")["operated_cny"] == pytest.approx(300 * 24, rel=1e-3)
    assert truth["outcomes"] == {"optimal": 2, "relaxed": 2}
    assert "24 kg not served" in said(truth)
    assert "缺供 24 kg" in said(truth, "zh")


def test_stock_that_the_design_carries_across_days_is_named() -> None:
    assert "carries stock of hydrogen tank across days" in said(short())


@pytest.mark.parametrize(
    ("component", "quantity", "law"),
    [("battery", "level_kwh", "level balance"), ("mains", "import_kw", "balance"), ("battery", "charge_kw", "balance")],
)
def test_a_changed_schedule_is_caught_by_the_audit(component: str, quantity: str, law: str) -> None:
    case, designed, _ = battery()
    months = [operate_month(task) for task in tasks(case.site, case.study, designed, case.inputs, LIMITS)]
    assert combine(case.site, case.study, designed, case.inputs, months)["violations"] == 0
    months[1]["tables"][component][quantity][30] += 1.0
    truth = combine(case.site, case.study, designed, case.inputs, months)
    assert truth["violations"] > 0
    assert any(law in found["law"] for found in truth["broken"])


def test_stock_left_over_is_sold_at_the_mean_marginal_value() -> None:
    """10 kWh more than the design at the end of a month, a kWh is worth 0.2 in a third of the hours and 0.5 else."""
    case, designed, _ = battery()
    valued = replace(designed, marginal={"electricity": np.tile([0.2, 0.5, 0.5], 32)})
    months = [operate_month(task) for task in tasks(case.site, case.study, valued, case.inputs, LIMITS)]
    before = combine(case.site, case.study, valued, case.inputs, months)["operated"]["operating_cny"]
    months[1]["tables"]["battery"]["level_kwh"][-1] += 10
    truth = combine(case.site, case.study, valued, case.inputs, months)
    assert line(truth, "battery", "stock_difference")["operated_cny"] == pytest.approx(-4, abs=1e-3)
    assert truth["operated"]["operating_cny"] - before == pytest.approx(-4, abs=1e-3)


def test_a_year_with_a_hole_is_refused() -> None:
    case, designed, _ = battery()
    first = operate_month(tasks(case.site, case.study, designed, case.inputs)[0])
    with pytest.raises(ValueError, match="2026-02 was not operated"):
        combine(case.site, case.study, designed, case.inputs, [first])


def test_tasks_travel_and_results_are_plain() -> None:
    case, designed, truth = battery()
    found = pickle.loads(pickle.dumps(tasks(case.site, case.study, designed, case.inputs, LIMITS)))
    months = [json.loads(json.dumps(operate_month(task))) for task in reversed(found)]
    assert [m["month"] for m in months] == ["2026-02", "2026-01"]
    again = combine(case.site, case.study, designed, case.inputs, months)
    assert again["operated"] == truth["operated"]
    assert json.loads(json.dumps(truth))["gap"] == truth["gap"]


def test_the_id_of_a_task_is_that_of_its_content() -> None:
    case, designed, _ = battery()
    ids = [task["id"] for task in tasks(case.site, case.study, designed, case.inputs)]
    assert len(set(ids)) == 2
    assert ids == [task["id"] for task in tasks(case.site, case.study, designed, case.inputs)]
    dearer = case.inputs.assign(import_cny_per_kwh=1.1 * case.inputs["import_cny_per_kwh"])
    assert not set(ids) & {task["id"] for task in tasks(case.site, case.study, designed, dearer)}
    assert not set(ids) & {task["id"] for task in tasks(case.site, case.study, designed, case.inputs, Limits(1))}


def test_a_month_opens_with_the_stocks_and_machines_of_the_design() -> None:
    case, designed, _ = starting()
    (task,) = tasks(case.site, case.study, designed, case.inputs)
    level = designed.schedule.tables["bottles"]["level_kg"].iloc[-1]
    assert task["opening"]["bottles"]["level_kg"] == pytest.approx(level)
    shares = designed.schedule.tables["electrolyser"]["on_modules"].iloc[-1]
    assert task["opening"]["electrolyser"]["hot_modules"] == round(shares)


class _Broken:
    """A solver that answers as it is told."""

    def __init__(self, answer: Answer | None) -> None:
        self.answer = answer

    def solve(self, problem: Problem, limits: Limits) -> Answer:
        return self.answer or replace(solver().solve(problem, limits), x=np.zeros(len(problem.cost)))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer("no_answer", None, np.inf, -np.inf, 0.0, message="out of memory"), "out of memory"),
        (None, "electricity: balance"),
    ],
    ids=["no answer", "an answer that breaks a law"],
)
def test_a_day_whose_plan_fails_is_run_by_rules(answer: Answer | None, reason: str) -> None:
    case, designed, _ = battery()
    site = operated_park(case.site, case.study, designed.sizes)
    w = Window(case.inputs.iloc[:24])
    schedule, outcome, why = plan_day(site, w, Objective.of("cost", 0), _Broken(answer), Limits())  # type: ignore[arg-type]
    assert outcome == "fallback"
    assert reason in why
    assert schedule.tables["mains"]["import_kw"].sum() == pytest.approx(240, abs=1)


def test_a_site_in_typical_days_is_operated_all_its_days() -> None:
    """Two typical days stand for four: the operated year has four, and months open by the day that stands there."""
    case, _, truth = battery()
    typical = case.inputs.iloc[:48]
    w = Window(typical, period_weights=(3.0, 1.0), design=True, chronology=Chronology((0, 0, 1, 0), (1, 1, 2, 2)))
    designed = design(case.site, case.study, w, solver(), Limits())
    found = case.operated(designed)
    assert found["days"] == 4
    assert found["operated"]["operating_cny"] == pytest.approx(truth["operated"]["operating_cny"], rel=1e-3)

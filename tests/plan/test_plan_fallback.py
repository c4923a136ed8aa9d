"""Whatever the solver answers, the operator gets an audited schedule and a sentence, or is told that there is none."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import jsonschema
import numpy as np
import pytest

import ems.plan
from ems.plan import Plan
from ems.plan_file import audit_plan, to_dict, to_json
from ems.plan_schema import plan_schema
from ems.problem import Answer, Limits, Problem
from tests.plan.parks import DAY, planned, solver
from tests.plan.parks import ems as command


class Stub:
    """A solver that gives the answer it is told to; it is made of the true one where that is wanted."""

    def __init__(self, answer: Callable[[Problem], Answer]) -> None:
        self.answer = answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def solve(self, problem: Problem, limits: Limits, progress: object = None) -> Answer:
        return self.answer(problem)


def nothing(problem: Problem) -> Answer:
    return Answer("no_answer", None, math.inf, -math.inf, 0.1, message="the solver ended with code -9")


def late(problem: Problem) -> Answer:
    return Answer("time_limit", None, math.inf, -math.inf, 0.1, message="Time limit reached")


def infeasible(problem: Problem) -> Answer:
    rows = tuple(range(0, len(problem.row_lower), 40))
    return Answer("infeasible", None, math.inf, -math.inf, 0.1, message="Infeasible", conflict=rows)


def infeasible_by_integers(problem: Problem) -> Answer:
    return Answer("infeasible", None, math.inf, -math.inf, 0.1, message="Infeasible")


def zeros(problem: Problem) -> Answer:
    return Answer("optimal", np.zeros(len(problem.cost)), 0.0, 0.0, 0.1, message="Optimal")


def noise(problem: Problem) -> Answer:
    return Answer("optimal", np.random.default_rng(0).uniform(0, 100, len(problem.cost)), 1.0, 1.0, 0.1)


def no_numbers(problem: Problem) -> Answer:
    return Answer("optimal", np.full(len(problem.cost), np.nan), 0.0, 0.0, 0.1)


def wrong_money(problem: Problem) -> Answer:
    true = solver().solve(problem, Limits())
    return Answer("optimal", true.x, true.objective - 10, true.bound - 10, 0.1, true.row_dual)


ANSWERS = {  # answer -> (words of the English sentence, words of the Chinese one)
    nothing: ("no answer (the solver ended with code -9)", "未给出结果"),
    late: ("no answer (Time limit reached)", "达到时限"),
    infeasible: ("contradict each other at: ", "冲突之处: "),
    infeasible_by_integers: ("commitment rules contradict", "启停规则"),
    zeros: ("did not pass the audit", "未通过审核"),
    noise: ("did not pass the audit", "未通过审核"),
    no_numbers: ("did not pass the audit", "未通过审核"),
    wrong_money: ("objective computed again", "目标函数复算"),
}


def check_content(plan: Plan) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(to_json(to_dict(plan)))
    jsonschema.validate(data, plan_schema(), cls=jsonschema.Draft202012Validator)
    return data


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: a.__name__)
def test_the_rules_take_over(answer: Callable[[Problem], Answer]) -> None:
    plan = planned("demo", solver=Stub(answer))
    en, zh = ANSWERS[answer]
    assert plan.outcome == "fallback"
    assert plan.released is plan.baseline
    assert plan.released.violations == ()
    assert en in plan.outcome_text.en
    assert zh in plan.outcome_text.zh
    assert "rule-based schedule is used" in plan.outcome_text.en
    assert "采用规则运行方案" in plan.outcome_text.zh
    data = check_content(plan)
    assert data["gap"] is None
    assert data["marginal_values"] == {}
    assert audit_plan(data, "plan") == []
    assert data["series"] == data["baseline"]["series"]
    assert data["why"]


def test_the_conflict_is_told_by_labels() -> None:
    """No names of rows or laws of the model in the sentence."""
    plan = planned("qingdao", solver=Stub(infeasible))
    for text in (plan.outcome_text.en, plan.outcome_text.zh):
        assert "part[" not in text
        assert "balance[" not in text
        assert "_" not in text
    assert "碱性电解槽" in plan.outcome_text.zh


@pytest.mark.parametrize("answer", [zeros, wrong_money, infeasible], ids=lambda a: a.__name__)
def test_the_chinese_sentence_has_no_english_laws(answer: Callable[[Problem], Answer]) -> None:
    text = planned("demo", solver=Stub(answer)).outcome_text.zh
    letters = "".join(c for c in text if c.isascii() and c.isalpha())
    assert letters in ("", "demo"), text


def test_without_a_sound_baseline_nothing_is_released(monkeypatch: pytest.MonkeyPatch) -> None:
    true = ems.plan.rule_based

    def broken(*args: Any) -> Any:
        schedule = true(*args)
        schedule.tables["tank"]["level_kg"] += 1.0
        return schedule

    monkeypatch.setattr(ems.plan, "rule_based", broken)
    plan = planned("demo", solver=Stub(nothing))
    assert plan.outcome == "infeasible"
    assert plan.released.violations
    assert "no plan is released" in plan.outcome_text.en
    assert "level balance" in plan.outcome_text.en
    assert "未放行任何计划" in plan.outcome_text.zh
    assert "level" not in plan.outcome_text.zh
    data = check_content(plan)
    assert data["violations"]
    assert audit_plan(data, "plan")


def test_a_broken_baseline_does_not_spoil_a_sound_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    true = ems.plan.rule_based

    def broken(*args: Any) -> Any:
        schedule = true(*args)
        schedule.tables["tank"]["level_kg"] += 1.0
        return schedule

    monkeypatch.setattr(ems.plan, "rule_based", broken)
    plan = planned("demo")
    assert plan.outcome == "optimal"
    assert plan.baseline.violations


@pytest.mark.parametrize(("sound", "code"), [(True, 0), (False, 1)])
def test_exit_codes(
    sound: bool, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("api.plan_command.Solver", lambda: Stub(nothing))
    true = ems.plan.rule_based

    def broken(*args: Any) -> Any:
        schedule = true(*args)
        schedule.tables["tank"]["level_kg"] += 1.0
        return schedule

    if not sound:
        monkeypatch.setattr(ems.plan, "rule_based", broken)
    argv = ("demo", "--date", DAY, "--weather", "climatology", "--step", "1h", "--out", tmp_path / "out")
    assert command("plan", *argv, "--lang", "en") == code
    data = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    assert data["outcome"] == ("fallback" if sound else "infeasible")
    assert command("audit", tmp_path / "out" / "plan.json") == code
    capsys.readouterr()


def test_hardly_any_time() -> None:
    """A fifth of a second for five-minute steps and a gap of zero: a plan or the rules, never a crash."""
    plan = planned("qingdao", step=5, limits=Limits(0.2, 0.0))
    assert plan.outcome in ("time_limit", "fallback", "relaxed", "optimal")
    assert plan.released.violations == ()
    if plan.outcome == "time_limit":
        assert "0.2 s" in plan.outcome_text.en
        assert plan.gap > 0
    check_content(plan)

"""A backtest: what adds up, what is kept, and the whole road from a site to its page."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from api.backtest_run import ROWS, run_backtest
from api.sweep.progress import Progress
from ems.operation.backtest import Asked, combine, prepare, task_id
from ems.operation.document import drawn_behaviour
from ems.operation.draws import drawn, load_columns, sun_columns
from ems.operation.page import backtest_html
from ems.operation.rolling import Manner
from ems.operation.score import capture
from ems.site_file import read_site

FIRST = date(2026, 3, 4)
QUICK = ("rule_based", "day_ahead", "perfect")


def row(policy: str, month: str, total: float, plans: int = 10) -> dict[str, Any]:
    sums = dict.fromkeys(
        (
            "paid_cny", "wear_cny", "stock_cny", "penalty_cny", "carbon_kg", "import_kwh", "starts", "unserved_kwh",
            "unserved_kg", "bridged_readings", "seconds_run", "bound_cny", "outages",
        ),
        1.0,
    )  # fmt: skip
    seconds = {"mean": 0.2, "p95": 0.3, "max": 0.4}
    return {
        "policy": policy, "month": month, "total_cny": total, "plans": plans, "peak_kw": 5.0, "violations": [],
        "not_planned": {}, "reasons": [], "churn": 0.1, "seconds_per_plan": seconds, **sums,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "policy", "perfect", "share"),
    [
        (1000, 820, 800, 0.9),
        (1000, 1020, 800, -0.1),
        (1000, 790, 800, 1.05),
        (1000, 999, 999, None),
        (1000, 900, 1100, None),
    ],
)
def test_the_share_captured_has_its_sign_and_none_where_there_is_nothing_to_capture(
    rules: float, policy: float, perfect: float, share: float | None
) -> None:
    assert capture(rules, policy, perfect) == (None if share is None else pytest.approx(share))


def test_shares_are_those_of_the_months_that_all_three_were_run_for() -> None:
    asked = Asked(FIRST, FIRST, ("rule_based", "rolling", "perfect"))
    rows = [
        row("rule_based", "2026-01", 1000.0), row("rule_based", "2026-02", 2000.0),
        row("rolling", "2026-01", 850.0), row("rolling", "2026-02", 1700.0, plans=30),
        row("perfect", "2026-01", 800.0),
    ]  # fmt: skip
    found = {p["policy"]: p for p in combine(asked, rows)["policies"]}
    assert found["rolling"]["capture"] == pytest.approx(0.75)
    assert found["rolling"]["capture_by_month"] == {"2026-01": pytest.approx(0.75), "2026-02": None}
    assert found["rolling"]["saving_cny"] == 450.0
    assert found["rolling"]["total_cny"] == 2550.0
    assert found["perfect"]["saving_cny"] == 200.0
    assert found["rolling"]["churn"] == pytest.approx(0.1)


def test_forecasts_depend_on_the_seed_alone_and_roofs_share_their_sky() -> None:
    file = read_site("demo")
    inputs = prepare(file, Asked(FIRST, FIRST, QUICK)).inputs
    one, same, other = (drawn(file, inputs.weather, inputs.table, seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one.issued, same.issued)
    changed = [*sun_columns(file.site), *load_columns(file.site)]
    assert not one.issued[changed].equals(other.issued[changed])
    known = [c for c in inputs.table if c not in changed]
    pd.testing.assert_frame_equal(one.issued[known], inputs.table[known])
    assert (one.issued["roof.yield_kw_per_kwp"] >= 0).all()
    night = inputs.table.index.hour < 4
    assert (one.issued.loc[night, "roof.yield_kw_per_kwp"] == 0).all()


def test_caution_takes_something_off_every_forecast_of_sun_and_adds_nothing() -> None:
    file = read_site("demo")
    inputs = prepare(file, Asked(FIRST, FIRST, QUICK)).inputs
    d = drawn(file, inputs.weather, inputs.table, 1)
    sun = list(sun_columns(file.site))
    assert list(d.caution) == sun
    assert (d.caution <= 0).all(axis=None)
    roof = sun[0]
    bright = d.issued[roof] > 0.1
    assert bright.sum() > 5
    assert (d.caution[roof][bright] < -0.01).all()


def test_a_task_is_known_by_all_that_its_result_depends_on() -> None:
    (month,) = prepare(read_site("demo"), Asked(FIRST, FIRST, QUICK)).months
    same = prepare(read_site("demo"), Asked(FIRST, FIRST, QUICK)).months[0]
    assert task_id("month", month, "rolling") == task_id("month", same, "rolling")
    warmer = replace(month, inputs=month.inputs.assign(temperature_c=30.0))
    others = [
        task_id("month", month, "perfect"),
        task_id("month", replace(month, seed=2), "rolling"),
        task_id("month", replace(month, manner=Manner(least_h=3.0)), "rolling"),
        task_id("month", warmer, "rolling"),
        task_id("month", replace(month, spread={1: month.issued}), "rolling"),
    ]
    assert len({task_id("month", month, "rolling"), *others}) == 6


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    folder = tmp_path_factory.mktemp("journal")
    asked = Asked(FIRST, FIRST, QUICK, silence=0.5)
    return run_backtest(read_site("demo"), asked, folder, lambda phase, p: None, workers=1), folder


def test_every_policy_serves_what_is_wanted_and_breaks_no_law(result: tuple[dict[str, Any], Path]) -> None:
    content, _ = result
    by = {p["policy"]: p for p in content["policies"]}
    assert set(by) == set(QUICK)
    for p in by.values():
        assert p["violations"] == []
        assert p["unserved_kwh"] == pytest.approx(0.0, abs=1e-6)
    assert by["perfect"]["total_cny"] <= by["rule_based"]["total_cny"] + 1.0
    assert by["perfect"]["total_cny"] >= by["perfect"]["bound_cny"] - abs(by["perfect"]["bound_cny"]) - 1000.0
    json.dumps(content, allow_nan=False)


def test_how_far_forecasts_were_off_is_told_from_what_was_drawn(result: tuple[dict[str, Any], Path]) -> None:
    prepared = prepare(read_site("demo"), Asked(FIRST, FIRST, QUICK, silence=0.5))
    month = prepared.months[0]
    came, said = (t[list(month.clear)].iloc[: month.steps].mean(axis=1) for t in (month.inputs, month.issued))
    lit = month.clear.iloc[: month.steps].mean(axis=1)
    lit = lit > 0.1 * lit.max()
    missed = float(((said - came)[lit] ** 2).mean() ** 0.5 / came[lit].mean())
    found = drawn_behaviour(prepared)
    assert found is not None
    assert found.hour == pytest.approx(missed)
    assert any(f"miss an hour by {missed:.0%} of the mean" in n["en"] for n in result[0]["notes"])


def test_silent_meters_are_told(result: tuple[dict[str, Any], Path]) -> None:
    content, _ = result
    by = {p["policy"]: p for p in content["policies"]}
    assert by["day_ahead"]["bridged_readings"] > 5
    assert any("meters were silent" in f["en"] for f in content["findings"])


def test_what_is_done_is_not_done_again(result: tuple[dict[str, Any], Path]) -> None:
    content, folder = result
    lines = (folder / ROWS).read_text().splitlines()
    told: list[Progress] = []
    asked = Asked(FIRST, FIRST, QUICK, silence=0.5)
    again = run_backtest(read_site("demo"), asked, folder, lambda phase, p: told.append(p) if p else None, workers=1)
    assert (folder / ROWS).read_text().splitlines() == lines
    assert told[-1].reused == told[-1].total == len(QUICK)
    assert again["policies"] == content["policies"]


def test_the_page_says_it_in_both_languages(result: tuple[dict[str, Any], Path]) -> None:
    content, _ = result
    page = backtest_html(content, "en")
    for text in ("perfect foresight", "完全预见", "Peak of each month", "逐月最大需量", "Forecasts are drawn"):
        assert text in page
    assert page.startswith("<!DOCTYPE html>")

"""`ems plan --scenarios`, `ems explain` as a whole."""

import json

import jsonschema
import pytest

from api.explain_command import step_at
from ems.plan_schema import plan_schema
from forecasting.errors import InputError
from tests.plan.parks import ems

DAY = ("--date", "2026-07-15", "--weather", "synthetic", "--step", "1h")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("scenarios")
    assert ems("plan", "demo", *DAY, "--scenarios", 3, "--risk", 0.5, "--out", out, "--lang", "en") == 0
    return out


@pytest.fixture(scope="module")
def content(folder):
    return json.loads((folder / "plan.json").read_text(encoding="utf-8"))


def test_the_plan_tells_of_its_scenarios_and_keeps_to_the_schema(content):
    jsonschema.validate(content, plan_schema(), cls=jsonschema.Draft202012Validator)
    told = content["stochastic"]
    assert len(told["scenarios"]) == 3
    assert told["risk"] == {"weight": 0.5, "alpha": 0.9}
    assert told["expected_cny"] == pytest.approx(sum(s["weight"] * s["total_cny"] for s in told["scenarios"]))
    assert told["cvar_cny"] == pytest.approx(max(s["total_cny"] for s in told["scenarios"]))
    assert told["objective_cny"] == pytest.approx(told["expected_cny"] + 0.5 * told["cvar_cny"])
    assert [s["violations"] for s in told["scenarios"]] == [0, 0, 0]
    assert content["bound_cny"] is None  # what is proven holds for all scenarios together
    assert any("known errors of forecasts" in n["en"] for n in content["notes"])


def test_the_page_shows_them_in_both_languages(folder, content):
    from ems.report import plan_html

    assert "Under scenarios" in (folder / "plan.html").read_text(encoding="utf-8")
    assert "不确定性下的计划" in plan_html(content, "zh")


def test_the_plan_passes_the_audit_of_the_command(folder):
    assert ems("audit", folder / "plan.json", "--lang", "en") == 0


def test_one_scenario_as_it_is_expected_is_the_usual_plan(tmp_path, folder, content):
    inputs = content["inputs"]
    column = next(name for name in inputs if name.endswith("electricity_kw"))
    times = [f"2026-07-15T{h:02d}:00:00+08:00" for h in range(24)]
    rows = [f"a,{t},{v}" for t, v in zip(times, inputs[column]["values"], strict=True)]
    path = tmp_path / "one.csv"
    path.write_text("\n".join([f"scenario,time,{column}", *rows]), encoding="utf-8")
    for name, more in (("usual", ()), ("one", ("--scenarios", path))):
        assert ems("plan", "demo", *DAY, *more, "--out", tmp_path / name, "--lang", "en") == 0
    usual, one = (json.loads((tmp_path / n / "plan.json").read_text(encoding="utf-8")) for n in ("usual", "one"))
    assert usual["stochastic"] is None
    assert one["objective_cny"] == pytest.approx(usual["objective_cny"], rel=2e-3)
    assert one["stochastic"]["expected_cny"] == pytest.approx(usual["objective_cny"], rel=2e-3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--risk", 1), "--scenarios beside it"),
        (("--scenarios", 0), "from 1 to 30"),
        (("--scenarios", "nowhere.csv"), "nowhere.csv"),
        (("--scenarios", 3, "--days", 2, "--out", "x"), "without --days"),
        (("--scenarios", 3, "--risk", -1), "from 0 to 100"),
    ],
)
def test_what_makes_no_sense_is_refused(words, said, capsys):
    assert ems("plan", "demo", *DAY, *words) == 2
    assert said in capsys.readouterr().err


def test_an_interval_is_explained_with_values_and_a_device_out(folder, tmp_path, capsys):
    path = folder / "plan.json"
    assert ems("explain", path, "--at", "18:30", "--without", "battery", "--lang", "en", "--json", tmp_path / "e") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "2026-07-15 18:00-19:00" in said
    assert "What one more unit is worth" in said
    assert "With battery out from 2026-07-15 18:00" in said
    told = json.loads((tmp_path / "e").read_text(encoding="utf-8"))
    assert told["without"]["change"]["total_cost_cny"] > 0
    assert ems("explain", path, "--at", "18:30", "--without", "batery", "--lang", "en") == 2
    assert "did you mean battery" in capsys.readouterr().err


def test_a_moment_is_a_clock_time_or_a_time_with_offset(content):
    assert step_at(content, "00:00") == 0
    assert step_at(content, "9:59") == 9
    assert step_at(content, "2026-07-15T23:59:00+08:00") == 23
    assert step_at(content, "2026-07-15T04:00:00Z") == 12
    for wrong in ("24:00", "noon", "2026-07-15T12:00:00", "2026-07-16T00:00:00+08:00", ""):
        with pytest.raises(InputError, match="--at"):
            step_at(content, wrong)

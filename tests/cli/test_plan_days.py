"""`ems plan --days`: days opened by the one before, one folder each, kept where they stand, safe to interrupt."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api import plan_days
from tests.plan.parks import ems, written

HOW = ("--date", "2026-06-15", "--weather", "climatology", "--step", "1h", "--lang", "en")


def plan(folder: Path, day: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / day / "plan.json").read_text(encoding="utf-8"))
    return content


def edit(folder: Path, day: str, change: Callable[[dict[str, Any]], None]) -> None:
    content = plan(folder, day)
    change(content)
    (folder / day / "plan.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three days of the demo park."""
    folder = tmp_path_factory.mktemp("days")
    assert ems("plan", "demo", *HOW, "--days", 3, "--out", folder) == 0
    return folder


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    for path in made.rglob("plan.json"):
        target = tmp_path / "plans" / path.relative_to(made)
        target.parent.mkdir(parents=True)
        target.write_bytes(path.read_bytes())
    return tmp_path / "plans"


def test_each_day_opens_with_what_the_day_before_left(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(str(p.relative_to(made)) for p in made.rglob("*") if p.is_file())
    assert files == [f"2026-06-{d}/plan.json" for d in (15, 16, 17)]
    for before, day in (("2026-06-15", "2026-06-16"), ("2026-06-16", "2026-06-17")):
        assert plan(made, day)["state_start"]["components"] == plan(made, before)["state_end"]["components"]
        assert ems("audit", made / day / "plan.json") == 0
    capsys.readouterr()


def test_a_day_of_the_chain_is_the_day_planned_by_itself(made: Path, tmp_path: Path) -> None:
    out, state = tmp_path / "alone.json", made / "2026-06-15" / "plan.json"
    assert ems("plan", "demo", *HOW, "--date", "2026-06-16", "--state", state, "--json", out) == 0
    alone = json.loads(out.read_text(encoding="utf-8"))
    of_chain = plan(made, "2026-06-16")
    assert alone["objective_cny"] == of_chain["objective_cny"]
    assert alone["series"] == of_chain["series"]


def run_again(folder: Path, capsys: pytest.CaptureFixture[str], *more: object, site: object = "demo") -> list[bool]:
    """Whether each of the three days was kept."""
    capsys.readouterr()
    assert ems("plan", site, *HOW, "--days", 3, "--out", folder, *more) == 0
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("2026-06-1")]
    assert len(said) == 3
    return [line.endswith("kept") for line in said]


def test_days_that_stand_are_kept(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {p: p.read_bytes() for p in copy.rglob("plan.json")}
    assert run_again(copy, capsys) == [True, True, True]
    assert {p: p.read_bytes() for p in copy.rglob("plan.json")} == before
    (copy / "2026-06-17" / "plan.json").unlink()
    assert run_again(copy, capsys) == [True, True, False]


def test_a_day_that_would_open_with_other_stocks_is_planned_anew(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(copy, "2026-06-15", lambda p: p["state_end"]["components"]["tank"].update(level_kg=20.0))
    assert run_again(copy, capsys)[:2] == [True, False]
    assert plan(copy, "2026-06-16")["state_start"]["components"]["tank"]["level_kg"] == 20.0


@pytest.mark.parametrize("what", ["objective", "state", "outage", "site", "forecast", "gap", "version"])
def test_other_inputs_are_other_plans(
    what: str, copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more: tuple[object, ...] = ()
    site: object = "demo"
    if what == "objective":
        more = ("--objective", "carbon")
    elif what == "state":
        state = tmp_path / "state.json"
        state.write_text(json.dumps({"components": {"tank": {"level_kg": 31}}}))
        more = ("--state", state)
    elif what == "outage":
        more = ("--outage", "electrolyser")
    elif what == "site":
        site = written(tmp_path, "throughput_cny_per_unit: 0.2", "throughput_cny_per_unit: 0.21")
    elif what == "forecast":
        edit(copy, "2026-06-15", lambda p: p["inputs"]["temperature_c"]["values"].__setitem__(3, 1.0))
    elif what == "gap":
        edit(copy, "2026-06-15", lambda p: p.update(gap=0.5))
    else:
        edit(copy, "2026-06-15", lambda p: p["provenance"]["versions"].update({"park-ems": "0.0"}))
    assert not run_again(copy, capsys, *more, site=site)[0]


def test_plans_of_another_park_are_not_overwritten(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(copy, "2026-06-15", lambda p: p["site"].update(name="mine"))
    before = (copy / "2026-06-15" / "plan.json").read_bytes()
    assert ems("plan", "demo", *HOW, "--days", 1, "--out", copy) == 2
    assert "plans of another park lie there" in capsys.readouterr().err
    assert (copy / "2026-06-15" / "plan.json").read_bytes() == before


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("--days", "0", "--out", "x"), ["--days", "1 to 3660"]),
        (("--days", "-3", "--out", "x"), ["--days", "1 to 3660"]),
        (("--days", "3"), ["--days", "--out DIR"]),
        (("--days", "3", "--out", "x", "--json", "y"), ["--days", "no --json"]),
        (("--days", "many", "--out", "x"), ["--days", "many"]),
    ],
)
def test_days_that_cannot_be(
    argv: tuple[str, ...], words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    assert ems("plan", "demo", *HOW, *argv) == 2
    said = capsys.readouterr().err
    assert not [w for w in words if w not in said], said
    assert not list(tmp_path.iterdir())


def test_a_day_that_is_not_released_ends_the_chain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = plan_days.made_plan
    monkeypatch.setattr(plan_days, "made_plan", lambda *a, **k: replace(real(*a, **k), outcome="infeasible"))
    assert ems("plan", "demo", *HOW, "--days", 2, "--out", tmp_path / "out") == 1
    assert "the days after it were not planned" in capsys.readouterr().err
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["2026-06-15"]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc")
def test_cancelled_between_days(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was finished stands whole, nothing half is left, and the same command goes on."""
    out = tmp_path / "out"
    run = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "plan", "demo", *HOW, "--days", "300", "--out", str(out)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while not (out / "2026-06-16" / "plan.json").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        os.killpg(run.pid, signal.SIGINT)
        _, said = run.communicate(timeout=20)
    finally:
        if run.poll() is None:
            run.kill()
    assert run.returncode == 130
    assert "days stand; the same command goes on" in said.strip().splitlines()[-1]
    assert "Traceback" not in said
    files = [p for p in out.rglob("*") if p.is_file()]
    assert len(files) >= 2
    assert all(p.name == "plan.json" and json.loads(p.read_text(encoding="utf-8")) for p in files)
    assert ems("plan", "demo", *HOW, "--days", 2, "--out", out) == 0
    assert capsys.readouterr().out.count("kept") == 2

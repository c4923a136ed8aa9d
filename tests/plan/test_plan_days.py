"""Days that follow each other, days on which the clocks change, short and long steps."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from ems.plan_file import audit_plan, to_csv, to_dict, to_json
from ems.site_file import read_site
from ems.state import read_state
from tests.plan.parks import DAY, planned, shipped, stored, written

BERLIN = ("timezone: Asia/Shanghai, country: CN", "timezone: Europe/Berlin, country: DE")


@pytest.mark.parametrize("site", ["demo", "qingdao", "coal_mine"])
def test_a_plan_opens_the_next_day(site: str, tmp_path: Path) -> None:
    """Levels go on, machines stay what they were, the month's peak is carried."""
    first = shipped(site)
    path = tmp_path / "plan.json"
    path.write_text(to_json(to_dict(first)), encoding="utf-8")
    state = read_state(path, first.file.site)
    assert state.at == first.window.inputs.index[-1] + pd.Timedelta(hours=1)
    second = planned(site, DAY + timedelta(days=1), state=state)
    assert second.released.violations == ()
    assert audit_plan(stored(second), "plan") == []
    assert not any("state" in n.en.lower() or "readings" in n.en for n in second.notes), [n.en for n in second.notes]
    for c in first.file.site.components:
        before, after = first.released.schedule.tables[c.name], second.released.schedule.tables[c.name]
        for q in c.quantities:
            if q.at_end and c.name in state.components:
                assert state.components[c.name][q.name] == pytest.approx(before[q.name].iloc[-1])
        if c.kind == "grid":
            assert after["peak_kw"].iloc[0] >= before["peak_kw"].iloc[-1] - 1e-6
    again = stored(second)["state_start"]["components"]
    assert again == json.loads(path.read_text(encoding="utf-8"))["state_end"]["components"]


def test_a_state_of_another_moment_is_used_and_told(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text('{"at": "2026-11-22T18:00:00+08:00", "components": {"tank": {"level_kg": 42.0}}}')
    plan = planned("demo", state=read_state(path, read_site("demo").site))
    note = next(n for n in plan.notes if "18:00" in n.en)
    assert "2026-11-23 00:00" in note.en
    assert "18:00" in note.zh
    assert plan.window.state["tank"]["level_kg"] == 42


def test_what_is_assumed_is_told_in_words() -> None:
    (note,) = [n for n in shipped("qingdao").notes if "assumed from the site file" in n.en]
    assert "hydrogen tank holds 400 kg" in note.en
    assert "all machines off" in note.en
    assert "month's peak of 4,000 kW" in note.en
    assert "储氢罐存量 400 kg" in note.zh
    assert "全部机组停机" in note.zh
    assert "本月最大需量 4,000 kW" in note.zh
    assert "_" not in note.en + note.zh
    assert "=" not in note.en + note.zh


def test_only_what_was_not_read_is_assumed(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    machines = {"pem": {"hot_modules": 1, "on_modules": 1}}
    path.write_text(json.dumps({"components": machines | {"tank": {"level_kg": 300}}}))
    plan = planned("qingdao", state=read_state(path, read_site("qingdao").site))
    (note,) = [n for n in plan.notes if "assumed from the site file" in n.en]
    assert "hydrogen tank" not in note.en
    assert "off: alkaline electrolysers, fuel-cell CHP" in note.en
    assert "PEM" not in note.zh
    assert plan.released.violations == ()


@pytest.mark.parametrize(("day", "quarters", "hours"), [(date(2026, 3, 29), 92, 23), (date(2026, 10, 25), 100, 25)])
def test_days_on_which_the_clocks_change(day: date, quarters: int, hours: int, tmp_path: Path) -> None:
    path = written(tmp_path, *BERLIN)
    for step, steps in ((15, quarters), (60, hours)):
        plan = planned(path, day, step=step)
        data = stored(plan)
        assert data["steps"] == steps
        assert plan.released.violations == ()
        assert plan.baseline.violations == ()
        assert audit_plan(data, "plan") == []
        times = [line.split(",")[0] for line in to_csv(data).splitlines()[1:]]
        assert len(set(times)) == steps
        offsets = {t[-6:] for t in times}
        assert offsets == {"+01:00", "+02:00"}
        assert data["start"].startswith(f"{day}T00:00:00")
        assert data["end"].startswith(f"{day + timedelta(days=1)}T00:00:00")


@pytest.mark.parametrize("step", [5, 10, 30])
def test_steps_of_all_lengths(step: int) -> None:
    plan, hourly = planned("demo", step=step), shipped("demo")
    assert len(plan.window.inputs) == 24 * 60 // step
    assert plan.released.violations == ()
    assert audit_plan(stored(plan), "plan") == []
    assert plan.released.kpis["total_cost_cny"] == pytest.approx(hourly.released.kpis["total_cost_cny"], rel=0.05)


def test_the_same_twice() -> None:
    one, two = stored(planned("demo")), stored(planned("demo"))
    for data in (one, two):
        data.pop("timings")
        data["provenance"].pop("created_at")
    assert one == two

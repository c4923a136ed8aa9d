"""`ems audit`: stored plans pass, hand-edited ones are found out, files that are no plans are refused."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ems.plan_file import to_dict, to_json
from tests.plan.parks import ems, planned

Content = dict[str, Any]
CLEAN = {"en": "Clean: no law is broken.", "zh": "审核通过"}


@pytest.fixture(scope="module")
def stored() -> str:
    return to_json(to_dict(planned("demo")))


def changed(stored: str, tmp_path: Path, change: Callable[[Content], None]) -> Path:
    data = json.loads(stored)
    change(data)
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_stored_plan_is_clean(lang: str, stored: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = changed(stored, tmp_path, lambda d: None)
    assert ems("audit", path, "--lang", lang) == 0
    assert CLEAN[lang] in capsys.readouterr().out


def test_the_verdict_as_json(stored: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = changed(stored, tmp_path, lambda d: None)
    assert ems("audit", path, "--json", "-") == 0
    assert json.loads(capsys.readouterr().out) == []


SERIES = [  # every series of the tutorial park that an operator may want to change, and a state
    "grid.import_kw", "grid.peak_kw", "roof.power_kw", "roof.curtailed_kw", "battery.charge_kw", "battery.level_kwh",
    "electrolyser.power_kw", "electrolyser.hydrogen_kg_per_h", "electrolyser.on_modules", "tank.level_kg",
    "tank.discharge_kg_per_h", "forklifts.served_kg_per_h", "workshop.served_kw", "workshop.unserved_kw",
    "vent.lost_kg_per_h",
]  # fmt: skip


@pytest.mark.parametrize("name", SERIES)
def test_an_edited_series_is_found(name: str, stored: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One value, a little more than at noon."""

    def edit(d: Content) -> None:
        d["series"][name]["values"][12] += 1.0

    path = changed(stored, tmp_path, edit)
    assert ems("audit", path, "--lang", "en", "--json", tmp_path / "found.json") == 1
    said = capsys.readouterr().out
    assert "Not clean" in said
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert found
    assert any(v["component"] in said for v in found)


EDITS: dict[str, Callable[[Content], None]] = {
    "objective": lambda d: d.update(objective_cny=d["objective_cny"] - 1.0),
    "a key figure": lambda d: d["kpis"].update(emissions_kgco2e=d["kpis"]["emissions_kgco2e"] - 1.0),
    "price": lambda d: d["inputs"]["import_cny_per_kwh"]["values"].__setitem__(3, 0.01),
    "demand": lambda d: d["inputs"]["workshop.electricity_kw"]["values"].__setitem__(9, 500.0),
    "sun": lambda d: d["inputs"]["roof.yield_kw_per_kwp"]["values"].__setitem__(12, 0.9),
    "start": lambda d: d["state_start"]["components"].update(tank={"level_kg": 59.0}),
    "capacity": lambda d: d["site"]["definition"]["components"][1].update(connection_kw=50.0),
    "a value lost": lambda d: d["series"]["grid.import_kw"]["values"].__setitem__(3, None),
    "a series lost": lambda d: d["series"].pop("grid.import_kw"),
    "a component lost": lambda d: [d["series"].pop(k) for k in list(d["series"]) if k.startswith("battery.")],
}


@pytest.mark.parametrize("what", EDITS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_edited_plan_is_found(
    what: str, lang: str, stored: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = changed(stored, tmp_path, EDITS[what])
    assert ems("audit", path, "--lang", lang) == 1
    said = capsys.readouterr().out
    assert ("Not clean" if lang == "en" else "审核不通过") in said
    assert "nan" not in said


def test_laws_are_told_in_chinese(stored: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = changed(stored, tmp_path, lambda d: d["series"]["tank.level_kg"]["values"].__setitem__(12, 59.0))
    assert ems("audit", path, "--lang", "zh") == 1
    said = capsys.readouterr().out
    assert "存量平衡" in said
    assert "level balance" not in said


BROKEN: dict[str, tuple[Callable[[Content], None], list[str]]] = {
    "another major version": (lambda d: d.update(schema_version="2.0"), ["schema_version", "'2.0'", "1.x"]),
    "no version": (lambda d: d.pop("schema_version"), ["schema_version", "plan.json"]),
    "no series": (lambda d: d.pop("series"), ["series", "missing"]),
    "a series too short": (
        lambda d: d["series"]["grid.import_kw"]["values"].pop(),
        ["series.grid.import_kw", "23 values", "24 steps"],
    ),
    "a series of words": (
        lambda d: d["series"]["grid.import_kw"]["values"].__setitem__(0, "much"),
        ["series.grid.import_kw", "much"],
    ),
    "a series of yes": (
        lambda d: d["series"]["grid.import_kw"]["values"].__setitem__(0, True),
        ["series.grid.import_kw", "True"],
    ),
    "no list": (lambda d: d["series"].update({"grid.import_kw": 5}), ["series.grid.import_kw"]),
    "an unknown series": (lambda d: d["series"].update({"ghost.power_kw": d["series"]["roof.power_kw"]}), ["ghost"]),
    "an unknown kind": (
        lambda d: d["site"]["definition"]["components"][0].update(kind="magic"),
        ["definition", "magic"],
    ),
    "an input too short": (
        lambda d: d["inputs"]["import_cny_per_kwh"]["values"].pop(),
        ["inputs.import_cny_per_kwh", "23 values"],
    ),
    "an input with a gap": (
        lambda d: d["inputs"]["import_cny_per_kwh"]["values"].__setitem__(0, None),
        ["inputs.import_cny_per_kwh", "gap"],
    ),
    "a start without a zone": (lambda d: d.update(start="2026-11-23T00:00:00"), ["start"]),
    "a start in words": (lambda d: d.update(start="midnight"), ["start"]),
    "no steps": (lambda d: d.update(steps=0), ["steps"]),
    "a zone of no one": (lambda d: d.update(timezone="Mars/Olympus"), ["timezone", "Mars/Olympus"]),
    "a step of no time": (lambda d: d.update(step_minutes=0), ["step_minutes", "0"]),
    "an unknown objective": (lambda d: d["objective"].update(profit=1), ["objective", "profit"]),
    "a state of words": (
        lambda d: d["state_start"].update(components={"tank": {"level_kg": "full"}}),
        ["state_start", "full"],
    ),
    "no objective": (lambda d: d.update(objective_cny=None), ["objective_cny", "None"]),
    "an objective of nothing": (lambda d: d.update(objective_cny=float("nan")), ["objective_cny", "nan"]),
    "an input lost": (lambda d: d["inputs"].pop("workshop.electricity_kw"), ["workshop.electricity_kw"]),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_no_whole_plan_is_refused(
    what: str, stored: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, words = BROKEN[what]
    path = changed(stored, tmp_path, change)
    code = ems("audit", path, "--lang", "en")
    said = capsys.readouterr().err
    assert code == 2
    assert "Traceback" not in said
    assert said.count("\n") == 1
    missing = [w for w in (path.name, *words) if w not in said]
    assert not missing, f"{missing} not in: {said}"


@pytest.mark.parametrize("what", ["truncated", "state", "list", "missing", "folder", "huge", "csv"])
def test_a_file_that_is_no_plan(what: str, stored: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plan.json"
    match what:
        case "truncated":
            path.write_text(stored[: len(stored) // 2], encoding="utf-8")
        case "state":
            path.write_text('{"at": "2026-11-23T00:00:00+08:00", "components": {}}')
        case "list":
            path.write_text("[]")
        case "folder":
            path.mkdir()
        case "huge":
            path.touch()
            os.truncate(path, 10_000_000_000)
        case "csv":
            path.write_text("time,grid.import_kw\n")
    assert ems("audit", path) == 2
    said = capsys.readouterr().err
    assert path.name in said
    assert "Traceback" not in said


def test_a_later_minor_version_is_read(stored: str, tmp_path: Path) -> None:
    """A field that is not known yet is no obstacle."""
    path = changed(stored, tmp_path, lambda d: d.update(schema_version="1.7", novelty=copy.deepcopy(d["kpis"])))
    assert ems("audit", path, "--lang", "en") == 0

"""What the command prints and writes: one language, one stream for JSON, whole files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import jsonschema
import pytest

from api.files import write_text
from ems.plan_file import to_csv
from ems.plan_schema import plan_schema
from forecasting.errors import InputError
from tests.plan.parks import ems

DAY = ("--date", "2026-11-23", "--weather", "climatology", "--step", "1h")


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)


def test_json_on_standard_output_is_all_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert ems("plan", "demo", *DAY, "--json", "-") == 0
    said = capsys.readouterr()
    jsonschema.validate(json.loads(said.out), plan_schema(), cls=jsonschema.Draft202012Validator)
    assert said.err == ""


def test_what_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a" / "b"
    assert ems("plan", "demo", *DAY, "--lang", "zh", "--out", out, "--json", tmp_path / "again.json") == 0
    assert {p.name for p in out.iterdir()} == {"plan.json", "schedule.csv", "plan.html"}
    data = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert data == json.loads((tmp_path / "again.json").read_text(encoding="utf-8"))
    assert (out / "schedule.csv").read_text(encoding="utf-8") == to_csv(data)
    assert '<html lang="zh' in (out / "plan.html").read_text(encoding="utf-8")
    said = capsys.readouterr()
    assert "教程园区" in said.out
    assert str(out) in said.err
    assert ems("audit", out / "plan.json") == 0


@pytest.mark.parametrize("site", ["demo", "qingdao"])
def test_english_is_english(site: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ems("plan", site, *DAY, "--lang", "en") == 0
    assert not has_chinese(capsys.readouterr().out)


def test_chinese_is_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    """Outcome, reasons and assumptions in Chinese: no line without a Chinese word but the figures of tables."""
    assert ems("plan", "demo", *DAY, "--lang", "zh") == 0
    said = capsys.readouterr().out
    sentences = [line for line in said.splitlines() if line.startswith(("- ", "["))]
    assert len(sentences) > 5
    assert all(has_chinese(line) for line in sentences)
    assert "No " not in said
    assert "are bought" not in said


def test_the_inputs_as_csv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ems("forecast", "demo", *DAY, "--csv", "-") == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert len(rows) == 24
    assert rows[0]["time"] == "2026-11-23T00:00:00+08:00"
    assert set(rows[0]) >= {"import_cny_per_kwh", "workshop.electricity_kw", "tariff_band", "grid_kgco2e_per_kwh"}
    assert ems("forecast", "demo", *DAY, "--csv", tmp_path / "inputs.csv", "--lang", "en") == 0
    assert (tmp_path / "inputs.csv").read_text(encoding="utf-8").count("\n") == 25
    capsys.readouterr()


def test_the_parks_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert ems("sites", "--lang", "zh") == 0
    said = capsys.readouterr().out
    assert [line.split()[0] for line in said.splitlines()] == ["coal_mine", "demo", "office_park", "qingdao"]


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plan.json"
    path.write_text("before")
    write_text(path, "after")
    assert path.read_text() == "after"
    assert list(tmp_path.iterdir()) == [path]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("api.files.os.replace", full)
    with pytest.raises(InputError, match="No space left"):
        write_text(path, "more")
    assert path.read_text() == "after"
    assert list(tmp_path.iterdir()) == [path]


def test_yesterdays_plan_is_a_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ems("plan", "demo", *DAY, "--out", tmp_path) == 0
    code = ems("plan", "demo", "--date", "2026-11-24", *DAY[2:], "--state", tmp_path / "plan.json", "--json", "-")
    capsys.readouterr()
    assert code == 0


def test_an_outage_is_in_the_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert ems("plan", "demo", *DAY, "--outage", "electrolyser", "--json", "-") == 0
    data = json.loads(capsys.readouterr().out)
    assert set(data["series"]["electrolyser.power_kw"]["values"]) == {0.0}
    machine = next(c for c in data["site"]["definition"]["components"] if c["name"] == "electrolyser")
    assert machine["outages"] == [{"start": None, "end": None, "modules": None}]

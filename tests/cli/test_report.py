"""`ems report`: what it writes, what it verifies, and that what cannot be is one sentence and nothing written."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import numpy as np
import openpyxl
import pytest

from api.emission_arguments import add_report_command
from api.report_command import report
from ems.emissions.evidence_zip import packed, parts_of
from ems.emissions.schema import report_schema
from forecasting.errors import InputError
from tests.emissions.document.days import HOURLY, activity

Run = Callable[..., int]


@pytest.fixture
def run() -> Run:
    """The command, English unless a language is named."""

    def language(p: argparse.ArgumentParser) -> None:
        p.add_argument("--lang", choices=("zh", "en"), default="en")

    def call(*words: str) -> int:
        top = argparse.ArgumentParser()
        add_report_command(top.add_subparsers(), language)
        return report(top.parse_args(["report", *words]))

    return call


@pytest.fixture
def readings(tmp_path: Path) -> Path:
    """Two days of meters of the tutorial park, every hour like the other."""
    return written(tmp_path / "meters.csv")


def written(path: Path, **change: float) -> Path:
    table = activity("measured").table
    for name, value in change.items():
        table[name.replace("__", ".")] = value
    lines = [
        ",".join([at.isoformat(), *(repr(float(x)) for x in row)])
        for at, row in zip(table.index, np.asarray(table), strict=True)
    ]
    path.write_text("\n".join([",".join(["time", *table]), *lines]) + "\n", encoding="utf-8")
    return path


METERS = ("--measured", "{tmp}/meters.csv")
DAYS = ("demo", "--from", "2026-06-15", "--to", "2026-06-16")


def test_readings_become_page_workbook_document_and_evidence(
    run: Run, readings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    formats = [x for kind in ("html", "xlsx", "json") for x in ("--format", kind)]
    assert run(*DAYS, "--measured", str(readings), *formats, "--out", str(out)) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "emitted by the park, location based" in said
    assert {p.name for p in out.iterdir()} == {"report.html", "report.xlsx", "report.json", "evidence.zip"}
    content = json.loads((out / "report.json").read_text(encoding="utf-8"))
    jsonschema.validate(content, report_schema())
    assert content["inventory"]["location"]["total_kg"] == pytest.approx(48 * HOURLY["grid.import_kwh"] * 0.6191)
    assert content["provenance"]["files"][0]["path"] == "meters.csv"
    assert list(content["avoided"]) == ["grid_only"]
    assert "Tutorial park" in (out / "report.html").read_text(encoding="utf-8")
    assert openpyxl.load_workbook(out / "report.xlsx").sheetnames


def test_a_bundle_is_verified_and_a_changed_one_is_not(
    run: Run, readings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*DAYS, "--measured", str(readings), "--format", "json", "--out", str(tmp_path / "out")) == 0
    bundle = tmp_path / "out/evidence.zip"
    capsys.readouterr()
    assert run("--verify", str(bundle)) == 0
    assert "It holds" in capsys.readouterr().out
    parts, _ = parts_of(bundle.read_bytes(), "x.zip")
    parts["inputs.csv"] = parts["inputs.csv"].replace("95.0", "59.0", 1)
    bundle.write_bytes(packed(parts))
    assert run("--verify", str(bundle), "--lang", "zh") == 1
    assert "核对不通过" in capsys.readouterr().out


def test_a_report_against_an_older_one_tells_what_changed(
    run: Run, readings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*DAYS, "--measured", str(readings), "--format", "json", "--out", str(tmp_path / "old")) == 0
    more = written(tmp_path / "more.csv", grid__import_kwh=105.0)
    against = ("--against", str(tmp_path / "old/evidence.zip"))
    assert run(*DAYS, "--measured", str(more), *against, "--format", "json", "--out", str(tmp_path / "new")) == 0
    change = json.loads((tmp_path / "new/report.json").read_text(encoding="utf-8"))["difference"]
    assert change["activity_kg"] == pytest.approx(480 * 0.6191)
    assert change["factors_kg"] == pytest.approx(0.0, abs=1e-9)


WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "a day that does not exist": (("demo", "--from", "2026-02-30", "--to", "2026-03-01"), "--from: is '2026-02-30'"),
    "an end before the start": (("demo", "--from", "2026-06-16", "--to", "2026-06-15"), "--from comes before --to"),
    "no end": (("demo", "--from", "2026-06-16"), "--to"),
    "no site": (("--from", "2026-06-15", "--to", "2026-06-16"), "SITE"),
    "an unknown site": (("demmo", "--from", "2026-06-15", "--to", "2026-06-16"), "did you mean demo"),
    "no source": (DAYS, "--plans"),
    "no plans in the folder": ((*DAYS, "--plans", "{tmp}/empty"), "plans of 2026-06-15"),
    "no such folder": ((*DAYS, "--plans", "{tmp}/nowhere"), "a folder with plans"),
    "both sources": ((*DAYS, "--plans", "{tmp}/empty", "--measured", "{tmp}/meters.csv"), "--source"),
    "an unknown baseline": ((*DAYS, *METERS, "--baseline", "grid_onyl"), "did you mean grid_only"),
    "rules without plans": ((*DAYS, *METERS, "--baseline", "rule_based"), "--source plans"),
    "a negative amount": ((*DAYS, "--measured", "{tmp}/negative.csv"), "0 or more"),
    "readings of other days": (
        ("demo", "--from", "2026-08-01", "--to", "2026-08-31", "--measured", "{tmp}/meters.csv"),
        "readings of 2026-08-01",
    ),
    "a month without readings": (
        ("demo", "--from", "2026-06-01", "--to", "2026-07-31", "--measured", "{tmp}/meters.csv"),
        "2026-07",
    ),
    "an older report that is none": ((*DAYS, *METERS, "--against", "{tmp}/meters.csv"), "evidence bundle"),
    "a bundle and more": (("demo", "--verify", "{tmp}/meters.csv"), "nothing beside --verify"),
    "a bundle that is none": (("--verify", "{tmp}/meters.csv"), "evidence bundle"),
    "a park without accounting": (("coal_mine", "--from", "2026-06-15", "--to", "2026-06-16"), "emissions.yaml"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_one_sentence_and_nothing_is_written(
    name: str, run: Run, readings: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    written(tmp_path / "negative.csv", grid__import_kwh=-1.0)
    words, said = WRONG[name]
    out = () if "--verify" in words else ("--out", str(tmp_path / "out"))
    with pytest.raises(InputError) as error:
        run(*(w.replace("{tmp}", str(tmp_path)) for w in words), *out)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "out").exists()

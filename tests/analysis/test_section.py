"""Consumption, intensity and load by hand; the section and its page tell what they hold."""

from __future__ import annotations

import argparse
import json
import runpy
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from api.analyse_command import analyse
from api.emission_arguments import add_analyse_command
from ems.analysis.load import load
from ems.analysis.report import analysis_html
from ems.analysis.section import analysis_section
from forecasting.errors import InputError

PARKS: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("parks.py")))
WORKSHOP, FORKLIFTS, POWER, MADE = (PARKS[k] for k in ("WORKSHOP", "FORKLIFTS", "POWER", "MADE"))
DAY = PARKS["hours"](date(2026, 6, 15), date(2026, 6, 16))  # Monday, Tuesday


def section(**values: Any) -> dict[str, Any]:
    return analysis_section(PARKS["activity"](DAY, **values), PARKS["demo"]())


def flat(x: float) -> Any:
    return np.full(48, x)


def test_consumption_adds_up_by_meter_building_and_band() -> None:
    got = section(workshop_served_kwh=np.arange(48.0), forklifts_served_kg=flat(2.0))["consumption"]
    by_meter = {r["meter"]: r for r in got["meters"]}
    assert by_meter[WORKSHOP]["amount"] == 1128  # 47 x 48 / 2
    assert sum(by_meter[WORKSHOP]["by_band"].values()) == 1128
    assert by_meter[FORKLIFTS]["amount"] == 96
    assert by_meter[FORKLIFTS]["by_band"] is None
    assert [(b["building"], b["amount"]) for b in got["buildings"]] == [("workshop", 1128)]


def test_bands_are_those_of_the_tariff() -> None:
    """Shandong, June: deep valley and valley by noon; one kWh from 11 to 12 each day is in one of them alone."""
    noon = np.where(DAY.hour == 11, 1.0, 0.0)
    (row,) = section(workshop_served_kwh=noon)["consumption"]["meters"]
    assert {b: x for b, x in row["by_band"].items() if x} == {"V": 2.0} or {
        b: x for b, x in row["by_band"].items() if x
    } == {"D": 2.0}


def test_hours_without_a_reading_are_told_and_not_filled() -> None:
    y = flat(10.0)
    y[:12] = np.nan
    got = section(workshop_served_kwh=y)
    (row,) = got["consumption"]["meters"]
    assert (row["amount"], row["known_share"]) == (360, 0.75)
    area = next(i for i in got["intensity"] if i["per"] == "m2")
    assert area["value"] is None
    assert [f["hours"] for f in got["anomalies"]["findings"]] == [12]


def test_intensity_by_hand() -> None:
    got = section(
        workshop_served_kwh=flat(50.0), electrolyser_power_kwh=flat(110.0), electrolyser_hydrogen_kg=flat(2.0)
    )["intensity"]
    by = {(i["per"], i["name"]["en"]): i for i in got}
    assert by["m2", "production hall (workshop)"]["value"] == pytest.approx(50 * 48 / 5000)
    assert by["kg", "electrolyser"]["value"] == pytest.approx(55)
    assert by["occupied_day", "workshop"]["value"] == pytest.approx(1200)
    assert by["free_day", "workshop"]["value"] is None


def test_load_figures_by_hand() -> None:
    index = PARKS["hours"](date(2026, 6, 15), date(2026, 6, 17))
    hours = pd.Series(np.tile(np.arange(24.0), 3) + np.repeat([0.0, 10.0, 20.0], 24), index=index)
    got = load(hours)
    assert got is not None
    assert (got["peak"], got["mean"], got["base"]) == (43, 21.5, 10)
    assert got["peaks"][0] == {"at": "2026-06-17T23:00:00+08:00", "value": 43.0}
    assert [p["value"] for p in got["peaks"]] == [43, 33, 23]
    assert got["load_factor"] == pytest.approx(0.5)
    assert got["duration"][0] == {"share": 0.0, "value": 43.0}
    assert got["duration"][-1] == {"share": 1.0, "value": 0.0}


# ---- the command ----------------------------------------------------------------------------------------------------


def call(*words: str) -> int:
    top = argparse.ArgumentParser()
    add_analyse_command(top.add_subparsers(dest="command"), lambda p: p.add_argument("--lang", default="en"))
    return analyse(top.parse_args(["analyse", *words]))


@pytest.fixture
def readings(tmp_path: Path) -> Path:
    """March and April 2026 of the tutorial park, April with ten per cent more by day and a spike."""
    index = PARKS["hours"](date(2026, 3, 1), date(2026, 4, 30))
    y = PARKS["workshop"](index)
    april = index.month == 4
    y[april] *= 1.1
    y[int(np.flatnonzero(april)[50])] = 2000.0
    file = tmp_path / "meters.csv"
    lines = [f"{t.isoformat()},{x:.2f}" for t, x in zip(index, y, strict=True)]
    file.write_text("\n".join([f"time,{WORKSHOP}", *lines]) + "\n", encoding="utf-8")
    return file


def test_the_command_writes_data_that_say_what_was_found(readings: Path, tmp_path: Path) -> None:
    words = ["demo", "--measured", str(readings), "--from", "2026-04-01", "--to", "2026-04-30"]
    assert call(*words, "--format", "json", "--out", str(tmp_path / "out")) == 0
    content = json.loads((tmp_path / "out/analysis.json").read_text(encoding="utf-8"))
    assert (content["kind"], content["schema_version"]) == ("energy_analysis", "1.0")
    analysis = content["analysis"]
    (meter,) = (r for r in analysis["changes"] if r["meter"] == WORKSHOP)
    # ten per cent, and a spike of 1 955 kWh in some 49 750
    assert meter["period_on_period"]["comparable"] == pytest.approx(0.1 + 1955 / 49750, abs=0.005)
    assert meter["year_on_year"]["comparable"] is None
    assert any("Year on year" in n["en"] for n in analysis["notes"])
    assert [(f["kind"], f["start"][:13]) for f in analysis["anomalies"]["findings"]] == [("spike", "2026-04-03T02")]
    for lang in ("zh", "en"):
        page = analysis_html(content, lang)  # type: ignore[arg-type]
        assert "2026-04-03 02:00" in page
        assert page.count("<section") == 12
        assert "://" not in page.split("<script>")[0]


def test_without_a_period_all_whole_days_of_the_file_are_analysed(
    readings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("demo", "--measured", str(readings), "--format", "json") == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["period"]["from"], content["period"]["to"]) == ("2026-03-01", "2026-04-30")


def test_a_period_without_readings_is_refused_and_nothing_is_written(readings: Path, tmp_path: Path) -> None:
    words = ["demo", "--measured", str(readings), "--from", "2025-04-01", "--to", "2025-04-30"]
    with pytest.raises(InputError, match=r"meters\.csv"):
        call(*words, "--out", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match="not before"):
        call("demo", "--measured", str(readings), "--from", "2026-04-10", "--to", "2026-04-01")

"""Options, states and weather files that cannot be used: exit code 2, one sentence, nothing written."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api import arguments
from forecasting.errors import InputError
from tests.plan.parks import ems, written

OPTIONS = {
    "day that is not": (["--date", "2026-02-30"], ["--date", "2026-02-30", "2026-11-23"]),
    "day in words": (["--date", "yesterday"], ["--date", "yesterday", "tomorrow"]),
    "day of old": (["--date", "1850-01-01"], ["--date", "1850", "2000 to 2100"]),
    "uneven step": (["--step", "7min"], ["step", "7", "5, 6, 10, 12, 15"]),
    "no step": (["--step", "0"], ["--step", "'0'", "15min"]),
    "step of nothing": (["--step", "0min"], ["step", "5, 6, 10, 12, 15"]),
    "step of two hours": (["--step", "2h"], ["step", "5, 6, 10, 12, 15"]),
    "negative gap": (["--gap", "-1"], ["--gap", "-1", "0 to 1"]),
    "gap not a number": (["--gap", "nan"], ["--gap", "nan"]),
    "gap in words": (["--gap", "small"], ["--gap", "small"]),
    "no time": (["--time-limit", "0"], ["--time-limit", "1 to 86400"]),
    "endless time": (["--time-limit", "inf"], ["--time-limit", "1 to 86400"]),
    "unknown machine": (["--outage", "electroliser"], ["--outage", "did you mean electrolyser"]),
    "a store is no machine": (["--outage", "battery"], ["--outage", "battery", "electrolyser"]),
    "too many modules": (["--outage", "electrolyser:3"], ["--outage", "at most 1 "]),
    "no modules": (["--outage", "electrolyser:0"], ["--outage", "alkaline:1"]),
    "half a module": (["--outage", "electrolyser:0.5"], ["--outage", "alkaline:1"]),
    "weather in words": (["--weather", "sunny"], ["weather", "sunny", "climatology"]),
    "missing state": (["--state", "/nowhere/state.json"], ["state.json", "check the path"]),
    "missing csv": (["--weather", "/nowhere/weather.csv"], ["weather.csv", "check the path"]),
    "missing epw": (["--weather", "/nowhere/weather.epw"], ["weather.epw", "check the path"]),
}


def refused(capsys: pytest.CaptureFixture[str], out: Path, words: list[str], *argv: object) -> str:
    """The sentence of a command that must not do anything."""
    code = ems("plan", *argv, "--out", out)
    said = capsys.readouterr().err
    assert code == 2
    assert not out.exists() or not out.is_dir()
    assert "Traceback" not in said
    last = said.rstrip("\n").rsplit("\n", 1)[-1]
    missing = [w for w in words if w not in last]
    assert not missing, f"{missing} not in: {last}"
    return last


@pytest.mark.parametrize("what", OPTIONS)
def test_an_option_that_cannot_be(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv, words = OPTIONS[what]
    refused(capsys, tmp_path / "out", words, "demo", "--date", "2026-11-23", "--weather", "climatology", *argv)


def test_today_and_tomorrow_are_days_of_the_park() -> None:
    """At 20:00 UTC it is already tomorrow in Shanghai."""
    now = datetime.fromisoformat("2026-11-22T20:00:00+00:00")
    assert arguments.day("today", "Asia/Shanghai", now).isoformat() == "2026-11-23"
    assert arguments.day("tomorrow", "Asia/Shanghai", now).isoformat() == "2026-11-24"
    assert arguments.day(None, "Asia/Shanghai", now).isoformat() == "2026-11-24"
    assert arguments.day("today", "Europe/Berlin", now).isoformat() == "2026-11-22"
    with pytest.raises(InputError, match="2000 to 2100"):
        arguments.day("2101-01-01", "Asia/Shanghai", now)


@pytest.mark.parametrize(("given", "minutes"), [("15min", 15), ("1h", 60), (" 5MIN ", 5), ("60min", 60)])
def test_steps(given: str, minutes: int) -> None:
    assert arguments.minutes(given) == minutes


def state(**components: Any) -> dict[str, Any]:
    return {"at": "2026-11-23T00:00:00+08:00", "components": components}


STATES: dict[str, tuple[Any, list[str]]] = {
    "not JSON": ("{at:", ["content", "JSON"]),
    "a list": ([1, 2], ["content", "a JSON object"]),
    "no components": ({"at": "2026-11-23T00:00:00+08:00"}, ["components"]),
    "unknown component": (state(batery={"level_kwh": 100}), ["components.batery", "did you mean battery"]),
    "component of no state": (state(workshop={"level_kwh": 1}), ["components.workshop.level_kwh", "no state"]),
    "unknown quantity": (state(battery={"soc": 0.5}), ["components.battery.soc", "level_kwh"]),
    "not a mapping": (state(battery=100), ["components.battery", "100", "mapping"]),
    "too full": (state(battery={"level_kwh": 401}), ["components.battery.level_kwh", "401", "40 to 400"]),
    "too empty": (state(tank={"level_kg": 1}), ["components.tank.level_kg", "3 to 60"]),
    "not a number": ('{"components": {"tank": {"level_kg": NaN}}}', ["level_kg", "nan", "3 to 60"]),
    "endless": ('{"components": {"tank": {"level_kg": 1e999}}}', ["level_kg", "inf", "3 to 60"]),
    "text": (state(tank={"level_kg": "30"}), ["level_kg", "'30'", "3 to 60"]),
    "yes": (state(electrolyser={"hot_modules": True}), ["hot_modules", "True", "0 to 1"]),
    "half a module": (state(electrolyser={"hot_modules": 0.5}), ["hot_modules", "0.5", "whole"]),
    "events in words": (state(electrolyser={"hot_modules": 1, "starts": "one"}), ["starts", "hours ago"]),
    "events that are yes": (state(electrolyser={"hot_modules": 1, "starts": [[True, True]]}), ["starts", "hours ago"]),
    "time without offset": ({**state(), "at": "2026-11-23T00:00:00"}, ["at", "offset", "+08:00"]),
    "time in words": ({**state(), "at": "midnight"}, ["at", "midnight", "2026-11-23T00:00:00+08:00"]),
    "time as a number": ({**state(), "at": 5}, ["at", "5", "2026-11-23T00:00:00+08:00"]),
    "time as a list": ({**state(), "at": [2026]}, ["at", "2026-11-23T00:00:00+08:00"]),
}


@pytest.mark.parametrize("what", STATES)
def test_a_state_that_cannot_be(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given, words = STATES[what]
    path = tmp_path / "state.json"
    path.write_text(given if isinstance(given, str) else json.dumps(given), encoding="utf-8")
    day = ("--date", "2026-11-23", "--weather", "climatology")
    refused(capsys, tmp_path / "out", [path.name, *words], "demo", *day, "--state", path)


@pytest.mark.parametrize("what", ["folder", "device", "huge", "binary", "deep"])
def test_a_state_that_is_no_file_of_text(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "state.json"
    match what:
        case "folder":
            path.mkdir()
        case "device":
            path = Path("/dev/zero")
        case "huge":
            path.touch()
            os.truncate(path, 10_000_000_000)
        case "binary":
            path.write_bytes(bytes(range(256)))
        case "deep":
            path.write_text("[" * 100_000)
    refused(capsys, tmp_path / "out", [path.name], "demo", "--weather", "climatology", "--state", path)


def weather(change: Callable[[list[str]], list[str]] = lambda rows: rows, day: str = "2026-11-23") -> str:
    """Two days of dull weather by the hour, from the day before."""
    first = datetime.fromisoformat(f"{day}T00:00:00+08:00") - timedelta(days=1)
    rows = [f"{(first + timedelta(hours=k)).isoformat()},0,5,3" for k in range(60)]
    return "\n".join(change(["time,ghi_w_per_m2,temperature_c,wind_m_per_s", *rows])) + "\n"


WEATHER: dict[str, tuple[str | bytes, list[str]]] = {
    "a gap": (weather(lambda r: r[:30] + r[31:]), ["row 31", "60 min after row 30", "fill the gap"]),
    "a row twice": (weather(lambda r: [*r[:30], r[29], *r[30:]]), ["row 31", "given twice"]),
    "local times": (weather(lambda r: [x.replace("+08:00", "") for x in r]), ["row 2", "offset"]),
    "no number": (
        weather(lambda r: [*r[:30], r[30].replace(",0,", ",NaN,"), *r[31:]]),
        ["row 31", "ghi_w_per_m2", "NaN"],
    ),
    "an empty cell": (weather(lambda r: [*r[:30], r[30].replace(",0,", ",,"), *r[31:]]), ["row 31", "ghi_w_per_m2"]),
    "a missing column": (
        weather(lambda r: [r[0].replace("temperature_c", "temp_c"), *r[1:]]),
        ["temperature_c", "missing", "did you mean temp_c"],
    ),
    "kelvin": (weather(lambda r: [x.replace(",5,", ",278,") for x in r]), ["temperature_c", "278", "-70 to 60"]),
    "another day": (weather(day="2026-10-23"), ["2026-10-2", "2026-11-23"]),
    "no rows": ("time,ghi_w_per_m2,temperature_c,wind_m_per_s\n", ["rows"]),
    "binary": (bytes(range(256)), ["binary"]),
    "empty": ("", ["rows"]),
}


@pytest.mark.parametrize("what", WEATHER)
def test_weather_that_cannot_be(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, words = WEATHER[what]
    path = tmp_path / "weather.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    day = ("--date", "2026-11-23", "--step", "1h")
    refused(capsys, tmp_path / "out", [path.name, *words], "demo", *day, "--weather", path)


@pytest.mark.parametrize("ending", ["csv", "epw"])
def test_weather_of_ten_gigabytes(ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"weather.{ending}"
    path.touch()
    os.truncate(path, 10_000_000_000)
    refused(capsys, tmp_path / "out", [path.name, "10000.0 MB"], "demo", "--weather", path)


SPOT = {
    "missing": ("", ["spot.csv", "check the path"]),
    "a wrong column": (
        "time,price\n2026-11-23T00:00:00+08:00,1\n2026-11-23T01:00:00+08:00,1\n",
        ["spot.csv", "export_cny_per_kwh"],
    ),
    "too short": (
        "time,export_cny_per_kwh\n2026-11-23T00:00:00+08:00,1\n2026-11-23T01:00:00+08:00,1\n",
        ["spot.csv", "2026-11-24T00:00:00+08:00"],
    ),
    "fen for yuan": (
        "time,export_cny_per_kwh\n2026-11-23T00:00:00+08:00,30\n2026-11-23T01:00:00+08:00,1\n",
        ["spot.csv", "row 2", "30"],
    ),
}


@pytest.mark.parametrize("what", SPOT)
def test_spot_prices_that_cannot_be(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, words = SPOT[what]
    if text:
        (tmp_path / "spot.csv").write_text(text)
    path = written(tmp_path, "voltage: 1-10kV}", "voltage: 1-10kV, export: {mode: spot, csv: spot.csv}}")
    path.write_text(path.read_text().replace("connection_kw: 800", "connection_kw: 800, export_limit_kw: 100"))
    refused(capsys, tmp_path / "out", words, path, "--date", "2026-11-23", "--weather", "climatology")


def test_a_result_where_a_file_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Known before anything is computed."""
    out = tmp_path / "out"
    out.write_text("keep me")
    refused(capsys, out, [str(out), "folder"], "demo", "--weather", "climatology", "--step", "1h")
    assert out.read_text() == "keep me"


def test_a_result_where_a_folder_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused(capsys, tmp_path / "out", [str(tmp_path), "file"], "demo", "--weather", "climatology", "--json", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("argv", [[], ["plans"], ["plan"], ["plan", "demo", "--objective", "profit"], ["audit"]])
def test_words_that_are_no_command(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert ems(*argv) == 2
    said = capsys.readouterr().err
    assert said
    assert "Traceback" not in said

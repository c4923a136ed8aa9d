"""`ems forecast --quantiles`, `ems score` as a whole."""

import csv
import json
from datetime import date, datetime, timedelta
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

from api.forecast_archive import keep
from ems.forecasts.make import park_forecast
from ems.forecasts.schema import forecast_schema
from ems.inputs import make_inputs
from ems.site_file import read_site
from forecasting.history.archive import Archive, Issued
from forecasting.ladder.quantiles import COLUMNS
from tests.forecasts.park_history import write_history
from tests.plan.parks import ems

DAY = ("--date", "2026-07-01", "--weather", "climatology", "--step", "1h", "--lang", "en")
PERIOD = ("--from", "2026-06-10", "--to", "2026-06-30", "--lang", "en")
ROOF = "roof.yield_kw_per_kwp"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_history(tmp_path_factory.mktemp("history"), date(2026, 5, 1), date(2026, 6, 30))


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "park-ems/forecasts"


def given(files):
    return ("--history", files[0], "--weather-runs", files[1])


def test_without_history_intervals_are_assumed(tmp_path, capsys):
    assert ems("forecast", "demo", *DAY, "--quantiles", "--scenarios", 3, "--out", tmp_path) == 0
    said = capsys.readouterr().out
    assert "errors assumed" in said
    assert {p.name for p in tmp_path.iterdir()} == {"forecast.json", "forecast.html", "scenarios.csv"}
    content = json.loads((tmp_path / "forecast.json").read_text(encoding="utf-8"))
    jsonschema.validate(content, forecast_schema(), cls=jsonschema.Draft202012Validator)
    assert {s["source"] for s in content["series"].values()} == {"assumed"}
    rows = list(csv.DictReader((tmp_path / "scenarios.csv").open(encoding="utf-8")))
    assert len(rows) == 3 * 24
    command = ("plan", "demo", *DAY, "--scenarios", tmp_path / "scenarios.csv", "--out", tmp_path / "plan")
    assert ems(*command) == 0  # and a plan can be made of them


def test_with_history_the_method_is_chosen_by_its_scores(tmp_path, files, capsys):
    assert (
        ems("forecast", "demo", *DAY, "--quantiles", *given(files), "--out", tmp_path, "--archive", tmp_path / "a") == 0
    )
    said = capsys.readouterr().out
    assert "Physics x adaptive level" in said
    content = json.loads((tmp_path / "forecast.json").read_text(encoding="utf-8"))
    assert content["series"][ROOF]["source"] == "history"
    assert content["history"] == {"file": "history.csv", "from": "2026-05-01", "to": "2026-06-30"}
    kept = Archive(tmp_path / "a", create=False).issues(ROOF).iloc[0]
    assert (kept["model"], kept["unit"], kept["step_minutes"]) == ("level", "kW/kWp", 60)
    assert kept["issued_at"].isoformat()[:19] == pd.Timestamp(content["issued_at"]).tz_convert("UTC").isoformat()[:19]


def test_a_second_call_takes_the_past_from_the_cache_and_says_the_same(tmp_path, files, capsys, cache):
    told = []
    for name in ("first.json", "second.json"):
        assert ems("forecast", "demo", *DAY, "--quantiles", *given(files), "--json", tmp_path / name) == 0
        told.append(capsys.readouterr().err)
    first, second = (
        json.loads((tmp_path / name).read_text(encoding="utf-8")) for name in ("first.json", "second.json")
    )
    assert first | {"issued_at": second["issued_at"]} == second
    assert "cache" not in told[0]
    assert "tables of forecasts are from the cache" in told[1]
    assert "0 made anew" in told[1]
    assert len(list(cache.iterdir())) > 3


def test_a_cache_that_cannot_be_used_is_told_and_does_without(tmp_path, files, capsys, cache):
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    assert ems("forecast", "demo", *DAY, "--quantiles", *given(files), "--json", tmp_path / "a.json") == 0
    assert "the cache of forecasts is not used" in capsys.readouterr().err
    assert not list(cache.iterdir())


def test_scores_as_a_table_and_as_json(tmp_path, files, capsys):
    assert ems("score", "demo", *PERIOD, *given(files), "--out", tmp_path) == 0
    said = capsys.readouterr().out
    for words in ("Physics x adaptive level ✓", "Climatology and persistence", "Denominator: 510 kW", "sun above 5°"):
        assert words in said
    assert ems("score", "demo", *PERIOD, *given(files), "--json", "-") == 0
    assert json.loads(capsys.readouterr().out) == json.loads((tmp_path / "score.json").read_text(encoding="utf-8"))


def test_what_was_really_issued_stands_beside_the_methods(tmp_path, files):
    """Issued 0.05 kW/kWp too high every time: 30 kW of 510 kW. One of perfect values came after the fact."""
    table = pd.read_csv(files[0])
    measured = pd.Series(
        table["roof.power_kw"].to_numpy() / 600, pd.DatetimeIndex(table["time"]).tz_convert("Asia/Shanghai")
    )
    archive = Archive(tmp_path / "archive.db")
    for day in (27, 28, 29):
        midnight = datetime.fromisoformat(f"2026-06-{day}T00:00:00+08:00")
        values = measured[str(midnight.date())]
        for off, at, recorded in ((0.05, -2, -2), (0.0, 1, 1), (0.0, -1, 90)):
            quantiles = pd.DataFrame(dict.fromkeys(COLUMNS, values + off))
            issued = Issued(ROOF, "kW/kWp", "level", midnight + timedelta(hours=at), "runs", None, "learn", quantiles)
            assert archive.add(issued, midnight + timedelta(hours=recorded))
    assert ems("score", "demo", *PERIOD, *given(files), "--archive", tmp_path / "archive.db", "--out", tmp_path) == 0
    content = json.loads((tmp_path / "score.json").read_text(encoding="utf-8"))
    rows = {r["rung"]: r for r in content["series"][ROOF]["score"]["rows"]}
    assert rows["issued"]["rmse"] == rows["issued"]["bias"] == pytest.approx(30 / 510, rel=1e-4)
    assert len({r["n"] for r in rows.values()}) == 1
    assert content["series"][ROOF]["score"]["from"] == "2026-06-27"
    assert content["series"][ROOF]["model"] == "level"
    assert "As really issued" not in str(content["series"]["workshop.electricity_kw"]["score"]["rows"])
    left_out = content["series"]["workshop.electricity_kw"]["left_out"]
    assert [r["rung"] for r in left_out if "archive" in r["reason"]["en"]] == ["issued"]
    assert any("a forecast had been issued before the day began" in n["en"] for n in content["notes"])


def test_a_forecast_kept_by_the_command_is_found_again(tmp_path):
    park = read_site("demo")
    inputs = make_inputs(park, date(2026, 7, 1), step_minutes=60, weather="climatology")
    found = park_forecast(park, inputs, {}, None)
    assert keep(tmp_path / "a.db", found, datetime.fromisoformat("2026-06-30T15:00:00+08:00")) == 3
    index = pd.DatetimeIndex(inputs.table.index)
    again = Archive(tmp_path / "a.db").as_of(ROOF, index[0], index)
    pd.testing.assert_frame_equal(again[list(COLUMNS)], found.series[0].table, check_freq=False, check_names=False)


def test_a_history_too_short_for_any_score_ends_with_one(tmp_path, files, capsys):
    lines = Path(files[0]).read_text(encoding="utf-8").splitlines()
    (tmp_path / "short.csv").write_text("\n".join([lines[0], *lines[-240:]]), encoding="utf-8")
    assert ems("score", "demo", *PERIOD, "--history", tmp_path / "short.csv") == 1
    assert "shorter than 30 days" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scenarios", 3), "--quantiles beside it"),
        (("--out", "x"), "--quantiles beside it"),
        (("--history", "x.csv"), "--quantiles beside it"),
        (("--quantiles", "--scenarios", 0), "from 1 to 30"),
        (("--quantiles", "--csv", "x.csv"), "nothing beside --quantiles"),
        (("--quantiles", "--history", "nowhere.csv"), "nowhere.csv"),
        (("--quantiles", "--weather-runs", "nowhere.csv"), "nowhere.csv"),
        (("--quantiles", "--out", __file__), "a folder"),
    ],
)
def test_what_makes_no_sense_is_refused(words, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ems("forecast", "demo", *DAY, *words) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_wrong_histories_are_refused_with_the_place(tmp_path, files, capsys):
    text = Path(files[0]).read_text(encoding="utf-8")
    (tmp_path / "named.csv").write_text(text.replace("roof.power_kw", "rof.power_kw"), encoding="utf-8")
    assert ems("forecast", "demo", *DAY, "--quantiles", "--history", tmp_path / "named.csv") == 2
    assert "did you mean roof.power?" in capsys.readouterr().err
    early = ("--date", "2026-06-20", *DAY[2:])
    assert ems("forecast", "demo", *early, "--quantiles", "--history", files[0]) == 2
    assert "measurements before 2026-06-20" in capsys.readouterr().err
    assert ems("score", "demo", "--from", "2026-06-30", "--to", "2026-06-01", "--history", files[0]) == 2
    assert "--to" in capsys.readouterr().err
    assert ems("score", "demo", *PERIOD, "--history", files[0], "--archive", tmp_path / "none.db") == 2
    assert "an archive of forecasts" in capsys.readouterr().err
    assert not (tmp_path / "none.db").exists()

"""`forecast.json` and `score.json`: the schema, figures worked out again, courses, and the page made of them."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest

from ems.forecasts.courses import DRAWN, SEED, Courses, courses, courses_csv
from ems.forecasts.document import forecast_document, score_document
from ems.forecasts.make import ParkForecast, park_forecast, park_scores
from ems.forecasts.page import forecast_html
from ems.forecasts.schema import forecast_schema
from ems.forecasts.targets import targets
from ems.forecasts.text import TEXT
from ems.inputs import make_inputs
from ems.site_file import read_site
from forecasting.history.reader import read_history
from forecasting.history.runs import read_runs
from forecasting.ladder.scenarios import scenarios
from tests.tools import chromium

NEXT, SCORED = date(2026, 7, 1), (date(2026, 6, 10), date(2026, 6, 30))
ROOF, SHOP = "roof.yield_kw_per_kwp", "workshop.electricity_kw"
PUBLISHED = Path(__file__).parents[2] / "docs/forecast.schema.json"
FLAGS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --enable-logging=stderr --virtual-time-budget=8000 --window-size=1200,9000 --dump-dom"
)


@pytest.fixture(scope="module")
def found(files: tuple[Path, Path]) -> ParkForecast:
    park = read_site("demo")
    known = [t.meter for t in targets(park) if t.meter is not None]
    inputs = make_inputs(park, NEXT, step_minutes=60, weather="climatology")
    history = read_history(files[0], known, park.site.place.timezone)
    return park_forecast(park, inputs, history, read_runs(files[1]))


@pytest.fixture(scope="module")
def made(found: ParkForecast) -> Courses:
    return courses(found, 4)


@pytest.fixture(scope="module")
def content(found: ParkForecast, made: Courses) -> dict[str, Any]:
    now = datetime.fromisoformat("2026-06-30T15:00:00+08:00")
    return json.loads(json.dumps(forecast_document(found, made, "history.csv", now), allow_nan=False))


@pytest.fixture(scope="module")
def scored(files: tuple[Path, Path]) -> ParkForecast:
    park = read_site("demo")
    known = [t.meter for t in targets(park) if t.meter is not None]
    history = read_history(files[0], known, park.site.place.timezone)
    return park_scores(park, history, read_runs(files[1]), *SCORED)


@pytest.fixture(scope="module")
def score(scored: ParkForecast) -> dict[str, Any]:
    return json.loads(json.dumps(score_document(scored, "history.csv", *SCORED), allow_nan=False))


def test_the_schema_is_published_and_kept(content: dict[str, Any], score: dict[str, Any]) -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == forecast_schema()
    jsonschema.Draft202012Validator.check_schema(forecast_schema())
    for document in (content, score):
        jsonschema.validate(document, forecast_schema(), cls=jsonschema.Draft202012Validator)


def test_scores_are_those_worked_out_again_from_the_tables(score: dict[str, Any], scored: ParkForecast) -> None:
    roof = scored.series[0].scored
    assert roof is not None
    told = score["series"][ROOF]["score"]
    assert (told["capacity"], told["unit"]) == (510.0, "kW")  # 600 kWp on inverters of 85 %
    row = next(r for r in told["rows"] if r["rung"] == "level")
    reference = next(r for r in told["rows"] if r["rung"] == "cliper")
    table = roof.tables["level"].join(roof.cases.table[["measured", "usable", "counted"]])
    table = table[str(SCORED[0]) :]
    table = table[table["measured"].notna() & table["usable"] & table["counted"]]
    error = table["mean"] - table["measured"]
    assert row["n"] == reference["n"] == len(table)
    assert row["rmse"] == pytest.approx(np.sqrt((error**2).mean()) / 510)
    assert row["bias"] == pytest.approx(error.mean() / 510, rel=1e-5)
    assert row["coverage_80"] == pytest.approx(table["measured"].between(table["q10"], table["q90"]).mean())
    assert row["skill"] == pytest.approx(1 - row["rmse"] / reference["rmse"], abs=1e-5)
    assert row["crps"] == pytest.approx(2 * row["pinball"], rel=1e-5)
    below = told["reliability"]["level"]
    assert below["observed"][below["levels"].index(0.9)] == pytest.approx((table["measured"] <= table["q90"]).mean())
    assert [r["rung"] for r in told["rows"] if r["chosen"]] == ["level"]


def test_the_last_days_are_in_the_unit_of_the_column(content: dict[str, Any], files: tuple[Path, Path]) -> None:
    measured = pd.read_csv(files[0])["roof.power_kw"].tail(7 * 24) / 600
    recent = content["series"][ROOF]["recent"]
    assert recent["measured"] == pytest.approx(measured.tolist(), abs=1e-6)
    assert (recent["times"][0][:10], recent["times"][-1][:10]) == ("2026-06-24", "2026-06-30")


def test_courses_lie_within_bounds_and_keep_the_mean(found: ParkForecast, made: Courses) -> None:
    assert made.weights.sum() == pytest.approx(1.0)
    for s in found.series:
        assert s.table is not None
        x = made.columns[s.target.column]
        assert x.shape == (4, 24)
        assert (x >= 0).all()
        assert s.target.highest is None or (x <= s.target.highest).all()
        assert made.weights @ x.sum(axis=1) == pytest.approx(s.table["mean"].sum(), rel=0.1)
    roof = found.series[0]
    assert roof.table is not None
    assert roof.dependence is not None
    drawn = scenarios(roof.table, roof.dependence, DRAWN, SEED, roof.target.highest)
    assert np.array_equal(made.columns[ROOF], drawn[list(made.kept.chosen)])
    other = courses(found, 4)
    assert all(np.array_equal(other.columns[c], x) for c, x in made.columns.items())


def test_courses_as_a_file_have_one_row_a_step(found: ParkForecast, made: Courses) -> None:
    rows = pd.read_csv(StringIO(courses_csv(found, made)))
    assert rows["scenario"].value_counts().to_dict() == dict.fromkeys((1, 2, 3, 4), 24)
    assert rows.groupby("scenario")["weight"].first().tolist() == pytest.approx(made.weights.tolist(), abs=1e-6)
    assert rows[rows["scenario"] == 2][SHOP].tolist() == pytest.approx(made.columns[SHOP][1].tolist(), abs=1e-5)


def test_the_page_tells_all_in_both_languages(content: dict[str, Any], score: dict[str, Any]) -> None:
    page = forecast_html(content, "zh")
    for words in (
        "区间预测",
        "Intervals",
        "Physics x adaptive level",
        "物理模型×自适应水平",
        "510.0 kW",
        "sun above 5°",
    ):
        assert words in page
    assert "sun above 5°" in page
    for heading in ("The last days: what was forecast, and what came", "Can the intervals be trusted", "Scenarios"):
        assert heading in page
    assert "Methods that were left out" in page
    assert {r["title"]["en"] for r in content["series"][ROOF]["left_out"]} == {
        "Gradient-boosted trees", "Quantile forest", "Quantile forest of the clear-sky share", "Blend"
    }  # fmt: skip
    assert "预测评分 2026-06-10 至 2026-06-30" in forecast_html(score, "zh")
    said = [v for pair in TEXT.values() for v in pair]
    assert all(v.strip() for v in said)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_browser_draws_every_figure(content: dict[str, Any], tmp_path: Path, lang: str) -> None:
    program = chromium()
    file = tmp_path / "forecast.html"
    file.write_text(forecast_html(content, lang), encoding="utf-8")  # type: ignore[arg-type]
    command = [program, *FLAGS.split(), f"--user-data-dir={tmp_path / 'profile'}", file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    assert len(re.findall('class="main-svg"', done.stdout)) >= 4  # fan, last days, reliability, scenarios

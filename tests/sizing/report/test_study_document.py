"""`study.json`: held against its schema, small enough to be sent, read back, and true to what it was made of."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest

from ems.sizing.design import Designed
from ems.sizing.document import limits, read_study_result, study_dict, to_json
from ems.sizing.schema import study_schema
from ems.sizing.series import hourly, levels, study_series
from ems.sizing.study import Study
from forecasting.errors import InputError
from models import Chronology, Window
from tests.sizing.report.sample import base, parts, sample
from tests.toys import part

ROOT = Path(__file__).parents[3]


def test_the_sample_is_as_the_schema_says() -> None:
    checker = jsonschema.Draft202012Validator(study_schema(), format_checker=jsonschema.FormatChecker())
    checker.validate(json.loads(to_json(sample())))


def test_the_schema_refuses_what_is_missing_or_unknown() -> None:
    schema = jsonschema.Draft202012Validator(study_schema())
    assert not schema.is_valid({k: v for k, v in sample().items() if k != "compared"})
    assert not schema.is_valid(sample() | {"extra": 1})
    assert not schema.is_valid(sample() | {"schema_version": "2.0"})


def test_the_published_schema_is_that_of_the_code() -> None:
    jsonschema.Draft202012Validator.check_schema(study_schema())
    assert json.loads((ROOT / "docs" / "study.schema.json").read_text(encoding="utf-8")) == study_schema()


def test_it_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "study.json"
    file.write_text(to_json(sample()), encoding="utf-8")
    assert read_study_result(file) == json.loads(to_json(sample()))


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"schema_version": "1.1", "marginal_values": {}}, "kind"),
        ({"kind": "row"}, "kind"),
        ({"kind": "study", "schema_version": "2.0"}, "schema_version"),
        ({"kind": "study"}, "schema_version"),
    ],
)
def test_other_files_are_refused_by_name(tmp_path: Path, content: dict[str, object], field: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_study_result(file)
    assert error.value.field == field
    assert str(file) in str(error.value)


def test_a_year_of_all_series_stays_small() -> None:
    """Fourteen series of 8760 hours, each of them no two hours alike."""
    draw = np.random.default_rng(1)
    column = {"unit": "kW", "meaning": {"zh": "", "en": ""}}
    values = [float(f"{x:.4g}") for x in draw.uniform(0, 9999, 8760)]
    content = sample() | {
        "design": {**sample()["design"], "series": {f"a.{k}": column | {"values": values} for k in range(14)}}
    }
    assert len(to_json(content)) < 3_000_000


def test_a_study_shows_what_it_asks_for_and_no_more() -> None:
    _, studied, year = parts()
    shown = Study.model_validate(studied.study.model_dump() | {"shown": ["tank.level_kg", "electricity.pv_kw"]})
    made = study_series(base()[0], shown, year.inputs.table.index[0])
    assert list(made["columns"]) == ["tank.level_kg", "electricity.pv_kw"]
    wrong = Study.model_validate(studied.study.model_dump() | {"shown": ["tank.level_kgs"]})
    with pytest.raises(InputError, match=r"tank\.level_kg"):
        study_series(base()[0], wrong, year.inputs.table.index[0])


def test_the_residual_load_is_demand_less_sun() -> None:
    designed = base()[0]
    tables = designed.schedule.tables
    sun, used = tables["roof"]["power_kw"].to_numpy(), tables["workshop"]["served_kw"].to_numpy()
    assert hourly(designed, "electricity.residual_kw") == pytest.approx(used - sun)
    assert hourly(designed, "electricity.pv_kw") == pytest.approx(sun)
    told = sample()["design"]["series"]["columns"]["electricity.residual_kw"]["values"]
    assert told == pytest.approx((used - sun).tolist(), rel=1e-3, abs=1e-3)


def test_a_size_on_its_bound_has_a_worth_and_one_between_has_none() -> None:
    bounds = sample()["design"]["bounds"]
    assert bounds["roof.capacity_kwp"]["at"] == "max"
    assert bounds["roof.capacity_kwp"]["worth_cny"] > 0
    assert bounds["battery.capacity_kwh"] | {"value": 0} == {
        "value": 0,
        "min": 0.0,
        "max": 4000.0,
        "at": "free",
        "worth_cny": 0.0,
    }


def test_a_limit_that_is_worth_something_binds() -> None:
    designed, study = base()[0], parts()[1].study
    worth = {"roofs.hall": 0.0, "connection_kw": 0.0, "carbon_t_per_year": 3.5}
    found = {x["name"]: x for x in limits(replace(designed, limits=worth), study)}
    assert {n: x["binding"] for n, x in found.items()} == {
        "roofs.hall": False,
        "connection_kw": False,
        "carbon_t_per_year": True,
    }
    assert found["roofs.hall"]["unit"] == "m²"
    untold = limits(replace(designed, limits={}), study)
    assert {x["worth_cny"] for x in untold} == {x["binding"] for x in untold} == {None}


def test_every_number_of_study_and_site_has_a_status() -> None:
    file, studied, _ = parts()
    told = sample()["assumptions"]
    assert len(told) == len(studied.figures()) + len(file.figures())
    by_name = {f["name"]: f for f in told if f["file"] == "study"}
    price = by_name["costs.pv.capex_cny_per_unit"]
    assert (price["value"], price["unit"], price["status"], price["source"]) == (
        2700,
        "CNY/kWp",
        "sourced",
        "a price list",
    )
    assert by_name["costs.cells.capex_cny_per_unit"]["unit"] == "CNY/kWh"
    assert by_name["economics.discount_rate"]["unit"] == "1/a"
    assert by_name["economics.tax.depreciation_years"]["unit"] == "a"
    assert by_name["sizes.tank.capacity_kg.max"]["unit"] == "kg"


def test_rows_go_to_their_groups() -> None:
    assert {key: len(sample()[key]) for key in ("front", "sensitivity", "grid", "scenarios")} == {
        "front": 3,
        "sensitivity": 4,
        "grid": 4,
        "scenarios": 2,
    }


def test_what_was_not_done_is_null() -> None:
    file, studied, year = parts()
    designed, made, against = base()
    content = study_dict(file, studied, year, "full", designed, made, against, sample()["compared"])
    assert content["truth"] is None
    assert content["front"] == []
    assert jsonschema.Draft202012Validator(study_schema()).is_valid(json.loads(to_json(content)))


# ---- typical days ----------------------------------------------------------------------------------------------------


def typical() -> Window:
    """Two periods of two hours; the first stands for the days 0 and 2, the second for day 1."""
    index = pd.date_range("2026-01-01", periods=4, freq="h", tz="Asia/Shanghai")
    return Window(
        pd.DataFrame({"x": 0.0}, index=index), period_weights=(2.0, 1.0), chronology=Chronology((0, 1, 0), (1, 1, 1))
    )


def tank(**more: float) -> tuple[object, pd.DataFrame]:
    full = {
        "capacity_kg": 10,
        "rate_kg_per_h": 9,
        "min_share": 0.1,
        "end_short_cny_per_unit": 1,
        "end_surplus_cny_per_unit": 0,
    }
    table = pd.DataFrame({"charge_kg_per_h": [1.0, 0, 0, 0], "discharge_kg_per_h": [0.0, 0, 0, 2]})
    return part(kind="hydrogen_tank", **full, **more), table


def test_the_level_runs_through_the_days_that_periods_stand_for() -> None:
    """By hand: +1, 0 | 0, -2 | +1, 0; lifted so that the lowest level is the least that may be held, 1 kg."""
    store, s = tank()
    w = typical()
    assert w.chronology
    assert levels(store, s, w, w.chronology).tolist() == pytest.approx([3, 3, 3, 1, 2, 2])  # type: ignore[arg-type]


def test_with_losses_the_level_closes_on_itself() -> None:
    store, s = tank(standing_loss_per_h=0.1)
    w = typical()
    assert w.chronology
    found = levels(store, s, w, w.chronology)  # type: ignore[arg-type]
    gained = [1, 0, 0, -2, 1, 0]
    before = np.roll(found, 1)
    assert found == pytest.approx(0.9 * before + gained)


def test_rates_of_typical_days_stand_in_the_order_of_the_year() -> None:
    designed = base()[0]
    table = pd.DataFrame({"power_kw": [1.0, 2, 3, 4]})
    sunny: Designed = replace(designed, window=typical(), schedule=replace(designed.schedule, tables={"roof": table}))
    assert hourly(sunny, "roof.power_kw").tolist() == [1, 2, 3, 4, 1, 2]

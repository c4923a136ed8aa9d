"""`plan.json`: its schema, its sums, its texts, and the way back into the audit."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ems.accounts import CAUSES, money, saving
from ems.audit import objective_cny
from ems.plan_file import audit_plan, read_plan, to_csv, to_dict, to_json
from ems.plan_schema import plan_schema
from tests.plan.parks import SITES, ems, shipped, stored

ROOT = Path(__file__).resolve().parents[2]
MONEY = {"paid_cny": "paid", "wear_cny": "wear", "stock_cny": "stock", "penalty_cny": "wish"}


def validate(data: Any) -> None:
    checker = jsonschema.Draft202012Validator(plan_schema(), format_checker=jsonschema.FormatChecker())
    checker.validate(data)


@pytest.mark.parametrize("site", SITES)
def test_plans_keep_to_the_schema(site: str) -> None:
    validate(stored(shipped(site)))


def test_the_schema_is_one_and_forbids_what_it_does_not_know() -> None:
    jsonschema.Draft202012Validator.check_schema(plan_schema())
    for change in ({"novelty": 1}, {"outcome": "perfect"}, {"steps": 0}, {"gap": "small"}, {"why": ["a"]}):
        with pytest.raises(jsonschema.ValidationError):
            validate(stored(shipped("demo")) | change)


def test_the_published_schema_is_that_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert ems("schema") == 0
    said = json.loads(capsys.readouterr().out)
    published = json.loads((ROOT / "docs" / "plan.schema.json").read_text(encoding="utf-8"))
    assert said == published == plan_schema()


@pytest.mark.parametrize("site", SITES)
def test_a_plan_read_back_is_clean(site: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(to_json(to_dict(shipped(site))), encoding="utf-8")
    data = read_plan(path)
    assert audit_plan(data, str(path)) == []
    assert data["violations"] == []


@pytest.mark.parametrize("site", SITES)
def test_the_baseline_is_audited_as_well(site: str) -> None:
    """Its series in the place of the plan's, with its objective and its figures."""
    data = stored(shipped(site))
    rules = data | {key: data["baseline"][key] for key in ("series", "objective_cny", "kpis")}
    assert audit_plan(rules, "baseline") == []
    assert data["baseline"]["violations"] == []


@pytest.mark.parametrize("site", SITES)
def test_accounts_sum_to_the_key_figures(site: str) -> None:
    data = stored(shipped(site))
    for side in (data, data["baseline"]):
        lines, figures = side["accounts"], side["kpis"]
        kinds = {cause: text["kind"] for cause, text in data["cause_text"].items()}
        assert {line["cause"] for line in lines} <= set(kinds)
        for name, kind in MONEY.items():
            total = sum(line["cny"] for line in lines if kinds[line["cause"]] == kind)
            assert figures[name] == pytest.approx(total, abs=1e-6), name
        assert figures["emissions_kgco2e"] == pytest.approx(sum(line["kgco2e"] for line in lines))
        total = figures["paid_cny"] + figures["wear_cny"] + figures["stock_cny"]
        assert figures["total_cost_cny"] == pytest.approx(total)
        tie = sum(line["cny"] for line in lines if kinds[line["cause"]] == "tie")
        assert side["objective_cny"] == pytest.approx(total + figures["penalty_cny"] + tie, abs=1e-3)


@pytest.mark.parametrize("site", SITES)
def test_saving_is_baseline_minus_plan(site: str) -> None:
    plan = shipped(site)
    table = saving(plan.baseline.accounts, plan.released.accounts)
    for kind in ("paid", "wear", "stock", "wish"):
        difference = money(plan.baseline.accounts, kind) - money(plan.released.accounts, kind)
        assert money(table, kind) == pytest.approx(difference, abs=1e-6)
    emitted = plan.baseline.kpis["emissions_kgco2e"] - plan.released.kpis["emissions_kgco2e"]
    assert table["kgco2e"].sum() == pytest.approx(emitted)
    assert plan.released.objective_cny <= plan.baseline.objective_cny + 1e-6, "optimised is never worse than by rules"


@pytest.mark.parametrize("site", SITES)
def test_objective_gap_and_bound_agree(site: str) -> None:
    plan = shipped(site)
    again = objective_cny(plan.file.site, plan.window, plan.released.schedule, plan.objective)
    assert plan.released.objective_cny == pytest.approx(again)
    assert plan.bound_cny <= plan.released.objective_cny + 1e-6 * abs(again)
    gap = (plan.released.objective_cny - plan.bound_cny) / max(abs(plan.released.objective_cny), 1e-9)
    assert plan.gap == pytest.approx(gap, abs=1e-6)
    assert plan.gap <= 1e-3 * 1.001


def leaves(item: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(item, dict | list):
        for key, value in item.items() if isinstance(item, dict) else enumerate(item):
            yield from leaves(value, f"{path}.{key}")
    else:
        yield path, item


@pytest.mark.parametrize("site", SITES)
def test_numbers_are_finite_and_texts_come_in_both_languages(site: str) -> None:
    text = to_json(to_dict(shipped(site)))
    assert "NaN" not in text
    assert "Infinity" not in text
    data = json.loads(text)
    assert all(math.isfinite(v) for _, v in leaves(data) if isinstance(v, float))
    texts = [data["outcome_text"], *data["why"], *data["notes"], *(w["text"] for w in data["wishes"])]
    texts += [
        *data["kpi_text"].values(),
        *data["cause_text"].values(),
        *(c["label"] for c in data["components"].values()),
    ]
    texts += [s["meaning"] for s in data["series"].values()]
    for pair in texts:
        assert pair["zh"].strip()
        assert pair["en"].strip()
        assert not has_chinese(pair["en"]), pair["en"]
    assert data["why"]


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)


@pytest.mark.parametrize("site", SITES)
def test_chinese_sentences_are_chinese(site: str) -> None:
    """Labels, units and names may hold Latin letters, but no two English words follow each other."""
    data = stored(shipped(site))
    labels = [c["label"]["zh"] for c in data["components"].values()]
    for pair in [data["outcome_text"], *data["why"], *(w["text"] for w in data["wishes"])]:
        text = pair["zh"]
        for known in (*labels, "kWh", "kW", "kg/h", "kg"):
            text = text.replace(known, "")
        words = "".join(c if c.isascii() and c.isalpha() else " " for c in text).split()
        assert words == [], pair["zh"]


def test_every_series_has_a_law_and_a_unit() -> None:
    for site in SITES:
        data = stored(shipped(site))
        for name, series in data["series"].items():
            assert name.split(".")[0] in data["components"]
            assert len(series["values"]) == data["steps"]
            assert series["unit"]
            assert (series["bus"] is None) == (series["sign"] == 0)
        assert all(len(column["values"]) == data["steps"] for column in data["inputs"].values())
        assert len(data["bands"]) == data["steps"]
        assert set(data["marginal_values"]) <= set(data["site"]["definition"]["buses"])


@pytest.mark.parametrize("site", SITES)
def test_the_schedule_as_csv(site: str) -> None:
    """RFC 3339 times with offset, every input and every series, the numbers of plan.json."""
    data = stored(shipped(site))
    rows = list(csv.DictReader(io.StringIO(to_csv(data))))
    assert list(rows[0]) == ["time", "tariff_band", *data["inputs"], *data["series"]]
    times = [datetime.fromisoformat(row["time"]) for row in rows]
    assert times[0].isoformat() == data["start"]
    assert all(t.utcoffset() == timedelta(hours=8) for t in times)
    assert {b - a for a, b in pairwise(times)} == {timedelta(minutes=data["step_minutes"])}
    for name, series in data["series"].items():
        assert [float(row[name]) for row in rows] == pytest.approx(series["values"])


def test_every_cause_of_the_accounts_is_known() -> None:
    for site in SITES:
        for judged in (shipped(site).released, shipped(site).baseline):
            assert set(judged.accounts.index.get_level_values("cause")) <= set(CAUSES)

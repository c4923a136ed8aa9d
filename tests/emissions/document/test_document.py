"""The document of two days whose figures are worked out by hand.

48 hours: 4560 kWh bought, 4800 kWh served to the workshop, 48 kg of hydrogen to the fork lifts (480 km, 192 L).
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import jsonschema
import pytest

from ems.emissions.accounting_file import default_accounting
from ems.emissions.document import document, to_json
from ems.emissions.schema import report_schema
from ems.site_file import read_site
from forecasting.errors import InputError
from tests.docs_pages import ROOT
from tests.emissions.document.days import accounting, activity, basis, source, with_gap

SHANDONG, RESIDUAL, DIESEL = 0.6191, 0.6096, 2.6006
MADE = {
    "created_at": "2026-07-01T00:00:00+00:00",
    "versions": {},
    "site_digest": "",
    "accounting_digest": "",
    "inputs_digest": "",
    "source": "plans",
    "files": [],
}


def made(*baselines: str, **how: Any) -> dict[str, Any]:
    return document(basis(*baselines, **how), MADE)


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return made()


def test_the_inventory_is_as_by_hand(report: dict[str, Any]) -> None:
    assert report["inventory"]["location"]["total_kg"] == pytest.approx(4560 * SHANDONG)
    assert report["inventory"]["market"]["total_kg"] == pytest.approx(4560 * RESIDUAL)
    assert [x["cause"] for x in report["inventory"]["memo"]] == ["leakage", "vented"]
    assert report["inventory"]["memo"][0]["kg"] == pytest.approx(48 * 0.02 * 11.6)


def test_what_is_avoided_is_as_by_hand(report: dict[str, Any]) -> None:
    """Everything bought: 4800 kWh for the workshop and 192 L of diesel in place of 48 kg of hydrogen."""
    before = {"location": 4800 * SHANDONG + 192 * DIESEL, "market": 4800 * RESIDUAL + 192 * DIESEL}
    for method, factor in (("location", SHANDONG), ("market", RESIDUAL)):
        avoided = report["avoided"]["grid_only"][method]
        assert avoided["total_kg"] == pytest.approx(before[method] - 4560 * factor)
        assert sum(x["kg"] for x in avoided["by_cause"]) == pytest.approx(avoided["total_kg"])
        assert report["avoided"]["rule_based"][method]["total_kg"] == pytest.approx(48 * 5 * factor)


def test_parts_of_both_sides_differ_by_what_is_avoided(report: dict[str, Any]) -> None:
    for name, told in report["avoided"].items():
        for method in ("location", "market"):
            scopes = ("1", f"2_{method}", "3")
            sums = [sum(x["kg"] for x in told["parts"][s] if x["scope"] in scopes) for s in ("baseline", "actual")]
            assert sums[0] - sums[1] == pytest.approx(told[method]["total_kg"]), name


def test_hydrogen_has_the_share_of_own_sun_that_the_busbar_has(report: dict[str, Any]) -> None:
    """60 of 155 kWh are sun: 55 kWh x 95 / 155 x 0.6191 for each kg."""
    expected = 55 * 95 / 155 * SHANDONG
    assert report["hydrogen"]["totals"]["kgco2e_per_kg"] == pytest.approx(expected)
    assert report["vehicles"][0]["km"] == pytest.approx(480)
    assert report["vehicles"][0]["supply_kg"]["location"] == pytest.approx(48 * expected, rel=1e-6)


def test_the_uncertainty_of_one_line_is_as_by_hand(report: dict[str, Any]) -> None:
    """Bought electricity: plan 5 %, factor 10 % -> sqrt(0.05^2 + 0.10^2) = 11.18 %."""
    head = report["uncertainty"]["headline"][0]
    assert head["name"] == "inventory.location"
    assert head["relative"] == pytest.approx(0.1118034, abs=1e-6)
    assert [c["share"] for c in head["contributions"]] == pytest.approx([0.8, 0.2])


def test_a_factor_of_both_sides_cancels_in_what_is_avoided(report: dict[str, Any]) -> None:
    """Against the rules 240 kWh are avoided: the factor errs on these alone, the amounts on each side by themselves."""
    head = next(h for h in report["uncertainty"]["headline"] if h["name"] == "avoided.rule_based.location")
    half = SHANDONG * ((0.1 * 240) ** 2 + (0.05 * 4800) ** 2 + (0.05 * 4560) ** 2) ** 0.5
    assert head["high_kg"] - head["value_kg"] == pytest.approx(half)


def test_hours_and_months_add_up_to_the_totals(report: dict[str, Any]) -> None:
    columns = report["hours"]["columns"]
    for method in ("location", "market"):
        assert sum(columns[f"inventory.{method}"]["values"]) == pytest.approx(
            report["inventory"][method]["total_kg"], rel=1e-12
        )
        avoided = columns[f"avoided.grid_only.{method}"]["values"]
        assert sum(avoided) == pytest.approx(report["avoided"]["grid_only"][method]["total_kg"], rel=1e-9)
    for line in report["lines"]:
        assert sum(m["kg"] for m in line["months"].values()) == pytest.approx(line["kg"], rel=1e-12)


def test_the_document_fits_its_schema_which_is_published(report: dict[str, Any]) -> None:
    schema = report_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(json.loads(to_json(report)))
    assert not validator.is_valid({**report, "coverage": 1.5})
    assert not validator.is_valid({k: v for k, v in report.items() if k != "gaps"})
    published = (ROOT / "docs/emission-report.schema.json").read_text(encoding="utf-8")
    assert json.loads(published) == schema


def test_a_gap_is_told_and_counts_on_neither_side() -> None:
    """Two hours of the import are missing: 46 hours of both sides remain."""
    told = made("grid_only", read=with_gap(source(), "grid.import_kwh", 2))
    assert told["coverage"] == pytest.approx(46 / 48)
    assert [(g["meter"], g["hours"]) for g in told["gaps"]] == [("grid.import_kwh", 2.0)]
    assert told["inventory"]["location"]["total_kg"] == pytest.approx(46 * 95 * SHANDONG)
    avoided = told["avoided"]["grid_only"]
    assert avoided["hours_left_out"] == 2
    assert avoided["location"]["total_kg"] == pytest.approx(46 * (5 * SHANDONG + 4 * DIESEL))
    assert told["uncertainty"]["headline"][2]["value_kg"] == pytest.approx(avoided["location"]["total_kg"])


def test_hours_that_only_the_baseline_misses_count_for_the_park_but_not_for_what_is_avoided() -> None:
    """Two hours of the workshop are missing: the park still bought 48 x 95 kWh, of which 46 x 95 are compared."""
    told = made("grid_only", read=with_gap(source(), "workshop.served_kwh", 2))
    assert told["inventory"]["location"]["total_kg"] == pytest.approx(4560 * SHANDONG)
    avoided, head = told["avoided"]["grid_only"], told["uncertainty"]["headline"][2]
    assert head["name"] == "avoided.grid_only.location"
    assert avoided["location"]["total_kg"] == pytest.approx(46 * (5 * SHANDONG + 4 * DIESEL))
    assert head["value_kg"] == pytest.approx(avoided["location"]["total_kg"])
    (bought,) = (x for x in avoided["parts"]["actual"] if x["scope"] == "2_location")
    assert bought["activity"] == pytest.approx(46 * 95)


def test_the_headline_is_that_of_the_first_baseline() -> None:
    told = made("rule_based", "grid_only")
    assert told["baseline"] == "rule_based"
    assert list(told["avoided"]) == ["rule_based", "grid_only"]


def test_an_unknown_baseline_is_told_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"grid_onyl.*grid_only, rule_based"):
        made("grid_onyl")


def test_rules_need_plans() -> None:
    with pytest.raises(InputError, match="plans, in which the rules stand"):
        made("rule_based", read=replace(source(), rules=None))


def test_negative_activity_is_refused() -> None:
    with pytest.raises(InputError, match=r"grid\.import_kwh.*-1"):
        made(read=source(grid__import_kwh=-1.0))


def test_a_month_without_data_is_refused() -> None:
    found = source(date(2026, 5, 1), date(2026, 7, 31))
    table = found.park.table.copy()
    table.loc["2026-06"] = float("nan")
    with pytest.raises(InputError, match="2026-06"):
        made(read=replace(found, park=replace(found.park, table=table)))


def test_a_meter_that_is_missing_is_named() -> None:
    park = activity()
    keep = [n for n in park.meters if n != "electrolyser.hydrogen_kg"]
    poor = replace(park, meters={n: park.meters[n] for n in keep}, table=park.table[keep])
    with pytest.raises(InputError, match=r"electrolyser\.hydrogen_kg"):
        made("grid_only", read=replace(source(), park=poor))


def test_every_number_of_the_accounting_file_is_told_with_its_status(report: dict[str, Any]) -> None:
    told = {f["name"]: f for f in report["assumptions"]}
    assert told["supply.leakage.share"]["value"] == 0.02
    assert told["supply.leakage.share"]["status"] == "assumption"
    assert told["uncertainty.kinds.plan"]["source"]
    assert {f["status"] for f in report["assumptions"]} <= {"sourced", "computed", "assumption", "default"}


def test_the_accounting_of_every_shipped_park_is_read_with_its_numbers_marked() -> None:
    for name in ("demo", "qingdao"):
        figures = default_accounting(read_site(name)).figures()
        assert figures
        assert not [f.name for f in figures if f.provenance.status == "unmarked"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: demo", "name: other", "line 2: name is 'other'"),
        ("  market:", "  markt:", "did you mean market"),
        ("CN-SD", "CN-XX", "CN-XX"),
        ("seed: 1", "seed: 1\n  seeds: 2", "did you mean seed"),
        ("    plan: {value: 0.05", "    plan: {value: -0.05", "greater than or equal to 0"),
    ],
)
def test_what_is_wrong_with_an_accounting_file_is_one_sentence(old: str, new: str, said: str) -> None:
    text = accounting().text
    assert old in text
    with pytest.raises(InputError) as error:
        accounting(text.replace(old, new, 1))
    assert said in str(error.value)


def test_a_park_without_accounting_is_told_what_to_write() -> None:
    with pytest.raises(InputError, match=r"write emissions\.yaml"):
        default_accounting(read_site("coal_mine"))

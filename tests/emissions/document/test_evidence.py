"""An evidence bundle gives its report again to the last digit, and whatever is changed in it is found and named."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ems.emissions.evidence import INPUTS, Made, make, verify
from ems.emissions.evidence_zip import packed, parts_of
from forecasting.errors import InputError
from forecasting.factors import Factor
from tests.emissions.document.days import FIRST, LAST, MADE_AT, accounting, basis, source, with_gap

Change = Callable[[dict[str, str]], None]


@pytest.fixture(scope="module")
def made() -> Made:
    return make(basis(read=with_gap(source(), "grid.import_kwh", 2)), MADE_AT)


def parts(made: Made) -> dict[str, str]:
    return parts_of(made.bundle, "x.zip")[0]


def test_a_bundle_gives_its_report_again_to_the_last_digit(made: Made) -> None:
    found = verify(made.bundle, "x.zip")
    assert found.holds
    assert found.figures > 1500
    assert found.report == json.loads(parts(made)["report.json"])


def test_the_same_inputs_give_the_same_bundle_byte_by_byte(made: Made) -> None:
    assert make(basis(read=with_gap(source(), "grid.import_kwh", 2)), MADE_AT).bundle == made.bundle


def replaced(name: str, old: str, new: str) -> Change:
    def change(found: dict[str, str]) -> None:
        assert old in found[name], f"{name} does not hold {old}"
        found[name] = found[name].replace(old, new, 1)

    return change


# One change in each file, and the first figure of the report that no longer follows.
TAMPERED = {
    "site.yaml": (replaced("site.yaml", "capacity_kwp: 600", "capacity_kwp: 601"), "provenance.site_digest"),
    "accounting.yaml": (replaced("accounting.yaml", "share: 0.02", "share: 0.01"), "provenance.accounting_digest"),
    "request.json": (replaced("request.json", '"grid_only"', '"rule_based"'), "provenance.inputs_digest"),
    "factors.json": (replaced("factors.json", "0.6191", "0.6190"), "provenance.inputs_digest"),
    "baselines.json": (replaced("baselines.json", "200.0", "201.0"), "provenance.inputs_digest"),
    "inputs.csv": (replaced("inputs.csv", "95.0", "95.00000000000001"), "provenance.inputs_digest"),
    "meters.json": (replaced("meters.json", "没有读数", "读数"), "provenance.inputs_digest"),
    "formulas.json": (replaced("formulas.json", "activity[h]", "activity[k]"), ""),
    "report.json": (
        replaced("report.json", '"coverage":0.9583333333333334', '"coverage":0.9583333333333333'),
        "coverage",
    ),
}


def test_every_file_of_a_bundle_is_tampered_with_below(made: Made) -> None:
    assert set(parts(made)) == set(TAMPERED)
    assert set(INPUTS) < set(TAMPERED)


@pytest.mark.parametrize("name", TAMPERED)
def test_a_changed_file_is_named_by_its_digest(name: str, made: Made) -> None:
    """The manifest is left as it was."""
    found, digests = parts_of(made.bundle, "x.zip")
    TAMPERED[name][0](found)
    told = verify(repacked(found, digests), "x.zip")
    assert not told.holds
    assert (told.findings[0].file, told.findings[0].expected) == (name, digests[name])


@pytest.mark.parametrize("name", TAMPERED)
def test_a_changed_file_with_a_new_manifest_is_found_by_computing_again(name: str, made: Made) -> None:
    found = parts(made)
    change, figure = TAMPERED[name]
    change(found)
    told = verify(packed(found), "x.zip")
    assert not told.holds
    first = told.findings[0]
    assert (first.file, first.figure) == ("report.json" if figure else name, figure)


def test_the_first_figure_that_differs_is_told_with_both_values(made: Made) -> None:
    found = parts(made)
    report = json.loads(found["report.json"])
    report["inventory"]["location"]["scope2_kg"] += 1.0
    report["lines"][0]["kg"] -= 1.0
    found["report.json"] = json.dumps(report, ensure_ascii=False, separators=(",", ":")) + "\n"
    (first,) = verify(packed(found), "x.zip").findings
    assert first.figure == "inventory.location.scope2_kg"
    assert float(first.given) == float(first.expected) + 1.0
    assert first.more == 1


def test_a_line_is_named_by_its_meter(made: Made) -> None:
    found = parts(made)
    report = json.loads(found["report.json"])
    report["lines"][0]["kg"] -= 1.0
    found["report.json"] = json.dumps(report, ensure_ascii=False, separators=(",", ":")) + "\n"
    assert verify(packed(found), "x.zip").findings[0].figure == "lines[2_location grid.import_kwh].kg"


@pytest.mark.parametrize("name", [n for n in TAMPERED if n != "report.json"])
def test_a_file_that_is_taken_out_is_named(name: str, made: Made) -> None:
    found, digests = parts_of(made.bundle, "x.zip")
    del found[name]
    told = verify(repacked(found, digests), "x.zip")
    assert (told.findings[0].file, told.findings[0].given) == (name, "missing")


def test_a_file_that_is_put_in_is_named(made: Made) -> None:
    found, digests = parts_of(made.bundle, "x.zip")
    told = verify(repacked(found | {"more.txt": "x"}, digests), "x.zip")
    assert [f.file for f in told.findings] == ["more.txt"]


def test_a_report_that_is_no_json_is_refused(made: Made) -> None:
    with pytest.raises(InputError, match=r"report\.json"):
        verify(packed(parts(made) | {"report.json": "{"}), "x.zip")


def test_another_version_of_the_software_is_told(made: Made) -> None:
    found = parts(made)
    found["report.json"] = found["report.json"].replace('"numpy":"', '"numpy":"0.', 1)
    told = verify(packed(found), "x.zip")
    assert told.holds
    assert set(told.made_with) == {"numpy"}


# ---- against an older report ----------------------------------------------------------------------------------------


def newer(registry: dict[str, Factor], **change: float) -> Made:
    older = make(basis(), MADE_AT)
    found = basis(read=source(**change))
    return make(replace(found, registry={**found.registry, **registry}), MADE_AT, older.bundle)


def with_value(value: float) -> dict[str, Factor]:
    name = "mee-nbs-2025-47.cn-sd.average"
    return {name: basis().registry[name].model_copy(update={"value": value})}


def test_newer_factors_and_other_amounts_are_told_apart() -> None:
    """4560 kWh x 0.6191, then 4320 kWh x 0.60: -240 x 0.60955 are activity, -0.0191 x 4440 are factors."""
    found = newer(with_value(0.60), grid__import_kwh=90.0)
    change = found.report["difference"]
    assert change["activity_kg"] == pytest.approx(-240 * 0.60955)
    assert change["factors_kg"] == pytest.approx(-0.0191 * 4440)
    assert change["method_kg"] == pytest.approx(0.0, abs=1e-9)
    assert [f["id"] for f in change["factors"]] == ["mee-nbs-2025-47.cn-sd.average"]
    for h in change["headlines"]:
        assert h["factors_kg"] + h["activity_kg"] + h["method_kg"] == pytest.approx(h["change_kg"], abs=1e-9)
    market = next(h for h in change["headlines"] if (h["name"], h["method"]) == ("inventory", "market"))
    assert market["factors_kg"] == pytest.approx(0.0, abs=1e-9)


def test_a_report_against_an_older_one_is_verified_with_it() -> None:
    found = newer(with_value(0.60))
    assert verify(found.bundle, "x.zip").holds
    tampered = parts(found)
    replaced("against/report.json", '"total_kg":2823', '"total_kg":2824')(tampered)
    told = verify(packed(tampered), "x.zip")
    assert told.findings[0].figure.startswith("difference.headlines[inventory]")


def test_the_same_report_has_not_changed() -> None:
    change = newer({}).report["difference"]
    assert [h["change_kg"] for h in change["headlines"]] == [0.0] * len(change["headlines"])
    assert change["factors"] == []


def test_reports_of_two_parks_are_not_compared() -> None:
    older = make(basis(), MADE_AT)
    found = parts(older)
    found["report.json"] = found["report.json"].replace('"site":{"name":"demo"', '"site":{"name":"other"', 1)
    with pytest.raises(InputError, match="a report of demo"):
        make(basis(), MADE_AT, packed(found))


# ---- an intensity over time -----------------------------------------------------------------------------------------


def test_an_intensity_over_time_is_kept_in_the_bundle(tmp_path: Path) -> None:
    """Half of the hours at 0.4, half at 0.8: with the same amount each hour the mean is 0.6."""
    hours = source(FIRST, LAST).park.table.index
    rows = [f"{at.isoformat()},{0.4 if k % 2 else 0.8}" for k, at in enumerate(hours)]
    (tmp_path / "carbon.csv").write_text("time,grid_kgco2e_per_kwh\n" + "\n".join(rows) + "\n", encoding="utf-8")
    text = accounting().text
    start = text.index("  location:")
    location = text[start : text.index("\n", start)]
    text = text.replace(
        location, "  intensity: {file: carbon.csv, region: CN-SD, status: assumption, source: invented for a test}"
    )
    found = basis("grid_only", text=text)
    found = replace(found, accounting=replace(found.accounting, path=tmp_path / "emissions.yaml"))
    made = make(found, MADE_AT)
    assert "intensity/carbon.csv" in parts(made)
    assert made.report["inventory"]["location"]["total_kg"] == pytest.approx(4560 * 0.6)
    told = next(f for f in made.report["factors"] if f["id"].startswith("csv:"))
    assert told["value"] is None
    assert verify(made.bundle, "x.zip").holds
    tampered = parts(made)
    replaced("intensity/carbon.csv", ",0.8", ",0.9")(tampered)
    assert verify(packed(tampered), "x.zip").findings


def repacked(parts: dict[str, str], digests: dict[str, str]) -> bytes:
    """A bundle whose manifest is not that of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        manifest = {"kind": "emission_evidence", "schema_version": "1.0", "sha256": digests}
        for name, text in {"manifest.json": json.dumps(manifest), **parts}.items():
            z.writestr(name, text)
    return out.getvalue()

"""A site file that cannot be used: exit code 2, one sentence with file, line, field and remedy, nothing written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.plan.parks import ems, text_of, written

BAD = {  # what is wrong: (text, its replacement, words that the sentence must hold)
    "unknown key": (
        "connection_kw: 800",
        "conection_kw: 800",
        ["[grid]", "conection_kw", "did you mean connection_kw"],
    ),
    "unknown key at the top": ("tariff: {", "tarif: {", ["tarif", "did you mean tariff"]),
    "unknown key of a place": (
        "altitude_m: 20",
        "altitude: 20, altitude_m: 20",
        ["place.altitude", "did you mean altitude_m"],
    ),
    "unknown key of a roof": (
        "tilt_deg: 10",
        "tild_deg: 10, tilt_deg: 10",
        ["arrays.roof.tild_deg", "did you mean tilt_deg"],
    ),
    "unknown key of a demand": (
        "floor_area_m2: 5000",
        "floor_area: 1, floor_area_m2: 5000",
        ["workshop.floor_area", "did you mean floor_area_m2"],
    ),
    "missing field": ("capacity_kwh: 400, ", "", ["[battery].capacity_kwh", "required"]),
    "missing place": (
        "place: {latitude: 36.1, longitude: 120.4, altitude_m: 20, timezone: Asia/Shanghai, country: CN}",
        "",
        ["place", "required"],
    ),
    "negative capacity": ("capacity_kwp: 600", "capacity_kwp: -5", ["[roof].capacity_kwp", "-5", "greater than 0"]),
    "per cent for a share": (
        "charge_efficiency: 0.95, discharge",
        "charge_efficiency: 96, discharge",
        ["charge_efficiency", "96", "less than or equal to 1"],
    ),
    "latitude": ("latitude: 36.1", "latitude: 357", ["place.latitude", "357", "90"]),
    "latitude not a number": ("latitude: 36.1", "latitude: .nan", ["place.latitude", "nan", "finite"]),
    "endless capacity": ("capacity_kwp: 600", "capacity_kwp: .inf", ["[roof].capacity_kwp", "inf"]),
    "capacity not a number": ("capacity_kwp: 600", "capacity_kwp: .nan", ["[roof].capacity_kwp", "nan"]),
    "text for a number": ("capacity_kwp: 600", "capacity_kwp: much", ["[roof].capacity_kwp", "much", "number"]),
    "yes for a number": ("connection_kw: 800", "connection_kw: yes", ["[grid].connection_kw", "True"]),
    "a curve with a gap": ("[0.5, 52.5]", "[0.5, .nan]", ["[electrolyser].specific_kwh_per_kg", "nan"]),
    "a price not a number": ("price_cny_per_t: 75", "price_cny_per_t: .nan", ["carbon.price_cny_per_t", "nan"]),
    "a wear not a number": (
        "throughput_cny_per_unit: 0.2",
        "throughput_cny_per_unit: .nan",
        ["[battery].throughput", "nan"],
    ),
    "duplicate key": (
        "connection_kw: 800",
        "connection_kw: 800, connection_kw: 900",
        ["connection_kw", "given twice", "line "],
    ),
    "duplicate component": ("name: battery", "name: grid", ["names repeat", "grid"]),
    "unknown bus": (
        "kind: pv, name: roof",
        "kind: pv, electricity_bus: dc, name: roof",
        ["roof", "'dc'", "electricity, hydrogen"],
    ),
    "wrong carrier": (
        "kind: pv, name: roof",
        "kind: pv, electricity_bus: hydrogen, name: roof",
        ["roof.power_kw", "electricity", "hydrogen"],
    ),
    "sun without a roof": ("arrays:\n  roof:", "arrays:\n  barn:", ["pv components without a roof", "roof"]),
    "unknown kind": ("kind: battery", "kind: batery", ["batery", "did you mean battery"]),
    "missing kind": ("kind: battery, ", "", ["[battery].kind", "required"]),
    "name with blanks": ("name: battery", "name: my battery", ["name", "my battery"]),
    "unknown factor": (
        "mee-nbs-2025-47.cn-sd.average",
        "mee-nbs-2025-47.cn-sd.avrage",
        ["carbon.grid", "did you mean mee-nbs-2025-47.cn-sd.average"],
    ),
    "factor of heat": ("mee-nbs-2025-47.cn-sd.average", "heat.cn.default", ["carbon.grid", "kgCO2e/GJ", "kgCO2e/kWh"]),
    "unknown voltage": ("voltage: 1-10kV", "voltage: 400kV", ["400kV", "1-10kV"]),
    "missing tariff": ("shandong-2026.yaml", "shandong-2062.yaml", ["shandong-2062.yaml", "check the path"]),
    "missing climatology": ("qingdao/climatology.yaml", "qingdao/climate.yaml", ["climate.yaml", "check the path"]),
    "status without source": (
        "capacity_kwp: 600",
        "capacity_kwp: {value: 600, status: assumption}",
        ["[roof].capacity_kwp", "source"],
    ),
    "unknown status": (
        "capacity_kwp: 600",
        "capacity_kwp: {value: 600, status: guessed, source: me}",
        ["[roof].capacity_kwp", "guessed", "assumption"],
    ),
    "more than a value": (
        "capacity_kwp: 600",
        "capacity_kwp: {value: 600, status: computed, source: me, unit: kWp}",
        ["[roof].capacity_kwp", "unit"],
    ),
    "note without a source": ('source: "invented for the tutorial"', 'source: ""', ["note", "source"]),
    "zone": ("Asia/Shanghai", "Asia/Shanghay", ["timezone", "Asia/Shanghay", "IANA"]),
    "country of no one": ("country: CN", "country: XX", ["place.country", "XX"]),
    "country": ("country: CN", "country: China", ["place.country", "China"]),
    "column of no one": (
        "column: workshop.electricity_kw",
        "column: workshop.electric_kw",
        ["workshop", "workshop.electric_kw", "did you mean workshop.electricity_kw"],
    ),
    "yield above stock": (
        "end_surplus_cny_per_unit: 8",
        "end_surplus_cny_per_unit: 80",
        ["[tank]", "end_surplus_cny_per_unit"],
    ),
    "export by half": ("connection_kw: 800", "connection_kw: 800, export_limit_kw: 100", ["export", "forbidden"]),
    "spot without a file": ("voltage: 1-10kV}", "voltage: 1-10kV, export: {mode: spot}}", ["tariff.export", "csv"]),
    "not YAML": ("buses: {", "buses: [{", ["line "]),
}


def one_sentence(err: str) -> str:
    """What stands on standard error: one line of the program, no trace of Python."""
    assert err.startswith("ems: "), err
    assert err.count("\n") == 1, err
    assert "Traceback" not in err
    assert "pydantic" not in err
    return err


@pytest.mark.parametrize("what", BAD)
def test_a_faulty_site_is_named(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new, words = BAD[what]
    path, out = written(tmp_path, old, new), tmp_path / "out"
    code = ems("plan", path, "--date", "2026-11-23", "--weather", "climatology", "--step", "1h", "--out", out)
    said = one_sentence(capsys.readouterr().err)
    assert code == 2
    assert not out.exists()
    missing = [w for w in words if w not in said]
    assert not missing, f"{missing} not in: {said}"


@pytest.mark.parametrize(
    "what",
    ["unknown key", "missing field", "negative capacity", "latitude", "duplicate key", "status without source",
     "unknown kind", "unknown factor", "unknown voltage", "wrong carrier", "column of no one", "zone"],
)  # fmt: skip
def test_the_line_is_the_one(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new, _ = BAD[what]
    path = written(tmp_path, old, new)
    assert ems("check", path) == 2
    before = text_of().split(old)[0]
    line = before.count("\n") + 1
    said = one_sentence(capsys.readouterr().err)
    near = range(line - 3, line + 1) if what == "missing field" else [line]  # a component's line is where it begins
    assert any(f"line {n}:" in said or f"line {n}," in said for n in near), f"line {line}: {said}"
    assert path.name in said


def test_a_name_that_is_no_site(capsys: pytest.CaptureFixture[str]) -> None:
    assert ems("plan", "qingdoa") == 2
    assert "did you mean qingdao" in one_sentence(capsys.readouterr().err)


@pytest.mark.parametrize("what", ["folder", "binary", "missing", "empty", "list", "huge", "device"])
def test_a_path_that_is_no_site(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "park.yaml"
    match what:
        case "folder":
            path = tmp_path
        case "binary":
            path.write_bytes(bytes(range(256)) * 4)
        case "empty":
            path.write_text("")
        case "list":
            path.write_text("- 1\n- 2\n")
        case "huge":
            path.touch()
            os.truncate(path, 10_000_000_000)
        case "device":
            path = Path("/dev/zero")
    assert ems("plan", path, "--out", tmp_path / "out") == 2
    assert path.name in one_sentence(capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


def test_a_broken_site_is_listed_with_its_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "site.yaml").write_text("name: [", encoding="utf-8")
    monkeypatch.setattr("ems.site_file.sites_folder", lambda: tmp_path)
    assert ems("sites", "--lang", "en") == 0
    assert "broken" in capsys.readouterr().out


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_check_lists_the_assumptions(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ems("check", "qingdao", "--lang", lang) == 0
    said = capsys.readouterr().out
    assert "grid.connection_kw=6000" in said
    assert "10 kV connection, project brief" in said

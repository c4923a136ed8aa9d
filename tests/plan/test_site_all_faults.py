"""Every fault of a site file at once, each with its place, for whoever corrects it beside the text."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from ems.bundle import bundle, unpack
from ems.site import sites_folder
from ems.site_file import all_faults, read_site
from forecasting.errors import InputError
from tests.cli.test_cli_bad_sites import BAD
from tests.plan.parks import SITES, text_of, written


@pytest.mark.parametrize("site", SITES)
def test_packaged_sites_have_none(site: str) -> None:
    assert all_faults(sites_folder() / site / "site.yaml") == []


def faults(tmp_path: Path, *changes: tuple[str, str]) -> list[InputError]:
    text = text_of()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = tmp_path / "site.yaml"
    path.write_text(text, encoding="utf-8")
    return all_faults(path)


def line_of(piece: str) -> int:
    return text_of().split(piece)[0].count("\n") + 1


@pytest.mark.parametrize("what", BAD)
def test_whatever_a_plan_refuses_is_among_them(what: str, tmp_path: Path) -> None:
    """The words that `ems plan` says of it stand in one of the faults."""
    old, new, words = BAD[what]
    found = all_faults(written(tmp_path, old, new))
    assert found
    assert any(all(w in str(f) for w in words if not w.startswith("line")) for f in found), list(map(str, found))
    for f in found:
        assert f.pointer or f.line or f.field
        assert "faults in all" not in str(f)
        again = pickle.loads(pickle.dumps(f))
        assert (str(again), again.pointer, again.line) == (str(f), f.pointer, f.line)


def test_faults_of_all_parts_are_told_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        ("latitude: 36.1", "latitude: 136"),
        ("capacity_kwp: 600", "capacity_kwp: -5"),
        ("connection_kw: 800", "conection_kw: 800"),
        ("kind: battery", "kind: batery"),
        ("floor_area_m2: 5000", "floor_area_m2: much"),
    )
    assert {f.pointer: f.line for f in found} == {
        "/place/latitude": line_of("latitude"),
        "/demands/workshop/floor_area_m2": line_of("floor_area_m2"),
        "/components/0/capacity_kwp": line_of("capacity_kwp"),
        "/components/1/connection_kw": line_of("connection_kw: 800"),  # missing: the component's line
        "/components/1/conection_kw": line_of("connection_kw: 800"),
        "/components/3/kind": line_of("kind: battery"),
    }
    spoken = {f.pointer: f.said for f in found}
    assert spoken["/components/1/conection_kw"].endswith("did you mean connection_kw?")
    assert spoken["/components/0/capacity_kwp"].startswith("components.[roof].capacity_kwp is -5 (expected:")


def test_numbers_that_are_none_are_told_together(tmp_path: Path) -> None:
    found = faults(tmp_path, ("latitude: 36.1", "latitude: .nan"), ("capacity_kwp: 600", "capacity_kwp: .inf"))
    assert [f.pointer for f in found] == ["/place/latitude", "/components/0/capacity_kwp"]
    found = faults(tmp_path, ("connection_kw: 800", "connection_kw: yes"), ("altitude_m: 20", "altitude_m: no"))
    assert [f.pointer for f in found] == ["/place/altitude_m", "/components/1/connection_kw"]


def test_provenance_and_values_are_told_together(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        ("capacity_kwp: 600", "capacity_kwp: {value: -600, status: guess, source: me}"),
        ("connection_kw: 800", "connection_kw: {value: 800, status: sourced}"),
        ("latitude: 36.1", "latitude: 136"),
    )
    assert [f.pointer for f in found] == [
        "/components/0/capacity_kwp",
        "/components/1/connection_kw",
        "/place/latitude",
    ]


def test_what_the_site_refers_to_is_looked_at_where_the_file_is_in_order(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        ("shandong-2026.yaml", "shandong-2062.yaml"),
        ("qingdao/climatology.yaml", "qingdao/climate.yaml"),
        ("mee-nbs-2025-47.cn-sd.average", "mee-nbs-2025-47.cn-sd.avrage"),
        ("country: CN", "country: XX"),
    )
    assert [f.pointer for f in found] == ["/climatology", "/place/country", "/tariff/file", "/carbon/grid"]
    assert [f.line for f in found] == [line_of(p) for p in ("climatology:", "country:", "tariff:", "carbon:")]
    assert found[2].source == "shandong-2062.yaml"


def test_demands_that_no_one_makes_are_all_told(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        ("column: workshop.electricity_kw", "column: workshop.electric_kw"),
        ("column: forklifts.hydrogen_kg_per_h", "column: forklift.hydrogen_kg_per_h"),
    )
    assert [f.pointer for f in found] == ["/components/2/column", "/components/6/column"]
    assert all("did you mean" in f.remedy for f in found)


def test_meters_that_are_not_there_are_told_by_demand(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        ("gains_w_per_m2: 0}", "gains_w_per_m2: 0, overrides: {heat_kw: {file: a.csv, column: kw}}}"),
        ('end: "18:00"}', 'end: "18:00", override: {file: b.csv, column: kw}}'),
    )
    assert [(f.pointer, f.source) for f in found] == [("/demands/workshop", "a.csv"), ("/demands/forklifts", "b.csv")]


def test_a_site_without_a_climatology_is_checked_without_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forecasting.open_meteo.fetch", lambda *_, **__: pytest.fail("the network was asked"))
    line = next(x for x in text_of().splitlines() if x.startswith("climatology:"))
    assert faults(tmp_path, (line, "")) == []
    assert [f.pointer for f in faults(tmp_path, (line, ""), ("workshop.electricity_kw", "w.heat_kw"))] == [
        "/components/2/column"
    ]


@pytest.mark.parametrize(("text", "line"), [("a: [", 1), ("name: x\nname: y\n", 2), ("- 1\n", 1), ("", 1)])
def test_a_text_that_is_no_site_has_one_fault(text: str, line: int, tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(text, encoding="utf-8")
    (found,) = all_faults(path)
    assert found.line == line


def test_a_file_that_is_away_has_one_fault(tmp_path: Path) -> None:
    (found,) = all_faults(tmp_path / "none.yaml")
    assert "check the path" in found.remedy


def test_a_flood_of_faults_is_cut(tmp_path: Path) -> None:
    found = faults(tmp_path, ("arrays:", "arrays:\n" + "".join(f"  x{k}: {{}}\n" for k in range(300))))
    assert 100 < len(found) <= 200


def test_the_first_fault_is_the_one_that_reading_raises(tmp_path: Path) -> None:
    path = written(tmp_path, "capacity_kwp: 600", "capacity_kwp: -5")
    with pytest.raises(InputError) as caught:
        read_site(str(path))
    (found,) = all_faults(path)
    assert str(caught.value) == str(found)
    assert (
        (caught.value.pointer, caught.value.line)
        == (found.pointer, found.line)
        == (
            "/components/0/capacity_kwp",
            line_of("capacity_kwp"),
        )
    )


def test_an_unpacked_site_is_checked_where_it_lies(tmp_path: Path) -> None:
    assert all_faults(unpack(bundle(read_site("qingdao")), tmp_path)) == []

"""Where the numbers of a site come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from ems.site_file import SiteFile, read_site
from tests.plan.parks import SITES, shipped, stored, written


def provenance(file: SiteFile) -> dict[str, tuple[str, str]]:
    return {f.name: (f.provenance.status, f.provenance.source) for f in file.figures()}


def test_a_number_speaks_for_itself(tmp_path: Path) -> None:
    path = written(tmp_path, "capacity_kwp: 600", 'capacity_kwp: {value: 600, status: sourced, source: "name plate"}')
    file = read_site(str(path))
    assert file.site.component("roof").capacity_kwp == 600
    assert provenance(file)["roof.capacity_kwp"] == ("sourced", "name plate")
    assert provenance(file)["grid.connection_kw"] == ("assumption", "invented for the tutorial")


def test_a_list_is_spoken_for_as_a_whole(tmp_path: Path) -> None:
    new = "specific_kwh_per_kg: {value: [[0.1, 51], [0.5, 52.5], [1.0, 55]], status: computed, source: curve fit}"
    file = read_site(str(written(tmp_path, "specific_kwh_per_kg: [[0.1, 51], [0.5, 52.5], [1.0, 55]]", new)))
    points = {k: v for k, v in provenance(file).items() if k.startswith("electrolyser.specific_kwh_per_kg")}
    assert len(points) == 6
    assert set(points.values()) == {("computed", "curve fit")}


def test_the_nearest_note_speaks(tmp_path: Path) -> None:
    """Component before group before file; a number's own word before all."""
    old = "{kind: grid, name: grid, connection_kw: 800}"
    own, note = "{value: 90, status: computed, source: bills}", "{status: sourced, source: contract}"
    new = f"{{kind: grid, name: grid, connection_kw: 800, expected_peak_kw: {own}, note: {note}}}"
    found = provenance(read_site(str(written(tmp_path, old, new))))
    assert found["grid.connection_kw"] == ("sourced", "contract")
    assert found["grid.expected_peak_kw"] == ("computed", "bills")
    assert found["battery.power_kw"] == ("assumption", "invented for the tutorial")
    assert found["grid.over_contract_cny_per_kwh"][0] == "default"


def test_without_any_note_a_number_is_unmarked(tmp_path: Path) -> None:
    path = written(tmp_path, 'note: {status: assumption, source: "invented for the tutorial"}\n')
    found = provenance(read_site(str(path)))
    assert found["battery.power_kw"] == ("unmarked", "")


@pytest.mark.parametrize("site", SITES)
def test_every_number_of_a_shipped_site_is_marked(site: str) -> None:
    file = read_site(site)
    assert [f.name for f in file.figures() if f.provenance.status == "unmarked"] == []
    assert all(f.provenance.source for f in file.figures() if f.provenance.status != "default")


def test_the_plan_counts_them() -> None:
    data, file = stored(shipped("qingdao")), read_site("qingdao")
    counts = data["provenance"]["site_figures"]
    assert sum(counts.values()) == len(file.figures())
    assert counts["assumption"] == sum(f.provenance.status == "assumption" for f in file.figures())
    assert data["provenance"]["site_digest"] == file.digest
    assert data["provenance"]["grid_factor"]["id"] == file.site.carbon.grid

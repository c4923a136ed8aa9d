"""The registry of factors: complete, from named sources, with no id in two files and no region that is not one."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecasting.errors import InputError
from forecasting.factors import around, load_factors, newest, registry
from tests.emissions.scopes.scopes_toy import ROOT, factors_known


def test_what_an_account_needs_is_there_in_the_unit_of_its_meter() -> None:
    known = factors_known()
    units = {
        "mee-nbs-2025-47.cn.residual": "kgCO2e/kWh",
        "natural-gas.cn.lhv": "kgCO2e/kWh",
        "natural-gas.upstream.lhv": "kgCO2e/kWh",
        "diesel.cn.litre": "kgCO2e/L",
        "diesel.upstream.litre": "kgCO2e/L",
        "hydrogen.natural-gas": "kgCO2e/kg",
        "hydrogen.coal": "kgCO2e/kg",
        "sand-2023.h2": "kgCO2e/kg",
        "ipcc-ar5.ch4": "kgCO2e/kg",
        "ipcc-ar6.ch4-fossil": "kgCO2e/kg",
    }
    assert {key: known[key].unit for key in units} == units


def test_fuels_agree_with_their_carbon_and_with_each_other() -> None:
    """15.3 t C/TJ of gas, 20.2 t C/TJ of diesel, oxidised to 99 and 98 %, 44/12 t CO2 per t C, 3.6 MJ per kWh."""
    known = factors_known()
    assert known["natural-gas.cn.lhv"].value == pytest.approx(15.3e-3 * 0.99 * 44 / 12 * 3.6, rel=1e-4)
    kwh_per_m3 = 38.931 / 3.6
    assert known["natural-gas.cn"].value == pytest.approx(known["natural-gas.cn.lhv"].value * kwh_per_m3, rel=1e-4)
    assert known["diesel.cn.litre"].value == pytest.approx(42.652 * 20.2e-3 * 0.98 * 44 / 12 * 0.84, rel=1e-4)
    assert 2.60 <= known["diesel.cn.litre"].value <= 2.64
    assert known["gasoline.cn.litre"].value == pytest.approx(known["gasoline.cn"].value * 0.74, rel=1e-4)


def test_hydrogen_warms_with_the_uncertainty_of_its_source() -> None:
    """11.6 ± 2.8, one standard deviation."""
    factor = factors_known()["sand-2023.h2"]
    assert factor.value == 11.6
    assert factor.uncertainty == pytest.approx(1.96 * 2.8 / 11.6, abs=0.005)


def test_uncertainties_are_told_with_their_source_or_not_at_all() -> None:
    known = factors_known().values()
    assert all((f.uncertainty is None) == (f.uncertainty_source == "") for f in known)
    assert all(f.uncertainty is None for f in known if f.id.startswith("mee-"))  # no announcement gives one


def test_regional_averages_lie_around_the_national_one() -> None:
    known = factors_known()
    regions = ("north", "northeast", "east", "central", "northwest", "south", "southwest")
    values = [known[f"mee-nbs-2025-47.cn-{r}.average"].value for r in regions]
    assert min(values) == 0.2472
    assert max(values) == 0.6361
    assert min(values) < known["mee-nbs-2025-47.cn.average"].value < max(values)


def test_the_newest_of_a_series_is_found_by_region_and_use() -> None:
    known = factors_known()
    assert newest(known["mee-nbs-2024-33.cn-sd.average"], known).id == "mee-nbs-2025-47.cn-sd.average"
    assert newest(known["mee-nbs-2024-12.cn.residual"], known).id == "mee-nbs-2025-47.cn.residual"
    assert newest(known["diesel.cn"], known).id == "diesel.cn"


@pytest.mark.parametrize(
    ("region", "larger"),
    [("CN-SD", ("CN-SD", "CN-North", "CN", "World")), ("CN-NM", ("CN-NM", "CN", "World")), ("DE", ("DE", "World"))],
)
def test_regions_lie_in_each_other(region: str, larger: tuple[str, ...]) -> None:
    assert around(region) == larger


def test_all_provinces_are_known() -> None:
    from forecasting.factors import WITHIN

    assert len([r for r in WITHIN if len(r) == 5]) == 31


def text(**changes: str) -> str:
    fields = {"id": "x.de.average", "value": "0.4", "unit": "kgCO2e/kWh", "use": "any", "region": "DE", "issuer": "any",
              "announcement": "any", "status": "assumption", "source": "invented for this test"} | changes  # fmt: skip
    return "factors:\n  - " + "\n    ".join(f"{k}: {v}" for k, v in fields.items()) + "\n"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"region": "CN-SDD"}, "the region 'CN-SDD' is not known"),
        ({"unit": "kgCO2e/MWh"}, "unit"),
        ({"uncertainty": "0.1"}, "belong together"),
    ],
)
def test_a_faulty_entry_is_refused(tmp_path: Path, changes: dict[str, str], says: str) -> None:
    path = tmp_path / "factors.yaml"
    path.write_text(text(**changes), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        load_factors(path)


def test_an_id_in_two_files_is_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(text(), encoding="utf-8")
    with pytest.raises(InputError, match=r"b.yaml: id is 'x.de.average'"):
        registry(tmp_path)
    with pytest.raises(InputError, match="emission factors"):
        registry(tmp_path / "none")


def test_the_registry_of_the_project_has_no_double() -> None:
    files = sorted((ROOT / "sites" / "factors").glob("*.yaml"))
    assert len(files) >= 4
    assert sum(len(load_factors(f)) for f in files) == len(factors_known())

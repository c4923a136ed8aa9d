import pytest

from forecasting import InputError, load_factors


@pytest.fixture
def file(sites):
    return sites / "factors" / "grid-cn.yaml"


@pytest.mark.parametrize(
    ("key", "value", "region", "data_year", "announcement"),
    [
        ("mee-2023-43.cn.ets", 0.5703, "CN", 2022, "环办气候函〔2023〕43号"),
        ("mee-nbs-2024-33.cn.average", 0.5366, "CN", 2022, "公告2024年第33号"),
        ("mee-nbs-2024-33.cn-sd.average", 0.6410, "CN-SD", 2022, "公告2024年第33号"),
        ("mee-nbs-2025-47.cn.average", 0.5306, "CN", 2023, "公告2025年第47号"),
        ("mee-nbs-2025-47.cn-sd.average", 0.6191, "CN-SD", 2023, "公告2025年第47号"),
        ("mee-nbs-2025-47.cn.residual", 0.6096, "CN", 2023, "公告2025年第47号"),
    ],
)
def test_grid_factors_by_announcement(file, key, value, region, data_year, announcement):
    factor = load_factors(file)[key]
    assert (factor.value, factor.unit) == (value, "kgCO2e/kWh")
    assert (factor.region, factor.data_year, factor.announcement) == (region, data_year, announcement)
    assert factor.status == "sourced"


def test_the_report_of_2022_is_met(file):
    """907.8 MWh and 517.70 t in the report: 0.57028 kg/kWh."""
    assert load_factors(file)["mee-2023-43.cn.ets"].value == pytest.approx(517.70 / 907.8, abs=5e-5)


def test_fuels_from_their_carbon(file):
    """Natural gas: 38.931 MJ/m3 x 15.3 g/MJ x 0.99 x 44/12; diesel: 42.652 MJ/kg x 20.2 x 0.98 x 44/12."""
    factors = load_factors(file)
    assert factors["natural-gas.cn"].value == pytest.approx(0.038931 * 15.3 * 0.99 * 44 / 12, abs=5e-4)
    assert factors["diesel.cn"].value == pytest.approx(0.042652 * 20.2 * 0.98 * 44 / 12, abs=5e-4)
    assert factors["gasoline.cn"].value == pytest.approx(0.04307 * 18.9 * 0.98 * 44 / 12, abs=5e-4)


def test_what_was_not_found_again_is_an_assumption(file):
    assert {k for k, f in load_factors(file).items() if f.status == "assumption"} == {
        "mee-2022-111.cn.ets", "mee-nbs-2024-12.cn.average", "mee-nbs-2024-12.cn.residual", "mee-nbs-2024-12.cn.fossil",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("value: 0.5703", "value: -1", "value"),
        ("unit: kgCO2e/kWh", "unit: tCO2/MWh", "unit"),
        ("id: mee-2023-43.cn.ets", "id: mee-2022-111.cn.ets", "given twice"),
        ("published: \"2022-03\"", "published: March", "published"),
        ("    status: assumption\n", "", "status"),
    ],
)  # fmt: skip
def test_faulty_registries(file, tmp_path, old, new, says):
    text = file.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "factors.yaml"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        load_factors(broken)

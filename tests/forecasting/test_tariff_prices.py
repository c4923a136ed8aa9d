"""Shandong prices against the delivered prices published for 110 kV in 2026, and the mechanics of any tariff."""

from datetime import date

import pandas as pd
import pytest

from forecasting import InputError, day_index, days_index, load_tariff

# State Grid Shandong, monthly price tables 2026, two-part, 110 kV [CNY/kWh]: S, P, F, V, D
PUBLISHED_110KV = {
    1: (1.1873, 1.0257, 0.6488, 0.2720, 0.1643),
    2: (1.1479, 0.9936, 0.6330, 0.2726, 0.1696),
    3: (1.0648, 0.9206, 0.5841, 0.2477, 0.1515),
    4: (1.0759, 0.9275, 0.5811, 0.2349, 0.1359),
    5: (1.0489, 0.9090, 0.5824, 0.2559, 0.1626),
    6: (1.0303, 0.8946, 0.5776, 0.2608, None),
    7: (1.1037, 0.9584, 0.6190, 0.2797, None),
    8: (1.0180, 0.8844, 0.5727, 0.2611, None),
}


@pytest.fixture
def shandong(sites):
    return load_tariff(sites / "tariffs" / "shandong-2026.yaml")


def hourly(first, last, zone="Asia/Shanghai", step=60):
    return days_index(first, last, zone, step)


@pytest.mark.parametrize("month", PUBLISHED_110KV)
def test_published_prices(shandong, month):
    table = shandong.prices(day_index(date(2026, month, 10), "Asia/Shanghai", 60), "110kV")
    found = table.groupby("band")["import_cny_per_kwh"].unique()
    expected = {b: p for b, p in zip("SPFVD", PUBLISHED_110KV[month], strict=True) if p is not None}
    assert set(found.index) == set(expected)
    for band, price in expected.items():
        assert found[band] == pytest.approx([price], abs=0.0002)


def test_one_to_ten_kilovolts_in_august(shandong):
    table = shandong.prices(day_index(date(2026, 8, 5), "Asia/Shanghai", 15), "1-10kV")
    found = table.groupby("band")["import_cny_per_kwh"].first()
    for band, price in {"S": 1.0520, "P": 0.9184, "F": 0.6067, "V": 0.2950}.items():
        assert found[band] == pytest.approx(price, abs=0.0002)


def test_flat_load_average_of_the_year(shandong):
    """With the delivery price of the fourth period all year a flat load pays 0.632 at 1-10 kV, 0.615 at 35 kV."""
    index = hourly(date(2026, 1, 1), date(2026, 12, 31))
    for voltage, average, third, fourth in (("1-10kV", 0.632, 0.1491, 0.1400), ("35kV", 0.615, 0.1341, 0.1230)):
        price = shandong.prices(index, voltage)["import_cny_per_kwh"]
        price = price.where(index.month >= 8, price - third + fourth)
        assert price.mean() == pytest.approx(average, abs=0.0015)


@pytest.mark.parametrize("step", [60, 15, 5])
def test_hours_of_each_band(shandong, step):
    bands = shandong.prices(hourly(date(2026, 1, 1), date(2026, 12, 31), step=step), "35kV")["band"]
    hours = (bands.value_counts() * step / 60).to_dict()
    assert hours == {"S": 1188, "P": 1001, "F": 4386, "V": 1366, "D": 819}


@pytest.mark.parametrize(
    ("moment", "before", "after"),
    [
        ("2026-01-15T16:00", "F", "S"), ("2026-01-15T19:00", "S", "P"), ("2026-01-15T21:00", "P", "F"),
        ("2026-01-15T02:00", "F", "V"), ("2026-01-15T11:00", "V", "D"), ("2026-01-15T14:00", "D", "V"),
        ("2026-06-15T07:00", "F", "V"), ("2026-06-15T12:00", "V", "F"), ("2026-06-15T22:00", "S", "P"),
        ("2026-08-15T01:00", "F", "V"), ("2026-10-15T19:00", "S", "P"), ("2026-04-15T17:00", "F", "S"),
    ],
)  # fmt: skip
def test_window_edges_to_the_interval(shandong, moment, before, after):
    edge = pd.Timestamp(moment, tz="Asia/Shanghai")
    bands = shandong.prices(pd.date_range(edge - pd.Timedelta("5min"), periods=2, freq="5min"), "35kV")["band"]
    assert bands.tolist() == [before, after]


def test_delivery_price_changes_on_the_first_of_august(shandong):
    index = hourly(date(2026, 7, 31), date(2026, 8, 1))
    flat = shandong.prices(index, "110kV").query("band == 'F'")["import_cny_per_kwh"]
    july = 0.48475 - 0.01202 + 0.1191 + 0.02716875
    august = 0.44525 - 0.00568 + 0.1060 + 0.02716875
    assert flat.iloc[0] == pytest.approx(july, abs=1e-9)
    assert flat.iloc[-1] == pytest.approx(august, abs=1e-9)


def test_index_of_another_zone_sees_the_same_prices(shandong):
    index = day_index(date(2026, 8, 5), "Asia/Shanghai", 60)
    there = shandong.prices(index.tz_convert("UTC"), "35kV")
    assert there["band"].tolist() == shandong.prices(index, "35kV")["band"].tolist()


def test_other_years_take_the_same_month_and_say_so(shandong):
    here, there = (day_index(date(year, 8, 5), "Asia/Shanghai", 60) for year in (2026, 2027))
    assert shandong.prices(here, "35kV")["import_cny_per_kwh"].tolist() == pytest.approx(
        shandong.prices(there, "35kV")["import_cny_per_kwh"].tolist()
    )
    assert not any("2027" in note.en for note in shandong.notes(here, "35kV"))
    assert any("2027" in note.en and "same month of 2026" in note.en for note in shandong.notes(there, "35kV"))
    old = day_index(date(2020, 2, 29), "Asia/Shanghai", 60)
    assert shandong.prices(old, "110kV")["import_cny_per_kwh"].iloc[0] == pytest.approx(0.6330, abs=0.0002)


def test_assumptions_and_placeholders_are_told(shandong):
    def told(day, voltage):
        return " ".join(note.en for note in shandong.notes(day_index(day, "Asia/Shanghai", 60), voltage))

    assert "assumption" not in told(date(2026, 3, 1), "110kV")
    assert "0.015" in told(date(2026, 3, 1), "35kV")
    assert "September to December" in told(date(2026, 11, 1), "35kV")
    assert "placeholders" in told(date(2026, 3, 1), "110kV")
    assert shandong.capacity_charge.placeholder
    assert shandong.export_options["mechanism-2025-auction"].cny_per_kwh == 0.225


def test_unknown_voltage(shandong):
    with pytest.raises(InputError, match="1-10kV, 35kV, 110kV, 220kV"):
        shandong.prices(day_index(date(2026, 1, 1), "Asia/Shanghai", 60), "10kV")


def test_flat_example(sites):
    tariff = load_tariff(sites / "tariffs" / "example-flat.yaml")
    assert set(tariff.prices(day_index(date(2026, 1, 1), "Asia/Shanghai", 60), "1-10kV")["import_cny_per_kwh"]) == {
        0.65
    }
    assert tariff.capacity_charge is None


def test_weekday_example_through_the_change_of_clocks(sites):
    """Friday 06:30 to 22:00 is day; Sunday 29 March 2026 has 23 hours, all night."""
    tariff = load_tariff(sites / "tariffs" / "example-weekday.yaml")
    friday = tariff.prices(day_index(date(2026, 3, 27), "Europe/Berlin", 30), "20kV")
    assert friday["band"].value_counts().to_dict() == {"day": 31, "night": 17}
    assert friday["import_cny_per_kwh"].max() == 1.10
    sunday = tariff.prices(day_index(date(2026, 3, 29), "Europe/Berlin", 30), "20kV")
    assert sunday["band"].value_counts().to_dict() == {"night": 46}


def test_an_edge_inside_an_interval_is_refused(sites):
    tariff = load_tariff(sites / "tariffs" / "example-weekday.yaml")
    with pytest.raises(InputError, match=r"06:30-22:00.*inside an interval of 60 min"):
        tariff.prices(day_index(date(2026, 3, 27), "Europe/Berlin", 60), "20kV")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('S: ["16:00-19:00"]', 'S: ["16:00-20:00"]', "overlap"),
        ('S: ["16:00-19:00"]', 'S: ["19:00-16:00"]', "does not end"),
        ('S: ["16:00-19:00"]', 'S: ["16:00-25:00"]', "pattern"),
        ('S: ["16:00-19:00"]', 'X: ["16:00-19:00"]', "no ratio for the bands"),
        ("months: [12, 1, 2]", "months: [12, 1]", "each of 1 to 12 once"),
        ("8: 0.44525}", "8: 0.44525, 9: 0.5}", "each of 1 to 12 once"),
        ("1: 0.53840", "1: 53.84", "cny_per_kwh"),
        ("1: 0.53840", "1: 0.53840, 1: 0.6", "given twice"),
        ("start: 2026-08-01, cny_per_kwh: 0.1400", "start: 2026-07-01, cny_per_kwh: 0.1400", "overlap"),
        ("currency: CNY", "currency: EUR", "currency"),
        ("timezone: Asia/Shanghai", "timezone: Asia/Boli", "timezone"),
        ("placeholder: true", "placeholdr: true", "placeholder"),
    ],
)
def test_faulty_files(sites, tmp_path, old, new, says):
    text = (sites / "tariffs" / "shandong-2026.yaml").read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "tariff.yaml"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        load_tariff(broken)

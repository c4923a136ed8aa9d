"""Meter readings as activity: units and times are checked, gaps are told, nothing is filled or guessed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ems.emissions.activity import Activity, Meter
from ems.emissions.measured_source import from_measured
from ems.site import Site
from ems.site_file import read_site
from forecasting.errors import InputError

DAY = date(2026, 6, 15)
KM = Meter("buses.distance_km", "buses", "", "km", "公交里程", "distance of buses", "measured")


@pytest.fixture(scope="module")
def site() -> Site:
    return read_site("demo").site


def times(count: int, minutes: int = 60, start: str = "2026-06-15T00:00:00+08:00") -> list[str]:
    return [t.isoformat() for t in pd.date_range(start, periods=count, freq=f"{minutes}min")]


def wide(columns: dict[str, list[object]], minutes: int = 60) -> list[str]:
    rows = zip(times(len(next(iter(columns.values()))), minutes), *columns.values(), strict=True)
    return [",".join(["time", *columns]), *(",".join(map(str, row)) for row in rows)]


def activity(tmp_path: Path, lines: list[str], site: Site, first: date = DAY, last: date = DAY) -> Activity:
    path = tmp_path / "meters.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return from_measured(path, site, first, last, [KM])


def test_a_wide_file(tmp_path: Path, site: Site) -> None:
    bought = [round(300.1 + k, 1) for k in range(24)]
    read = activity(tmp_path, wide({"grid.import_kwh": bought, "electrolyser.hydrogen_kg": [2] * 24}), site)
    assert read.amount("grid.import_kwh").to_list() == bought
    assert read.total("electrolyser.hydrogen_kg") == 48
    assert read.meters["grid.import_kwh"].kind == "measured"
    assert read.meters["grid.import_kwh"].carrier == "electricity"
    assert not read.gaps
    assert read.table.index[0].isoformat() == "2026-06-15T00:00:00+08:00"


@pytest.mark.parametrize(
    ("column", "kwh"),
    [("_kwh", 3.6), ("_mwh", 3600), ("_mj", 1), ("_gj", 1000), ("_kw", 0.9), ("_mw", 900)],
)
def test_units_of_energy(column: str, kwh: float, tmp_path: Path, site: Site) -> None:
    """3.6 in each quarter hour of the first hour: 3.6 MJ are 1 kWh, 3.6 kW over a quarter hour 0.9 kWh."""
    read = activity(tmp_path, wide({f"grid.import{column}": [3.6] * 4}, 15), site)
    assert read.amount("grid.import_kwh").iloc[0] == pytest.approx(4 * kwh, rel=1e-12)


@pytest.mark.parametrize(("column", "kg"), [("_kg", 2), ("_t", 2000), ("_kg_per_h", 1)])
def test_units_of_mass(column: str, kg: float, tmp_path: Path, site: Site) -> None:
    read = activity(tmp_path, wide({f"electrolyser.hydrogen{column}": [2] * 48}, 30), site)
    assert read.total("electrolyser.hydrogen_kg") == pytest.approx(48 * kg)


def test_a_long_file_in_any_order_with_steps_of_each_meter(tmp_path: Path, site: Site) -> None:
    lines = [f"{t},grid.import_kwh,{k},MWh" for k, t in enumerate(times(24))]
    lines += [f"{t},roof.power_kwh,4,kW" for t in times(96, 15)]
    lines += [f"{t},buses.distance_km,10,km" for t in times(24)]
    read = activity(tmp_path, ["time,meter,value,unit", *reversed(lines)], site)
    assert read.amount("grid.import_kwh").to_list() == [1000.0 * k for k in range(24)]
    assert read.total("roof.power_kwh") == pytest.approx(96)
    assert read.total("buses.distance_km") == 240
    assert not read.gaps


def test_hours_without_readings_are_told_and_stay_empty(tmp_path: Path, site: Site) -> None:
    """Rows 5 and 6 (03:00, 04:00) are not there, one cell at 10:00 is empty."""
    lines = wide({"grid.import_kwh": [5] * 24, "roof.power_kwh": [1] * 10 + [""] + [1] * 13})
    read = activity(tmp_path, [line for k, line in enumerate(lines) if k not in (4, 5)], site)
    assert [(g.meter, g.start.hour, g.hours, g.why.en) for g in read.gaps] == [
        ("", 3, 2, "no reading"),
        ("roof.power_kwh", 10, 1, "no reading"),
    ]
    assert read.total("grid.import_kwh") == 110
    assert np.isnan(read.amount("roof.power_kwh").iloc[10])


def test_an_hour_with_three_of_four_quarters_has_no_amount(tmp_path: Path, site: Site) -> None:
    read = activity(tmp_path, wide({"grid.import_kwh": [1] * 6 + [""] + [1] * 89}, 15), site)
    (gap,) = read.gaps
    assert (gap.meter, gap.start.hour, gap.hours) == ("grid.import_kwh", 1, 1)
    assert "part of the hour" in gap.why.en
    assert read.total("grid.import_kwh") == 92


def test_readings_of_other_days_are_left_out(tmp_path: Path, site: Site) -> None:
    read = activity(tmp_path, wide({"grid.import_kwh": [1] * 72}), site, date(2026, 6, 16), date(2026, 6, 16))
    assert read.total("grid.import_kwh") == 24


def test_the_hour_that_comes_twice_is_two_hours(tmp_path: Path, site: Site) -> None:
    there = site.model_copy(update={"place": site.place.model_copy(update={"timezone": "Europe/Berlin"})})
    autumn = [t.isoformat() for t in pd.date_range("2026-10-25", periods=25, freq="1h", tz="Europe/Berlin")]
    assert autumn[2][:13] == autumn[3][:13]
    lines = ["time,grid.import_kwh", *(f"{t},{k}" for k, t in enumerate(autumn))]
    day = date(2026, 10, 25)
    assert activity(tmp_path, lines, there, day, day).amount("grid.import_kwh").to_list() == list(range(25))


def test_hours_of_a_zone_with_half_an_hour(tmp_path: Path, site: Site) -> None:
    there = site.model_copy(update={"place": site.place.model_copy(update={"timezone": "Asia/Kolkata"})})
    lines = ["time,grid.import_kwh", *(f"{t},1" for t in times(24, start="2026-06-15T00:00:00+05:30"))]
    assert activity(tmp_path, lines, there).total("grid.import_kwh") == 24


def test_a_number_keeps_its_last_digit(tmp_path: Path, site: Site) -> None:
    rng = np.random.default_rng(5)
    values = [float(v) for v in rng.random(24) * 10.0 ** rng.uniform(-6, 6, 24)]
    assert (
        activity(tmp_path, wide({"grid.import_kwh": list(values)}), site).amount("grid.import_kwh").to_list() == values
    )


LINES = wide({"grid.import_kwh": [5] * 24})
LONG = ["time,meter,value,unit", *(f"{t},grid.import_kwh,5,kWh" for t in times(24))]
HEADER = "time,grid.import_kwh"


def renamed(name: str) -> list[str]:
    return [f"time,{name}", *LINES[1:]]


def cell(text: str) -> list[str]:
    return [*LINES[:5], f'{times(5)[4]},"{text}"', *LINES[6:]]


REFUSED: dict[str, tuple[list[str], list[str]]] = {
    "kg of electricity": (renamed("grid.import_kg"), ["grid.import_kg", "'kg'", "kWh, MWh", "counts kWh"]),
    "cubic metres of electricity": (renamed("grid.import_m3"), ["'m3'", "counts kWh"]),
    "no unit": (renamed("grid.import"), ["a unit at the end", "write grid.import_kwh"]),
    "an unknown meter": (renamed("gird.import_kwh"), ["gird.import_kwh", "did you mean grid.import_kwh"]),
    "an unknown unit": (renamed("grid.import_wh"), ["grid.import_wh", "did you mean grid.import_kwh"]),
    "a stock": (renamed("tank.level_kg"), ["tank.level_kg", "a meter of the park"]),
    "one meter twice": (
        ["time,grid.import_kwh,grid.import_mwh", *(f"{t},1,1" for t in times(24))],
        ["grid.import_mwh", "every meter once", "grid.import_kwh"],
    ),
    "a time twice": ([*LINES, LINES[6]], ["row 26", "every time once", "row 7"]),
    "one instant in two zones": ([*LINES, "2026-06-14T21:00:00Z,5"], ["row 26", "as in row 7"]),
    "local clock times": ([line.replace("+08:00", "") for line in LINES], ["row 2", "with its offset", "comes twice"]),
    "a negative amount": (cell("-0.5"), ["row 6", "grid.import_kwh", "-0.5", "0 or more"]),
    "a word": (cell("NaN"), ["row 6", "'NaN'", "nothing where none was read"]),
    "a comma": (cell("1,5"), ["row 6", "'1,5'", "a finite number"]),
    "infinity": (cell("1e999"), ["row 6", "1e999"]),
    "a row too long": ([*LINES[:5], LINES[5] + ",1", *LINES[6:]], ["cells in row 6"]),
    "monthly amounts": (
        [HEADER, *(f"2026-{m:02d}-01T00:00:00+08:00,1" for m in range(1, 8))],
        ["40320 min from row 3 to row 4", "5, 6, 10", "by the hour"],
    ),
    "uneven times": ([*LINES[:5], LINES[5].replace("04:00:00", "04:20:00"), *LINES[6:]], ["40 min", "row 6 to row 7"]),
    "times beside the hour": ([line.replace(":00:00+", ":10:00+") for line in LINES], ["row 2", "full 60 min"]),
    "one reading": ([HEADER, LINES[1], ""], ["rows"]),
    "no time": ([line.replace("time", "when") for line in LINES], ["column time", "missing"]),
    "other days": ([line.replace("2026-06", "2026-05") for line in LINES], ["2026-05-15T00:00", "2026-06-15"]),
    "long without unit": ([line.rpartition(",")[0] for line in LONG], ["column unit", "missing"]),
    "long of an unknown meter": ([*LONG, f"{times(25)[24]},grid.imports_kwh,5,kWh"], ["row 26", "did you mean"]),
    "long in a wrong unit": ([*LONG, f"{times(25)[24]},grid.import_kwh,5,kg"], ["row 26", "'kg'", "counts kWh"]),
    "long with a time twice": ([*LONG, LONG[6]], ["row 26", "every time once of grid.import_kwh", "row 7"]),
    "long and negative": ([*LONG[:-1], LONG[-1].replace(",5,", ",-5,")], ["row 25", "value", "'-5'"]),
    "long with one reading": ([*LONG, f"{times(1)[0]},roof.power_kwh,5,kWh"], ["roof.power_kwh", "two or more"]),
}


@pytest.mark.parametrize("what", REFUSED)
def test_readings_that_cannot_be_used_are_a_sentence(what: str, tmp_path: Path, site: Site) -> None:
    lines, words = REFUSED[what]
    with pytest.raises(InputError) as refused:
        activity(tmp_path, lines, site)
    said = str(refused.value)
    assert said.startswith("meters.csv")
    missing = [w for w in words if w not in said]
    assert not missing, f"{missing} not in: {said}"


def test_a_month_without_readings_of_a_meter_is_refused(tmp_path: Path, site: Site) -> None:
    """May to July; the roof has no reading in June, which the period holds whole."""
    rows = times(92 * 24, start="2026-05-01T00:00:00+08:00")
    lines = ["time,grid.import_kwh,roof.power_kwh", *(f"{t},1,{'' if t[5:7] == '06' else 1}" for t in rows)]
    with pytest.raises(InputError, match=r"roof.power_kwh in 2026-06 .*readings of every month.*0 where nothing"):
        activity(tmp_path, lines, site, date(2026, 5, 1), date(2026, 7, 31))
    (gap,) = activity(tmp_path, lines, site, date(2026, 5, 1), date(2026, 6, 29)).gaps
    assert (gap.meter, gap.hours) == ("roof.power_kwh", 29 * 24)

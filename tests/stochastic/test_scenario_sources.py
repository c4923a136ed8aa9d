"""Scenarios from a file and from known errors of forecasts."""

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from ems.inputs import Inputs, make_inputs
from ems.site_file import SiteFile, read_site
from ems.stochastic.sources import drawn_ways, read_ways
from forecasting.errors import InputError

SUN, LOAD = "pv.yield_kw_per_kwp", "load.electricity_kw"


@cache
def demo() -> tuple[SiteFile, Inputs]:
    file = read_site("demo")
    return file, make_inputs(file, date(2026, 7, 15), step_minutes=60, weather="synthetic")


def columns() -> tuple[str, str]:
    table = demo()[1].table
    sun = next(c for c in table if str(c).endswith("yield_kw_per_kwp"))
    load = next(c for c in table if str(c).endswith("electricity_kw"))
    return str(sun), str(load)


def written(folder: Path, rows: list[str], header: str = "") -> Path:
    path = folder / "scenarios.csv"
    path.write_text("\n".join([header or f"scenario,weight,time,{columns()[1]}", *rows]) + "\n", encoding="utf-8")
    return path


def days(*scenarios: tuple[str, float, float], minutes: int = 60) -> list[str]:
    index = demo()[1].table.index
    times = (
        [t for hour in index for t in (hour,) * 1]
        if minutes == 60
        else list(
            np.array(
                [hour + k * (index[1] - index[0]) / (60 // minutes) for hour in index for k in range(60 // minutes)]
            )
        )
    )
    return [f"{name},{weight},{t.isoformat()},{value}" for name, weight, value in scenarios for t in times]


def test_a_file_gives_weights_and_columns_and_leaves_the_rest_as_expected(tmp_path):
    inputs = demo()[1]
    ways = read_ways(written(tmp_path, days(("low", 0.25, 50.0), ("high", 0.75, 90.0))), inputs)
    sun, load = columns()
    assert [s.weight for s in ways.scenarios] == [0.25, 0.75]
    assert [set(s.table[load]) for s in ways.scenarios] == [{50.0}, {90.0}]
    assert all(s.table[sun].equals(inputs.table[sun]) for s in ways.scenarios)


def test_a_finer_step_is_averaged(tmp_path):
    ways = read_ways(written(tmp_path, days(("a", 1.0, 70.0), minutes=15)), demo()[1])
    assert ways.scenarios[0].table[columns()[1]].tolist() == [70.0] * 24


def test_without_weights_all_are_equally_likely(tmp_path):
    rows = [",".join([r.split(",")[0], *r.split(",")[2:]]) for r in days(("a", 1, 50.0), ("b", 1, 60.0))]
    ways = read_ways(written(tmp_path, rows, f"scenario,time,{columns()[1]}"), demo()[1])
    assert [s.weight for s in ways.scenarios] == [0.5, 0.5]


@pytest.mark.parametrize(
    ("rows", "header", "said"),
    [
        (lambda: days(("a", 0.3, 50.0), ("b", 0.3, 60.0)), "", "add up to 1"),
        (lambda: days(("a", 1.0, 50.0))[:-1], "", "every step of the plan"),
        (lambda: days(("a", 1.0, 50.0)) * 2, "", "every time once"),
        (lambda: days(("a", 1.0, -5.0)), "", "a number from 0"),
        (lambda: days(("a", 1.0, 50.0)), "scenario,weight,time,load.electricty_kw", "a column of the inputs"),
        (lambda: days(("a", 1.0, 50.0)), "name,weight,time,load.electricity_kw", "column scenario"),
        (lambda: [r.replace("T05:00:00", " at five") for r in days(("a", 1.0, 50.0))], "", "RFC 3339"),
        (lambda: [*days(("a", 1.0, 50.0)), "b,1.0"], "", "cells"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(tmp_path, rows, header, said):
    with pytest.raises(InputError, match=said):
        read_ways(written(tmp_path, rows(), header), demo()[1])


def test_drawn_ways_move_sun_and_demand_and_nothing_else():
    file, inputs = demo()
    ways = drawn_ways(file, inputs, 5)
    again = drawn_ways(file, inputs, 5)
    assert sum(s.weight for s in ways.scenarios) == pytest.approx(1.0)
    for one, other in zip(ways.scenarios, again.scenarios, strict=True):
        assert one.table.equals(other.table)  # the seed is fixed
        moved = {str(c) for c in inputs.table if not one.table[c].equals(inputs.table[c])}
        assert set(columns()) <= moved
        assert not [c for c in moved if "cny" in c or "kgco2e" in c or c == "temperature_c"]
        assert (one.table[sorted(moved)] >= 0).all(axis=None)
    assert any("PVOD" in n.en for n in ways.notes)  # whose errors they are is told

"""The auditor notices every falsified series of every park that comes with the project."""

from datetime import date
from functools import cache

import pytest

from ems.inputs import make_inputs
from ems.site_file import read_site, site_names
from tests import toys
from tests.bending import unnoticed

DAY = date(2026, 3, 18)


@cache
def day(name: str) -> toys.Solved:
    file = read_site(name)
    inputs = make_inputs(file, DAY, step_minutes=60, weather="climatology")
    return toys.solve(file.site, inputs.table, gap=0.02, seconds=20)


@pytest.mark.parametrize("name", site_names())
def test_plan_of_the_park_is_clean(name):
    assert day(name).violations() == []


@pytest.mark.parametrize("name", site_names())
def test_every_bent_series_of_the_park_is_noticed(name):
    s = day(name)
    assert [text for c in s.site.components for text in unnoticed(s, c.name)] == []

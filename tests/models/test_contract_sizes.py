"""A fixed capacity and a design whose bounds are equal are the same machine."""

from typing import Any

import pytest

from tests import surroundings, toys
from tests.surroundings import SIZES, example


def test_there_are_sizes():
    assert len(SIZES) >= 24


@pytest.mark.parametrize(("kind", "field"), SIZES)
def test_fixed_size_equals_design_with_equal_bounds(kind, field):
    fixed = surroundings.solved(example(kind), gap=0.0)
    size: dict[str, Any] = {
        "min": getattr(example(kind), field),
        "max": getattr(example(kind), field),
        "annual_cost_cny": 0.0,
    }
    free = surroundings.solved(example(kind, **{field: size}), gap=0.0)
    assert fixed.answer.objective == pytest.approx(free.answer.objective, rel=1e-6)
    assert free.violations() == []


@pytest.mark.parametrize(("kind", "field"), SIZES)
def test_investment_is_paid_for_the_share_of_the_year(kind, field):
    """One day is 24/8760 of a year: the annuity of an idle capacity adds just that to the objective."""
    value = getattr(example(kind), field)
    fixed = surroundings.solved(example(kind), gap=0.0)
    priced = surroundings.solved(
        example(kind, **{field: {"min": value, "max": value, "annual_cost_cny": 3.65}}), gap=0.0
    )
    assert priced.answer.objective - fixed.answer.objective == pytest.approx(value * 0.01, rel=1e-4, abs=1e-3)


def test_a_design_is_as_large_as_it_pays():
    """PV for 3.65 CNY/kWp/a, 0.01 a day, against 1 CNY/kWh: of 100 kW wanted in the only hour of full sun, all."""
    pv = toys.part(kind="pv", capacity_kwp={"min": 0, "max": 500, "annual_cost_cny": 3.65}, column="sun_share")
    mains = toys.part(kind="grid", connection_kw=1000)
    load = toys.part(kind="demand", carrier="electricity", name="load")
    sun = [0.0] * 12 + [1.0] + [0.0] * 11
    s = toys.solve(toys.park(pv, mains, load), toys.table({"sun_share": sun, "load_kw": 100.0}))
    assert s.schedule.sizes["pv.capacity"] == pytest.approx(100.0)
    assert s.answer.objective == pytest.approx(23 * 100 + 1.0)

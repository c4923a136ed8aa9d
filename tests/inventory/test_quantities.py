"""Printed figures, their intervals and units; shares by largest remainder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ems.inventory.quantity import Quantity, Range
from ems.inventory.totals import largest_remainder
from ems.inventory.units import unit_of, variants


def q(text: str) -> Quantity:
    return Quantity.model_validate(text)


@pytest.mark.parametrize(
    ("text", "base", "low", "high"),
    [
        ("240.83 万t", 2.4083e9, 2.40825e9, 2.40835e9),
        ("0.10 %", 0.001, 0.00095, 0.00105),
        ("203 万tCO2e", 2.03e9, 2.025e9, 2.035e9),
        ("~15000 t", 1.5e7, 1.45e7, 1.55e7),
        (">110 万L", 1100, 1100, 1200),
        ("5,607,200 m3", 5_607_200, 5_607_199.5, 5_607_200.5),
        ("0.80 t/万元", 0.08, 0.0795, 0.0805),
        ("110 GJ", 30555.5556, 30416.6667, 30694.4444),
        ("-64.4 万t", -6.44e8, -6.445e8, -6.435e8),
    ],
)
def test_a_figure_stands_for_the_interval_of_its_digits(text: str, base: float, low: float, high: float) -> None:
    found = q(text)
    assert (found.base, found.range.low, found.range.high) == (
        pytest.approx(base),
        pytest.approx(low),
        pytest.approx(high),
    )


@pytest.mark.parametrize("text", ["12", "twelve t", "12 furlongs", "1,20 t", "5 t/h/m2", "", "1e3 t", "nan t"])
def test_what_is_no_figure_with_a_known_unit_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="a number with its unit"):
        q(text)


def test_zeros_at_the_end_count_where_the_figure_is_not_rounded() -> None:
    assert q("15000 t").range.high == pytest.approx(15_000_500)
    assert q("~15000 t").range.high == pytest.approx(15_500_000)


def test_words_of_a_figure() -> None:
    assert (q("+18.82 %").say("en"), q("~2700 t").say("zh")) == ("+18.82 %", "约 2,700 吨")
    assert q(">8,800 万km").say("en") == "more than 8,800 x 10⁴ km"
    assert q("0.80 万t/万元").say("zh") == "0.80 万吨/万元"


def test_units_taken_for_each_other_begin_with_the_multiplier_left_out() -> None:
    assert variants("万t/万元")[0] == "t/万元"
    assert "t/t" in variants("kg/t")
    assert unit_of("万tCO2e") is not None
    assert unit_of("bushel") is None


@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=12), st.integers(0, 3))
def test_largest_remainders_sum_to_100_and_are_off_by_less_than_a_step(values: list[float], decimals: int) -> None:
    made = largest_remainder(values, decimals)
    assert sum(made) == pytest.approx(100, abs=1e-9)
    exact = [100 * v / sum(values) for v in values]
    assert all(abs(a - b) < 10.0**-decimals + 1e-9 for a, b in zip(made, exact, strict=True))


def test_largest_remainders_of_a_known_example() -> None:
    """Thirds: 33.34 + 33.33 + 33.33."""
    assert largest_remainder([1, 1, 1], 2) == [33.34, 33.33, 33.33]


@given(*(st.floats(-1e3, 1e3) for _ in range(4)))
def test_interval_arithmetic_holds_every_combination(a: float, b: float, c: float, d: float) -> None:
    one, two = Range(min(a, b), max(a, b)), Range(min(c, d), max(c, d))
    for x in (a, b, (a + b) / 2):
        for y in (c, d, (c + d) / 2):
            for made, exact in ((one + two, x + y), (one - two, x - y), (one * two, x * y)):
                assert made.low - 1e-6 <= exact <= made.high + 1e-6


def test_division_by_an_interval_with_zero_is_refused() -> None:
    with pytest.raises(ZeroDivisionError):
        Range(1, 2) / Range(-1, 1)

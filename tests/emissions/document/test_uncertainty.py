"""Error propagation and Monte Carlo against numbers worked out by hand."""

from __future__ import annotations

import math

import pytest

from ems.emissions.uncertainty import COVERED, Source, Term, Uncertainty, propagated, spreads

GRID, GAS = Source(("factor", "grid"), 0.05), Source(("factor", "gas"), 0.02)
METER, OTHER = Source(("measured", "grid.import_kwh"), 0.01), Source(("measured", "gas.gas_kwh"), 0.03)
DRAWS = 200_000


def half(*terms: Term) -> float:
    return math.sqrt(sum(x**2 for x in propagated(terms).values()))


def test_a_sum_of_products_is_as_by_hand() -> None:
    """1000 kg with 5 % and 1 %, 500 kg with 2 % and 3 %: each product first, then the sum.

    Products: sqrt(0.05^2 + 0.01^2) = 5.0990 % of 1000 = 50.990; sqrt(0.02^2 + 0.03^2) = 3.6056 % of 500 = 18.028.
    Sum: sqrt(50.990^2 + 18.028^2) = sqrt(2600 + 325) = 54.083 kg, 3.6056 % of 1500.
    """
    assert half(Term(1000.0, (GRID, METER)), Term(500.0, (GAS, OTHER))) == pytest.approx(54.0833, abs=1e-4)


def test_a_factor_used_twice_errs_once() -> None:
    """Two purchases of 600 and 400 kg under one factor of 5 %: 50 kg, not sqrt(30^2 + 20^2) = 36.06 kg."""
    shared = half(Term(600.0, (GRID,)), Term(400.0, (GRID,)))
    apart = half(Term(600.0, (GRID,)), Term(400.0, (Source(("factor", "another"), 0.05),)))
    assert shared == pytest.approx(50.0)
    assert apart == pytest.approx(math.hypot(30.0, 20.0))


def test_a_factor_on_both_sides_of_a_difference_cancels() -> None:
    """Avoided = 1000 - 800 under the same factor of 5 %: 10 kg; independent factors would give 64 kg."""
    assert half(Term(1000.0, (GRID,)), Term(-800.0, (GRID,))) == pytest.approx(10.0)


def test_both_methods_agree_where_the_sum_is_linear() -> None:
    parts = [Term(1000.0, (GRID,)), Term(500.0, (GAS,)), Term(-300.0, (METER,))]
    (s,) = spreads([parts], DRAWS, 7)
    assert s.value == 1200.0
    assert s.drawn_low == pytest.approx(s.value - s.half_width, abs=0.01 * s.half_width)
    assert s.drawn_high == pytest.approx(s.value + s.half_width, abs=0.01 * s.half_width)


def test_both_methods_agree_where_factors_are_shared() -> None:
    (s,) = spreads([[Term(600.0, (GRID,)), Term(400.0, (GRID,)), Term(-900.0, (GRID,))]], DRAWS, 7)
    assert s.half_width == pytest.approx(5.0)
    assert (s.drawn_high - s.drawn_low) / 2 == pytest.approx(5.0, rel=0.01)


def test_large_uncertainties_are_skewed_and_never_negative() -> None:
    """Half width 150 %: log-normal of mean 1 and standard deviation 1.5 / 1.96."""
    (s,) = spreads([[Term(100.0, (Source(("factor", "leak"), 1.5),))]], DRAWS, 7)
    sigma = math.sqrt(math.log1p((1.5 / COVERED) ** 2))
    expected = [100 * math.exp(z * sigma - sigma**2 / 2) for z in (-COVERED, COVERED)]
    assert s.value - s.half_width < 0 < s.drawn_low
    assert [s.drawn_low, s.drawn_high] == pytest.approx(expected, rel=0.02)


def test_shares_of_the_variance_are_as_by_hand() -> None:
    """Half widths 50 and 10 kg: shares 2500 / 2600 and 100 / 2600."""
    (s,) = spreads([[Term(1000.0, (GRID, METER))]], 1000, 1)
    assert s.shares[GRID] == pytest.approx(2500 / 2600)
    assert s.shares[METER] == pytest.approx(100 / 2600)


def test_one_seed_draws_the_same_numbers() -> None:
    parts = [Term(1000.0, (GRID, METER))]
    assert spreads([parts], 1000, 3) == spreads([parts], 1000, 3)
    assert spreads([parts], 1000, 3) != spreads([parts], 1000, 4)


def test_what_is_said_of_a_meter_or_a_factor_goes_before_what_is_said_of_its_kind() -> None:
    given = Uncertainty(kinds={"measured": 0.02}, factors={"grid": 0.04}, other_factors=0.1)
    assert given.of_factor("grid", 0.07) == 0.04
    assert given.of_factor("gas", 0.07) == 0.07
    assert given.of_factor("gas", None) == 0.1

"""What an investment and a price path are worth, against numbers computed by hand and published tables."""

import numpy as np
import pytest

from ems.sizing.study import Cost, Economics
from ems.sizing.worth import (
    after_tax,
    annual_cost_cny,
    annuity,
    carbon_price,
    depreciation,
    discount,
    is_paid,
    payments,
    rise,
    worth_of,
    yearly,
)


def economics(**more: object) -> Economics:
    return Economics.model_validate({"base_year": 2026, "years": 20, "discount_rate": 0.07, **more})


def cost(**more: object) -> Cost:
    return Cost.model_validate({"capex_cny_per_unit": 1000, "price_year": 2026, "lifetime_years": 10, **more})


@pytest.mark.parametrize(
    ("rate", "years", "factor"),
    [(0.05, 10, 0.1295), (0.07, 20, 0.0944), (0.08, 30, 0.0888), (0.10, 20, 0.1175), (0.12, 15, 0.1468)],
)
def test_annuity_as_in_tables_of_the_capital_recovery_factor(rate, years, factor):
    """A/P factors of engineering economics, four decimals: i (1 + i)^n / ((1 + i)^n - 1)."""
    assert annuity(economics(discount_rate=rate, years=years)) == pytest.approx(factor, abs=5e-5)


def test_without_interest_a_yearly_payment_is_an_equal_share():
    assert annuity(economics(discount_rate=0.0, years=8)) == pytest.approx(1 / 8)
    assert annual_cost_cny(cost(lifetime_years=8), economics(discount_rate=0.0, years=8)) == pytest.approx(125.0)


def test_discounting_counts_from_the_end_of_the_base_year():
    """1.07^-1 = 0.934579, 1.07^-2 = 0.873439"""
    assert discount(economics(years=2)).tolist() == pytest.approx([1.0, 0.934579, 0.873439], abs=1e-6)


def test_prices_of_an_earlier_year_are_inflated_to_the_base_year():
    """1000 of 2024 at 2 % are 1040.4 of 2026."""
    p = payments(cost(price_year=2024), economics(inflation=0.02, years=10))
    assert p.capex[0] == pytest.approx(1040.4)


def test_prices_of_a_later_year_are_deflated_to_the_base_year():
    assert payments(cost(price_year=2027), economics(inflation=0.25, years=10)).capex[0] == pytest.approx(800.0)


def test_replacements_fall_on_every_end_of_a_lifetime_but_the_last():
    """Lifetime 10 of 30 years: years 10 and 20, not 30; at 2 % a year 1000 become 1218.99 and 1485.95."""
    p = payments(cost(), economics(inflation=0.02, years=30))
    assert np.flatnonzero(p.replacement).tolist() == [10, 20]
    assert p.replacement[[10, 20]].tolist() == pytest.approx([1218.994, 1485.947], abs=1e-3)
    assert not p.residual.any()


def test_residual_of_the_last_replacement():
    """Lifetime 8 of 20 years: replaced in 8 and 16; of the last 4 of 8 years are left, half of what it cost."""
    p = payments(cost(lifetime_years=8), economics(years=20))
    assert np.flatnonzero(p.replacement).tolist() == [8, 16]
    assert p.residual[20] == pytest.approx(-500.0)


def test_residual_of_a_lifetime_beyond_the_study():
    """25 years of life, 20 of study: a fifth of the first price, which is not inflated."""
    p = payments(cost(lifetime_years=25), economics(inflation=0.02))
    assert p.residual[20] == pytest.approx(-200.0)
    assert not p.replacement.any()


def test_residual_of_a_partial_replacement_is_of_what_was_replaced():
    """A stack of 40 %, replaced in 9 and 18; of the last 7 of 9 years are left: 400 x 7/9. The rest is worn out."""
    p = payments(cost(lifetime_years=9, replacement_share=0.4), economics())
    assert p.replacement[[9, 18]].tolist() == pytest.approx([400, 400])
    assert p.residual[20] == pytest.approx(-400 * 7 / 9)


def test_what_use_alone_wears_out_is_not_replaced_by_the_calendar():
    p = payments(cost(replacement_share=0.0), economics())
    assert not p.replacement.any()
    assert not p.residual.any()


def test_without_residual_nothing_is_left():
    assert not payments(cost(lifetime_years=25, residual="none"), economics()).residual.any()


def test_incentives_lower_the_first_capex_alone():
    """30 % and 50 a unit, in money of 2025: 1000 x 1.1 = 1100, less 330 and 55."""
    given = cost(price_year=2025, incentive_share=0.3, incentive_cny_per_unit=50)
    p = payments(given, economics(inflation=0.1, years=15))
    assert p.capex[0] == pytest.approx(715.0)
    assert p.incentives[0] == pytest.approx(-385.0)
    assert p.replacement[10] == pytest.approx(1100 * 1.1**10)


def test_fixed_om_follows_inflation_from_the_first_year():
    """2 % of 1000 and 5 a unit of 2026: 25, in year 1 at 3 % 25.75, in year 2 26.5225."""
    p = payments(cost(fixed_om_share=0.02, fixed_om_cny_per_unit_year=5), economics(inflation=0.03, years=2))
    assert p.fixed_om.tolist() == pytest.approx([0, 25.75, 26.5225])


def test_depreciation_is_straight_and_ends_with_the_study():
    """1000 in year 0 over 4 years; 400 in year 3 over 4 years, 2 of them in the study: the rest goes at its end."""
    e = economics(years=5, tax={"rate": 0.25, "depreciation_years": 4})
    assert depreciation(np.array([1000, 0, 0, 400, 0, 0.0]), e).tolist() == [0, 250, 250, 250, 350, 300]


def test_annual_cost_after_tax_by_hand():
    """Price 1000, O&M 50, 2 years of 10 %, tax 25 %, depreciation over 2 years, lifetime 4, half left.

    year 0: 1000;   year 1: 50 - 0.25 (50 + 500) = -87.5;   year 2: 50 - 500 - 0.25 (50 + 500 - 500) = -462.5
    worth today 1000 - 87.5 / 1.1 - 462.5 / 1.21 = 538.2231;   annuity 0.1 x 1.21 / 0.21 = 0.5761905 -> 310.1190
    """
    e = economics(years=2, discount_rate=0.1, tax={"rate": 0.25, "depreciation_years": 2})
    c = cost(lifetime_years=4, fixed_om_cny_per_unit_year=50)
    assert after_tax(payments(c, e), e).tolist() == pytest.approx([1000, -87.5, -462.5])
    assert annual_cost_cny(c, e) == pytest.approx(310.1190, abs=1e-4)


def test_replaced_at_the_same_price_the_annual_cost_is_the_annuity_of_the_lifetime():
    """Without inflation a chain of replacements costs the annuity of one lifetime: CRF(8 %, 10) = 0.149029."""
    e = economics(years=30, discount_rate=0.08)
    assert annual_cost_cny(cost(), e) == pytest.approx(149.0295, abs=1e-4)


def test_a_price_that_rises_by_hand():
    """Rise 10 %, interest 21 %, 2 years, tax 20 %: 0.8 (1.1/1.21 + 1.21/1.4641) / (1/1.21 + 1/1.4641)

    = 0.8 (0.909091 + 0.826446) / (0.826446 + 0.683013) = 0.8 x 1.149774
    """
    e = economics(years=2, discount_rate=0.21, tax={"rate": 0.2})
    assert yearly(e, 0.1) == pytest.approx(0.8 * 1.149774, abs=1e-6)
    assert yearly(e, 0.0) == pytest.approx(0.8)


def test_price_of_emissions_is_straight_between_and_flat_beyond():
    e = economics(base_year=2028, years=5, carbon={"cny_per_t": {2030: 100, 2032: 200}})
    assert carbon_price(e).tolist() == [100, 100, 150, 200, 200]
    assert carbon_price(economics(years=3)).tolist() == [0, 0, 0]


def test_what_a_study_counts_as_money():
    """Wear where the study says so; never what only orders the answers of the linear program."""
    for counted in (True, False):
        e = economics(count_wear=counted)
        worth = worth_of(e, {"grid": "electricity"})
        assert {cause: is_paid(e, cause) for cause in ("wear", "start", "throughput")} == dict.fromkeys(
            ("wear", "start", "throughput"), counted
        )
        assert (worth.weight("wear") > 0) == counted
        assert worth.weight("tie_break") == worth.weight("end_stock") == 0
        assert worth.weight("spill") == pytest.approx(1)
        assert worth.weight("investment_capacity") == 1


def test_prices_rise_as_named_and_with_inflation_where_not():
    e = economics(inflation=0.02, escalation={"gas": 0.04, "electricity": 0.01, "export": 0.03})
    named = {name: rise(e, name) for name in ("gas", "water", "electricity", "general")}
    assert named == {"gas": 0.04, "water": 0.02, "electricity": 0.01, "general": 0.02}
    assert rise(e, "export") == 0.01
    assert rise(economics(inflation=0.02, escalation={"export": 0.0}), "export") == 0.0

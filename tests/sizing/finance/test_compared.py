"""Figures of a design against a reference, by hand and from published examples."""

import numpy as np
import pytest

from ems.sizing.cash_flow import Bill, cash_flow, invested
from ems.sizing.compared import Undefined, compared, irr, payback
from tests.sizing.finance.studies import study


def flow(*payments: float) -> np.ndarray:
    return np.array(payments, float)


def test_rate_of_return_of_published_examples():
    """Microsoft, IRR function: 70 000 invested, income of five years: 8.66 %, of four years: -2.1 %."""
    assert irr(flow(-70_000, 12_000, 15_000, 18_000, 21_000, 26_000)) == pytest.approx(0.0866, abs=5e-5)
    assert irr(flow(-70_000, 12_000, 15_000, 18_000, 21_000)) == pytest.approx(-0.0212, abs=5e-5)


def test_rate_of_return_by_hand():
    """-1000 now, 1210 in two years: 10 %. A loan's flow returns its interest."""
    assert irr(flow(-1000, 0, 1210)) == pytest.approx(0.10, abs=1e-9)
    assert irr(flow(-100, 10, 10, 110)) == pytest.approx(0.10, abs=1e-9)
    assert irr(flow(-100, 0, 100)) == pytest.approx(0.0, abs=1e-9)


def test_several_rates_of_return_are_named_and_none_is_given():
    """The oil pump of Lorie and Savage (1955): -1600, 10 000, -10 000 returns 25 % and 400 %."""
    with pytest.raises(Undefined, match=r"25\.00%, 400\.00%") as found:
        irr(flow(-1600, 10_000, -10_000))
    assert "2 次" in found.value.note.zh


def test_a_replacement_on_the_way_does_not_forbid_one_rate():
    """-100, 60, -20, 80: three changes of sign, one rate."""
    rate = irr(flow(-100, 60, -20, 80))
    assert np.polyval([80, -20, 60, -100], 1 / (1 + rate)) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("payments", "reason"),
    [
        ((0, 5, 5), "nothing more"),
        ((10, 5, 5), "nothing more"),
        ((-10, -1, 0), "earns nothing"),
        ((-1e9, 1e3, 1e3), "no rate"),
    ],
)
def test_no_rate_of_return(payments, reason):
    with pytest.raises(Undefined, match=reason):
        irr(flow(*payments))


def test_payback_lies_within_the_year_in_which_it_is_reached():
    """1000 invested, 400 a year: after 2 years 200 are owed, half of the third year's 400."""
    assert payback(flow(-1000, 400, 400, 400)) == pytest.approx(2.5)
    assert payback(flow(-1000, 400, 600, 1)) == pytest.approx(2.0)


def test_discounted_payback_by_hand():
    """1000 at 10 %: 500 a year are worth 454.55, 413.22, 375.66; owed after 2 years 132.23: 132.23 / 375.66 = 0.352."""
    value = flow(-1000, 500, 500, 500) * 1.1 ** -np.arange(4.0)
    assert payback(value) == pytest.approx(2.352, abs=5e-4)


def test_payback_counts_what_a_replacement_takes_back():
    """Paid back in year 2, owing again after the replacement of year 3, for good at 3 + 50/100."""
    assert payback(flow(-100, 60, 60, -70, 100)) == pytest.approx(3.5)


def test_no_payback():
    with pytest.raises(Undefined, match="not earned back"):
        payback(flow(-1000, 400, 400))
    with pytest.raises(Undefined, match="nothing more"):
        payback(flow(0, 1))


def sides(**economics: object) -> tuple[dict, dict, object]:
    """A roof of 100 kWp at 2500 that saves 60 000 of 100 000 CNY and 40 of 70 t, against nothing; 10 years."""
    life = {"capex_cny_per_unit": 2500, "price_year": 2026, "lifetime_years": 10}
    given = study(costs__roof=life, economics={"base_year": 2026, "years": 10, "discount_rate": 0.1, **economics})
    told = []
    for size, year, tonnes in ((100, 40_000, 30), (0, 100_000, 70)):
        bills = [Bill("grid", "energy", "electricity", year, 0.0)]
        made = cash_flow(given.economics, invested(given, {"roof.capacity_kwp": size}).values(), bills, tonnes)
        told.append({"cash_flow": made.as_dict(), "kpis": {"emissions_t": tonnes}})
    return told[0], told[1], given


def test_a_comparison_by_hand():
    """250 000 invested, 60 000 saved for 10 years at 10 %: P/A 6.144567, worth 368 674: NPV 118 674.

    IRR 20.18 % (P/A 250/60 = 4.1667, between 4.1925 at 20 % and 4.0541 at 21 %);
    payback 4.1667 years; abated 40 t for (250 000 x 0.1627454 - 60 000) / 40.
    """
    c = compared(*sides())
    assert c["npv_cny"] == pytest.approx(118_674, abs=1)
    assert c["irr"] == pytest.approx(0.2018, abs=5e-5)
    assert c["payback_years"] == pytest.approx(250 / 60)
    assert c["abated_t_per_year"] == 40
    assert c["abatement_cny_per_t"] == pytest.approx((250_000 * 0.1627454 - 60_000) / 40, abs=0.01)
    assert c["incremental"]["project"] == pytest.approx([-250_000, *[60_000] * 10])
    assert c["incremental"]["cumulative"][-1] == pytest.approx(350_000)
    assert c["min_dscr"] is None
    assert c["why"]["min_dscr"]["en"] == "there is no loan beyond that of the reference"
    assert c["equity_irr"] == pytest.approx(c["irr"])


def test_cover_of_the_debt_by_hand():
    """70 % of 250 000 over 5 years at 8 %: A/P 0.250456, 43 829.9 a year of 60 000: 1.3689.

    Tax of 25 %: 45 000 saved after tax and 25 000 x 0.25 of depreciation; interest spares 0.25 x 14 000 in the first
    year and 0.25 x 43 829.9 x 0.08/1.08 in the last: (51 250 + 811.7) / 43 829.9 = 1.18782.
    """
    loan = {"share": 0.7, "interest": 0.08, "years": 5}
    assert compared(*sides(loan=loan))["min_dscr"] == pytest.approx(1.3689, abs=1e-4)
    taxed = compared(*sides(loan=loan, tax={"rate": 0.25, "depreciation_years": 10}))
    assert taxed["min_dscr"] == pytest.approx(1.18782, abs=1e-4)


def test_a_loan_below_the_return_raises_the_return_on_equity():
    """75 000 of equity, then 60 000 - 43 829.9 for 5 years and 60 000 for 5: the rate makes it worth nothing."""
    c = compared(*sides(loan={"share": 0.7, "interest": 0.08, "years": 5}))
    rate = c["equity_irr"]
    saved = flow(-75_000, *[60_000 - 43_829.88] * 5, *[60_000] * 5)
    assert float(saved @ (1 + rate) ** -np.arange(11.0)) == pytest.approx(0, abs=1)
    assert rate > c["irr"]


def test_cost_of_abatement_leaves_out_what_is_paid_for_emissions():
    """It is held against a price of carbon, and must not depend on it."""
    priced = compared(*sides(carbon={"cny_per_t": {2026: 500}}, tax={"rate": 0.25}))
    free = compared(*sides(tax={"rate": 0.25}))
    assert priced["abatement_cny_per_t"] == pytest.approx(free["abatement_cny_per_t"])
    assert priced["npv_cny"] > free["npv_cny"]


def test_a_design_against_itself_has_no_figures_but_says_why():
    design, _, given = sides()
    c = compared(design, design, given)
    assert c["npv_cny"] == 0
    undefined = {"irr", "equity_irr", "payback_years", "discounted_payback_years", "abatement_cny_per_t", "min_dscr"}
    assert {name for name in undefined if c[name] is None} == undefined == set(c["why"])
    assert all(reason["zh"] and reason["en"] for reason in c["why"].values())

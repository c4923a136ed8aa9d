"""The year-by-year table against numbers computed by hand, and against the annual cost of the linear program."""

import numpy as np
import pytest

from ems.sizing.cash_flow import FINANCING, OPERATION, Bill, cash_flow, invested, loan
from ems.sizing.study import Economics, Loan
from forecasting.errors import InputError
from tests.sizing.finance.studies import study

PROJECT = ("capex", "incentives", "replacement", "residual", *OPERATION, "tax")


def economics(**more: object) -> Economics:
    return Economics.model_validate({"base_year": 2026, "years": 3, "discount_rate": 0.1, **more})


def test_a_table_of_three_years_by_hand():
    """1000 kWp at 3000 less 10 %, O&M 30 a kWp, 25 years of life; electricity 500 000 rising 10 %, carbon 100 CNY/t.

    Tax 20 %, depreciation over 3 years: 900 000 a year; the residual 3 000 000 x 22/25 = 2 640 000 is taxed.
    year 1: O&M 30 000 + electricity 550 000 + 200 t 20 000 = 600 000; tax -0.2 (600 000 + 900 000) = -300 000
    year 3: 30 000 + 665 500 + 20 000 = 715 500; tax -0.2 (715 500 - 2 640 000 + 900 000) = 204 900
    Loan 70 % of 2 700 000 = 1 890 000 at 10 % over 3 years: payment 759 997 (A/P 0.402115); interest 189 000 first.
    """
    given = study(
        costs__roof={
            "capex_cny_per_unit": 3000,
            "price_year": 2026,
            "lifetime_years": 25,
            "fixed_om_cny_per_unit_year": 30,
            "incentive_share": 0.1,
        },
        economics={
            "base_year": 2026,
            "years": 3,
            "discount_rate": 0.1,
            "tax": {"rate": 0.2, "depreciation_years": 3},
            "loan": {"share": 0.7, "interest": 0.1, "years": 3},
            "carbon": {"cny_per_t": {2026: 100}},
        },
    )
    bought = Bill("grid", "energy", "electricity", 500_000, 0.1)
    flow = cash_flow(given.economics, invested(given, {"roof.capacity_kwp": 1000}).values(), [bought], 200)
    lines = {name: line.tolist() for name, line in flow.lines.items()}
    assert lines["capex"] == [3_000_000, 0, 0, 0]
    assert lines["incentives"] == [-300_000, 0, 0, 0]
    assert lines["residual"] == pytest.approx([0, 0, 0, -2_640_000])
    assert lines["fixed_om"] == [0, 30_000, 30_000, 30_000]
    assert lines["electricity"] == pytest.approx([0, 550_000, 605_000, 665_500])
    assert lines["carbon"] == [0, 20_000, 20_000, 20_000]
    assert lines["tax"] == pytest.approx([0, -300_000, -0.2 * (655_000 + 900_000), 204_900])
    assert flow.project.tolist() == pytest.approx([2_700_000, 300_000, 344_000, -1_719_600])
    assert lines["loan_drawn"] == pytest.approx([-1_890_000, 0, 0, 0])
    assert lines["interest"][1] == pytest.approx(189_000)
    assert lines["interest"][1] + lines["principal"][1] == pytest.approx(759_997, abs=10)
    assert lines["interest_tax"][1] == pytest.approx(-37_800)
    assert flow.equity[:2].tolist() == pytest.approx([810_000, 300_000 + 759_997 - 37_800], abs=10)
    assert flow.life_cycle_cost_cny == pytest.approx(2_700_000 + 300_000 / 1.1 + 344_000 / 1.21 - 1_719_600 / 1.331)


def test_lines_add_up_to_project_and_equity():
    given = study(
        economics={
            "base_year": 2026,
            "years": 17,
            "discount_rate": 0.06,
            "inflation": 0.03,
            "tax": {"rate": 0.25},
            "loan": {"share": 0.6},
        }
    )
    built = invested(given, {"roof.capacity_kwp": 800, "electrolyser.capacity_kw": 400, "tank.capacity_kg": 0})
    assert list(built) == ["roof.capacity_kwp", "electrolyser.capacity_kw"]
    flow = cash_flow(given.economics, built.values(), [Bill("grid", "export", "electricity", -7e4, 0.0)], 90)
    assert flow.project == pytest.approx(sum(flow.lines[name] for name in PROJECT))
    assert flow.equity == pytest.approx(flow.project + sum(flow.lines[name] for name in FINANCING))
    assert set(flow.lines) == {*PROJECT, *FINANCING}


def test_the_payment_of_a_loan_as_in_a_published_example():
    """Microsoft, PMT function: 10 000 at 8 %/12 over 10 payments at their ends: 1 037.03 each."""
    lines = loan(Loan(share=1.0, interest=0.08 / 12, years=10), 10_000, 12)
    paid = lines["interest"] + lines["principal"]
    assert paid[1:11].tolist() == pytest.approx([1037.03] * 10, abs=0.005)
    assert paid[11:].tolist() == [0, 0]
    assert lines["principal"].sum() == pytest.approx(10_000)
    assert lines["interest"][1:3].tolist() == pytest.approx([66.67, 60.20], abs=0.005)


def test_a_loan_without_interest_is_paid_back_in_equal_parts():
    lines = loan(Loan(share=0.5, interest=0.0, years=4), 8_000, 6)
    assert lines["principal"].tolist() == pytest.approx([0, 1000, 1000, 1000, 1000, 0, 0])
    assert not lines["interest"].any()


def test_a_loan_that_outlasts_the_study_is_paid_back_at_its_end():
    """1000 at 10 % over 10 years: 162.745 a year; after the first 937.255 are owed, paid in year 2 with 93.73."""
    lines = loan(Loan(share=1.0, interest=0.1, years=10), 1000, 2)
    assert lines["principal"].tolist() == pytest.approx([0, 62.745, 937.255], abs=1e-3)
    assert lines["interest"].tolist() == pytest.approx([0, 100, 93.7255], abs=1e-3)


def test_nothing_is_borrowed_where_incentives_pay_all():
    assert not np.any(list(loan(Loan(share=0.7), -500.0, 5).values()))


def test_at_its_own_interest_a_loan_is_worth_nothing():
    lines = loan(Loan(share=1.0, interest=0.05, years=7), 1234.0, 9)
    value = 1.05 ** -np.arange(10.0)
    assert float(value @ sum(lines.values())) == pytest.approx(0, abs=1e-9)


def test_wear_goes_to_one_line_and_penalties_to_another():
    bills = [Bill("x", cause, "", 10.0, 0.0) for cause in ("wear", "start", "throughput", "spill", "over_contract")]
    bought = [
        Bill("grid", cause, "electricity", 5.0, 0.0) for cause in ("energy", "fixed_charge", "tier", "demand_charge")
    ]
    lines = cash_flow(economics(), [], [*bills, *bought], 0.0).lines
    year = {name: line[1] for name, line in lines.items() if line.any()}
    assert year == {"wear": 30, "penalties": 20, "electricity": 15, "demand_charge": 5}


def test_a_size_without_a_cost_is_refused_by_name():
    with pytest.raises(InputError, match=r"sizes\.boiler\.capacity_kw"):
        invested(study(), {"boiler.capacity_kw": 3.0})
    assert invested(study(), {"boiler.capacity_kw": 0.0}) == {}

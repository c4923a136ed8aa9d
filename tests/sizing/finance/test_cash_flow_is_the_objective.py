"""The linear program minimises what the cash flow adds up: annual cost = net present value x annuity, for any study."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ems.audit import audit
from ems.problem import Limits
from ems.site_file import read_site
from ems.sizing.alternative import alternative
from ems.sizing.design import Designed, design
from ems.sizing.parks import with_candidates
from ems.sizing.study import Study
from ems.sizing.worth import annuity
from ems.sizing.year import year_of
from models import Chronology, Window
from tests.sizing.finance.studies import COST, designed, hours, hydrogen_park, study, year
from tests.toys import solver

RATE = st.floats(-0.02, 0.12).map(lambda x: round(x, 4))
SHARE = st.floats(0, 1).map(lambda x: round(x, 3))
LIFE = st.integers(1, 40)
COSTS = st.fixed_dictionaries(
    {
        "capex_cny_per_unit": st.floats(10, 3000),
        "price_year": st.integers(2020, 2030),
        "lifetime_years": LIFE,
        "replacement_share": SHARE,
        "residual": st.sampled_from(["linear", "none"]),
        "fixed_om_share": st.floats(0, 0.05),
        "fixed_om_cny_per_unit_year": st.floats(0, 20),
        "incentive_share": st.floats(0, 0.5),
        "incentive_cny_per_unit": st.floats(0, 5),
    }
)
ECONOMICS = st.fixed_dictionaries(
    {
        "base_year": st.integers(2024, 2030),
        "years": st.integers(1, 35),
        "discount_rate": st.one_of(st.just(0.0), RATE),
        "inflation": RATE,
        "escalation": st.fixed_dictionaries({}, optional={"electricity": RATE, "export": RATE}),
        "tax": st.fixed_dictionaries({"rate": st.floats(0, 0.6), "depreciation_years": st.integers(1, 30)}),
        "loan": st.fixed_dictionaries({"share": SHARE, "interest": st.floats(0, 0.15), "years": st.integers(1, 40)}),
        "carbon": st.fixed_dictionaries(
            {"cny_per_t": st.dictionaries(st.integers(2020, 2060), st.floats(0, 500), max_size=3)}
        ),
        "count_wear": st.booleans(),
    }
)


def proven(found: Designed, told: dict, given: Study) -> None:
    """The objective, the cash flow and the sum over components are one number, and the audit finds it too."""
    flow, e = told["cash_flow"], given.economics
    npv = sum(v * x for v, x in zip(flow["discount"], flow["project"], strict=True))
    scale = max(1.0, abs(found.annual_cny), *(abs(v["annual_cny"]) for v in told["money"]["by_component"].values()))
    assert npv * annuity(e) == pytest.approx(found.annual_cny, rel=1e-6, abs=1e-6 * scale)
    assert told["money"]["annual_cost_cny"] == pytest.approx(found.annual_cny, rel=1e-6, abs=1e-6 * scale)
    by_component = sum(v["annual_cny"] for v in told["money"]["by_component"].values())
    assert by_component == pytest.approx(npv * annuity(e), rel=1e-9, abs=1e-9 * scale)
    assert audit(found.site, found.window, found.schedule, found.worth, found.annual_cny) == []


QUICK = (Phase.explicit, Phase.reuse, Phase.generate)  # a failing study need not be the smallest one


@settings(max_examples=25, deadline=None, phases=QUICK, suppress_health_check=[HealthCheck.too_slow])
@given(economics=ECONOMICS, costs=st.tuples(COSTS, COSTS, COSTS), exports=st.booleans(), times=st.floats(50, 200))
def test_any_study(economics, costs, exports, times):
    roof, cells, electrolyser = costs
    case = study(economics=economics, costs__roof=roof, costs__cells=cells, costs__electrolyser=electrolyser)
    found, told = designed(hydrogen_park(export_limit_kw=500 if exports else 0), case, year(times))
    proven(found, told, case)


def test_where_selling_would_rise_faster_nothing_is_bought_in_order_to_be_sold():
    """Bought and sold at 0.2 by day; selling to rise by 4 % a year, buying not at all."""
    case = study(economics__escalation={"export": 0.04, "electricity": 0.0})
    small = case.sizes["roof.capacity_kwp"].model_copy(update={"max": 300.0})
    case = case.model_copy(update={"sizes": {**case.sizes, "roof.capacity_kwp": small}})
    found, told = designed(hydrogen_park(export_limit_kw=500), case, year())
    proven(found, told, case)


def test_typical_periods_linked_over_a_year():
    """Two typical days stand for 200 and 165 days in an order of their own, in four months."""
    order = [0, 1, 1, 0, 0] * 73
    month = [1 + day // 92 for day in range(365)]
    times = tuple(float(order.count(p)) for p in (0, 1))
    w = Window(hours(), period_weights=times, design=True, chronology=Chronology(tuple(order), tuple(month)))
    case = study(economics__tax={"rate": 0.25}, economics__escalation={"electricity": 0.04})
    found, told = designed(hydrogen_park(export_limit_kw=500), case, w)
    assert told["months"] == [1, 2, 3, 4]
    proven(found, told, case)


def test_the_tutorial_park():
    """Ten days of the demo site, with stacks replaced, a tax, a loan, rising prices and a price of emissions."""
    file = read_site("demo")
    sizes = {
        "roof.capacity_kwp": {"max": 3000, "cost": "roof"},
        "battery.capacity_kwh": {"max": 4000, "cost": "cells"},
        "electrolyser.capacity_kw": {"max": 1000, "cost": "electrolyser"},
        "tank.capacity_kg": {"max": 500, "cost": "tank"},
    }
    life = {**COST, "price_year": 2024, "fixed_om_share": 0.015}
    case = Study.model_validate(
        {
            "name": "demo",
            "title": {"zh": "教程", "en": "tutorial"},
            "year": 2026,
            "weather": "climatology",
            "horizon": {"start": "2026-05-27", "days": 10, "per_year": 36.5},
            "sizes": sizes,
            "costs": {
                "roof": {**life, "capex_cny_per_unit": 2760, "lifetime_years": 25, "incentive_share": 0.1},
                "cells": {**life, "capex_cny_per_unit": 700, "lifetime_years": 12},
                "electrolyser": {**life, "capex_cny_per_unit": 1500, "lifetime_years": 7, "replacement_share": 0.5},
                "tank": {**life, "capex_cny_per_unit": 4000, "lifetime_years": 30},
            },
            "economics": {
                "base_year": 2026,
                "discount_rate": 0.07,
                "inflation": 0.02,
                "tax": {"rate": 0.25},
                "loan": {"share": 0.7},
                "escalation": {"electricity": 0.03},
                "carbon": {"cny_per_t": {2026: 80, 2040: 300}},
            },
            "reference": {"title": {"zh": "现状", "en": "as it is"}},
        }
    )
    w = year_of(file, case).window
    found = design(with_candidates(file.site, case), case, w, solver(), Limits(60))
    proven(found, alternative(found.site, w, found.schedule, case, found.sizes), case)
    assert found.sizes["roof.capacity_kwp"] > 100

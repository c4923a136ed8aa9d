"""Every technology in a park around it: solves, passes the audit, and says the same of money in model and tables."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from ems.accounts import CAUSES
from models import pyo
from tests import surroundings, toys
from tests.surroundings import CASES, KINDS, example

in_every_park = pytest.mark.parametrize(("case", "minutes"), [(k, m) for k in CASES for m in (60, 15)])


@cache
def day(case: str, minutes: int) -> toys.Solved:
    return surroundings.solved(CASES[case], minutes=minutes, gap=1e-3)


@in_every_park
def test_audit_is_clean_money_included(case, minutes):
    s = day(case, minutes)
    assert s.answer.status == "optimal"
    assert s.violations() == []


@in_every_park
def test_it_runs_at_all(case, minutes):
    """The park gives the component a reason to run: each of its flows is above zero at some time."""
    table = day(case, minutes).schedule.tables[CASES[case].name]
    idle = {
        "curtailed_kw",
        "unserved_kg_per_h",
        "warming_modules",
        "standby_modules",
        "resumed_modules",
        "stopped_modules",
    }
    assert [q for q in table if q not in idle and not table[q].max() > 0] == []


@in_every_park
def test_reports_what_it_declares(case, minutes):
    s = day(case, minutes)
    c = s.site.component(CASES[case].name)
    declared = {q.name for q in c.quantities}
    assert set(s.built.parts[c.name].series) == declared
    assert set(s.schedule.tables[c.name]) == declared


@in_every_park
def test_flows_are_never_negative(case, minutes):
    for name, table in day(case, minutes).schedule.tables.items():
        assert table.min().min() >= -1e-9, name


@in_every_park
def test_bill_and_emissions_of_tables_equal_those_of_the_model(case, minutes):
    s = day(case, minutes)
    for c in s.site.components:
        table, formulated = s.schedule.tables[c.name], s.built.parts[c.name]
        for terms, again in ((formulated.cost, c.bill(table, s.w)), (formulated.emissions, c.emitted(table, s.w))):
            assert set(terms) == set(again) <= set(CAUSES)
            for cause, expr in terms.items():
                assert again[cause].shape == (len(table),)
                assert float(again[cause].sum()) == pytest.approx(float(pyo.value(expr)), rel=1e-6, abs=1e-3), cause


@in_every_park
def test_limits_leave_room(case, minutes):
    """Distances to limits are given for every step and never negative."""
    s = day(case, minutes)
    c = s.site.component(CASES[case].name)
    for name, room in c.limits(s.schedule.tables[c.name], s.w).items():
        assert np.shape(room) == (len(s.w.inputs),), name
        assert np.min(room) >= -1e-3, name


@in_every_park
def test_state_at_the_end_lies_within_its_bounds(case, minutes):
    s = day(case, minutes)
    c = s.site.component(CASES[case].name)
    bounds, state = c.state_bounds(), c.state_end(s.schedule.tables[c.name], s.w)
    assert set(bounds) <= set(state)
    assert set(state) - set(bounds) <= {"starts", "stops"}
    for key, (low, high, assumed) in bounds.items():
        assert low - 1e-6 <= state[key] <= high + 1e-6, key
        assert low <= assumed <= high, key


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("clock", ["00:00", "08:00"])
def test_edge_states_solve(case, end, clock):
    """The lowest and the highest state a meter may show, at midnight and amid the day's windows."""
    c = CASES[case]
    state = {key: (low if end == "low" else high) for key, (low, high, _) in c.state_bounds().items()}
    if "load_kw" in state:
        state["load_kw"] = min(state["load_kw"], float(c.size))
    site = surroundings.around(c)
    inputs = surroundings.inputs(2, start="2026-03-02").loc[f"2026-03-02 {clock}" :][:24]
    assert toys.solve(site, inputs, {c.name: state}, gap=1e-3).violations() == []


@pytest.mark.parametrize("kind", [k for k, cls in KINDS.items() if "modules" in cls.model_fields])
@pytest.mark.parametrize("event", ["started", "stopped"])
@pytest.mark.parametrize("minutes", [60, 15])
def test_fresh_events_in_the_state_solve(kind, event, minutes):
    """All modules started, or stopped, in the step before the window opens."""
    c = example(kind, min_up_h=3, min_down_h=3)
    n, up = float(c.modules), event == "started"
    state = dict.fromkeys(c.state_bounds(), 0.0) | {"hot_modules": n if up else 0.0}
    state["starts" if up else "stops"] = [[minutes / 60, n]]
    solved = surroundings.solved(c, minutes=minutes, state={c.name: state}, gap=1e-3)
    assert solved.violations() == []
    held = c.hot_modules(solved.schedule.tables[c.name])[: 3 * 60 // minutes - 1]
    assert set(np.round(held)) == {n if up else 0.0}, "minimum times reach over the opening"


@pytest.mark.parametrize("minutes", [5, 30])
def test_other_steps(minutes):
    """Five and thirty minutes, the finest and a middle step, for the two kinds that know most about time."""
    for kind in ("electrolyser", "grid"):
        s = surroundings.solved(example(kind), minutes=minutes, gap=5e-3, seconds=20)
        assert s.violations() == []
        assert pd.Timedelta(s.w.inputs.index[1] - s.w.inputs.index[0]) == pd.Timedelta(minutes=minutes)

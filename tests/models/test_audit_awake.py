"""The auditor notices every falsified series of every technology: a sleeping auditor is worse than none."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ems.audit import audit
from ems.schedule import Schedule
from models.commitment import Machine
from tests import surroundings, toys
from tests.bending import judged, noticed, unnoticed
from tests.surroundings import CASES


@cache
def day(case: str, minutes: int = 60) -> toys.Solved:
    solved = surroundings.solved(CASES[case], minutes=minutes, gap=1e-3)
    assert solved.violations() == []
    return solved


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("minutes", [60, 15])
def test_every_bent_series_is_noticed(case, minutes):
    assert unnoticed(day(case, minutes), CASES[case].name) == []


@pytest.mark.parametrize("case", CASES)
@settings(max_examples=30, deadline=None, database=None, derandomize=True)
@given(data=st.data())
def test_every_changed_cell_is_noticed(case, data):
    """Any one figure changed by at least 2 % and 0.05 of its unit, upwards or downwards."""
    s, name = day(case), CASES[case].name
    table = s.schedule.tables[name]
    quantity = data.draw(st.sampled_from(list(table)))
    t = data.draw(st.integers(0, len(table) - 1))
    more = data.draw(st.floats(0.02, 3.0)) * data.draw(st.sampled_from([-1, 1]))
    values = table[quantity].to_numpy(float).copy()
    values[t] += more * abs(values[t]) + np.copysign(0.05, more)
    assert noticed(s, name, quantity, values), f"{quantity} at step {t} by {more:+.3f}"


@pytest.mark.parametrize("case", [k for k, c in CASES.items() if isinstance(c, Machine)])
def test_whole_modules_more_or_less_are_noticed(case):
    """Counts changed by whole modules stay whole: only the other laws can tell.

    Of several modules one may enter standby while another leaves it, so that one more resumed is no falsehood.
    """
    s, name = day(case), CASES[case].name
    table = s.schedule.tables[name]
    passed = []
    free = {"resumed_modules"} if CASES[case].modules > 1 else set()
    for quantity in (q for q in table if q.endswith("_modules") and q not in free):
        for t in range(len(table)):
            for more in (-1, 1):
                values = table[quantity].to_numpy(float).copy()
                values[t] += more
                if not noticed(s, name, quantity, values):
                    passed.append((quantity, t, more))
    assert passed == []


def test_lost_component_and_wrong_steps_are_noticed():
    s = day("battery")
    without = {k: v for k, v in s.schedule.tables.items() if k != "battery"}
    assert [v.law for v in audit(s.site, s.w, Schedule(without))] == ["no series reported"]
    later = {k: v.set_axis(v.index + pd.Timedelta(hours=1)) for k, v in s.schedule.tables.items()}
    assert {v.law for v in audit(s.site, s.w, Schedule(later))} == {"steps differ from the inputs"}


def test_wrong_money_is_noticed():
    s = day("battery")
    assert audit(s.site, s.w, s.schedule, s.objective, s.answer.objective) == []
    for wrong in (s.answer.objective + 0.02, s.answer.objective * 1.0001, 0.0):
        laws = [v.law for v in audit(s.site, s.w, s.schedule, s.objective, wrong)]
        assert laws == ["objective computed again"]


def test_a_violation_names_who_what_how_much_and_when():
    s = day("battery")
    values = s.schedule.tables["battery"]["charge_kw"].to_numpy(float).copy()
    values[7] = 5000.0
    found = [v for v in judged(s, "battery", "charge_kw", values) if v.law == "charging rate"]
    assert [(v.component, v.worst, v.at) for v in found] == [("battery", 4600.0, s.w.inputs.index[7])]

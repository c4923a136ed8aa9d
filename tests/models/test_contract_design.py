"""Every technology in a closed year: the linear program of a design solves, is audited, and relaxes whole modules."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from models import Chronology, Store, Window
from models.cogeneration import Cogenerator
from models.curve import SPARED_IN_DESIGN
from models.electrolyser import Electrolyser
from models.seasonal import unrolled
from tests import surroundings, toys
from tests.closed import DEAR, always_served, closed
from tests.surroundings import CASES, KINDS, SIZES, example

UNSERVABLE = {"deferrable electricity"}  # wants more than its rate gives, on purpose: a design refuses it
SERVABLE = [case for case in CASES if case not in UNSERVABLE]


def day(days: int = 1) -> pd.DataFrame:
    return surroundings.inputs(days).assign(**{DEAR: 5.0})


@cache
def designed(case: str) -> toys.Solved:
    return closed(always_served(surroundings.around(CASES[case])), day())


@pytest.mark.parametrize("case", SERVABLE)
def test_a_closed_year_solves_and_its_audit_is_clean(case):
    s = designed(case)
    assert s.answer.status == "optimal"
    assert s.built.problem.integer.sum() == 0, "a design is a linear program"
    assert s.violations() == []


@pytest.mark.parametrize("case", SERVABLE)
def test_a_design_never_costs_more_than_whole_modules(case):
    """It relaxes them. Part-load curves have fewer chords in a design, which may cost what these leave out."""
    whole = closed(designed(case).site, day(), whole=True, gap=1e-6, seconds=20)
    assert whole.violations() == []
    spared = SPARED_IN_DESIGN if isinstance(CASES[case], Electrolyser | Cogenerator) else 1e-6
    assert designed(case).answer.objective <= whole.answer.objective + spared * abs(whole.answer.objective)


@pytest.mark.parametrize(("kind", "field"), SIZES)
def test_fixed_size_equals_design_with_equal_bounds(kind, field):
    value = getattr(example(kind), field)
    size = {"min": value, "max": value, "annual_cost_cny": 3.0}
    free = closed(always_served(surroundings.around(example(kind, **{field: size}))), day())
    assert free.violations() == []
    fixed = designed(kind).answer.objective
    assert free.answer.objective - 3.0 * value == pytest.approx(fixed, rel=1e-6)


def test_what_cannot_be_served_has_no_design():
    with pytest.raises(AssertionError, match="Infeasible"):
        closed(always_served(surroundings.around(CASES["deferrable electricity"])), day())


# ---- typical periods that are linked -------------------------------------------------------------------------------

STORES = [kind for kind, cls in KINDS.items() if issubclass(cls, Store)]
SEQUENCE = (0, 0, 1, 1, 2, 2, 2, 1, 0, 1)  # which of three typical days each of ten days is like
SCALE = np.repeat([0.3, 0.7, 1.4], 24)  # of the demand on the three days


def three_days() -> pd.DataFrame:
    inputs = day(3)
    wanted = [c for c in inputs if c.startswith("wanted.")]
    return inputs.assign(**{c: inputs[c].to_numpy() * SCALE for c in wanted})


def large(kind: str) -> Store:
    """A store that is worth carrying from day to day: large, with losses by the hour."""
    capacity = next(name for name in KINDS[kind].model_fields if name.startswith("capacity"))
    return example(
        kind,
        **{
            capacity: 5 * getattr(example(kind), capacity),
            "standing_loss_per_h": 0.002,
            "min_share": 0.1,
            "start_share": 0.5,
        },
    )


def linked(store: Store) -> toys.Solved:
    order = Chronology(SEQUENCE, (3,) * len(SEQUENCE))
    weights = tuple(float(SEQUENCE.count(p)) for p in range(3))
    return closed(always_served(surroundings.around(store)), three_days(), weights, chronology=order)


@pytest.mark.parametrize("kind", STORES)
def test_linked_store_keeps_its_bounds_on_every_day(kind):
    """Ten days run one after the other from the reported flows alone: nothing overflows, nothing runs dry."""
    store = large(kind)
    s = linked(store)
    assert s.violations() == []
    table = s.schedule.tables[store.name]
    flows = store.charge_efficiency * table[f"charge_{store.RATE}"] - (
        table[f"discharge_{store.RATE}"] / store.discharge_efficiency
    )
    gained = flows.to_numpy(float).reshape(3, 24)
    levels, _ = unrolled(s.w, 1 - store.standing_loss_per_h, gained.ravel(), table[store.level_name].to_numpy(float))
    level, lowest, highest, moved = levels[0, 0] - gained[0, 0], np.inf, -np.inf, []
    level /= 1 - store.standing_loss_per_h
    opening = level
    for period in SEQUENCE:
        before = level
        for t in range(24):
            level = (1 - store.standing_loss_per_h) * level + gained[period, t]
            lowest, highest = min(lowest, level), max(highest, level)
        moved.append(abs(level - before))
    assert level == pytest.approx(opening, abs=1e-3), "the last day leads to the first"
    assert store.min_share * store.top - 1e-3 <= lowest
    assert highest <= store.top + 1e-3
    if kind != "water_tank":  # water is always there: nothing to carry over
        assert max(moved) > 0.01 * store.top, "what one day stores another one uses"


@pytest.mark.parametrize("kind", STORES)
def test_days_that_are_all_different_are_the_full_sequence(kind):
    """Every day its own period, in order: the linked window is the full one."""
    site = always_served(surroundings.around(large(kind)))
    full = closed(site, three_days(), (1.0,))
    order = Chronology((0, 1, 2), (3, 3, 3))
    split = closed(site, three_days(), (1.0, 1.0, 1.0), chronology=order)
    assert split.violations() == []
    assert split.answer.objective == pytest.approx(full.answer.objective, rel=1e-6)


@pytest.mark.parametrize("kind", STORES)
def test_the_audit_notices_days_that_do_not_follow_each_other(kind):
    """Filled on each day of one period by a little more: the sequence does not close any more."""
    store = large(kind)
    s = linked(store)
    table = s.schedule.tables[store.name].copy()
    table[f"charge_{store.RATE}"] += 0.01 * store.top / 24
    assert "level balance" in [v.law for v in store.check(table, s.w)]


def test_the_audit_notices_a_level_that_only_some_days_overrun():
    """A day that fills 60 of 100 kWh and a day that empties them, twice each in a row: the mean level hides it."""
    store = example(
        "battery", capacity_kwh=100, power_kw=100, charge_efficiency=1, discharge_efficiency=1, min_share=0,
        standing_loss_per_h=0, start_share=0.5,
    )  # fmt: skip
    w = Window(day(2), period_weights=(2.0, 2.0), design=True, chronology=Chronology((0, 0, 1, 1), (3, 3, 3, 3)))
    charge, discharge = np.zeros(48), np.zeros(48)
    charge[0], discharge[24] = 60.0, 60.0
    level = np.repeat([90.0, 30.0], 24)  # openings 0, 60, 120, 60
    table = pd.DataFrame({"charge_kw": charge, "discharge_kw": discharge, "level_kwh": level}, index=w.inputs.index)
    found = {v.law: v.worst for v in store.check(table, w)}
    assert found == pytest.approx({"level": 20.0})


def test_seasonal_store_by_hand():
    """Three days of 24 kWh offered, then three days of 24 kWh wanted, at a lossless store of any size: 72 kWh.

    A kWh of it costs 0.1 CNY and saves 1; without the link between days nothing could be carried over.
    """
    store = example(
        "battery", capacity_kwh={"min": 0, "max": 1000, "annual_cost_cny": 0.1}, power_kw=50, charge_efficiency=1,
        discharge_efficiency=1, min_share=0, standing_loss_per_h=0, throughput_cny_per_unit=1e-5,
    )  # fmt: skip
    roof = toys.part(kind="pv", capacity_kwp=1, column="sun_share")
    site = toys.park(toys.mains(), toys.wants("electricity"), roof, store)
    sun, load = np.repeat([1.0, 0.0], 24), np.repeat([0.0, 1.0], 24)
    inputs = toys.table({"sun_share": sun, "wanted_electricity_kw": load})
    order = Chronology((0, 0, 0, 1, 1, 1), (3,) * 6)
    s = closed(site, inputs, (3.0, 3.0), chronology=order)
    assert s.violations() == []
    assert s.schedule.sizes["battery.capacity"] == pytest.approx(72.0)
    assert s.answer.objective == pytest.approx(72 * 0.1 + 72 * 1e-5)

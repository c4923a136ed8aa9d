"""Plans in lists, and what is decided about them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal

import pytest

from api import jobs
from api.contract.plans import PlanRequest, PlanSummary
from api.ids import digest
from api.records import plans
from api.records.plans import NotApprovable
from api.store import Store
from ems.changes import Changes, OutageChange, PriceChange
from ems.plan import make_plan
from ems.plan_file import to_dict, to_json
from ems.site_file import read_site
from ems.solve import Solver
from tests.service.store.queue import at_once, claim

DAY = date(2026, 6, 15)


@lru_cache
def content() -> dict[str, Any]:
    """A plan of the tutorial park."""
    with Solver() as solver:
        return to_dict(make_plan(read_site("demo"), DAY, solver, weather="climatology", step_minutes=60))


def add(store: Store, site: str = "demo", changes: Changes | None = None, **other: Any) -> str:
    """A plan that was asked for, worked on and kept; ``other`` replaces parts of its content."""
    asked = PlanRequest(site=site, changes=changes, label="noon" if changes else "")
    with store.write() as c:
        jobs.submit(c, "plan", site, asked.model_dump(mode="json"), "dispatcher", limit=99)
    mine = claim(store)
    told = content() | other
    with store.write() as c:
        id = plans.add(c, mine, told, to_json(told).encode(), 7)
        assert jobs.succeed(c, mine, id)
    return id


def plan(store: Store, id: str) -> PlanSummary:
    with store.read() as c:
        found = plans.plan(c, id)
    assert found is not None
    return found


def decide(store: Store, id: str, status: Literal["approved", "rejected"], comment: str = "") -> Any:
    with store.write() as c:
        return plans.decide(c, id, status, "shift_lead", comment)


def test_the_summary_says_what_the_plan_says(store: Store) -> None:
    told, found = content(), plan(store, add(store))
    assert (found.site, found.site_version, found.day, found.step_minutes) == ("demo", 7, "2026-06-15", 60)
    assert found.start.isoformat() == "2026-06-14T16:00:00+00:00"
    assert found.end - found.start == timedelta(days=1)
    assert (found.objective, found.outcome, found.gap) == ("cost", "optimal", told["gap"])
    assert (found.total_cost_cny, found.baseline_cost_cny) == (
        told["kpis"]["total_cost_cny"],
        told["baseline"]["kpis"]["total_cost_cny"],
    )
    assert found.total_cost_cny < found.baseline_cost_cny
    assert (found.emissions_kgco2e, found.baseline_emissions_kgco2e) == (
        told["kpis"]["emissions_kgco2e"],
        told["baseline"]["kpis"]["emissions_kgco2e"],
    )
    assert found.weather == told["provenance"]["weather"]
    assert (found.status, found.decided_by, found.hypothetical, found.created_by) == (
        "proposed",
        None,
        False,
        "dispatcher",
    )
    assert found.digest == digest(to_json(told).encode())
    with store.read() as c:
        job = jobs.job(c, found.job)
    assert job is not None
    assert job.result == f"/api/v1/plans/{found.id}"


def test_lists_are_filtered_and_paged(store: Store) -> None:
    ids = [add(store), add(store, "other"), add(store, date="2026-06-16"), add(store)]
    decide(store, ids[3], "approved")
    with store.read() as c:

        def found(**filters: Any) -> list[str]:
            return [p.id for p in plans.plans(c, **{"sites": None} | filters)]

        assert found() == ids[::-1]
        assert found(sites=["other"]) == [ids[1]]
        assert found(sites=[]) == []
        assert found(site="demo", day="2026-06-15") == [ids[3], ids[0]]
        assert found(status="approved") == [ids[3]]
        assert found(job=plan(store, ids[2]).job) == [ids[2]]
        assert found(sites=["demo"], limit=2) == [ids[3], ids[2]]
        assert found(sites=["demo"], limit=2, before=ids[2]) == [ids[0]]
        assert plans.plan(c, "no such plan") is None


def test_approving_supersedes_the_plan_approved_before_and_only_that_of_the_same_site_and_day(store: Store) -> None:
    first, second = add(store), add(store)
    other_day, other_site, rejected = add(store, date="2026-06-16"), add(store, "other"), add(store)
    for id in (other_day, other_site, first):
        decide(store, id, "approved")
    decide(store, rejected, "rejected", "too many starts")
    before, after = decide(store, second, "approved", "as agreed")
    assert before == {"status": "proposed", "decided_at": None, "decided_by": None, "comment": ""}
    assert after == {
        "status": "approved",
        "decided_at": after["decided_at"],
        "decided_by": "shift_lead",
        "comment": "as agreed",
        "superseded": [first],
    }
    assert json.loads(json.dumps([before, after])) == [before, after]
    states = [plan(store, id).status for id in (first, second, other_day, other_site, rejected)]
    assert states == ["superseded", "approved", "approved", "approved", "rejected"]
    assert plan(store, first).decided_by == "shift_lead"  # who approved it when it was approved
    assert decide(store, first, "approved")[1]["superseded"] == [second]  # one may go back


def test_to_decide_the_same_again_changes_nothing(store: Store) -> None:
    id = add(store)
    _, after = decide(store, id, "approved", "first")
    again = decide(store, id, "approved", "second")
    assert again == (after, after)
    assert plan(store, id).comment == "first"


def test_an_approval_can_be_taken_back(store: Store) -> None:
    id = add(store)
    decide(store, id, "approved")
    assert decide(store, id, "rejected", "the fuel cell has tripped")[1]["status"] == "rejected"
    with store.read() as c:
        assert plans.plans(c, sites=None, status="approved") == []


@pytest.mark.parametrize(
    ("changes", "hypothetical"),
    [
        (None, False),
        (
            Changes(outages=[OutageChange(component="fc")], parameters={"grid": {"import_limit_kw": 9.0}}),
            False,
        ),
        (Changes(prices=PriceChange(import_factor=1.2)), True),
        (Changes(demands={"electricity": 1.1}), True),
    ],
)
def test_a_plan_on_made_up_prices_or_demands_is_for_comparing_only(
    store: Store, changes: Changes | None, hypothetical: bool
) -> None:
    id = add(store, changes=changes)
    found = plan(store, id)
    assert (found.hypothetical, found.label) == (hypothetical, "noon" if changes else "")
    if not hypothetical:
        decide(store, id, "approved")
        return
    with pytest.raises(NotApprovable) as refused:
        decide(store, id, "approved")
    assert "假设" in refused.value.text.zh
    assert "made up" in refused.value.text.en
    assert plan(store, id).status == "proposed"
    assert decide(store, id, "rejected")[1]["status"] == "rejected"


def test_an_infeasible_plan_cannot_be_approved_and_leaves_the_approved_one_alone(store: Store) -> None:
    good, bad = add(store), add(store, outcome="infeasible")
    decide(store, good, "approved")
    with pytest.raises(NotApprovable, match="infeasible"):
        decide(store, bad, "approved")
    assert plan(store, good).status == "approved"
    with pytest.raises(LookupError):
        decide(store, "no such plan", "approved")


def test_the_next_day_begins_where_the_approved_plan_ends(store: Store) -> None:
    first, second, other = add(store), add(store), add(store, "other")
    end = plan(store, first).end
    with store.read() as c:
        assert plans.approved_before(c, "demo", end) is None  # proposed is not approved
    for id in (first, second, other):
        decide(store, id, "approved")
    with store.read() as c:
        assert plans.approved_before(c, "demo", end) == second
        assert plans.approved_before(c, "demo", end + timedelta(minutes=15)) is None
        assert plans.approved_before(c, "elsewhere", end) is None


def test_of_many_who_approve_at_once_one_stands(store: Store) -> None:
    ids = [add(store) for _ in range(6)]
    at_once(*[lambda id=id: decide(store, id, "approved") for id in ids])
    assert sorted(plan(store, id).status for id in ids) == ["approved", *["superseded"] * 5]

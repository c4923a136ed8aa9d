"""Plans as activity: amounts are those of the plans, what is missing is told, what is doubtful is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ems.emissions.meters import rate_meters
from ems.emissions.plans_source import PlannedActivity, from_plans
from ems.plan_file import to_dict
from ems.site import Site
from ems.site_file import read_site, site_names
from ems.state import State
from forecasting.errors import InputError
from tests.plan.parks import planned

FIRST, SECOND, THIRD = date(2026, 6, 15), date(2026, 6, 16), date(2026, 6, 17)
Edit = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def site() -> Site:
    return read_site("demo").site


@pytest.fixture(scope="module")
def two_days() -> list[dict[str, Any]]:
    """A day by the hour and the next by the quarter hour, which opens where the first ends."""
    one = planned("demo", FIRST, step=60)
    other = planned("demo", SECOND, step=15, gap=0.02, state=State(one.state_end))
    return [json.loads(json.dumps(to_dict(p))) for p in (one, other)]


def stored(folder: Path, plans: list[dict[str, Any]], edit: Edit | None = None, which: int = 1) -> Path:
    """The plans in folders of their days; one of them changed."""
    for k, plan in enumerate(json.loads(json.dumps(plans))):
        if edit and k == which:
            edit(plan)
        path = folder / str(plan["date"]) / "plan.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(plan), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def read(two_days: list[dict[str, Any]], site: Site, tmp_path_factory: pytest.TempPathFactory) -> PlannedActivity:
    return from_plans(stored(tmp_path_factory.mktemp("plans"), two_days), site, FIRST, SECOND)


def test_amounts_are_those_of_the_plans(read: PlannedActivity, two_days: list[dict[str, Any]]) -> None:
    """Against key figures that the plans computed themselves, by other code; the rules likewise."""
    for activity, of in ((read.actual, lambda p: p), (read.rule_based, lambda p: p["baseline"])):
        for meter, figure in (("grid.import_kwh", "grid_import_kwh"), ("roof.curtailed_kwh", "pv_curtailed_kwh")):
            assert activity.total(meter) == pytest.approx(sum(of(p)["kpis"][figure] for p in two_days), rel=1e-8)
    assert read.actual.total("grid.import_kwh") != pytest.approx(read.rule_based.total("grid.import_kwh"), rel=1e-3)
    assert {m.kind for m in read.rule_based.meters.values()} == {"baseline"}
    assert not read.actual.gaps


def test_an_hour_is_the_sum_of_its_quarters_and_ends_with_the_last_level(
    read: PlannedActivity, two_days: list[dict[str, Any]]
) -> None:
    quarters = two_days[1]["series"]["grid.import_kw"]["values"][40:44]
    at = pd.Timestamp("2026-06-16T10:00:00+08:00")
    assert read.actual.amount("grid.import_kwh")[at] == pytest.approx(sum(quarters) / 4, abs=1e-9)
    assert read.levels.loc[at, "tank.level_kg"] == two_days[1]["series"]["tank.level_kg"]["values"][43]
    rules = two_days[1]["baseline"]["series"]["tank.level_kg"]["values"][43]
    assert read.rule_based_levels.loc[at, "tank.level_kg"] == rules


def test_every_rate_is_a_meter_and_nothing_else(read: PlannedActivity, two_days: list[dict[str, Any]]) -> None:
    rates = [n for n, column in two_days[0]["series"].items() if column["unit"] in ("kW", "kg/h")]
    assert len(read.actual.meters) == len(rates) - 1  # grid.peak_kw is a mark that stands, no flow
    assert "grid.peak_kwh" not in read.actual.meters
    assert read.actual.meters["electrolyser.hydrogen_kg"].unit == "kg"
    assert read.actual.meters["forklifts.unserved_kg"].carrier == "hydrogen"
    assert read.actual.meters["roof.curtailed_kwh"].carrier == "electricity"
    assert list(read.levels) == ["battery.level_kwh", "tank.level_kg"]


def test_what_is_served_or_not_is_what_was_forecast(read: PlannedActivity) -> None:
    wanted = read.demands.total("forklifts.hydrogen_kg")
    assert wanted == pytest.approx(60.0)  # 30 kg on each of two working days, site file
    assert read.actual.total("forklifts.served_kg") + read.actual.total("forklifts.unserved_kg") == pytest.approx(
        wanted
    )
    assert read.demands.meters["workshop.electricity_kwh"].carrier == "electricity"


def test_files_and_levels_of_days_that_follow_each_other(read: PlannedActivity, two_days: list[dict[str, Any]]) -> None:
    opening = two_days[1]["state_start"]["components"]
    assert read.levels["tank.level_kg"].iloc[23] == pytest.approx(opening["tank"]["level_kg"], abs=1e-6)
    assert not read.notes
    assert [f["date"] for f in read.files] == ["2026-06-15", "2026-06-16"]
    assert read.files[0]["path"] == "2026-06-15/plan.json"
    assert len({f["digest"] for f in read.files}) == 2


def test_days_read_alone_add_up(
    read: PlannedActivity, site: Site, two_days: list[dict[str, Any]], tmp_path: Path
) -> None:
    folder = stored(tmp_path, two_days)
    parts = [from_plans(folder, site, d, d).actual.table for d in (FIRST, SECOND)]
    pd.testing.assert_frame_equal(pd.concat(parts), read.actual.table, check_freq=False)


def test_a_day_without_plan_is_a_gap(site: Site, two_days: list[dict[str, Any]], tmp_path: Path) -> None:
    whole = from_plans(stored(tmp_path, two_days), site, FIRST, THIRD)
    (gap,) = whole.actual.gaps
    assert (gap.meter, gap.hours, gap.start.isoformat()) == ("", 24, "2026-06-17T00:00:00+08:00")
    assert whole.actual.table.iloc[48:].isna().to_numpy().all()
    assert whole.rule_based.gaps == whole.demands.gaps == whole.actual.gaps


def test_a_plan_that_was_not_released_is_a_gap(site: Site, two_days: list[dict[str, Any]], tmp_path: Path) -> None:
    read = from_plans(stored(tmp_path, two_days, lambda p: p.update(outcome="infeasible")), site, FIRST, SECOND)
    (gap,) = read.actual.gaps
    assert (gap.hours, "not released" in gap.why.en) == (24, True)
    assert read.files[1]["outcome"] == "infeasible"


def test_an_hour_that_is_planned_in_part_has_no_amount(
    site: Site, two_days: list[dict[str, Any]], tmp_path: Path
) -> None:
    late = {"start": "2026-06-16T00:30:00+08:00", "end": "2026-06-17T00:30:00+08:00"}
    read = from_plans(stored(tmp_path, two_days, lambda p: p.update(late)), site, FIRST, SECOND)
    (gap,) = read.actual.gaps
    assert (gap.start.isoformat(), gap.hours) == ("2026-06-16T00:00:00+08:00", 1)
    assert "in part" in gap.why.en
    first = two_days[1]["series"]["grid.import_kw"]["values"][2:6]
    assert read.actual.amount("grid.import_kwh").iloc[25] == pytest.approx(sum(first) / 4, abs=1e-9)


def test_a_component_that_an_older_plan_does_not_know_is_a_gap_of_its_own(
    site: Site, two_days: list[dict[str, Any]], tmp_path: Path
) -> None:
    def without(plan: dict[str, Any]) -> None:
        for part in (plan, plan["baseline"]):
            part["series"] = {n: v for n, v in part["series"].items() if not n.startswith("vent.")}
        del plan["components"]["vent"]
        plan["site"]["definition"]["components"].pop()

    read = from_plans(stored(tmp_path, two_days, without, which=0), site, FIRST, SECOND)
    (gap,) = read.actual.gaps
    assert (gap.meter, gap.hours) == ("vent.lost_kg", 24)
    assert np.isnan(read.actual.amount("vent.lost_kg").iloc[0])
    assert [n.en for n in read.notes] == ["2026-06-15: planned with another version of the site file."]


def test_what_a_reader_must_know_of_the_plans(site: Site, two_days: list[dict[str, Any]], tmp_path: Path) -> None:
    def strange(plan: dict[str, Any]) -> None:
        plan["outcome"] = "fallback"
        plan["state_start"]["components"]["tank"]["level_kg"] += 5

    notes = from_plans(stored(tmp_path, two_days, strange), site, FIRST, SECOND).notes
    assert len(notes) == 2
    assert "rule-based schedule was used" in notes[0].en
    assert "does not open with the stocks" in notes[1].en
    assert all("2026-06-16" in n.zh for n in notes)


def test_a_plan_with_a_machine_out_is_a_plan_of_the_park(
    site: Site, two_days: list[dict[str, Any]], tmp_path: Path
) -> None:
    def out(plan: dict[str, Any]) -> None:
        plan["changes"] = {"outages": [{"component": "electrolyser"}]}
        plan["site"]["definition"]["components"][4]["outages"] = [{"start": None, "end": None, "modules": None}]

    assert not from_plans(stored(tmp_path, two_days, out), site, FIRST, SECOND).notes


def _series(name: str, at: int, value: Any) -> Edit:
    return lambda p: p["series"][name]["values"].__setitem__(at, value)


REFUSED: dict[str, tuple[Edit, list[str]]] = {
    "another park": (lambda p: p["site"].update(name="qingdao"), ["site.name", "'qingdao'", "demo"]),
    "a what-if": (lambda p: p.update(changes={"prices": {"import_factor": 1.2}}), ["changes", "what-if"]),
    "a parameter changed": (lambda p: p.update(changes={"parameters": {"grid": {"connection_kw": 9}}}), ["what-if"]),
    "a component of old": (
        lambda p: p["components"].update(turbine={"kind": "gas_engine", "label": {}}),
        ["components.turbine", "a component of demo", "plan the day again"],
    ),
    "another kind": (lambda p: p["components"]["tank"].update(kind="battery"), ["components.tank", "hydrogen_tank"]),
    "an unknown quantity": (lambda p: p["series"].update({"grid.spare_kw": {"values": [0] * 96}}), ["grid.spare_kw"]),
    "a negative flow": (_series("grid.import_kw", 7, -5.0), ["series.grid.import_kw", "-5", "0 or more"]),
    "a hole": (_series("grid.import_kw", 7, None), ["series.grid.import_kw", "None is no number"]),
    "a number in words": (_series("grid.import_kw", 7, "12"), ["series.grid.import_kw", "'12' is no number"]),
    "infinity": (_series("grid.import_kw", 7, float("inf")), ["series.grid.import_kw", "inf is no number"]),
    "a series too short": (lambda p: p["series"]["grid.import_kw"]["values"].pop(), ["95 values", "96 steps"]),
    "the rules too short": (lambda p: p["baseline"]["series"]["grid.import_kw"]["values"].pop(), ["95 values"]),
    "no rules": (lambda p: p.pop("baseline"), ["baseline", "missing"]),
    "another version": (lambda p: p.update(schema_version="2.0"), ["schema_version", "'2.0'", "1.x"]),
    "a start without offset": (lambda p: p.update(start="2026-06-16T00:00:00"), ["start", "offset"]),
    "an uneven start": (lambda p: p.update(start="2026-06-16T00:07:00+08:00"), ["start", "full 15 minutes"]),
    "a strange step": (lambda p: p.update(step_minutes=7), ["step_minutes"]),
    "an overlap": (
        lambda p: p.update(start="2026-06-15T23:45:00+08:00"),
        ["2026-06-16/plan.json", "2026-06-15/plan.json", "two plans of the same hours"],
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_plan_that_cannot_be_used_is_a_sentence(
    what: str, site: Site, two_days: list[dict[str, Any]], tmp_path: Path
) -> None:
    edit, words = REFUSED[what]
    with pytest.raises(InputError) as refused:
        from_plans(stored(tmp_path, two_days, edit), site, FIRST, SECOND)
    said = str(refused.value)
    assert said.startswith("2026-06-16/plan.json")
    missing = [w for w in words if w not in said]
    assert not missing, f"{missing} not in: {said}"


def test_files_that_are_no_plans(site: Site, two_days: list[dict[str, Any]], tmp_path: Path) -> None:
    folder = stored(tmp_path / "plans", two_days)
    with pytest.raises(InputError, match=r"nowhere.*a folder with plans"):
        from_plans(tmp_path / "nowhere", site, FIRST, SECOND)
    with pytest.raises(InputError, match=r"none of 2.*2026-07-01 to 2026-07-02.*ems plan demo --date 2026-07-01"):
        from_plans(folder, site, date(2026, 7, 1), date(2026, 7, 2))
    (folder / "2026-06-16" / "plan.json").write_text("{at:")
    with pytest.raises(InputError, match=r"2026-06-16/plan.json: content .*a plan.json"):
        from_plans(folder, site, FIRST, SECOND)


def test_a_month_without_any_plan_is_refused(site: Site, two_days: list[dict[str, Any]], tmp_path: Path) -> None:
    """A month that the period holds from its first to its last day; a part of one is a gap."""
    folder = stored(tmp_path, two_days)
    with pytest.raises(InputError, match=r"plans of 2026-07, 2026-08 .*report the months that are there"):
        from_plans(folder, site, FIRST, date(2026, 9, 1))
    assert from_plans(folder, site, FIRST, date(2026, 7, 30)).actual.gaps[0].hours == 24 * 44


def test_the_day_on_which_the_clocks_change(site: Site, two_days: list[dict[str, Any]], tmp_path: Path) -> None:
    """25 hours in Berlin on 2026-10-25; 02:00 comes twice and both hours keep their amounts."""

    def berlin(plan: dict[str, Any]) -> None:
        plan.update(timezone="Europe/Berlin", start="2026-10-25T00:00:00+02:00", steps=25, date="2026-10-25")
        for part in (plan["series"], plan["baseline"]["series"], plan["inputs"]):
            for column in part.values():
                column["values"].append(0.0)
        plan["series"]["grid.import_kw"]["values"] = [float(k) for k in range(25)]

    there = site.model_copy(update={"place": site.place.model_copy(update={"timezone": "Europe/Berlin"})})
    day = date(2026, 10, 25)
    bought = from_plans(stored(tmp_path, two_days[:1], berlin, which=0), there, day, day).actual.amount(
        "grid.import_kwh"
    )
    assert bought.to_list() == list(range(25))
    assert [t.isoformat()[11:] for t in bought.index[2:4]] == ["02:00:00+02:00", "02:00:00+01:00"]


@pytest.mark.parametrize("name", site_names())
def test_meters_of_a_site_have_names_of_their_own(name: str) -> None:
    meters = [m.name for m in rate_meters(read_site(name).site, "plan").values()]
    assert len(meters) == len(set(meters)) > 5
    assert all(m.endswith(("_kwh", "_kg")) for m in meters)

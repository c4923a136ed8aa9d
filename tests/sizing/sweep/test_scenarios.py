"""From a study to its scenarios, and what the hash of a scenario depends on."""

import pytest

from api.sweep import studies
from api.sweep.program import program_digest
from ems.site_file import read_site
from ems.sizing import scenarios
from ems.sizing.scenarios import Spec
from forecasting.errors import InputError
from tests.sizing.sweep.small import small


@pytest.fixture(scope="module")
def demo():
    return read_site("demo")


def test_sensitivities_vary_one_at_a_time():
    study = small(sensitivity={"economics/discount_rate": [0.05, 0.09], "factors/import_cny_per_kwh": [0.9, 1.1]})
    assert [(s.group, dict(s.set)) for s in scenarios.sensitivity(study)] == [
        ("sensitivity", {"economics/discount_rate": 0.05}),
        ("sensitivity", {"economics/discount_rate": 0.09}),
        ("sensitivity", {"factors/import_cny_per_kwh": 0.9}),
        ("sensitivity", {"factors/import_cny_per_kwh": 1.1}),
    ]


def test_a_grid_has_every_combination_and_none_where_it_is_empty():
    grid = {"economics/discount_rate": [0.05, 0.07], "weather": ["synthetic"], "economics/years": [10, 15, 20]}
    found = [tuple(s.set.values()) for s in scenarios.grid(small(grid=grid))]
    assert found == [(r, "synthetic", n) for r in (0.05, 0.07) for n in (10, 15, 20)]
    assert len({s.name for s in scenarios.grid(small(grid=grid))}) == 6
    assert list(scenarios.grid(small())) == []


def test_caps_lie_evenly_between_the_ends_of_the_front():
    between = scenarios.front_between(5, 100.0, 20.0)
    assert [s.carbon_cap_t for s in between] == [80.0, 60.0, 40.0]
    assert {s.objective for s in between} == {"cost"}
    assert scenarios.front_between(2, 100.0, 20.0) == []
    assert scenarios.front_between(5, 100.0, 100.0 - 1e-6) == [], "nothing lies between equal ends"
    assert [s.carbon_cap_t for s in scenarios.front_between(3, 0.0, -50.0)] == [-25.0]


def test_the_front_waits_for_both_ends_and_gives_up_where_one_fails(demo):
    case = studies.case_of(demo, small(), demo.folder)
    tasks = studies.tasks_of(case, [*scenarios.front_ends(), Spec("x", "scenario", {"economics/discount_rate": 0.1})])

    def row(task, emissions_t, status="done"):
        return {"id": task.id, **task.label, "status": status, "kpis": {"emissions_t": emissions_t}}

    cheap, clean, other = tasks
    follow = studies.front_of(case, 4)
    assert follow([]) is None
    assert follow([row(cheap, 90.0), row(other, 10.0)]) is None
    caps = follow([row(cheap, 90.0), row(other, 10.0), row(clean, 30.0)])
    assert [t.payload["row"]["carbon_cap_t"] for t in caps] == [70.0, 50.0]
    assert {t.payload["row"]["group"] for t in caps} == {"front"}
    assert follow([row(cheap, 90.0), row(clean, None, "failed")]) == []


def id_of(case, **spec):
    (task,) = studies.tasks_of(case, [Spec(**{"name": "x", "group": "scenario", **spec})])
    return task.id


def test_the_hash_holds_all_that_decides_a_row(demo, tmp_path, monkeypatch):
    csv = tmp_path / "load.csv"
    csv.write_text("time,workshop.electricity_kw\n")
    study = small(columns="load.csv")
    case = studies.case_of(demo, study, tmp_path)
    coal = read_site("coal_mine")
    ids = {
        "base": id_of(case),
        "set": id_of(case, set={"economics/discount_rate": 0.05}),
        "cap": id_of(case, carbon_cap_t=100.0),
        "objective": id_of(case, objective="carbon"),
        "reference": id_of(case, group="reference"),
        "resolution": id_of(studies.case_of(demo, study, tmp_path, "typical:4")),
        "site": id_of(studies.case_of(coal, study, tmp_path)),
        "impossible": id_of(case, set={"economics/discount_rate": 9}),
        "impossible, too": id_of(case, set={"economics/discount_rate": 10}),
    }
    csv.write_text("time,workshop.electricity_kw\n2026-03-02 00:00,1\n")
    ids["own series"] = id_of(studies.case_of(demo, study, tmp_path))
    monkeypatch.setattr(studies, "program_digest", lambda: "another")
    ids["program"] = id_of(case)
    assert len(set(ids.values())) == len(ids)


def test_the_hash_holds_nothing_else(demo, tmp_path):
    study = small(grid={"economics/discount_rate": [0.05, 0.07]})
    case = studies.case_of(demo, study, tmp_path)
    base = id_of(case)
    assert id_of(case, name="base", group="front") == base, "the least cost is the base"
    assert id_of(case, set={"economics/discount_rate": 0.07}) == base, "as the study says already"
    told = small(title={"zh": "另", "en": "other"}, name="other", shown=["grid.import_kw"], front={"points": 7})
    assert id_of(studies.case_of(demo, told, tmp_path / "elsewhere")) == base


def test_a_hash_is_the_same_in_every_process():
    assert program_digest() == program_digest.__wrapped__()
    assert len(program_digest()) == 64


def test_all_of_a_study_is_told_with_names_of_its_own():
    study = small(
        sensitivity={"economics/discount_rate": [0.05, 0.09]},
        grid={"economics/years": [10, 20]},
        scenarios=[{"name": "dear", "set": {"factors/import_cny_per_kwh": 1.3}}],
    )
    specs = studies.all_specs(study)
    assert [s.group for s in specs] == [
        "base",
        "reference",
        *["front"] * 2,
        *["sensitivity"] * 2,
        *["grid"] * 2,
        "scenario",
    ]
    assert len({(s.group, s.name) for s in specs}) == len(specs)


def test_a_file_that_is_not_there_is_named(demo, tmp_path):
    with pytest.raises(InputError, match=r"load\.csv.*a file that can be read"):
        studies.case_of(demo, small(columns="load.csv"), tmp_path)

"""Studies in the background: rows as they come, resumed where they were, and never in the way of a plan."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from api import jobs
from api.records import studies as records
from api.records import study_rows
from api.settings import Settings, studies_folder
from api.work.journals import KEPT_DAYS, journal, remove_old
from api.work.prepare import prepare
from tests.service import studies
from tests.service.work.bench import Office, child_of, eventually
from tests.service.work.faults import code


def rows(office: Office, id: str) -> list[str]:
    with office.store.read() as c:
        return [r.name for r in study_rows.rows(c, id)]


def told(office: Office, id: str, type: str):
    with office.store.read() as c:
        return [e.data for e in jobs.events(c, id) if e.type == type]


def test_rows_are_told_and_kept_as_they_end_and_the_result_lies_under_the_id_of_the_job(office: Office) -> None:
    id = office.submit_study()
    with office.at_work(code("cold()", "study('some_rows')")):
        eventually(lambda: rows(office, id))
        assert office.job(id).state == "running", "rows are there before the study has ended"
        job = office.until(id)
    assert (job.state, job.result) == ("succeeded", f"/api/v1/studies/{id}")
    assert rows(office, id) == [f"front_{k}" for k in range(6)], "none is lost at the end"
    heard = told(office, id, "row")
    assert [h["row"] for h in heard] == [1, 2, 3, 4, 5, 6]
    assert heard[0] == {
        "row": 1, "id": "front-0".ljust(64, "0"), "name": "front_0", "group": "front", "status": "done",
        "annual_cny": 1.2e6, "emissions_t": 900.0, "npv_cny": 8e5,
    }  # fmt: skip
    assert told(office, id, "progress")[-1]["total"] == 6
    assert office.text(job)["kind"] == "study"
    with office.store.read() as c:
        summary, _ = records.study(c, id)
    assert summary.figures["npv_cny"] == 8e5
    assert summary.rows == 6


def test_a_study_is_made_and_one_that_is_asked_for_again_comes_from_its_journal(office: Office) -> None:
    asked = {"points": 3, "groups": ["front", "scenarios"], "set": {"economics/discount_rate": 0.06}}
    with office.at_work():
        job = office.until(office.submit_study(**asked))
        assert job.state == "succeeded", job.reason
        again = office.until(office.submit_study(**asked, label="again"))
        assert again.state == "succeeded", again.reason
    study = office.text(job)
    assert study["study"]["economics"]["discount_rate"] == 0.06
    figure = next(f for f in study["assumptions"] if f["name"].endswith("economics.discount_rate"))
    assert figure["status"] == "assumption"
    assert set(study["design"]["sizes"]) == {"roof.capacity_kwp", "battery.capacity_kwh"}
    names = rows(office, job.id)
    assert "dear_battery" in names
    assert len(names) == len(study["front"]) + len(study["scenarios"]) + 1, "the front, the scenarios and the base"
    assert sorted(rows(office, again.id)) == sorted(names), "what comes from the journal is told, too"
    assert office.text(again)["front"] == study["front"]


def test_one_worker_makes_the_plan_of_the_afternoon_while_a_study_runs(office: Office) -> None:
    study = office.submit_study()
    with office.at_work(code("study('hang_on')"), workers=1) as workers:
        office.until(study, "running")
        plan = office.submit()
        assert office.until(plan).state == "succeeded"
        assert office.job(study).state == "running"
        with office.store.write() as c:
            jobs.cancel(c, study, "tests")
        assert office.until(study, seconds=10).state == "cancelled"
        assert child_of(workers).pid is not None
        _, studier, _ = workers._workers
        eventually(lambda: studier._child.pid is None)


def test_plans_waiting_do_not_keep_studies_waiting_either(office: Office) -> None:
    plans = [office.submit() for _ in range(3)]
    study = office.submit_study()
    with office.at_work(code("cold()", "task('sleep')", "study('some_rows')"), workers=1):
        assert office.until(study, seconds=20).state == "succeeded"
        assert {office.job(plan).state for plan in plans} == {"running", "queued"}


def test_without_workers_of_plans_there_are_none_of_studies(office: Office) -> None:
    with office.at_work(workers=0) as workers:
        assert workers._workers == []


def test_a_study_has_no_process_before_there_is_one_and_more_memory_than_plans(office: Office) -> None:
    with office.at_work(code("cold()", "study('hang_on')"), memory_mb=2000, study_memory_mb=3000) as workers:
        planner, studier, _ = workers._workers
        eventually(lambda: planner._child.pid)
        assert studier._child.pid is None
        id = office.submit_study()
        workers.wake()
        office.until(id, "running")
        eventually(lambda: office.job(id).progress)
        limits = Path(f"/proc/{studier._child.pid}/limits").read_text()
        line = next(x for x in limits.splitlines() if x.startswith("Max address space"))
        assert str(3000 << 20) in line
        assert os.getpriority(os.PRIO_PROCESS, studier._child.pid) > os.getpriority(os.PRIO_PROCESS, planner._child.pid)


def test_a_study_whose_process_dies_goes_on_with_its_journal(office: Office) -> None:
    id = office.submit_study()
    with office.at_work(code("cold()", "study('goes_on')")):
        job = office.until(id)
    assert (job.state, job.attempts) == ("succeeded", 2)
    assert rows(office, id) == [f"front_{k}" for k in range(6)], "a row that comes again is there once"
    assert len(told(office, id, "row")) == 6
    (folder,) = office.settings.studies.iterdir()
    assert (folder / "begun").read_text() == "xx", "the second attempt found what the first had noted"


def test_out_of_memory_names_the_option_that_helps(office: Office) -> None:
    id = office.submit_study()
    with office.at_work(code("cold()", "study('devour')"), study_memory_mb=1024):
        job = office.until(id)
    assert (job.state, job.reason.type) == ("failed", "out_of_memory")
    assert "--study-memory-mb" in job.reason.text.en
    assert "typical:12" in job.reason.text.zh


def test_the_deadline_is_that_of_the_study(office: Office) -> None:
    id = office.submit_study(time_limit_s=1.0)
    with office.at_work(code("cold()", "study('hang_on')")):
        job = office.until(id)
    assert (job.state, job.reason.type) == ("failed", "deadline")


def test_a_long_study_keeps_its_lease(office: Office) -> None:
    id = office.submit_study()
    with office.at_work(code("cold()", "study('hang_on')"), lease_s=1.0):
        office.until(id, "running")
        time.sleep(2.5)
        job = office.job(id)
    assert job.attempts == 1
    assert "retry" not in office.events(id)[:-1], "only the stop at the end puts it back"


def test_a_worker_killed_outright_leaves_the_study_to_the_next(office: Office) -> None:
    id = office.submit_study()
    with office.at_work(code("cold()", "study('hang_on')")) as workers:
        office.until(id, "running")
        _, studier, _ = workers._workers
        eventually(lambda: studier._child.pid)
        os.killpg(studier._child.pid, signal.SIGKILL)
        eventually(lambda: office.job(id).attempts == 2)


def test_what_decides_the_result_decides_the_journal(office: Office, tmp_path: Path) -> None:
    def journal_of(**more) -> str:
        studies.submit(office.store, **more)
        held = studies.begin(office.store)
        with office.store.read() as c:
            task = prepare(c, held, tmp_path).task
        assert task["kind"] == "study"
        return task["journal"]

    same = journal_of()
    assert journal_of(label="again", time_limit_s=99.0) == same
    others = [
        journal_of(set={"economics/discount_rate": 0.05}),
        journal_of(resolution="typical:12"),
        journal_of(points=7),
        journal_of(years=9),
        journal_of(groups=[]),
        journal_of(study=studies.STUDY + "# other\n"),
        journal_of(files={"columns.csv": "time\n"}),
    ]
    assert len({same, *others}) == 8


def test_two_who_do_the_same_do_not_write_into_one_journal(tmp_path: Path) -> None:
    with journal(tmp_path / "j", "job-1") as one, journal(tmp_path / "j", "job-2") as other:
        assert one != other
        assert other.name == "j-job-2"
    with journal(tmp_path / "j", "job-3") as again:
        assert again == one


def test_old_journals_go_and_young_ones_stay(tmp_path: Path) -> None:
    for name, days in (("old", KEPT_DAYS + 1), ("young", KEPT_DAYS - 1)):
        with journal(tmp_path / name, "job"):
            pass
        then = time.time() - days * 86_400
        os.utime(tmp_path / name / "lock", (then, then))
    remove_old(tmp_path)
    remove_old(tmp_path / "nowhere")
    assert [f.name for f in tmp_path.iterdir()] == ["young"]


@pytest.mark.parametrize(
    ("database", "folder"),
    [
        ("sqlite:////var/lib/ems/ems.db", "/var/lib/ems/ems.db-studies"),
        ("postgresql+psycopg://ems@db.example/ems", "/data/park-ems/studies"),
    ],
)
def test_journals_lie_beside_a_file_else_with_the_users_data(
    database: str, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert str(studies_folder(database)) == folder
    assert str(Settings(database=database).studies) == folder

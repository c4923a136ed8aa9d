"""Studies from Python, against a real server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from api.client import ApiError, Client, JobEnded
from api.contract.base import Text
from api.contract.jobs import Progress, Reason
from api.contract.studies import StudyRow
from api.records import studies as records
from api.store import Store
from tests.service import studies
from tests.service.conftest import make_token
from tests.service.resources.kept import serving, working
from tests.service.studies import STUDY


@pytest.fixture
def ems(app: FastAPI, store: Store) -> Iterator[Client]:
    with serving(app) as url, Client(url, make_token(store, "engineer")) as client:
        yield client


def test_a_study_in_one_line_with_its_progress_and_its_rows(ems: Client, store: Store, tmp_path: Path) -> None:
    said: list[Progress] = []
    rows: list[StudyRow] = []
    file = tmp_path / "study.yaml"
    file.write_text(STUDY, encoding="utf-8")
    with working(store):
        study = ems.study("demo", file, resolution="typical:12", points=3, progress=said.append, row=rows.append)
    assert (study.state, study.name, study.resolution) == ("succeeded", "two_days", "typical:12")
    assert study.design is not None
    assert study.figures is not None
    assert study.figures["annual_cost_cny"] == study.design["money"]["annual_cost_cny"]
    assert said
    assert [row.name for row in rows] == ["front_0", "front_1", "front_2"]
    assert [row.id for row in ems.study_rows(study.id, after=1)] == [row.id for row in rows[1:]]
    assert [s.id for s in ems.studies(site="demo")] == [study.id]
    assert ems.get_study(study.id) == study


def test_files_of_a_study_are_written(ems: Client, store: Store, tmp_path: Path) -> None:
    id = studies.keep(store, made=studies.whole())
    content = ems.study_json(id)
    assert content == studies.whole()
    written = ems.download_study(id, "json", tmp_path / "study.json")
    assert json.loads(written.read_text(encoding="utf-8")) == content
    assert ems.download_study(id, "xlsx", tmp_path / "study.xlsx").read_bytes()[:2] == b"PK"
    assert "<!DOCTYPE html>" in ems.download_study(id, "html", tmp_path / "s.html", lang="en").read_text("utf-8")


def test_a_name_of_a_study_stands_for_its_newest_text(ems: Client) -> None:
    job = ems.submit_study("demo", STUDY, key="mine")
    assert ems.submit_study("demo", STUDY, key="mine").id == job.id
    assert [choice.name for choice in ems.study_choices("demo") if not choice.own] == ["two_days"]
    assert ems.submit_study("demo", "two_days", label="again").request["study"] == STUDY
    with pytest.raises(ApiError) as refused:
        ems.submit_study("demo", STUDY, set={"economics/discount_rat": 0.1})
    assert refused.value.problem.errors[0].pointer == "/set/economics~1discount_rat"
    assert "discount_rate" in str(refused.value)


def test_a_study_that_fails_says_why(ems: Client, store: Store) -> None:
    def fail() -> None:
        while not pending(store):
            time.sleep(0.02)
        held = studies.begin(store)
        studies.tell(store, held, studies.failed_row(1))
        studies.fail(store, held, Reason(type="input", text=Text(zh="上限无法达到。", en="The cap cannot be met.")))

    thread = threading.Thread(target=fail)
    thread.start()
    with pytest.raises(JobEnded, match="The cap cannot be met"):
        ems.study("demo", STUDY)
    thread.join()
    (study,) = ems.studies(state="failed")
    assert [row.status for row in ems.study_rows(study.id)] == ["failed"]


def pending(store: Store) -> bool:
    with store.read() as c:
        return bool(records.studies(c, sites=None, state="queued"))

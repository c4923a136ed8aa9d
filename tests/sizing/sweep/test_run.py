"""A sweep on an executor that works at once: what is computed, what is taken, in which order, and what is told."""

from types import SimpleNamespace

import pytest

from api.sweep import run
from api.sweep.executor import Finished
from api.sweep.journal import Journal
from api.sweep.perform import perform
from api.sweep.reasons import worker_lost
from tests.sizing.sweep.kinds import task


class AtOnce:
    """Does a task when it is asked what has ended, the last one first."""

    def __init__(self, lose=()):
        self.waiting, self.done, self.lose = [], [], lose

    def submit(self, task):
        self.waiting.append(task)

    def finished(self, seconds):
        task = self.waiting.pop()
        self.done.append(task.id)
        if task.id in self.lose:
            return Finished(task.id, None, worker_lost(3, "killed by SIGKILL"), 1.0)
        return perform(task)


def swept(tmp_path, tasks, executor=None, **how):
    executor = executor or AtOnce()
    with Journal(tmp_path / "journal.jsonl") as journal:
        rows = run.sweep(tasks, executor, journal, **how)
    return rows, executor


def test_rows_come_in_the_order_of_their_tasks_with_all_that_a_row_has(tmp_path):
    rows, executor = swept(tmp_path, [task("a", value=2.0), task("b", "fail", value=3)])
    assert executor.done == ["id-b", "id-a"]
    good, bad = rows
    assert (good["id"], good["name"], good["group"], good["status"]) == ("id-a", "a", "grid", "done")
    assert good["reason"] is None
    assert good["kpis"] == {"emissions_t": 2.0}
    assert (bad["id"], bad["name"], bad["status"], bad["sizes"]) == ("id-b", "b", "failed", {})
    assert set(bad["reason"]) == {"zh", "en"}
    assert bad["reason"]["en"] == "study: sizes.a.b is 3 (expected: something else); choose another"
    assert set(good) == set(bad)


def test_a_second_run_computes_nothing_and_says_the_same(tmp_path):
    tasks = [task(name, value=float(k)) for k, name in enumerate("abc")] + [task("d", "fail")]
    first, _ = swept(tmp_path, tasks)
    again, executor = swept(tmp_path, tasks)
    assert executor.done == []
    assert again == first


def test_what_is_missing_is_computed_and_nothing_else(tmp_path):
    first, _ = swept(tmp_path, [task("a"), task("b")])
    rows, executor = swept(tmp_path, [task("c"), task("a"), task("b", id="other inputs")])
    assert sorted(executor.done) == ["id-c", "other inputs"]
    assert rows[1] == first[0]


def test_a_lost_worker_is_tried_again_in_the_next_run_an_error_only_on_demand(tmp_path):
    tasks = [task("a"), task("b", "fail"), task("c", "blunder")]
    rows, _ = swept(tmp_path, tasks, AtOnce(lose=["id-a"]))
    assert rows[0]["reason"]["en"] == "The worker died three times on this scenario (killed by SIGKILL)."
    assert "3 次终止" in rows[0]["reason"]["zh"]
    assert rows[2]["reason"]["en"] == "A fault of this software (ZeroDivisionError: of a kind)."
    rows, executor = swept(tmp_path, tasks)
    assert executor.done == ["id-a"]
    assert [row["status"] for row in rows] == ["done", "failed", "failed"]
    _, executor = swept(tmp_path, tasks, again=True)
    assert sorted(executor.done) == ["id-b", "id-c"]


def test_tasks_with_the_same_content_are_computed_once_and_named_twice(tmp_path):
    tasks = [task("base", id="same"), task("least cost", id="same"), task("a")]
    heard = []
    rows, executor = swept(tmp_path, tasks, progress=heard.append)
    assert sorted(executor.done) == ["id-a", "same"]
    assert [row["name"] for row in rows] == ["base", "least cost", "a"]
    assert rows[0]["sizes"] == rows[1]["sizes"]
    assert heard[-1].done == heard[-1].total == 3
    rows, executor = swept(tmp_path, [task("least cost", id="same")])
    assert executor.done == []
    assert rows[0]["name"] == "least cost"


def test_tasks_that_follow_are_asked_for_until_they_are_there(tmp_path):
    def follow(rows):
        found = {row["name"]: row for row in rows}
        if not {"low", "high"} <= set(found):
            return None
        middle = (found["low"]["kpis"]["emissions_t"] + found["high"]["kpis"]["emissions_t"]) / 2
        return [task("middle", value=middle)]

    ends = [task("low", value=2.0), task("high", value=6.0)]
    heard = []
    rows, executor = swept(tmp_path, ends, follow=[follow], later=1, progress=heard.append)
    assert [(row["name"], row["kpis"]["emissions_t"]) for row in rows] == [("low", 2.0), ("high", 6.0), ("middle", 4.0)]
    assert {p.total for p in heard} == {3}, "what follows is counted from the start"
    again, executor = swept(tmp_path, ends, follow=[follow], later=1, progress=heard.append)
    assert executor.done == []
    assert again == rows
    assert (heard[-1].done, heard[-1].reused, heard[-1].total) == (3, 3, 3)


def test_progress_counts_this_run_and_tells_what_remains(tmp_path, monkeypatch):
    swept(tmp_path, [task("a"), task("b", "fail")])
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(run.time, "monotonic", lambda: clock.now)
    heard = []

    def hear(progress):
        heard.append(progress)
        clock.now += 30.0

    swept(tmp_path, [task(name, "fail" if name == "b" else "work") for name in "abcdef"], progress=hear)
    assert [(p.done, p.failed, p.reused, p.total) for p in heard] == [(k, 1, 2, 6) for k in range(1, 6)]
    assert heard[0].rate_per_min is None
    assert heard[0].last_row is None
    assert heard[0].said.en == "1 of 6 done, 1 failed, 2 of them from the journal"
    # one scenario in each 30 s of this run: two a minute
    assert [p.rate_per_min for p in heard[1:]] == [2.0] * 4
    assert [p.remaining_s for p in heard[1:]] == [90.0, 60.0, 30.0, 0.0]
    assert heard[1].last_row["name"] == "f"
    assert heard[1].said.en == "2 of 6 done, 1 failed, 2 of them from the journal; 2 per minute, about 2 min left"
    assert heard[1].said.zh == "已完成 2/6, 失败 1, 其中 2 取自记录; 每分钟 2 个, 约剩 2 min"


def test_cancelled_it_keeps_what_has_ended(tmp_path):
    executor = AtOnce()
    with pytest.raises(run.Cancelled):
        swept(tmp_path, [task("a"), task("b")], executor, cancel=lambda: bool(executor.done))
    assert executor.done == ["id-b"]
    rows, executor = swept(tmp_path, [task("a"), task("b")])
    assert executor.done == ["id-a"]
    assert len(rows) == 2


def test_a_sweep_of_nothing_ends(tmp_path):
    assert swept(tmp_path, [])[0] == []

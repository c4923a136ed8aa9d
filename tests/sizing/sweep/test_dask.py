"""The executor of a Dask cluster does what the one of a single machine does."""

import logging
import os
import signal
import sys
import threading
from collections import Counter
from contextlib import contextmanager

import pytest

from api.sweep import studies
from api.sweep.dask_executor import DaskExecutor
from api.sweep.journal import Journal
from api.sweep.local import LocalExecutor
from api.sweep.run import sweep
from ems.site_file import read_site
from ems.sizing.scenarios import front_ends
from forecasting.errors import InputError
from tests.service.work.bench import eventually
from tests.sizing.sweep.kinds import task
from tests.sizing.sweep.small import small
from tests.soak.tormented import alive
from tests.tools import absent


@pytest.fixture(autouse=True)
def unchanged(monkeypatch, request):
    """Whoever edits the sources while this runs makes no other program of it."""
    if "of_another_program" not in request.node.name:
        monkeypatch.setattr(DaskExecutor, "_same_program", staticmethod(lambda client: None))


def needed():
    try:
        import distributed  # noqa: F401
    except ImportError:
        absent("no Dask here: pip install 'park-ems[dask]'")


@contextmanager
def cluster(workers):
    """A cluster of its own, as someone else would run it."""
    needed()
    import dask
    from distributed import LocalCluster

    kept = dask.config.set({"distributed.deploy.lost-worker-timeout": "1 day"})
    start = {"threads_per_worker": 1, "dashboard_address": "127.0.0.1:0", "silence_logs": logging.CRITICAL}
    with kept, LocalCluster(n_workers=workers, **start) as made:
        yield made


@pytest.fixture(scope="module")
def address():
    with cluster(2) as made:
        yield made.scheduler_address


def swept(folder, tasks, executor, **how):
    with executor, Journal(folder / "journal.jsonl") as journal:
        return sweep(tasks, executor, journal, **how)


def test_the_rows_are_those_of_local_workers(address, tmp_path):
    demo = read_site("demo")
    case = studies.case_of(demo, small(), demo.folder)
    tasks = [*studies.tasks_of(case, front_ends()), task("fails", "fail", value=7)]
    how = {"follow": [studies.front_of(case, 3)], "later": 1}
    (tmp_path / "dask").mkdir()
    (tmp_path / "local").mkdir()
    by_dask = swept(tmp_path / "dask", tasks, DaskExecutor(address), **how)
    here = swept(tmp_path / "local", tasks, LocalExecutor(1), **how)
    assert [row["name"] for row in by_dask] == [row["name"] for row in here]
    assert len(by_dask) == 4
    for mine, other in zip(by_dask, here, strict=True):
        assert mine["reason"] == other["reason"]
        assert mine["carbon_cap_t"] == pytest.approx(other["carbon_cap_t"])
        for part in ("sizes", "kpis", "money", "levelised", "compared"):
            known = {name for name, value in other[part].items() if value is not None}
            assert {name for name, value in mine[part].items() if value is not None} == known
            for name in known:
                assert mine[part][name] == pytest.approx(other[part][name], rel=1e-6, abs=1e-6), name


def test_a_poison_task_fails_alone_with_its_reason(address, tmp_path):
    log = tmp_path / "log"
    poison = [
        task("dies", "die", log=str(log)),
        task("hangs", "hang", log=str(log)),
        task("fails", "fail", value=7),
        task("blunders", "blunder"),
    ]
    good = [task(f"t{k}", log=str(log)) for k in range(6)]
    rows = swept(tmp_path, [*poison, *good], DaskExecutor(address, deadline_s=1.0))
    reasons = {row["name"]: row["reason"]["en"] for row in rows if row["status"] == "failed"}
    assert set(reasons) == {t.label["name"] for t in poison}
    assert "worker died three times" in reasons["dies"]
    assert "worker died three times" in reasons["hangs"]
    assert reasons["fails"].startswith("study: sizes.a.b is 7")
    assert "ZeroDivisionError: of a kind" in reasons["blunders"]
    seen = Counter(tuple(line.split()[:2]) for line in log.read_text().splitlines())
    assert seen["dies", "began"] == seen["hangs", "began"] == 3
    assert all(seen[f"t{k}", "ended"] == 1 for k in range(6))


def test_a_killed_worker_costs_no_scenario(address, tmp_path):
    log, killed = tmp_path / "log", []
    log.touch()

    def strike():
        victim = eventually(log.read_text).split()
        os.kill(int(victim[2]), signal.SIGKILL)
        killed.append(victim[0])

    thread = threading.Thread(target=strike)
    thread.start()
    rows = swept(tmp_path, [task(f"t{k}", seconds=0.5, log=str(log)) for k in range(6)], DaskExecutor(address))
    thread.join()
    assert [row["status"] for row in rows] == ["done"] * 6
    assert log.read_text().count(f"{killed[0]} began") == 2


def test_a_cluster_of_this_machine_is_started_and_ended(tmp_path):
    needed()
    rows = swept(tmp_path, [task(f"t{k}", seconds=0.5) for k in range(4)], DaskExecutor(workers=2))
    pids = {row["sizes"]["pid"] for row in rows}
    assert len(pids) == 2
    assert os.getpid() not in pids
    eventually(lambda: not any(map(alive, pids)), 5)


def test_a_worker_that_nothing_starts_again_is_replaced(tmp_path, monkeypatch):
    needed()
    monkeypatch.setattr("api.sweep.dask_executor.REPLACE_S", 0.5)
    with DaskExecutor(workers=1) as executor, Journal(tmp_path / "journal.jsonl") as journal:
        (nanny,) = executor._cluster.workers.values()
        executor._cluster.sync(nanny.close)
        (row,) = sweep([task("a")], executor, journal)
    assert row["status"] == "done"


def test_without_any_worker_the_sweep_gives_up(tmp_path, monkeypatch):
    monkeypatch.setattr("api.sweep.dask_executor.ALONE_S", 0.5)
    with cluster(1) as made, DaskExecutor(made.scheduler_address) as executor:
        made.sync(made.workers[0].close)
        with (
            Journal(tmp_path / "journal.jsonl") as journal,
            pytest.raises(InputError, match="a scheduler with workers"),
        ):
            sweep([task("a")], executor, journal)


def test_a_cluster_that_goes_away_is_told_and_the_journal_resumes(tmp_path, monkeypatch):
    monkeypatch.setattr("api.sweep.dask_executor.ANSWER_S", 1.0)
    with cluster(1) as made:

        def go(progress):
            if progress.done == 2:
                made.close()

        tasks = [task(f"t{k}", seconds=0.2) for k in range(8)]
        with pytest.raises(InputError, match="a scheduler that stays connected"):
            swept(tmp_path, tasks, DaskExecutor(made.scheduler_address), progress=go)
    heard = []
    rows = swept(tmp_path, tasks, LocalExecutor(2), progress=heard.append)
    assert heard[0].reused >= 2
    assert len(rows) == 8


def test_workers_of_another_program_are_refused(address, monkeypatch):
    monkeypatch.setattr("api.sweep.dask_executor.program_digest", lambda: "another")
    with pytest.raises(InputError, match="the same version of this program"), DaskExecutor(address):
        pass


def test_without_dask_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"--dask.*pip install 'park-ems\[dask\]'"), DaskExecutor():
        pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "no address at all"])
def test_an_address_without_a_scheduler_is_named(address, monkeypatch):
    needed()
    monkeypatch.setattr("api.sweep.dask_executor.ANSWER_S", 1.0)
    with pytest.raises(InputError, match="a Dask scheduler that answers"), DaskExecutor(address):
        pass

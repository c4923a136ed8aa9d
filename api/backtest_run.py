"""A backtest on an executor: the aims of every month first, then one task for each policy and month.

What has ended is in a journal: a run that was stopped goes on where it was, with the same program on the same inputs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from api.sweep.executor import Executor, Task
from api.sweep.journal import Journal, Row
from api.sweep.local import LocalExecutor
from api.sweep.program import program_digest
from api.sweep.progress import Progress
from api.sweep.run import sweep
from ems.operation.backtest import Asked, Prepared, combine, prepare, task_id
from ems.operation.document import backtest_dict
from ems.site_file import SiteFile
from forecasting.errors import InputError

AIMS = "ems.operation.month:aims_of_month"
MONTH = "ems.operation.month:operate_month"
ROWS = "backtest.jsonl"
Say = Callable[[str, Progress | None], None]


def run_backtest(
    file: SiteFile, asked: Asked, folder: Path, say: Say, workers: int | None = None, executor: Executor | None = None
) -> dict[str, Any]:
    """The content of backtest.json; raises `InputError` for unusable data and where a month cannot be run.

    ``folder`` keeps the journal; ``say`` is told each phase, with a `Progress` while tasks are worked off.
    """
    began = time.perf_counter()
    say("inputs", None)
    prepared = prepare(file, asked)
    with Journal(folder / ROWS) as journal, executor or LocalExecutor(workers) as pool:
        aims = _done(_aims_tasks(prepared), pool, journal, lambda p: say("aims", p))
        rows = _done(_month_tasks(prepared, asked, aims), pool, journal, lambda p: say("months", p))
    seconds = round(time.perf_counter() - began, 1)
    return backtest_dict(file, asked, prepared, aims, rows, combine(asked, rows), seconds)


def _aims_tasks(prepared: Prepared) -> list[Task]:
    return [
        Task(task_id("aims", m, program_digest()), AIMS, {"month": m, "row": {"name": f"{m.label} aims"}})
        for m in prepared.months
    ]


def _month_tasks(prepared: Prepared, asked: Asked, aims: Sequence[Row]) -> list[Task]:
    """The longest ones first: no worker is left alone with one at the end."""
    order = ("rolling_stochastic", "rolling", "perfect", "day_ahead", "rule_based")
    return [
        Task(
            task_id("month", m, policy, found["came"], program_digest()),
            MONTH,
            {
                "month": m,
                "policy": policy,
                "came": found["came"],
                "future": found["future"],
                "row": {"name": f"{m.label} {policy}"},
            },
        )
        for policy in sorted(asked.policies, key=order.index)
        for m, found in zip(prepared.months, aims, strict=True)
    ]


def _done(tasks: list[Task], pool: Executor, journal: Journal, say: Callable[[Progress], None]) -> list[Row]:
    rows = sweep(tasks, pool, journal, progress=say)
    for row in rows:
        if row["status"] == "failed":
            raise InputError("backtest", row["name"], row["reason"]["en"], "a month that can be run")
    return rows

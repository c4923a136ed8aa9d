"""Tasks that only tests have: some do their work, others do what a scenario must not do."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.sweep.executor import Task
from forecasting.errors import InputError


def task(name: str, kind: str = "work", id: str = "", **payload: Any) -> Task:
    row = {"name": name, "group": "grid", "set": {}, "carbon_cap_t": None, "objective": "cost"}
    return Task(id or f"id-{name}", f"tests.sizing.sweep.kinds:{kind}", payload | {"row": row})


def work(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Sleep for a while, and leave a line in a log where there is one, before and after."""
    _log(payload, "began")
    time.sleep(payload.get("seconds", 0.0))
    _log(payload, "ended")
    return figures(payload.get("value", 1.0), pid=os.getpid())


def figures(value: float, **more: float) -> dict[str, Any]:
    return {
        "sizes": {"a.b": value, **more},
        "kpis": {"emissions_t": value},
        "money": {},
        "levelised": {},
        "compared": {},
    }


def fail(payload: Mapping[str, Any]) -> dict[str, Any]:
    _log(payload, "began")
    raise InputError("study", "sizes.a.b", payload.get("value"), "something else", "choose another")


def blunder(payload: Mapping[str, Any]) -> dict[str, Any]:
    raise ZeroDivisionError("of a kind")


def devour(payload: Mapping[str, Any]) -> dict[str, Any]:
    raise MemoryError


def die(payload: Mapping[str, Any]) -> dict[str, Any]:
    _log(payload, "began")
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def die_twice(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Die the first two times, work the third."""
    _log(payload, "began")
    return die({}) if Path(payload["log"]).read_text().count(f"{payload['row']['name']} began") < 3 else work(payload)


def hang(payload: Mapping[str, Any]) -> dict[str, Any]:
    _log(payload, "began")
    time.sleep(600)
    return {}


def _log(payload: Mapping[str, Any], what: str) -> None:
    if "log" in payload:
        with open(payload["log"], "a") as log:
            log.write(f"{payload['row']['name']} {what} {os.getpid()}\n")


def lay_out(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Write a file where temporary files go."""
    folder = Path(tempfile.mkdtemp())
    (folder / "file").write_text("of a task")
    return figures(1.0, files=len(list(folder.iterdir()))) | {"levelised": {"folder": str(folder)}}

"""What a planning process runs: a warm start, then one task after the other until the service is gone."""

from __future__ import annotations

import math
import os
import pickle
import sys
import time
import traceback
from pathlib import Path
from typing import IO, Any

from api.sweep.progress import Progress as SweepProgress
from api.work import reasons
from api.work.canary import fault
from api.work.frames import Message, pack
from api.work.tasks import TASKS, Bench
from api.work.warm import warm
from ems.solve import Progress, Solver
from forecasting.errors import InputError

SPEAK_S = 0.3  # between two words of progress within a phase


def serve(out: IO[bytes], folder: Path) -> None:
    """Say "ready", or "unfit" and why; then answer tasks from standard input."""
    try:
        with Solver() as solver:  # its process starts while this one warms up
            warm()
            if text := fault(solver):
                send(out, "unfit", text)
                return
            send(out, "ready", {})
            while True:
                task = pickle.load(sys.stdin.buffer)
                send(out, *answer(task, Bench(solver, folder, Speaker(out), lambda row: send(out, "row", row))))
    except (EOFError, BrokenPipeError):  # the service is gone or has no more use for this process
        return


def answer(task: dict[str, Any], bench: Bench) -> Message:
    """Do a task; whatever goes wrong becomes a typed failure in words."""
    try:
        return "result", TASKS[task["kind"]](task, bench)
    except InputError as error:
        return "failed", reasons.unusable_input(str(error).replace(f"{bench.folder}{os.sep}", ""))
    except MemoryError:
        return "failed", reasons.OUT_OF_MEMORY if task["kind"] != "study" else reasons.STUDY_OUT_OF_MEMORY
    except BrokenPipeError:
        raise
    except Exception as error:
        traceback.print_exc()
        return "failed", reasons.internal(error)


class Speaker:
    """Tells the service how far a task is: every new phase at once, what the solver finds at a bearable pace."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self._began = out, time.monotonic()
        self._phase, self._last = "", 0.0

    def __call__(self, phase: str, found: Progress | SweepProgress | None = None) -> None:
        now = time.monotonic()
        if phase == self._phase and now - self._last < SPEAK_S:
            return
        self._phase, self._last = phase, now
        send(self._out, "progress", {"phase": phase, "seconds": round(now - self._began, 3), **_figures(found)})


def _figures(found: Progress | SweepProgress | None) -> dict[str, float | None]:
    """Incumbent, bound and gap of a search, or counts and rate of a sweep; what is not known yet is null."""
    if isinstance(found, SweepProgress):
        return {name: getattr(found, name) for name in ("done", "failed", "total", "rate_per_min", "remaining_s")}
    best = found.objective if found and math.isfinite(found.objective) else None
    bound = found.bound if found and math.isfinite(found.bound) else None
    gap = None if best is None or bound is None else abs(best - bound) / max(abs(best), 1e-9)
    return {"incumbent": best, "bound": bound, "gap": gap}


def send(out: IO[bytes], kind: str, what: dict[str, Any]) -> None:
    out.write(pack(kind, what))
    out.flush()

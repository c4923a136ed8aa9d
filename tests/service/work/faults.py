"""What goes wrong in planning processes under test, done to them from outside: each function patches its process.

`code(fault)` is the line that a planning process runs instead of its own; the product knows nothing of this.
"""

from __future__ import annotations

import os
import time

CONFINED = "from api.work.confine import confine; at = confine(); "
SERVE = "from api.work.serve import serve; serve(*at)"


def code(*faults: str) -> str:
    """A planning process with these calls of this module done first, such as ``solver('hang')``."""
    return CONFINED + "".join(f"from tests.service.work import faults; faults.{call}; " for call in faults) + SERVE


# --- in the planning process --------------------------------------------------------------------------------------


def solver(fault: str) -> None:
    """Have every solver that this process starts run a fault of this module before it serves."""
    from ems import solve

    popen = solve.subprocess.Popen

    def faulty(args, **how):
        line = args[-1].replace("serve(", f"from tests.service.work import faults; faults.{fault}; serve(", 1)
        assert line != args[-1]
        return popen([*args[:-1], line], **how)

    solve.subprocess = type("Patched", (), {"Popen": staticmethod(faulty), "PIPE": solve.subprocess.PIPE})


def task(name: str) -> None:
    """Replace what a plan is by a function of this module."""
    from api.work import tasks

    tasks.TASKS["plan"] = globals()[name]


def study(name: str) -> None:
    """Replace what a study is by a function of this module."""
    from api.work import tasks

    tasks.TASKS["study"] = globals()[name]


def cold() -> None:
    """Leave out the warm start: what replaces plans needs none."""
    from types import SimpleNamespace

    from api.work import warm

    warm.DEFERRED, warm.pyo = (), SimpleNamespace(ConcreteModel=lambda: None)


def solver_tells(expected: float) -> None:
    """A solver of this process that gets a canary wrong."""
    from api.work import canary

    name, (problem, _) = next(iter(canary.CANARIES.items()))
    canary.CANARIES[name] = (problem, expected)


def die_at_start() -> None:
    os._exit(7)


# --- instead of a plan ----------------------------------------------------------------------------------------------


def sleep(task, bench) -> dict:
    bench.say("inputs", None)
    time.sleep(600)
    return {}


def abort(task, bench) -> dict:
    os.abort()


def devour(task, bench) -> dict:
    """Take memory until there is no more."""
    taken = []
    while True:
        taken.append(bytearray(b"x") * (16 << 20))


def blunder(task, bench) -> dict:
    raise RuntimeError("a fault of the software")


def nonsense(task, bench) -> dict:
    return {"text": b"{}", "summary": {}}


def echo(task, bench) -> dict:
    """Say what this process is like."""
    import resource
    import sys

    print("noise")
    os.write(1, b"noise")
    return {
        "task": task,
        "pid": os.getpid(),
        "group": os.getpgid(0),
        "solver": bench.solver._child.pid,
        "environment": dict(os.environ),
        "modules": sorted(sys.modules),
        "memory": resource.getrlimit(resource.RLIMIT_AS),
        "folder": str(bench.folder),
    }


# --- instead of a study ---------------------------------------------------------------------------------------------


def some_rows(task, bench) -> dict:
    """Tell rows as they come, the last ones with the result."""
    import json

    from api.study_figures import figures_of
    from api.sweep.progress import Progress
    from tests.service.studies import content, row

    for k in range(6):
        bench.say("sweep", Progress(k, 0, 6, 0, 12.0, 5.0 * (6 - k), None))
        bench.say_row(row(k))
        time.sleep(0.1)
    made = content()
    return {"text": json.dumps(made).encode(), "summary": figures_of(made)}


def goes_on(task, bench) -> dict:
    """Note in the journal how often it was begun, with a row each time; the first time the process dies over it."""
    from pathlib import Path

    from api.work.journals import journal
    from tests.service.studies import row

    with journal(Path(task["journal"]), task["job"]) as folder:
        with (folder / "begun").open("a") as notes:
            notes.write("x")
        begun = len((folder / "begun").read_text())
        for k in range(begun):
            bench.say_row(row(k))
        time.sleep(0.5)
        if begun == 1:
            os.abort()
    return some_rows(task, bench)


def hang_on(task, bench) -> dict:
    bench.say("design", None)
    time.sleep(600)
    return {}


# --- in the solver's process ------------------------------------------------------------------------------------------


def _instead(after_canaries: int, what) -> None:
    """Do something else than solving, once the canary models have been solved."""
    from ems import solve

    real, seen = solve.run, []

    def run(problem, *args, **kwargs):
        seen.append(problem)
        return real(problem, *args, **kwargs) if len(problem.cost) < after_canaries else what(problem)

    solve.run = run


SMALL = 10  # canary models have fewer columns


def hang() -> None:
    _instead(SMALL, lambda problem: time.sleep(600))


def crash() -> None:
    _instead(SMALL, lambda problem: os.abort())


def vanish() -> None:
    _instead(SMALL, lambda problem: os.kill(os.getpid(), 9))


def bomb() -> None:
    _instead(SMALL, lambda problem: devour(None, None))


def bend(seed: int) -> None:
    """Answer with some columns wrong, other ones every time."""
    from dataclasses import replace

    import numpy as np

    from ems import solve

    real, rng = solve.run, np.random.default_rng(seed)

    def run(problem, *args, **kwargs):
        answer = real(problem, *args, **kwargs)
        if answer.x is None or len(problem.cost) < SMALL:
            return answer
        return replace(answer, x=bent(answer.x, problem, rng))

    solve.run = run


def bent(x, problem, rng):
    """One to five columns moved, within their bounds or beyond."""
    import numpy as np

    y = x.copy()
    for k in rng.choice(len(x), rng.integers(1, 6), replace=False):
        room = min(problem.upper[k], 1e4) - max(problem.lower[k], -1e4)
        y[k] += rng.choice([-1, 1]) * rng.choice([1e-9, 1e-4, 0.01, 0.3, 1.0, 3.0]) * max(room, 1.0)
    if rng.random() < 0.05:
        y[rng.integers(len(y))] = np.nan
    return y

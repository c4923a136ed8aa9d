"""A short version of `python -m tests.soak.crash`, whose long one is run by `make soak`: seconds instead of minutes.

How soon the service is ready again is measured there; here other tests share the machine.
"""

from tests.soak.crash import Wanted, run, table
from tests.tools import absent

PATIENT_S = 60.0


def torment(wanted: Wanted, folder, *, postgresql: bool) -> None:
    seen = run(wanted, postgresql=postgresql, folder=folder)
    print(table(seen, wanted))
    assert seen.breaches == []
    assert len(seen.accepted) == wanted.jobs
    assert sum(seen.struck.values()) == wanted.solver_kills
    assert len(seen.ready_s) == wanted.kills + 1


def test_every_accepted_job_ends_once_while_everything_is_killed(tmp_path):
    torment(Wanted(jobs=15, kills=3, solver_kills=5, ready_s=PATIENT_S), tmp_path, postgresql=False)


def test_the_same_on_postgresql_that_is_stopped_at_once(tmp_path):
    try:
        torment(Wanted(jobs=8, kills=1, solver_kills=2, stops=2, ready_s=PATIENT_S), tmp_path, postgresql=True)
    except FileNotFoundError as hint:
        absent(str(hint))

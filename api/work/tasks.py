"""What planning processes can do. A task holds all that it needs; its result is JSON text and what lists show of it."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from api.asked_study import asked_study
from api.study_figures import figures_of
from api.sweep.progress import Progress as SweepProgress
from api.work.journals import journal
from ems.bundle import Bundle, unpack
from ems.changes import Changes
from ems.forecast_file import forecast_dict
from ems.inputs import make_inputs
from ems.plan import Plan, Uncertain, make_plan
from ems.plan_file import to_dict, to_json
from ems.problem import Limits
from ems.site_file import SiteFile, read_site
from ems.solve import Progress, Solver
from ems.state import State, state_of
from forecasting.errors import InputError

SUMMARY = ("date", "start", "end", "step_minutes", "objective", "outcome", "gap", "kpis", "provenance", "timings")


@dataclass(frozen=True)
class Bench:
    """What a task works with: a solver, a folder for files, and someone to tell how far it is and what is done."""

    solver: Solver
    folder: Path
    say: Callable[[str, Progress | SweepProgress | None], None]
    say_row: Callable[[dict[str, Any]], None]

    def site(self, bundle: Bundle) -> SiteFile:
        """The site, its files written under the bundle's digest once and for all."""
        return read_site(str(unpack(bundle, self.folder / bundle.digest)))


def plan(task: dict[str, Any], bench: Bench) -> dict[str, Any]:
    """Plan a day."""
    file = bench.site(task["bundle"])
    if task["at"] is not None:
        from api.work.replan import replanned

        return _kept(replanned(task, file, bench.solver, bench.say))
    made = make_plan(
        file,
        date.fromisoformat(task["day"]),
        bench.solver,
        weather=task["weather"],
        objective=task["objective"],
        step_minutes=task["step_minutes"],
        limits=Limits(task["time_limit_s"], task["gap"]),
        state=_state(task, file),
        changes=_changes(task),
        given=task["given"],
        progress=bench.say,
        uncertain=_uncertain(task),
    )
    return _kept(made)


def _kept(made: Plan) -> dict[str, Any]:
    """A plan as it is stored, and what lists show of it."""
    content = to_dict(made)
    summary = {key: content[key] for key in SUMMARY} | {"baseline": {"kpis": content["baseline"]["kpis"]}}
    return {"text": to_json(content).encode(), "summary": summary}


def forecast(task: dict[str, Any], bench: Bench) -> dict[str, Any]:
    """The inputs of a day, and the quantiles of what is uncertain."""
    from api.work.uncertainty import uncertainty

    file = bench.site(task["bundle"])
    day = date.fromisoformat(task["day"])
    bench.say("inputs", None)
    inputs = make_inputs(file, day, step_minutes=task["step_minutes"], weather=task["weather"], given=task["given"])
    bench.say("quantiles", None)
    spread = uncertainty(file, inputs, task["history"], bench.folder)
    return {"text": to_json(forecast_dict(file, day, inputs, spread)).encode(), "summary": {}}


def study(task: dict[str, Any], bench: Bench) -> dict[str, Any]:
    """Size a park. What is done is noted in a journal, from which a study that was stopped goes on."""
    from api.study_run import Options, run_study

    file = bench.site(task["bundle"])
    bench.say("inputs", None)
    asked = asked_study(file, task["study"], task["files"], task["set"], task["years"])
    options = Options(task["resolution"], task["points"], tuple(task["groups"]))
    with journal(Path(task["journal"]), task["job"]) as folder:
        content = run_study(file, asked, options, bench.solver, folder, bench.say, bench.say_row)
    return {"text": to_json(content).encode(), "summary": figures_of(content)}


def report(task: dict[str, Any], bench: Bench) -> dict[str, Any]:
    """Account the emissions of a park."""
    from api.report_run import KeptPlan, Period, run_report

    bench.say("inputs", None)
    given = [KeptPlan(**plan) for plan in task["plans"]] if task["readings"] is None else task["readings"]
    period = Period(date.fromisoformat(task["from"]), date.fromisoformat(task["to"]))
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        bench.say("account", None)
        text, bundle, figures = run_report(
            task["bundle"], task["accounting"], task["files"], period, task["baseline"], given, Path(folder).resolve()
        )
    return {"text": text.encode(), "summary": figures, "bundle": bundle}


TASKS: dict[str, Callable[[dict[str, Any], Bench], dict[str, Any]]] = {
    "plan": plan,
    "forecast": forecast,
    "study": study,
    "report": report,
}


def _uncertain(task: dict[str, Any]) -> Uncertain | None:
    """As `ems plan --scenarios N --risk W` has it; None where the day is planned as it is expected."""
    count = task["scenarios"]
    if not count:
        return None
    from ems.stochastic.risk import Risk
    from ems.stochastic.sources import drawn_ways

    return Uncertain(lambda file, inputs: drawn_ways(file, inputs, count), Risk(task["risk_weight"]))


def _changes(task: dict[str, Any]) -> Changes | None:
    """As they came over the wire, where a moment is a text."""
    return None if task["changes"] is None else Changes.model_validate_json(json.dumps(task["changes"]))


def _state(task: dict[str, Any], file: SiteFile) -> State | None:
    """The state at the start: as asked for, else where the approved plan before ends, else as the site file says."""
    if task["state"] is not None:
        return state_of(task["state"], file.site, None, "state")
    if task["previous"] is None:
        return None
    end = json.loads(gzip.decompress(task["previous"]["content"]))["state_end"]
    source = f"plan {task['previous']['id']}"
    try:
        return state_of(end["components"], file.site, end["at"], source)
    except InputError as error:  # the site has changed since
        remedy = 'the park has changed since that plan: ask with "state": "site", or give the state'
        raise InputError(source, error.field, error.value, error.expected, remedy) from error

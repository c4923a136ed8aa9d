"""The command `ems plan`: plan, show, write; `--days` is in `api.plan_days`."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from rich.console import Console

from api import arguments
from api.files import check_target, write_text
from ems.changes import Changes, OutageChange, changed_site
from ems.inputs import Inputs
from ems.plan import Plan, Uncertain, make_plan
from ems.plan_file import to_dict, to_json
from ems.problem import Limits
from ems.site_file import SiteFile, read_site
from ems.solve import Progress, Solver
from ems.state import State, read_state
from forecasting.errors import InputError

PHASES = {
    "inputs": ("weather and demands", "天气与需求"),
    "baseline": ("rule-based baseline", "规则运行基准"),
    "scenarios": ("scenarios", "情景"),
    "build": ("model", "建模"),
    "solve": ("search", "求解"),
    "explain": ("reasons", "解释"),
}
MOST_DAYS = 3660


@dataclass(frozen=True)
class Asked:
    """The options of the command, all of them checked."""

    file: SiteFile
    day: date
    step_minutes: int
    limits: Limits
    state: State | None
    changes: Changes | None
    days: int
    uncertain: Uncertain | None = None


def plan(args: argparse.Namespace) -> int:
    """Plan a day; exit code 1 where no plan could be released."""
    asked = _asked(args)
    if args.days is not None:
        from api.plan_days import plan_days

        return plan_days(args, asked)
    with Solver() as solver, showing(args.lang) as show:  # the solver's process starts while the inputs are made
        made = made_plan(args, asked, solver, show)
    content = to_dict(made)
    if args.json:
        write_text(args.json, to_json(content) + "\n")
    if args.out:
        _write(arguments.file_path(args.out), content, args.lang)
    if args.json != "-":
        from api.table import show_plan

        console = Console()
        show_plan(content, args.lang, console)
        if args.out:
            console.print(f"\n{args.out}/plan.html  schedule.csv  plan.json", highlight=False)
    return 1 if made.outcome == "infeasible" else 0


def _asked(args: argparse.Namespace) -> Asked:
    """Everything that can be refused before the work begins is refused here."""
    if args.out:
        check_target(args.out, "folder")
    if args.json:
        check_target(args.json, "file")
    if args.days is not None and (args.json or not args.out):
        raise InputError("--days", "", args.days, "--out DIR and no --json", "every day gets a folder of its own there")
    days = 1 if args.days is None else int(arguments.share("--days", args.days, 1, MOST_DAYS))
    step = arguments.minutes(args.step)
    limits = Limits(
        arguments.share("--time-limit", args.time_limit, 1, 86_400), arguments.share("--gap", args.gap, 0, 1)
    )
    file = read_site(args.site)
    changes = _outages(file, args.outage)
    day = arguments.day(args.date, file.site.place.timezone)
    state = read_state(arguments.file_path(args.state), file.site) if args.state else None
    return Asked(file, day, step, limits, state, changes, days, _uncertain(args))


Show = Callable[[str, Progress | None], None]


@contextmanager
def showing(lang: Literal["zh", "en"], before: str = "") -> Iterator[Show]:
    """Phases and progress of a plan, on standard error while someone looks at it."""
    quiet = Console(stderr=True)
    with quiet.status("…") if quiet.is_terminal else nullcontext() as status:

        def show(phase: str, progress: Progress | None) -> None:
            if status is not None:
                words = PHASES[phase][("en", "zh").index(lang)]
                status.update(before + words + (_found(progress) if progress else ""))

        yield show


def made_plan(
    args: argparse.Namespace,
    asked: Asked,
    solver: Solver,
    show: Show,
    *,
    day: date | None = None,
    state: State | None = None,
    inputs: Inputs | None = None,
) -> Plan:
    """The plan that was asked for: of its day and state, or of another day of the chain."""
    return make_plan(
        asked.file,
        day or asked.day,
        solver,
        weather=args.weather,
        objective=args.objective,
        step_minutes=asked.step_minutes,
        limits=asked.limits,
        state=state or asked.state,
        inputs=inputs,
        changes=asked.changes,
        progress=show,
        uncertain=asked.uncertain,
    )


def _found(p: Progress) -> str:
    best = f"  {p.objective:,.0f} CNY," if math.isfinite(p.objective) else " "
    return f"{best} ≥ {p.bound:,.0f}"


def _uncertain(args: argparse.Namespace) -> Uncertain | None:
    """Number or file of scenarios, and how much the dear ones count."""
    weight = arguments.share("--risk", args.risk, 0, 100)
    if args.scenarios is None:
        if weight:
            raise InputError("--risk", "", weight, "--scenarios beside it", "without scenarios there is no risk")
        return None
    from ems.stochastic.risk import Risk
    from ems.stochastic.sources import MOST, drawn_ways, read_ways

    if args.days is not None:
        raise InputError("--scenarios", "", args.scenarios, "one day, without --days", "see ems backtest for many days")
    given = str(args.scenarios)
    if given.isdigit():
        count = int(arguments.share("--scenarios", int(given), 1, MOST))
        return Uncertain(lambda file, inputs: drawn_ways(file, inputs, count), Risk(weight))
    path = arguments.file_path(given)
    return Uncertain(lambda file, inputs: read_ways(path, inputs), Risk(weight))


def _outages(file: SiteFile, given: list[str]) -> Changes | None:
    """Machines that are out, checked against the site; faults name the option."""
    found: list[OutageChange] = []
    for word in given:
        name, modules = arguments.outage(word)
        found.append(OutageChange(component=name, modules=modules))
        try:
            changed_site(file, Changes(outages=found))
        except InputError as error:
            raise InputError("--outage", "", error.value, error.expected, error.remedy) from error
    return Changes(outages=found) if found else None


def _write(folder: Path, content: dict[str, Any], lang: Literal["zh", "en"]) -> None:
    """Pages and tables are made first: nothing is written unless all of it can be."""
    from ems.plan_file import to_csv
    from ems.report import plan_html

    texts = {
        "plan.html": plan_html(content, lang),
        "schedule.csv": to_csv(content),
        "plan.json": to_json(content) + "\n",
    }
    for name, text in texts.items():
        write_text(folder / name, text)
    print(f"ems: {folder} written", file=sys.stderr)

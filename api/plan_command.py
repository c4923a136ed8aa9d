"""The command `ems plan`: plan, show, write."""

from __future__ import annotations

import argparse
import math
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from rich.console import Console

from api import arguments
from api.files import check_target, write_text
from ems.changes import Changes, OutageChange, changed_site
from ems.plan import Plan, make_plan
from ems.plan_file import to_dict, to_json
from ems.problem import Limits
from ems.site_file import SiteFile, read_site
from ems.solve import Progress, Solver
from ems.state import State, read_state
from forecasting.errors import InputError

PHASES = {
    "inputs": ("weather and demands", "天气与需求"),
    "baseline": ("rule-based baseline", "规则运行基准"),
    "build": ("model", "建模"),
    "solve": ("search", "求解"),
    "explain": ("reasons", "解释"),
}


@dataclass(frozen=True)
class Asked:
    """The options of the command, all of them checked."""

    file: SiteFile
    day: date
    step_minutes: int
    limits: Limits
    state: State | None
    changes: Changes | None


def plan(args: argparse.Namespace) -> int:
    """Plan a day; exit code 1 where no plan could be released."""
    asked = _asked(args)
    with Solver() as solver:  # its process starts while the inputs are made
        made = _make(args, asked, solver)
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
    step = arguments.minutes(args.step)
    limits = Limits(
        arguments.share("--time-limit", args.time_limit, 1, 86_400), arguments.share("--gap", args.gap, 0, 1)
    )
    file = read_site(args.site)
    changes = _outages(file, args.outage)
    day = arguments.day(args.date, file.site.place.timezone)
    state = read_state(arguments.file_path(args.state), file.site) if args.state else None
    return Asked(file, day, step, limits, state, changes)


def _make(args: argparse.Namespace, asked: Asked, solver: Solver) -> Plan:
    quiet = Console(stderr=True)
    lang = ("en", "zh").index(args.lang)
    with quiet.status("…") if quiet.is_terminal else nullcontext() as status:

        def show(phase: str, progress: Progress | None) -> None:
            if status is not None:
                status.update(PHASES[phase][lang] + (_found(progress) if progress else ""))

        return make_plan(
            asked.file,
            asked.day,
            solver,
            weather=args.weather,
            objective=args.objective,
            step_minutes=asked.step_minutes,
            limits=asked.limits,
            state=asked.state,
            changes=asked.changes,
            progress=show,
        )


def _found(p: Progress) -> str:
    best = f"  {p.objective:,.0f} CNY," if math.isfinite(p.objective) else " "
    return f"{best} ≥ {p.bound:,.0f}"


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

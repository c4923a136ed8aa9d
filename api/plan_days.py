"""`ems plan SITE --date D --days N --out DIR`: day after day, each opened by the one before, one folder a day.

    DIR/2026-11-23/plan.json, DIR/2026-11-24/plan.json, …

A day that stands is kept where it was planned from the same inputs (site, day, step, objective, outages, state at the
start, every column of the inputs, version of this software) and is as near to its bound as is asked for. So a run that
was stopped goes on with the same command, and a changed site or forecast plans anew what it touches.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console

from api import arguments
from api.files import write_text
from api.plan_command import Asked, made_plan, showing
from ems.changes import changed_site
from ems.inputs import Inputs, make_inputs
from ems.objective import Objective
from ems.plan_file import read_plan, to_dict, to_json
from ems.report.formats import Lang, number, unit_name
from ems.report.text import say
from ems.solve import Solver
from ems.state import State, state_of
from ems.stored_plan import part
from forecasting.errors import InputError


@dataclass(frozen=True)
class Day:
    """A day of the chain as its plan.json tells it."""

    content: dict[str, Any]
    kept: bool  # it stood already


def plan_days(args: argparse.Namespace, asked: Asked) -> int:
    """Plan the days one after the other; exit code 1 where one could not be released, 130 where cancelled."""
    out = arguments.file_path(args.out)
    console = Console(highlight=False)
    done = 0
    try:
        with Solver() as solver:
            for day in _days(args, asked, out, solver):
                done += 1
                console.print(_line(day, done, asked.days, args.lang), soft_wrap=True, markup=False)
                if day.content["outcome"] == "infeasible":
                    print(f"ems: {_stopped(day.content, args.lang)}", file=sys.stderr)
                    return 1
    except KeyboardInterrupt:
        print(
            f"ems: cancelled, {done} of {asked.days} days stand; the same command goes on from there", file=sys.stderr
        )
        return 130
    print(f"ems: {out} written", file=sys.stderr)
    return 0


def _line(day: Day, at: int, count: int, lang: Lang) -> str:
    """One line of progress: outcome, cost and emissions, as `ems plan` shows them in full."""
    cost, kg = (number(day.content["kpis"][key]) for key in ("total_cost_cny", "emissions_kgco2e"))
    outcome, unit = say(day.content["outcome"], lang), unit_name("CNY", lang)
    kept = (" · kept", " · 已有, 保留")[lang == "zh"] if day.kept else ""
    return f"{day.content['date']}  {at}/{count}  [{outcome}] {cost} {unit}, {kg} kgCO₂e{kept}"


def _stopped(content: dict[str, Any], lang: Lang) -> str:
    text = content["outcome_text"][lang]
    after = "the days after it were not planned" if lang == "en" else "其后各日未做计划"
    return f"{content['date']}: {text} ({after})"


def _days(args: argparse.Namespace, asked: Asked, out: Path, solver: Solver) -> Iterator[Day]:
    """Each day, written before it is handed out."""
    file = changed_site(asked.file, asked.changes) if asked.changes else asked.file
    state = asked.state or State({})
    for day in (asked.day + timedelta(k) for k in range(asked.days)):
        target = out / day.isoformat() / "plan.json"
        inputs = make_inputs(file, day, step_minutes=asked.step_minutes, weather=args.weather, changes=asked.changes)
        wanted = _asked_digest(args, asked, file.site.model_dump(mode="json"), day, inputs, state)
        content = _standing(target, file.site.name, wanted, asked.limits.gap)
        kept = content is not None
        if content is None:
            with showing(args.lang, f"{day}  ") as show:
                content = to_dict(made_plan(args, asked, solver, show, day=day, state=state, inputs=inputs))
            write_text(target, to_json(content) + "\n")
        yield Day(content, kept)
        end = content["state_end"]
        state = state_of(end["components"], asked.file.site, end["at"], str(target))


def _standing(path: Path, site: str, wanted: str, gap: float) -> dict[str, Any] | None:
    """The plan that stands there, if it is what would be planned again; one that is not is replaced."""
    if not path.exists():
        return None
    content = read_plan(path)
    with part(str(path), "content"):
        found, proven = content["site"]["name"], content["gap"]
        near = proven is not None and proven <= gap * 1.0001
        same = near and _stored_digest(content) == wanted
    if found != site:
        raise InputError(str(path), "site.name", found, site, "plans of another park lie there: choose another folder")
    return content if same else None


def _asked_digest(
    args: argparse.Namespace, asked: Asked, definition: dict[str, Any], day: date, inputs: Inputs, state: State
) -> str:
    goal = Objective.of(args.objective, asked.file.site.carbon.price_cny_per_t)
    return _digest(
        definition=definition,
        date=day.isoformat(),
        step_minutes=asked.step_minutes,
        objective=[goal.name, goal.carbon_cny_per_kg],
        changes=asked.changes.model_dump(mode="json") if asked.changes else None,
        state={name: dict(values) for name, values in state.components.items()},
        inputs={str(c): _rounded(inputs.table[c].to_list()) for c in inputs.table},
        software=version("park-ems"),
    )


def _stored_digest(content: dict[str, Any]) -> str:
    """The same from a plan.json."""
    return _digest(
        definition=content["site"]["definition"],
        date=content["date"],
        step_minutes=content["step_minutes"],
        objective=[content["objective"]["name"], content["objective"]["carbon_cny_per_kg"]],
        changes=content["changes"],
        state=content["state_start"]["components"],
        inputs={name: _rounded(column["values"]) for name, column in content["inputs"].items()},
        software=content["provenance"]["versions"]["park-ems"],
    )


def _digest(**parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _rounded(values: list[float]) -> list[float]:
    """Nine digits, as many as a plan keeps."""
    return [float(f"{v:.9g}") for v in values]

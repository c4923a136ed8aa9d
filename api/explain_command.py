"""The command `ems explain`: one interval of a stored plan in words, and what would change without a device."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from api import arguments
from api.files import check_target, write_text
from ems.interval import explain_interval
from ems.phrases import amount, bus_label
from ems.plan_file import read_plan
from ems.problem import Limits
from ems.stored_plan import StoredPlan, index_of, stored_plan
from forecasting.errors import InputError
from forecasting.notes import Note

CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def explain(args: argparse.Namespace) -> int:
    """Explain an interval; exit code 1 where no plan is possible without the device."""
    if args.json:
        check_target(args.json, "file")
    path = Path(args.plan)
    content = read_plan(path)
    plan = stored_plan(content, str(path))
    k = step_at(content, args.at)
    notes = explain_interval(content, k)
    outage = _without(args, plan, k) if args.without else None
    if args.json:
        write_text(args.json, json.dumps(_told(content, k, notes, outage), ensure_ascii=False, indent=1) + "\n")
    if args.json != "-":
        _show(args.lang, plan, k, notes, outage)
    return 1 if outage and outage["change"] is None else 0


def step_at(content: dict[str, Any], at: str) -> int:
    """The step of a plan in which a moment lies: a clock time of its first day, or a time with offset."""
    index = index_of(content)
    found: pd.Timestamp | None = None
    if match := CLOCK.fullmatch(at.strip()):
        found = index[0].normalize() + pd.Timedelta(hours=int(match[1]), minutes=int(match[2]))
    else:
        try:
            found = pd.Timestamp(at)
        except ValueError:
            found = None
    step = pd.Timedelta(minutes=int(content["step_minutes"]))
    if found is None or found.tz is None or not index[0] <= found < index[-1] + step:
        expected = f"a time from {index[0].isoformat()} until before {(index[-1] + step).isoformat()}"
        raise InputError("--at", "", at, expected, "write 14:30, or the time with its offset")
    return int(index.searchsorted(found, side="right")) - 1


def _without(args: argparse.Namespace, plan: StoredPlan, k: int) -> dict[str, Any]:
    """Differences and sentences, ready for JSON."""
    from ems.solve import Solver
    from ems.without import in_words, without

    limits = Limits(
        arguments.share("--time-limit", args.time_limit, 1, 86_400), arguments.share("--gap", args.gap, 0, 1)
    )
    with Solver() as solver:
        found = without(plan, k, args.without, solver, limits)
    change = {name: found.change(name) for name in found.usual.kpis} if found.out else None
    return {
        "device": found.device.name,
        "from": found.at.isoformat(),
        "change": change,
        "text": [{"zh": n.zh, "en": n.en} for n in in_words(found)],
    }


def _told(content: dict[str, Any], k: int, notes: list[Note], outage: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "at": index_of(content)[k].isoformat(),
        "marginal_values": {
            bus: {"unit": x["unit"], "value": x["values"][k]} for bus, x in content["marginal_values"].items()
        },
        "text": [{"zh": n.zh, "en": n.en} for n in notes],
        "without": outage,
    }


def _show(lang: str, plan: StoredPlan, k: int, notes: list[Note], outage: dict[str, Any] | None) -> None:
    console = Console(highlight=False)
    for note in notes:
        console.print(f"- {note.zh if lang == 'zh' else note.en}", markup=False)
    values = plan.content["marginal_values"]
    if values:
        head = {"zh": "多用 1 单位的价值", "en": "What one more unit is worth"}[lang]
        console.print(f"\n{head}", markup=False)
        for bus, x in values.items():
            name, value = bus_label(plan.site, bus), amount(float(x["values"][k]), str(x["unit"]), 3)
            console.print(
                f"  {name.zh if lang == 'zh' else name.en}: {value.zh if lang == 'zh' else value.en}", markup=False
            )
    if outage:
        console.print()
        for text in outage["text"]:
            console.print(f"- {text[lang]}", markup=False)

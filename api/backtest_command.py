"""The command `ems backtest`: run policies over the same days, show what each came to, write it."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console

from api import arguments
from api.backtest_arguments import POLICIES
from api.phases import telling
from api.results import Files, check_targets, hand_over, journal_folder
from api.table import Lang
from ems.site_file import read_site
from forecasting.errors import InputError

DEFAULT = ("rule_based", "day_ahead", "rolling", "perfect")
PHASES = {
    "inputs": ("inputs and forecasts", "输入与预测"),
    "aims": ("the months' peaks and stock values", "各月需量目标与存量价值"),
    "months": ("months", "逐月运行"),
}


def backtest(args: argparse.Namespace) -> int:
    """Exit code 1 where a simulated month breaks a law, which is told."""
    from api.backtest_run import run_backtest
    from ems.operation.backtest import Asked
    from ems.operation.rolling import Manner

    check_targets(args)
    if args.workers is not None:
        arguments.share("--workers", args.workers, 1, 256)
    arguments.share("--silent-meters", args.silent_meters, 0, 1)
    arguments.share("--scenarios", args.scenarios, 1, 20)
    file = read_site(args.site)
    zone = file.site.place.timezone
    first, last = arguments.day(args.first, zone), arguments.day(args.last, zone)
    if last < first:
        raise InputError("--to", "", args.last, f"a day that is not before {args.first}")
    policies = tuple(p for p in POLICIES if p in (args.policy or DEFAULT))
    asked = Asked(
        first,
        last,
        policies,
        args.weather,
        args.objective,
        args.seed,
        args.scenarios if "rolling_stochastic" in policies else 0,
        args.silent_meters,
        not args.no_outages,
        Manner(step_minutes=arguments.minutes(args.step)),
    )
    folder = journal_folder(args, file.site.name)
    with telling(PHASES, args.lang) as say:
        content = run_backtest(file, asked, folder, say, args.workers)
    hand_over(args, "backtest", content, lambda: _files(content, args.lang), lambda c: _show(content, args.lang, c))
    return 1 if any(p["violations"] for p in content["policies"]) else 0


def _files(content: dict[str, Any], lang: Lang) -> Files:
    from ems.operation.page import backtest_html

    return {"backtest.html": backtest_html(content, lang)}


def _show(content: dict[str, Any], lang: Lang, console: Console) -> None:
    from api.backtest_table import show_backtest

    show_backtest(content, lang, console)

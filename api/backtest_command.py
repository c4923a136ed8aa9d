"""The command `ems backtest`: run policies over the same days, show what each came to, write it."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from rich.console import Console

from api import arguments
from api.backtest_arguments import POLICIES
from api.files import check_target, write_text
from api.sweep.progress import Progress
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

    if args.out:
        check_target(args.out, "folder")
    if args.json:
        check_target(args.json, "file")
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
    folder = Path(args.journal or (f"{args.out}/journal" if args.out else f".ems/{file.site.name}")).expanduser()
    with _Told(args.lang) as told:
        content = run_backtest(file, asked, folder, told.say, args.workers)
    return _write(args, content)


class _Told:
    """Phases and progress on standard error: one line that changes in a terminal, a line each elsewhere."""

    def __init__(self, lang: str) -> None:
        self._zh = lang == "zh"
        console = Console(stderr=True)
        self._status = console.status("…") if console.is_terminal else nullcontext()
        self._live: Any = None
        self._last = ""

    def __enter__(self) -> _Told:
        self._live = self._status.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._status.__exit__(*error)

    def say(self, phase: str, progress: Progress | None) -> None:
        text = PHASES[phase][self._zh]
        if progress is not None:
            text = f"{text}: {progress.said.zh if self._zh else progress.said.en}"
        if self._live is not None:
            self._live.update(text)
        elif text != self._last:
            print(f"ems: {text}", file=sys.stderr, flush=True)
        self._last = text


def _write(args: argparse.Namespace, content: dict[str, Any]) -> int:
    """The page is made first: nothing is written unless all of it can be."""
    from ems.plan_file import to_json

    text = to_json(content) + "\n"
    if args.out:
        from ems.operation.page import backtest_html

        folder, page = arguments.file_path(args.out), backtest_html(content, args.lang)
        write_text(folder / "backtest.html", page)
        write_text(folder / "backtest.json", text)
    if args.json:
        write_text(args.json, text)
    if args.json != "-":
        from api.backtest_table import show_backtest

        show_backtest(content, args.lang, Console())
        if args.out:
            print(f"\n{args.out}/backtest.html  backtest.json")
    return 1 if any(p["violations"] for p in content["policies"]) else 0

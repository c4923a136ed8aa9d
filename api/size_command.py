"""The command `ems size`: read a study, run it with its progress in sight, show it, write it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from rich.console import Console

from api import arguments
from api.files import check_target, write_bytes, write_text
from api.sweep.progress import Progress
from ems.site_file import SiteFile, read_site
from ems.sizing.study_file import StudyFile, default_study, read_study
from ems.solve import Solver

PHASES = {
    "inputs": ("inputs of the year", "年输入"),
    "typical": ("typical days", "典型日"),
    "design": ("design", "设计"),
    "build": ("model", "建模"),
    "solve": ("linear program of the year", "全年线性规划"),
    "modules": ("whole modules", "整模块搜索"),
    "read": ("results", "读取结果"),
    "truth": ("operation of the year, month by month", "全年逐月运行检验"),
    "reference": ("reference", "对照方案"),
    "resolution": ("error of the resolution", "分辨率误差"),
    "sweep": ("scenarios", "情景"),
}


def size(args: argparse.Namespace) -> int:
    """Size a park; exit code 1 where scenarios have failed, which are told."""
    from api.study_run import GROUPS, Options, run_study

    if args.out:
        check_target(args.out, "folder")
    if args.json:
        check_target(args.json, "file")
    if args.pareto:
        arguments.share("--pareto", args.pareto, 2, 100)
    if args.workers is not None:
        arguments.share("--workers", args.workers, 1, 256)
    file = read_site(args.site)
    studied = _study(args, file)
    groups = tuple(g for g in GROUPS if g not in args.without and not (g == "front" and args.pareto == 0))
    points = args.pareto or None
    options = Options(args.resolution, points, groups, args.workers, args.dask, args.vertex)
    folder = Path(args.journal or (f"{args.out}/journal" if args.out else f".ems/{file.site.name}")).expanduser()
    with Solver() as solver, _told(args.lang) as say:
        content = run_study(file, studied, options, solver, folder, say)
    return _write(args, content)


def _study(args: argparse.Namespace, file: SiteFile) -> StudyFile:
    from api.asked_study import changed_study

    studied = read_study(arguments.file_path(args.study), file) if args.study else default_study(file)
    if args.years is None:
        return studied
    arguments.share("--years", args.years, 1, 60)
    return changed_study(studied, file, {"economics/years": args.years})


class _told:
    """Phases and progress on standard error: one line that changes in a terminal, a line each elsewhere."""

    def __init__(self, lang: str) -> None:
        self._lang = ("en", "zh").index(lang)
        self._console = Console(stderr=True)
        self._status = self._console.status("…") if self._console.is_terminal else nullcontext()
        self._last = ""

    def __enter__(self) -> Callable[[str, Any], None]:
        self._live = self._status.__enter__()
        return self._say

    def __exit__(self, *error: Any) -> None:
        self._status.__exit__(*error)

    def _say(self, phase: str, progress: Any) -> None:
        text = PHASES[phase][self._lang]
        if isinstance(progress, Progress):
            said = progress.said
            text = f"{text}: {said.zh if self._lang else said.en}"
        if self._live is not None:
            self._live.update(text)
        elif text != self._last:
            print(f"ems: {text}", file=sys.stderr, flush=True)
        self._last = text


def _write(args: argparse.Namespace, content: dict[str, Any]) -> int:
    """Pages and tables are made first: nothing is written unless all of it can be."""
    from ems.plan_file import to_json

    text = to_json(content) + "\n"
    if args.json:
        write_text(args.json, text)
    if args.out:
        from ems.sizing.report import study_html
        from ems.sizing.workbook import study_workbook

        folder = arguments.file_path(args.out)
        page, book = study_html(content, args.lang), study_workbook(content)
        write_text(folder / "study.html", page)
        write_bytes(folder / "study.xlsx", book)
        write_text(folder / "study.json", text)
    if args.json != "-":
        from api.study_table import show_study

        console = Console()
        show_study(content, args.lang, console)
        if args.out:
            console.print(f"\n{args.out}/study.html  study.xlsx  study.json", highlight=False)
    rows = [row for group in ("front", "sensitivity", "grid", "scenarios") for row in content[group]]
    return 1 if any(row["status"] == "failed" for row in rows) else 0

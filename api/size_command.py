"""The command `ems size`: read a study, run it with its progress in sight, show it, write it."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console

from api import arguments
from api.phases import telling
from api.results import Files, check_targets, hand_over, journal_folder
from api.table import Lang
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

    check_targets(args)
    if args.pareto:
        arguments.share("--pareto", args.pareto, 2, 100)
    if args.workers is not None:
        arguments.share("--workers", args.workers, 1, 256)
    file = read_site(args.site)
    studied = _study(args, file)
    groups = tuple(g for g in GROUPS if g not in args.without and not (g == "front" and args.pareto == 0))
    points = args.pareto or None
    options = Options(args.resolution, points, groups, args.workers, args.dask, args.vertex)
    folder = journal_folder(args, file.site.name)
    with Solver() as solver, telling(PHASES, args.lang) as say:
        content = run_study(file, studied, options, solver, folder, say)
    hand_over(args, "study", content, lambda: _files(content, args.lang), lambda c: _show(content, args.lang, c))
    rows = [row for group in ("front", "sensitivity", "grid", "scenarios") for row in content[group]]
    return 1 if any(row["status"] == "failed" for row in rows) else 0


def _study(args: argparse.Namespace, file: SiteFile) -> StudyFile:
    from api.asked_study import changed_study

    studied = read_study(arguments.file_path(args.study), file) if args.study else default_study(file)
    if args.years is None:
        return studied
    arguments.share("--years", args.years, 1, 60)
    return changed_study(studied, file, {"economics/years": args.years})


def _files(content: dict[str, Any], lang: Lang) -> Files:
    from ems.sizing.report import study_html
    from ems.sizing.workbook import study_workbook

    return {"study.html": study_html(content, lang), "study.xlsx": study_workbook(content)}


def _show(content: dict[str, Any], lang: Lang, console: Console) -> None:
    from api.study_table import show_study

    show_study(content, lang, console)

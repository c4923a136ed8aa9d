"""The command `ems analyse`: read meters, show what was found, write the page or the data."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from rich.console import Console

from api import arguments
from api.files import check_target, write_text
from api.table import print_cells
from ems.report.cells import Cells
from ems.site_file import read_site

SHOWN = 20  # findings in the terminal


def analyse(args: argparse.Namespace) -> int:
    """Analyse a file of readings; exit code 0 whatever is found in them."""
    from ems.analysis.document import make_analysis

    if args.out:
        check_target(args.out, "folder")
    file = read_site(args.site)
    first, last = (_day(args, option, file.site.place.timezone) for option in ("start", "end"))
    content = make_analysis(file, arguments.file_path(args.measured), first, last, args.weather)
    if args.format == "json":
        from ems.plan_file import to_json

        write_text(arguments.file_path(args.out) / "analysis.json" if args.out else "-", to_json(content) + "\n")
        if not args.out:
            return 0
    elif args.out:
        from ems.analysis.report import analysis_html

        write_text(arguments.file_path(args.out) / "analysis.html", analysis_html(content, args.lang))
    console = Console()
    _show(content, args.lang, console)
    if args.out:
        console.print(f"\n{args.out}/analysis.{args.format}", highlight=False)
    return 0


def _day(args: argparse.Namespace, option: str, timezone: str) -> date | None:
    given = getattr(args, option)
    return arguments.day(given, timezone) if given else None


def _show(content: dict[str, Any], lang: Any, console: Console) -> None:
    """Sums, comparisons and findings as tables of the terminal."""
    from ems.analysis.report.sections import answer, kind_name
    from ems.analysis.report.view import AnalysisView, amount, moment, share

    view = AnalysisView(content, lang)
    period, rows = content["period"], content["analysis"]["changes"]
    said = view.say("period", first=period["from"], last=period["to"], hours=period["hours"])
    console.print(f"[bold]{view.title()}[/] · {said}")
    console.print(answer(view), highlight=False)
    columns = [
        Cells(view.say("meter"), "", [view.pick(r["name"]) for r in rows], 0, words=True),
        Cells(view.say("this"), "", [f"{amount(r['this']['total'])} {r['unit']}" for r in rows], 0),
        Cells(view.say("known"), "", [share(r["this"]["coverage"]) for r in rows], 1),
        *(
            Cells(view.say(key), "", [share(r[key]["comparable"], signed=True) for r in rows], keep)
            for keep, key in ((2, "year_on_year"), (3, "period_on_period"))
        ),
    ]
    print_cells(columns, console)
    found = [f for f in content["analysis"]["anomalies"]["findings"] if f["kind"] != "gap"][:SHOWN]
    if found:
        columns = [
            Cells(view.say("kind"), "", [kind_name(view, f["kind"]) for f in found], 0, words=True),
            Cells(view.say("meter"), "", [f["meter"] for f in found], 1, words=True),
            Cells(view.say("start"), "", [moment(f["start"]) for f in found], 0, words=True),
            Cells(view.say("what"), "", [view.pick(f["text"]) for f in found], 0, words=True, wrap=True),
        ]
        print_cells(columns, console)

"""The command `ems pathway`: read a pathway file, compute its lines, show them, write them."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console
from rich.table import Table

from api import arguments
from api.results import Files, check_targets, hand_over
from api.table import Lang
from ems.pathway.document import pathway_dict
from ems.pathway.pathway_file import read_pathway

COLOUR = {"error": "bold red", "caution": "yellow", "fact": "dim"}


def pathway(args: argparse.Namespace) -> int:
    """Exit code 1 where the pathway has errors: a target missed, a measure beyond its source, an offset too high."""
    check_targets(args)
    content = pathway_dict(read_pathway(arguments.file_path(args.file)))
    hand_over(args, "pathway", content, lambda: _files(content, args.lang), lambda c: _show(content, args.lang, c))
    return 1 if any(f["grade"] == "error" for f in content["findings"]) else 0


def _files(content: dict[str, Any], lang: Lang) -> Files:
    from ems.pathway.page import pathway_html

    return {"pathway.html": pathway_html(content, lang)}


def _show(content: dict[str, Any], lang: str, console: Console) -> None:
    from ems.pathway.page import TABLE_EVERY

    lines = content["lines"].values()
    table = Table(title=content["title"][lang], caption="t CO2e/a")
    table.add_column("")
    for line in lines:
        table.add_column(line["text"][lang], justify="right")
    for k, year in enumerate(content["years"]):
        if year % TABLE_EVERY == 0 or year in (content["peak_year"], content["neutrality_year"]):
            table.add_row(str(year), *(f"{line['t'][k]:,.0f}" for line in lines))
    console.print(table)
    for finding in content["findings"]:
        console.print(f"• {finding[lang]}", style=COLOUR[finding["grade"]], highlight=False)

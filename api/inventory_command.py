"""The command `ems inventory`: read a corporate inventory, check it, show it, write it."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console
from rich.text import Text

from api import arguments
from api.files import check_target, write_bytes, write_text
from api.table import Lang, print_cells, print_list

COLOUR = {"error": "bold red", "warning": "yellow", "rounding": "dim"}


def inventory(args: argparse.Namespace) -> int:
    """Exit code 1 where something cannot be so; nothing is written unless all of it can be made."""
    from ems.inventory.document import inventory_document
    from ems.inventory.inventory_file import read_inventory
    from ems.plan_file import to_json
    from ems.site import sites_folder
    from forecasting.factors import registry

    if args.out and args.out != "-":
        check_target(args.out, "folder")
    file = read_inventory(arguments.file_path(args.file))
    content = inventory_document(file, registry(sites_folder() / "factors"))
    text = to_json(content) + "\n"
    if args.out == "-":
        write_text("-", text)
    else:
        written = _write(args, file, content, text) if args.out else []
        _show(content, args.lang, Console())
        if written:
            print(f"\n{args.out}/{'  '.join(written)}")
    return 1 if content["counts"]["error"] else 0


def _write(args: argparse.Namespace, file: Any, content: dict[str, Any], text: str) -> list[str]:
    made: dict[str, str | bytes] = {}
    for kind in args.format or ("html", "xlsx", "json"):
        if kind == "html":
            from ems.inventory.page import inventory_html

            made["inventory.html"] = inventory_html(content, args.lang)
        elif kind == "xlsx":
            from ems.inventory.workbook import inventory_workbook

            made["inventory.xlsx"] = inventory_workbook(file, content, args.lang)
        else:
            made["inventory.json"] = text
    folder = arguments.file_path(args.out)
    for name, data in made.items():
        write_bytes(folder / name, data) if isinstance(data, bytes) else write_text(folder / name, data)
    return list(made)


def _show(content: dict[str, Any], lang: Lang, console: Console) -> None:
    from ems.inventory.findings import GRADE_TEXT
    from ems.inventory.page import account_cells, change_cells, measure_cells, say, summary

    console.print(Text(content["inventory"]["title"][lang], style="bold"))
    console.print(Text(summary(content, lang)))
    year = content["years"][str(content["inventory"]["year"])]
    for by in ("scope", "segment"):
        if len(year[by]) > 1:
            console.print(Text(f"\n{say(f'by_{by}', lang)}", style="bold"))
            print_cells(account_cells(content, year[by], lang), console)
    if content["changes"]:
        console.print(Text(say("changes", lang), style="bold"))
        print_cells(change_cells(content, lang), console)
    if content["measures"]:
        named, *_, told, computed, counted, guard = measure_cells(content, lang)
        console.print(Text(f"{say('measures', lang)} [t CO2e]", style="bold"))
        print_cells([named, told, computed, counted, guard], console, foot=True)
    for grade, words in GRADE_TEXT.items():
        texts = [f["text"][lang] for f in content["findings"] if f["grade"] == grade]
        print_list(f"{words[lang == 'en']} ({len(texts)})", texts, console)

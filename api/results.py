"""What a command has worked out: shown in the terminal, written as page, tables and JSON."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from api import arguments
from api.files import check_target, write_bytes, write_text

Files = Mapping[str, str | bytes]


def check_targets(args: argparse.Namespace) -> None:
    """Refuse an --out that is no folder, or a --json that is no file, before anything is worked out."""
    if args.out:
        check_target(args.out, "folder")
    if args.json:
        check_target(args.json, "file")


def journal_folder(args: argparse.Namespace, site: str) -> Path:
    """Where rows that are done are kept, so that a run can go on: --journal, or a folder beside the results."""
    return Path(args.journal or (f"{args.out}/journal" if args.out else f".ems/{site}")).expanduser()


def hand_over(
    args: argparse.Namespace,
    name: str,
    content: dict[str, Any],
    files: Callable[[], Files],
    show: Callable[[Console], None],
) -> None:
    """The content as ``name``.json to --out beside ``files``, and to --json; shown unless JSON goes to the terminal.

    Everything is made first: nothing is written unless all of it can be.
    """
    from ems.plan_file import to_json

    text = to_json(content) + "\n"
    made: Files = {**files(), f"{name}.json": text} if args.out else {}
    if args.json:
        write_text(args.json, text)
    folder = arguments.file_path(args.out) if args.out else Path()
    for file, data in made.items():
        write_bytes(folder / file, data) if isinstance(data, bytes) else write_text(folder / file, data)
    if args.json != "-":
        show(Console())
        if made:
            print(f"\n{args.out}/{'  '.join(made)}")

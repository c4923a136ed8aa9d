"""The result of a backtest in a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from ems.operation.words import COLUMNS, cells

LINE = 140  # of a file or a pipe, which has no width


def show_backtest(content: dict[str, Any], lang: str, console: Console) -> None:
    """One line for each policy, then what must be known to read it."""
    zh = lang == "zh"
    title = f"{content['site']['title'][lang]} · {content['from']} – {content['to']}"
    table = Table(title=title)
    for name, unit in (text[not zh] for text in COLUMNS.values()):
        table.add_column(f"{name}\n{unit}" if unit else name, justify="left" if not table.columns else "right")
    for policy in content["policies"]:
        table.add_row(*cells(policy, lang))
    wide = console if console.is_terminal else Console(width=LINE)
    wide.print(table)
    for note in content["findings"]:
        console.print(f"• {note[lang]}", highlight=False)

"""What a long command is at, on standard error: one line that changes in a terminal, a line each elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from rich.console import Console

from api.sweep.progress import Progress


@contextmanager
def telling(phases: Mapping[str, tuple[str, str]], lang: str) -> Iterator[Callable[[str, Any], None]]:
    """A function that is told the phase (``phases``: its words in English and Chinese) and its progress, if any."""
    console, zh, last = Console(stderr=True), lang == "zh", ""
    with console.status("…") if console.is_terminal else nullcontext() as live:

        def say(phase: str, progress: Any) -> None:
            nonlocal last
            text = phases[phase][zh]
            if isinstance(progress, Progress):
                text = f"{text}: {progress.said.zh if zh else progress.said.en}"
            if live is not None:
                live.update(text)
            elif text != last:
                print(f"ems: {text}", file=sys.stderr, flush=True)
            last = text

        yield say

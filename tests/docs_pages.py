"""Runs the blocks of a page of the documentation.

Blocks run in their order, in a folder of their own that holds a copy of `sites/`:

    ```python               executed, one namespace for each page
    ```console, ```sh       lines `$ ems …` run in this process; `# exit 2` names another exit code than 0.
                            Lines below an expected failure must be in what it says; `…` stands for anything.
    ```json NAME, ```yaml NAME    parsed, and written to NAME, where later commands find it

A page may be given a service: `http://127.0.0.1:8765` becomes its address, EMS_DATABASE its database, and `sh` blocks
are run whole by a shell, whose commands are `ems`, `curl` and what belongs to every shell.

So that no test asks the network or waits, `plan` and `forecast` get a weather, a step and a day where a page names
none, and all is said in English.
A command that a page repeats (in its other language) runs once.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.arguments import parser
from api.cli import main
from forecasting.yaml_files import load_yaml
from tests.soak.running import Running
from tests.tools import tool

ROOT = Path(__file__).resolve().parents[1]
INSTEAD = {"--weather": "climatology", "--step": "1h", "--date": "2026-06-15"}
ONLY_READ = ("serve", "worker", "field")  # they would run until they are stopped
ADDRESS = "http://127.0.0.1:8765"
LANGUAGES = {"", "python", "console", "sh", "json", "yaml", "text"}


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file it stands for (if any), its text, the line it starts in."""

    language: str
    file: str
    text: str
    line: int


def blocks(text: str) -> Iterator[Block]:
    for found in re.finditer(r"^```(\S*)[ \t]*(\S*)[^\n]*\n(.*?)^```[ \t]*$", text, re.MULTILINE | re.DOTALL):
        yield Block(found[1], found[2], found[3], text[: found.start()].count("\n") + 1)


def commands(block: Block) -> Iterator[tuple[list[str], int, list[str]]]:
    """Words of each command, the exit code it is to have, the lines below it."""
    shown: list[str] = []
    found: list[tuple[list[str], int, list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith("$ ") or (block.language == "sh" and line.strip()):
            words, _, remark = line.removeprefix("$ ").partition("#")
            code = re.search(r"exit (\d+)", remark)
            shown = []
            found.append((shlex.split(words), int(code[1]) if code else 0, shown))
        elif line.strip():
            shown.append(line)
    yield from found


class Page:
    """Runs the blocks of one page; what it finds wrong it raises with the line."""

    def __init__(self, folder: Path, service: Running | None = None) -> None:
        self.folder, self.service = folder, service
        self.names: dict[str, Any] = {"__name__": "page"}
        self.done: set[tuple[str, ...]] = set()
        self.ran = 0

    def run(self, text: str, capsys: pytest.CaptureFixture[str]) -> None:
        for block in blocks(text.replace(ADDRESS, self.service.url) if self.service else text):
            assert block.language in LANGUAGES, f"line {block.line}: a block of the unknown language {block.language!r}"
            if block.language == "python":
                exec(compile(block.text, f"line {block.line}", "exec"), self.names)
            elif block.language in ("json", "yaml"):
                self.data(block)
            elif block.language == "sh" and self.service:
                self.shell(block)
            elif block.language in ("console", "sh"):
                for words, code, shown in commands(block):
                    self.command(words, code, shown, block.line, capsys)

    def data(self, block: Block) -> None:
        target = self.folder / (block.file or "unnamed")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(block.text, encoding="utf-8")
        if block.language == "json":
            json.loads(block.text)
        else:
            load_yaml(target)

    def shell(self, block: Block) -> None:
        assert self.service
        tool("curl")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.text],
            env=os.environ | {"PATH": path, "EMS_DATABASE": self.service.database},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"line {block.line}: code {done.returncode}\n{done.stdout}{done.stderr}"
        assert '"type":"/problems/' not in done.stdout, f"line {block.line}: {done.stdout}"
        self.ran += 1

    def command(
        self, words: list[str], code: int, shown: list[str], line: int, capsys: pytest.CaptureFixture[str]
    ) -> None:
        if words[0] == "make":
            assert words[1] in make_targets(), f"line {line}: the Makefile has no target {words[1]}"
            return
        assert words[0] == "ems", f"line {line}: only ems and make are run, not {words[0]}"
        if words[1] in ONLY_READ:
            parser().parse_args(words[1:])
            return
        if tuple(words) in self.done and not (shown and code):
            return
        self.done.add(tuple(words))
        capsys.readouterr()
        try:
            got = main(self.quick(words[1:]))
        except SystemExit as stopped:
            got = int(str(stopped.code or 0))
        out = "".join(capsys.readouterr())
        assert got == code, f"line {line}: {shlex.join(words)} ended with {got}, not {code}:\n{out}"
        self.ran += 1
        for text in shown if code else ():
            assert fits(text, out), f"line {line}: {shlex.join(words)} does not say {text!r} but\n{out}"

    @staticmethod
    def quick(words: list[str]) -> list[str]:
        given = INSTEAD if words[:1] in (["plan"], ["forecast"]) else {}
        if words[:1] and words[0] not in ("schema", "--version"):
            given = given | {"--lang": "en"}
        return [*words, *(x for option, value in given.items() if option not in words for x in (option, value))]


def fits(shown: str, said: str) -> bool:
    """Whether a line is said, whatever the blanks; `…` stands for anything."""
    parts = [re.escape(" ".join(p.split())) for p in shown.split("…")]
    return re.search(".*".join(parts), " ".join(said.split())) is not None


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

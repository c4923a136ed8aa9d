"""The documentation does what it says: its commands run, its code executes, its names and links exist.

Blocks of a page run in their order, in a folder of their own that holds a copy of `sites/`:

    ```python               executed, one namespace for each page
    ```console, ```sh       lines `$ ems …` run in this process; `# exit 2` names another exit code than 0.
                            Lines below an expected failure must be in what it says; `…` stands for anything.
    ```json NAME, ```yaml NAME    parsed, and written to NAME, where later commands find it

The pages in SERVED run against a service that is started for them: `http://127.0.0.1:8765` becomes its address,
EMS_DATABASE its database, and `sh` blocks are run whole by a shell, whose commands are `ems`, `curl` and what belongs
to every shell.

So that no test asks the network or waits, `plan` and `forecast` get a weather, a step and a day where a page names
none, and all is said in English.
A command that a page repeats (in its other language) runs once.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from api.arguments import parser
from api.cli import main
from ems.plan_schema import plan_schema
from ems.schedule import Outcome
from ems.site import Site
from forecasting.climatology import MonthlyFigures
from forecasting.factors import Factor, load_factors
from forecasting.tariff_file import TariffFile
from forecasting.yaml_files import load_yaml
from models import CATALOGUE, Outage
from tests.soak.running import Running, running

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
README, OPERATOR, ENGINEER = ROOT / "README.md", ROOT / "docs/operator-guide.md", ROOT / "docs/engineer-guide.md"
SERVICE = ROOT / "docs/service-guide.md"
EMISSIONS = ROOT / "docs/emissions-method.md"
INSTEAD = {"--weather": "climatology", "--step": "1h", "--date": "2026-06-15"}
SERVED = {"api-guide.md", "service-guide.md"}
ONLY_READ = ("serve", "worker")  # they would run until they are stopped
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


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    return Page(prepared(tmp_path, monkeypatch))


def prepared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "sites", folder / "sites")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    return folder


UNSERVED = [path for path in PAGES if path.name not in SERVED]


@pytest.mark.parametrize("path", UNSERVED, ids=lambda p: p.name)
def test_blocks_of_a_page_do_what_they_say(path: Path, page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    page.run(path.read_text(encoding="utf-8"), capsys)


@pytest.mark.parametrize("name", sorted(SERVED))
def test_blocks_of_a_page_do_what_they_say_to_a_service(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(tmp_path / "service", "--workers", "1") as service:
        monkeypatch.setenv("EMS_DATABASE", service.database)
        page = Page(prepared(tmp_path / "page", monkeypatch), service)
        page.run((ROOT / "docs" / name).read_text(encoding="utf-8"), capsys)
    assert "Traceback" not in service.log.read_text(encoding="utf-8")


# ---- pages that are wrong must fail ---------------------------------------------------------------------------------

WRONG = {
    "another exit code": "```console\n$ ems sites  # exit 1\n```",
    "a failure that is not told": "```console\n$ ems check nowhere\n```",
    "an option that does not exist": "```console\n$ ems forecast demo --wether climatology\n```",
    "other words than it says": "```console\n$ ems check nowhere  # exit 2\nems: all is well\n```",
    "a make target that does not exist": "```sh\nmake coffee\n```",
    "a program that is not run": "```sh\nrm -r sites\n```",
    "Python that fails": "```python\nfrom ems.plan import no_such_name\n```",
    "JSON that is none": "```json\n{'level': 1}\n```",
    "YAML with a key given twice": "```yaml\na: 1\na: 2\n```",
    "a site that does not fit": "```yaml x/site.yaml\nname: x\n```\n```console\n$ ems check x/site.yaml\n```",
    "a language no one runs": "```bash\nems sites\n```",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_page_fails(text: str, page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises((AssertionError, ImportError, ValueError)):
        page.run(text + "\n", capsys)


def test_every_block_is_found_and_a_repeated_command_runs_once(page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    text = "```console\n$ ems sites\n$ ems nothing  # exit 2\n```\nwords\n```console\n$ ems sites\n```\n"
    page.run(text, capsys)
    assert page.ran == 2


# ---- names, links, figures ------------------------------------------------------------------------------------------


def test_every_link_leads_somewhere() -> None:
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"https?:", target):
                continue
            file, _, anchor = target.partition("#")
            aim = (path.parent / file).resolve() if file else path
            assert aim.is_file(), f"{path.name}: the link {target} leads nowhere"
            if anchor:
                heads = re.findall(r"^#+ (.+)$", aim.read_text(encoding="utf-8"), re.MULTILINE)
                slugs = {re.sub(r"[^\w\- ]", "", h).strip().lower().replace(" ", "-") for h in heads}
                assert anchor in slugs, f"{path.name}: {target} names no heading of {aim.name}"


def test_every_file_named_exists() -> None:
    for path in PAGES:
        named = r"`((?:api|ems|models|forecasting|sites|tests|docs)/[\w./-]+)`"
        for name in re.findall(named, path.read_text(encoding="utf-8")):
            assert (ROOT / name).exists(), f"{path.name} names {name}"


def test_every_option_is_told() -> None:
    told = "".join(page.read_text(encoding="utf-8") for page in (README, OPERATOR, SERVICE))
    options = set(options_of(parser())) - {"--help"}
    assert len(options) > 10
    assert not [o for o in sorted(options) if not re.search(rf"{o}\b", told)]


def test_every_command_is_told() -> None:
    told = README.read_text(encoding="utf-8")
    assert not [name for name in commands_of(parser()) if f"`ems {name}" not in told]


def options_of(p: argparse.ArgumentParser) -> Iterator[str]:
    for action in p._actions:
        yield from (o for o in action.option_strings if o.startswith("--"))
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from options_of(below)


def commands_of(p: argparse.ArgumentParser) -> list[str]:
    return [name for a in p._actions if isinstance(a, argparse._SubParsersAction) for name in a.choices]


@pytest.mark.parametrize("guide", [OPERATOR, SERVICE], ids=lambda p: p.name)
def test_both_halves_of_a_guide_say_the_same(guide: Path) -> None:
    halves = guide.read_text(encoding="utf-8").split("\n## English\n")
    found = [list(blocks(half)) for half in halves]
    first, second = ([c[:2] for b in half if b.language == "console" for c in commands(b)] for half in found)
    assert first == second
    assert len(first) > 10
    first, second = ([(b.language, b.file, b.text) for b in half if b.language != "console"] for half in found)
    assert first == second
    headings, other = (re.findall(r"^### (\d+) ", half, re.MULTILINE) for half in halves)
    assert headings == other == [str(k + 1) for k in range(len(headings))]
    first, second = (sorted(re.findall(r"^\|.*?`([^`]+)`", half, re.MULTILINE)) for half in halves)
    assert first == second, "rows of tables differ"


def test_every_outcome_is_told_in_both_languages() -> None:
    for half in OPERATOR.read_text(encoding="utf-8").split("\n## English\n"):
        assert not [o for o in get_args(Outcome) if f"`{o}`" not in half]


def test_every_figure_of_the_service_is_told(tmp_path: Path) -> None:
    from api.http.metrics import Metrics
    from api.http.sse import Hub
    from api.store import Store
    from api.work.tally import Tally

    with Store(f"sqlite:///{tmp_path / 'ems.db'}") as store:
        metrics = Metrics(store, Hub(store))
        metrics.watch(Tally())
        names = set(re.findall(r"^# TYPE (\S+) ", metrics.text().decode(), re.MULTILINE))
    told = SERVICE.read_text(encoding="utf-8")
    assert len(names) > 8
    assert not [name for name in sorted(names) if not name.endswith("_created") and f"`{name}`" not in told]


def test_every_key_of_a_plan_is_told() -> None:
    told = README.read_text(encoding="utf-8")
    assert not [key for key in plan_schema()["properties"] if f"`{key}`" not in told]


def rows(path: Path) -> dict[str, list[str]]:
    """Rows of all tables whose first cell is one name in code: name -> further cells."""
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"^\| `([^`|]+)` \|(.+)\|$", text, re.MULTILINE)
    return {name: [c.strip() for c in rest.split("|")] for name, rest in found}


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda k: k.model_fields["kind"].default)
def test_every_technology_is_told_with_its_fields(kind: Any) -> None:
    cells = rows(ENGINEER)[kind.model_fields["kind"].default]
    named = set(re.findall(r"`(\w+)`", cells[1]))
    assert named <= set(kind.model_fields), "the table names fields that do not exist"
    own = set(kind.model_fields) - {"kind", "name", "label_en", "label_zh"}
    inherited = {f for base in kind.__mro__[1:] if base.__name__ in ("Machine", "Store") for f in base.model_fields}
    assert own - inherited <= named, "the table leaves fields out"
    assert ("; machine" in cells[1]) == any(b.__name__ == "Machine" for b in kind.__mro__)
    assert ("; store" in cells[1]) == any(b.__name__ == "Store" for b in kind.__mro__)


def fields_of(item: Any, seen: set[Any]) -> Iterator[str]:
    """Names of all fields below a model, however they are nested."""
    if isinstance(item, type) and issubclass(item, BaseModel):
        if item not in seen:
            seen.add(item)
            for name, field in item.model_fields.items():
                yield name
                yield from fields_of(field.annotation, seen)
    else:
        for inner in get_args(item):
            yield from fields_of(inner, seen)


@pytest.mark.parametrize("content", [Site, TariffFile, Factor, MonthlyFigures, Outage], ids=lambda m: m.__name__)
def test_every_field_of_a_file_is_told(content: type[BaseModel]) -> None:
    told = ENGINEER.read_text(encoding="utf-8")
    names = set(fields_of(content, set())) - {"zh", "en"}
    assert len(names) > 2
    assert not [n for n in sorted(names) if not re.search(rf"\b{n}\b", told)]


def test_emission_factors_are_those_of_the_registry() -> None:
    registry, told = load_factors(ROOT / "sites/factors/grid-cn.yaml"), rows(EMISSIONS)
    table = {name: cells for name, cells in told.items() if name in registry}
    assert set(table) == set(registry)
    for name, (value, unit, status, *_) in table.items():
        factor = registry[name]
        assert (float(value), unit, status) == (factor.value, factor.unit, factor.status), name


def test_the_licence_is_complete() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text

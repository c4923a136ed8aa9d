"""The documentation does what it says: its commands run, its code executes, its names and links exist.

How the blocks of a page are run: `tests/docs_pages.py`.
"""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from api.arguments import parser
from ems.plan_schema import plan_schema
from ems.schedule import Outcome
from ems.site import Site
from ems.sizing.study import Study
from forecasting.climatology import MonthlyFigures
from forecasting.factors import Factor, registry
from forecasting.tariff_file import TariffFile
from models import CATALOGUE, Outage
from tests.docs_pages import ROOT, Block, Page, blocks, commands
from tests.soak.running import Running, running

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
README, OPERATOR, ENGINEER = ROOT / "README.md", ROOT / "docs/operator-guide.md", ROOT / "docs/engineer-guide.md"
SERVICE = ROOT / "docs/service-guide.md"
FORECASTS, OPERATION, FIELD = (ROOT / f"docs/{name}.md" for name in ("forecasts", "operation", "field-guide"))
EMISSIONS = ROOT / "docs/emissions-method.md"
SERVED = {"api-guide.md", "service-guide.md"}


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    return Page(prepared(tmp_path, monkeypatch))


def prepared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "sites", folder / "sites")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
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


@pytest.mark.parametrize("line", ["false", "ems sites | grep nowhere", """echo '{"type":"/problems/input"}'"""])
def test_a_wrong_line_of_a_page_with_a_service_fails(line: str, page: Page, tmp_path: Path) -> None:
    page.service = Running(tmp_path)  # none that runs: nothing here asks it
    with pytest.raises(AssertionError, match="line 1: "):
        page.shell(Block("sh", "", line, 1))


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
    pages = (README, OPERATOR, SERVICE, FORECASTS, OPERATION, FIELD)
    told = "".join(page.read_text(encoding="utf-8") for page in pages)
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


def test_every_field_of_a_study_is_told() -> None:
    told = (ROOT / "docs/sizing-guide.md").read_text(encoding="utf-8")
    names = set(fields_of(Study, set())) - {"zh", "en"}
    assert len(names) > 50
    assert not [n for n in sorted(names) if not re.search(rf"\b{n}\b", told)]


def test_emission_factors_are_those_of_the_registry() -> None:
    known, told = registry(ROOT / "sites/factors"), rows(EMISSIONS)
    table = {name: cells for name, cells in told.items() if name in known}
    assert set(table) == set(known)
    for name, (value, unit, status, *_) in table.items():
        factor = known[name]
        assert (float(value), unit, status) == (factor.value, factor.unit, factor.status), name


def test_the_licence_is_complete() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text

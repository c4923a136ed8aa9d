"""Words of the pages: in both languages, for everything that asks for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from api import pages
from api.pages.words import BASE, WordTable

FOLDER = Path(pages.__file__).parent
TABLES: dict[str, WordTable] = {
    f"{path.stem}.{name}": table
    for path in sorted(FOLDER.glob("words*.py"))
    for name, table in vars(import_module(f"api.pages.{path.stem}")).items()
    if name.isupper() and isinstance(table, dict)
}
ALL = {key for table in TABLES.values() for key in table}
ASKED = re.compile(r"""\bw\(\s*"([^"]+)"\s*[,)]|\bw\(\s*'([^']+)'\s*[,)]""")
SAID = re.compile(r"""\bsay\(\s*"([^"]+)"\s*[,)]""")


def blanks(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("name", TABLES)
def test_both_languages_say_something_with_the_same_blanks(name: str) -> None:
    for key, (zh, en) in TABLES[name].items():
        assert zh.strip(), key
        assert en.strip(), key
        assert blanks(zh) == blanks(en), key


@pytest.mark.parametrize("name", TABLES)
def test_chinese_is_chinese_and_english_is_not(name: str) -> None:
    for key, (zh, en) in TABLES[name].items():
        if key == "other_language" or "中文" in (zh, en):
            continue
        assert not re.search(r"[\u4e00-\u9fff]", en), (key, en)
        bare = re.sub(r"\{\w+\}", "", zh)
        assert re.search(r"[\u4e00-\u9fff]", bare) or not re.search(r"[A-Za-z]{4,}", bare), (key, zh)


def uses(pattern: re.Pattern[str], suffixes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for path in sorted(FOLDER.rglob("*")):
        if path.suffix in suffixes and path.name != "environment.py":
            for found in pattern.finditer(path.read_text(encoding="utf-8")):
                yield path.name, next(filter(None, found.groups()))


def test_every_word_that_a_page_asks_for_is_there() -> None:
    asked = set(uses(ASKED, (".html", ".py")))
    assert len(asked) > 150
    assert {(file, key) for file, key in asked if key not in ALL} == set()


def test_every_word_that_a_script_asks_for_is_there() -> None:
    said = set(uses(SAID, (".js",)))
    assert len(said) > 20
    assert {(file, key) for file, key in said if key not in ALL or not key.startswith("js_")} == set()


def test_no_page_hides_a_word_of_the_frame() -> None:
    for name, table in TABLES.items():
        if table is not BASE:
            assert not set(table) & set(BASE), name


def test_every_phase_of_a_job_has_its_word() -> None:
    from typing import get_args

    from api.contract.jobs import Phase
    from api.size_command import PHASES

    phases = set(get_args(Phase))
    assert {key.removeprefix("js_phase_") for key in BASE if key.startswith("js_phase_")} == phases
    assert set(PHASES) <= phases, "what a study says of itself"

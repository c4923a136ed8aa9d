"""What commands show and write of their results, and what they say while they work."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from api.phases import telling
from api.results import check_targets, hand_over, journal_folder
from forecasting.errors import InputError

CONTENT = {"a": 1}


def asked(out: Path | None = None, to: str | None = None, journal: str | None = None) -> argparse.Namespace:
    return argparse.Namespace(out=None if out is None else str(out), json=to, journal=journal)


def handed(args: argparse.Namespace) -> list[str]:
    """What was asked for: files, the table."""
    done: list[str] = []

    def files() -> dict[str, str | bytes]:
        done.append("files")
        return {"a.html": "page", "a.xlsx": b"\x00book"}

    def show(console: Console) -> None:
        done.append("shown")

    hand_over(args, "a", CONTENT, files, show)
    return done


def test_everything_goes_to_the_folder_and_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert handed(asked(out)) == ["files", "shown"]
    assert (out / "a.html").read_text() == "page"
    assert (out / "a.xlsx").read_bytes() == b"\x00book"
    assert json.loads((out / "a.json").read_text()) == CONTENT
    assert capsys.readouterr().out == f"\n{out}/a.html  a.xlsx  a.json\n"


def test_json_alone_goes_to_its_file_or_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert handed(asked(to=str(tmp_path / "b.json"))) == ["shown"]
    assert json.loads((tmp_path / "b.json").read_text()) == CONTENT
    assert capsys.readouterr().out == ""
    assert handed(asked(to="-")) == []
    assert json.loads(capsys.readouterr().out) == CONTENT


def test_nothing_is_written_where_a_page_cannot_be_made(tmp_path: Path) -> None:
    def files() -> dict[str, str]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        hand_over(asked(tmp_path / "out", str(tmp_path / "b.json")), "a", CONTENT, files, lambda console: None)
    assert not list(tmp_path.iterdir())


def test_places_of_the_other_kind_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    check_targets(asked(tmp_path, str(file)))
    for args in (asked(file), asked(None, str(tmp_path))):
        with pytest.raises(InputError):
            check_targets(args)


def test_a_journal_lies_where_it_is_asked_for_or_beside_the_results() -> None:
    assert journal_folder(asked(Path("out"), None, "there"), "demo") == Path("there")
    assert journal_folder(asked(Path("out")), "demo") == Path("out/journal")
    assert journal_folder(asked(), "demo") == Path(".ems/demo")


@pytest.mark.parametrize(("lang", "words"), [("en", ["first", "second"]), ("zh", ["一", "二"])])
def test_a_phase_is_said_once(lang: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    phases: dict[str, Any] = {"a": ("first", "一"), "b": ("second", "二")}
    with telling(phases, lang) as say:
        for phase in ("a", "a", "b"):
            say(phase, None)
    assert capsys.readouterr().err.splitlines() == [f"ems: {word}" for word in words]

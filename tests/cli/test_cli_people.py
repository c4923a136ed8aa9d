"""`ems token`, `ems user`, `ems backup` and `ems restore` do and say the same whether the service runs or not."""

from __future__ import annotations

import io
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.cli import main
from tests.soak.running import running

Ems = Callable[..., str]


@pytest.fixture(params=["running", "stopped"], scope="module")
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An SQLite database with its first user, with or without a service on it."""
    folder = tmp_path_factory.mktemp(request.param)
    with running(folder, "--workers", "0") as service:
        if request.param == "running":
            yield service.database
    if request.param == "stopped":
        yield service.database


@pytest.fixture
def ems(database: str, capsys: pytest.CaptureFixture[str]) -> Ems:
    """Run a command; its standard output, after its exit code was as expected."""

    def run(*words: str, code: int = 0, lang: str = "en", said: str = "") -> str:
        capsys.readouterr()
        got = main([*words, "--database", database, "--lang", lang])
        out, err = capsys.readouterr()
        assert got == code, err
        assert said in err
        assert "Traceback" not in err
        return out

    return run


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_a_token_is_made_shown_once_listed_and_revoked(ems: Ems) -> None:
    secret = ems("token", "create", "--role", "operator", "--name", "meters", "--site", "demo", said="(operator, demo)")
    assert re.fullmatch(r"ems_\S{40,}\n", secret), "standard output holds the secret and nothing else"
    listed = next(line for line in ems("token", "list").splitlines() if "meters" in line)
    assert secret.strip() not in listed
    assert "operator, demo" in listed
    assert listed.endswith("valid")
    id = listed.split()[0]
    ems("token", "create", "--role", "viewer", "--name", "meters", code=2, said="A token named meters works already")
    ems("token", "revoke", id, said=f"token {id} revoked")
    listed = next(line for line in ems("token", "list").splitlines() if "meters" in line)
    assert listed.endswith("revoked")
    assert "已吊销" in ems("token", "list", lang="zh")


def test_tokens_that_cannot_be_are_one_sentence(ems: Ems) -> None:
    ems("token", "create", "--role", "viewer", "--days", "0", code=2, said="days")
    ems("token", "create", "--role", "viewer", "--site", "No Such", code=2, said="site")
    ems("token", "revoke", "nothing", code=2, said="ems: ")
    ems("token", "revoke", "019a2f3e-7d0c-7b51-9c3a-5f0e8a6b1c2d", code=2, said="019a2f3e")


def test_a_user_is_made_changed_and_disabled(ems: Ems, monkeypatch: pytest.MonkeyPatch) -> None:
    ems(
        "user", "add", "dispatcher", "--role", "operator", "--site", "demo", said="to sign in: ems user link dispatcher"
    )
    ems("user", "add", "dispatcher", "--role", "viewer", code=2, said="There is a user dispatcher already")
    typed(monkeypatch, "too short\n")
    ems("user", "password", "dispatcher", code=2, said="10 characters or more")
    typed(monkeypatch, "a long enough one\n")
    ems("user", "password", "dispatcher", said="user dispatcher (operator, demo)")
    ems("user", "role", "dispatcher", "--role", "engineer", said="user dispatcher (engineer, all parks)")
    ems("user", "disable", "dispatcher", said="disabled")
    row = next(line for line in ems("user", "list").splitlines() if line.startswith("dispatcher"))
    assert row.split() == ["dispatcher", "engineer,", "all", "parks", "yes", "disabled"]
    ems("user", "enable", "dispatcher", said="user dispatcher (engineer, all parks)")
    ems("user", "disable", "admin", code=2, said="admin is the last who may administer everything")
    assert "工程" in ems("user", "list", lang="zh")


def test_a_user_with_a_password_from_standard_input_needs_no_link(ems: Ems, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "correct horse battery\n")
    ems("user", "add", "engineer", "--role", "engineer", "--password-stdin", said="user engineer (engineer, all parks)")
    row = next(line for line in ems("user", "list").splitlines() if line.startswith("engineer"))
    assert row.split()[-2:] == ["yes", "active"]


def test_a_link_signs_in_once(ems: Ems) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/sign-in/\S{40,}\n", ems("user", "link", "admin", said="works once"))
    ems("user", "link", "nobody", code=2, said="There is no user nobody here")


def test_what_was_done_stands_in_the_log_of_the_one_who_did_it(ems: Ems, database: str, tmp_path: Path) -> None:
    ems("user", "add", "logged", "--role", "viewer")
    file = tmp_path / "b.db"
    ems("backup", str(file))
    with sqlite3.connect(file) as c:
        rows = c.execute("SELECT who, action FROM audit_log WHERE object = 'user:logged'").fetchall()
    assert rows == [("local", "user.create")]


def test_a_backup_is_whole_private_and_restores_equal(ems: Ems, tmp_path: Path) -> None:
    file, copy = tmp_path / "deep" / "er" / "ems.backup", tmp_path / "copy.db"
    ems("backup", str(file), said="written")
    assert file.stat().st_mode & 0o077 == 0
    assert [p.name for p in file.parent.iterdir()] == ["ems.backup"]
    ems("backup", str(file), code=2, said="a file that is not there yet")
    assert main(["restore", str(file), "--database", f"sqlite:///{copy}"]) == 0
    assert main(["restore", str(file), "--database", f"sqlite:///{copy}"]) == 2, "only an empty database is filled"
    with sqlite3.connect(file) as a, sqlite3.connect(copy) as b:
        for table in ("users", "tokens", "sites", "site_versions", "audit_log"):
            query = f"SELECT * FROM {table} ORDER BY 1, 2"
            assert a.execute(query).fetchall() == b.execute(query).fetchall()


def test_a_place_that_cannot_be_written_is_a_sentence(ems: Ems, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    ems("backup", str(tmp_path / "file" / "b.db"), code=2, said="ems: ")


def test_what_is_no_backup_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "no.db"
    file.write_text("hello", encoding="utf-8")
    assert main(["restore", str(file), "--database", f"sqlite:///{tmp_path}/new.db"]) == 2
    assert "a backup made by" in capsys.readouterr().err

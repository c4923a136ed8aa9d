"""Tables of the long runs take the place of those before them, and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak import figures


def test_a_table_replaces_the_one_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "a\n<!-- x figures -->\nold\n<!-- /x figures -->\nb\n<!-- y figures -->\nkept\n<!-- /y figures -->\n"
    )
    monkeypatch.setattr(figures, "PAGE", page)
    figures.write("x", r"new \1 table")
    text = page.read_text(encoding="utf-8")
    assert text == (
        "a\n<!-- x figures -->\nnew \\1 table\n<!-- /x figures -->\nb\n<!-- y figures -->\nkept\n<!-- /y figures -->\n"
    )
    with pytest.raises(ValueError, match="0 places for the figures of z"):
        figures.write("z", "nowhere")


def test_every_long_run_has_its_place_and_its_module() -> None:
    page = figures.PAGE.read_text(encoding="utf-8")
    for name, (module, *_) in figures.RUNS.items():
        assert f"<!-- {name} figures -->" in page
        assert (Path(figures.__file__).with_name(f"{module}.py")).is_file()

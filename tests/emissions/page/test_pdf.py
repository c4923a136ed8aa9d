"""A page as PDF: figures drawn, Chinese letters embedded, and a plain word where a browser or a font is missing."""

from __future__ import annotations

import re
import stat
import subprocess
from pathlib import Path

import pytest

from api import pdf
from api.pdf_letters import letters_in, letters_of_page
from ems.emissions.page import page
from forecasting.errors import InputError
from tests.emissions.page.sample import sample
from tests.tools import chromium

LATIN_ONLY = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>"""


@pytest.fixture(scope="module")
def printed() -> bytes:
    chromium()
    return pdf.print_pdf(page(sample(), "zh"))


def test_the_report_is_printed_with_its_chinese_letters(printed: bytes) -> None:
    assert printed.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", printed)) > 3
    wanted = letters_of_page(page(sample(), "zh"))
    assert {"减", "排", "氢"} <= wanted & letters_in(printed)


def test_figures_are_drawn_before_printing(printed: bytes) -> None:
    """Words of the legends and axes stand in the figures alone; the fields of hours are images."""
    script = page(sample(), "zh").partition('id="report-data">')[2].partition("</script>")[0]
    assert "欧盟 RFNBO 3.38" in script
    assert {"欧", "盟"} <= letters_in(printed)
    assert re.search(rb"/Subtype /Image", printed)


def test_the_english_side_is_printed_in_english() -> None:
    chromium()
    letters = letters_in(pdf.print_pdf(page(sample(), "en")))
    assert "公" in letters, "announcements keep their letters"
    assert "减" not in letters


def test_without_a_browser_the_hint_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PROGRAMS", ("no-such-browser",))
    monkeypatch.setattr(pdf, "PLACES", ())
    with pytest.raises(InputError, match="apt-get install chromium"):
        pdf.print_pdf("<p>x</p>")


def test_without_a_chinese_font_it_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chromium()
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    config = tmp_path / "fonts.conf"
    config.write_text(LATIN_ONLY.format(fonts=fonts, cache=tmp_path / "cache"))
    monkeypatch.setenv("FONTCONFIG_FILE", str(config))
    with pytest.raises(InputError, match="2 of 2 Chinese letters have no font"):
        pdf.print_pdf("<p>氢气</p>")


def test_a_browser_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = _program(tmp_path, f"sleep 300 & echo $! > {tmp_path}/child; wait")
    monkeypatch.setattr(pdf, "PROGRAMS", (str(slow),))
    monkeypatch.setattr(pdf, "TIME_LIMIT_S", 1.0)
    with pytest.raises(InputError, match="to end within 1 s"):
        pdf.print_pdf("<p>x</p>")
    child = (tmp_path / "child").read_text().strip()
    state = subprocess.run(["ps", "-o", "stat=", "-p", child], capture_output=True, text=True, check=False).stdout
    assert state.strip() in ("", "Z"), "what the browser started is ended as well"


def test_a_browser_that_prints_nothing_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PROGRAMS", (str(_program(tmp_path, "echo 'cannot open display' >&2; exit 1")),))
    with pytest.raises(InputError, match="cannot open display"):
        pdf.print_pdf("<p>x</p>")


def _program(folder: Path, script: str) -> Path:
    file = folder / "browser"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def test_letters_of_a_page_are_those_that_are_printed() -> None:
    html = "<title>题</title><p>甲<br>乙</p><main hidden><p>丙</p></main><button>丁</button><script>戊</script><p>己"
    assert letters_of_page(html) == set("甲乙己")


def test_letters_of_a_pdf_are_read_from_its_tables() -> None:
    table = b"beginbfchar\n<01> <6C22>\n<02> <2F00>\nendbfchar\nbeginbfrange\n<03> <05> <6C23>\nendbfrange\n"
    found = b"1 0 obj\n<</ToUnicode 2 0 R>>\nendobj\n2 0 obj\n<</Length %d>> stream\n%s\nendstream" % (
        len(table),
        table,
    )
    assert letters_in(found) == {"\u6c22", "\u4e00", "\u6c23", "\u6c24", "\u6c25"}
    assert letters_in(found.replace(b"/ToUnicode", b"/Other")) == set()

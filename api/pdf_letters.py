"""Which Chinese letters a page shows, and which ones a PDF holds with a font of its own.

A PDF names for every embedded font which letters its shapes stand for (`ToUnicode`, ISO 32000-1, 9.10.3). A letter that
no font of the machine has is drawn as a box and stands in none of these tables.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from html.parser import HTMLParser

FIRST, LAST = "\u4e00", "\u9fff"  # CJK unified ideographs
UNSEEN = frozenset({"script", "style", "title", "noscript", "button", "select"})  # not on paper
VOID = frozenset({"meta", "br", "img", "hr", "input", "link", "col", "wbr"})
STREAM = re.compile(rb"(\d+) 0 obj\s*<<([^>]*)>>\s*stream\r?\n")
PAIR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]+)>)?\s*\n")


def letters_of_page(html: str) -> set[str]:
    """Chinese letters of the text that a page prints."""
    reader = _Text()
    reader.feed(html)
    return _chinese("".join(reader.found))


def letters_in(pdf: bytes) -> set[str]:
    """Chinese letters that the embedded fonts of a PDF stand for."""
    tables = set(re.findall(rb"/ToUnicode (\d+) 0 R", pdf))
    found = []
    for part in STREAM.finditer(pdf):
        if part[1] in tables:
            packed = pdf[part.end() : part.end() + int(re.findall(rb"/Length (\d+)", part[2])[0])]
            found.append(_letters(zlib.decompress(packed) if b"/FlateDecode" in part[2] else packed))
    return _chinese("".join(found))


def _letters(table: bytes) -> str:
    """Letters of one table: ``<shape> <letter>``, or ``<first shape> <last shape> <first letter>``."""
    found = []
    for first, second, third in PAIR.findall(table):
        if third:
            many = int(second, 16) - int(first, 16) + 1
            found += [chr(int(third, 16) + k) for k in range(many)]
        elif len(second) % 4 == 0:
            found.append(bytes.fromhex(second.decode()).decode("utf-16-be", "replace"))
    return "".join(found)


def _chinese(text: str) -> set[str]:
    """Its Chinese letters; radicals that stand for a letter become that letter."""
    return {c for c in unicodedata.normalize("NFKC", text) if FIRST <= c <= LAST}


class _Text(HTMLParser):
    """Text outside of what is hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unseen: list[str] = []  # open tags from the first hidden one on

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        hidden = tag in UNSEEN or any(name == "hidden" for name, _ in attrs)
        if tag not in VOID and (self._unseen or hidden):
            self._unseen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen and tag in self._unseen:
            while self._unseen.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.found.append(data)

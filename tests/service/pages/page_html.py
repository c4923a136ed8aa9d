"""What a test asks of a page: its elements, what is visible, and what is wrong with it."""

from __future__ import annotations

import json
from collections import Counter
from html.parser import HTMLParser
from typing import Any

EMPTY = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "rect", "circle", "path"}
APART = {"div", "dt", "dd", "p", "li", "td", "th", "tr", "h1", "h2", "h3", "summary", "option"}  # from what follows


class Page(HTMLParser):
    """``elements``: (tag, attributes, text inside) in the order in which they end."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], str]] = []
        self.unclosed: list[str] = []
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self.feed(text)
        self.close()
        self.unclosed += [tag for tag, _, _ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if any(around == "label" for around, _, _ in self._open):
            found["~in-label"] = ""
        if tag in EMPTY:
            self.elements.append((tag, found, ""))
        else:
            self._open.append((tag, found, []))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in EMPTY:
            return
        if not self._open or self._open[-1][0] != tag:
            self.unclosed.append(tag)
            return
        name, attributes, text = self._open.pop()
        self.elements.append((name, attributes, "".join(text)))
        if tag in APART:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        for _, _, text in self._open:
            text.append(data)

    def all(self, tag: str = "", **wanted: str) -> list[tuple[dict[str, str], str]]:
        """Elements of a tag with these attributes; ``cls`` is one of the classes, ``_`` in a name stands for ``-``."""
        cls = wanted.pop("cls", None)
        attributes = {name.replace("_", "-"): value for name, value in wanted.items()}
        return [
            (a, text)
            for name, a, text in self.elements
            if (not tag or name == tag)
            and (cls is None or cls in a.get("class", "").split())
            and all(a.get(key) == value for key, value in attributes.items())
        ]

    def one(self, tag: str = "", **wanted: str) -> tuple[dict[str, str], str]:
        found = self.all(tag, **wanted)
        assert len(found) == 1, (tag, wanted, len(found))
        return found[0]

    def data(self, id: str) -> Any:
        return json.loads(self.one("script", id=id)[1])

    def faults(self) -> list[str]:
        """What no page may have: broken nesting, references to nothing, nameless controls, inline code."""
        found = [f"<{tag}> is not closed where it should be" for tag in self.unclosed]
        ids = Counter(a["id"] for _, a, _ in self.elements if "id" in a)
        found += [f"id {name} is there {n} times" for name, n in ids.items() if n > 1]
        labelled = {a["for"] for tag, a, _ in self.elements if tag == "label" and "for" in a}
        for tag, a, text in self.elements:
            found += _lost(tag, a, set(ids)) + _nameless(tag, a, text, labelled) + _inline(tag, a)
        firsts = len(self.all("h1"))
        return found if firsts == 1 else [*found, f"{firsts} headings of the first level"]


def _lost(tag: str, a: dict[str, str], ids: set[str]) -> list[str]:
    """References to elements that are not there."""
    keys = ("for", "aria-labelledby", "aria-describedby", "aria-controls")
    pairs = [(key, x) for key in keys for x in a.get(key, "").split()]
    if a.get("href", "").startswith("#"):
        pairs.append(("href", a["href"][1:]))
    return [f"{tag} {key} points to {x}, which is not there" for key, x in pairs if x not in ids]


def _nameless(tag: str, a: dict[str, str], text: str, labelled: set[str]) -> list[str]:
    """Controls and pictures that readers of the screen cannot name."""
    named = "~in-label" in a or a.get("id") in labelled or a.get("aria-label") or a.get("aria-labelledby")
    field = tag in ("input", "select", "textarea") and a.get("type") != "hidden"
    silent = tag in ("button", "a", "summary") and not text.strip()
    return [f"{tag} {a} has no name"] if ((field or silent) and not named) or (tag == "img" and "alt" not in a) else []


def _inline(tag: str, a: dict[str, str]) -> list[str]:
    """What the policy of the pages refuses."""
    found = [f"{tag} has {key}" for key in a if key == "style" or key.startswith("on")]
    code = tag == "script" and "src" not in a and a.get("type") != "application/json"
    return [*found, f"{tag} stands in the page"] if code or tag == "style" else found

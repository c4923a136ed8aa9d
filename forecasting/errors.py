"""The one error for outside data that cannot be used."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable


class InputError(ValueError):
    """Outside data (a file, a service, an argument) that is not what was asked for.

    Args:
        source: the file or service the data came from.
        field: the column, key or argument that is wrong.
        value: what was found there; ``None`` when there is nothing to show.
        expected: what should have been there.
        remedy: what the user can do about it.
        pointer: JSON Pointer (RFC 6901) to the fault in what was given, such as ``/components/3/modules``.
        line: line of the fault in a text, from 1.
        zh: the sentence in Chinese, where there is one.
    """

    def __init__(
        self,
        source: str,
        field: str = "",
        value: object = None,
        expected: str = "",
        remedy: str = "",
        *,
        pointer: str = "",
        line: int | None = None,
        zh: str = "",
    ) -> None:
        super().__init__(source, field, value, expected, remedy)  # all of them, so that it survives pickling
        self.source = source
        self.field = field
        self.value = value
        self.expected = expected
        self.remedy = remedy
        self.pointer = pointer
        self.line = line
        self.zh = zh

    def __str__(self) -> str:
        """Return one readable sentence that names every part that is not empty."""
        said = self.said
        if not said:
            return self.source
        return f"{self.source}{'; ' if said == self.remedy else ': '}{said}"

    @property
    def said(self) -> str:
        """The same without the source, for readers to whom its name says nothing."""
        parts = []
        if self.field:
            parts.append(self.field)
        if self.value is not None:
            parts.append(f"is {_shown(self.value)}")
        if self.expected:
            parts.append(f"(expected: {self.expected})")
        return "; ".join(filter(None, (" ".join(parts), self.remedy)))


def pointer_to(path: Iterable[str | int]) -> str:
    """Keys and positions as a JSON Pointer."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)


def meant(given: object, known: Collection[object], otherwise: str = "") -> str:
    """The name that was probably meant, as a remedy."""
    close = difflib.get_close_matches(str(given), list(map(str, known)), n=1)
    return f"did you mean {close[0]}?" if close else otherwise


def _shown(value: object, limit: int = 120) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"

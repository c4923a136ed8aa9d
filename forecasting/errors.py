"""The one error for outside data that cannot be used."""

from __future__ import annotations


class InputError(ValueError):
    """Outside data (a file, a service, an argument) that is not what was asked for.

    Args:
        source: the file or service the data came from.
        field: the column, key or argument that is wrong.
        value: what was found there; ``None`` when there is nothing to show.
        expected: what should have been there.
        remedy: what the user can do about it.
    """

    def __init__(
        self, source: str, field: str = "", value: object = None, expected: str = "", remedy: str = ""
    ) -> None:
        super().__init__(source, field, value, expected, remedy)  # all of them, so that it survives pickling
        self.source = source
        self.field = field
        self.value = value
        self.expected = expected
        self.remedy = remedy

    def __str__(self) -> str:
        """Return one readable sentence that names every part that is not empty."""
        parts = []
        if self.field:
            parts.append(self.field)
        if self.value is not None:
            parts.append(f"is {_shown(self.value)}")
        if self.expected:
            parts.append(f"(expected: {self.expected})")
        text = f"{self.source}: {' '.join(parts)}" if parts else self.source
        return f"{text}; {self.remedy}" if self.remedy else text


def _shown(value: object, limit: int = 120) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"

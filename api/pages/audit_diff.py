"""Before and after of an entry of the audit log, field by field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.pages.moments import shown

LONG = 400
DIGEST = re.compile(r"[0-9a-f]{64}")
SHORT = 12  # characters of a digest that tell it from others


@dataclass(frozen=True)
class Change:
    """One field; None where it was not there."""

    field: str
    before: str | None
    after: str | None


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, timezone: str) -> list[Change]:
    """Fields that differ, nested ones under their path; of a new thing and of one that is gone, all that say something.

    Moments are shown on the clock of ``timezone``.
    """
    old, new = dict(_fields(before or {})), dict(_fields(after or {}))
    found = []
    for name in [*old, *(name for name in new if name not in old)]:
        a, b = old.get(name), new.get(name)
        if a != b:
            found.append(Change(name, _text(a, timezone), _text(b, timezone)))
    return found


def _fields(node: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in node.items():
        name = f"{path}.{key}" if path else str(key)
        if isinstance(value, Mapping) and value:
            yield from _fields(value, name)
        else:
            yield name, value


def _text(value: Any, timezone: str) -> str | None:
    if value is None or value == "":
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if DIGEST.fullmatch(text):
        return f"{text[:SHORT]}…"
    if len(text) > len("2026-11-23T00:00") and text[:2] == "20" and text[10] == "T":
        try:
            return shown(datetime.fromisoformat(text), timezone, seconds=True)
        except ValueError:  # no moment after all
            return text
    return text if len(text) <= LONG else f"{text[:LONG]}…"

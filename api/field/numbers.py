"""From what a peer sends to one finite number; whatever is none is refused with a reason."""

from __future__ import annotations

import json
import math
from typing import Any

from api.field.addresses import TopicAt

MOST_BYTES = 65_536  # of a payload: a measurement is short


class Garbage(ValueError):
    """A value that means nothing; its text says why, in a few words."""


def finite(value: Any) -> float:
    """The number, if it is one: no text, no truth value, no list, no NaN, no infinity."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Garbage(f"{type(value).__name__} instead of a number")
    try:
        number = float(value)
    except OverflowError as error:
        raise Garbage("a number beyond all measure") from error
    if not math.isfinite(number):
        raise Garbage("not finite")
    return number


def payload_number(payload: bytes, at: TopicAt) -> tuple[float, str | None]:
    """Number and, where the payload says one, unit of a message."""
    if len(payload) > MOST_BYTES:
        raise Garbage(f"{len(payload)} bytes")
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        raise Garbage("not UTF-8") from error
    if at.path is None and at.unit_path is None:
        return finite(_plain(text)), None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Garbage("not JSON") from error
    unit = None if at.unit_path is None else _found(content, at.unit_path)
    if unit is not None and not isinstance(unit, str):
        raise Garbage("a unit that is no text")
    return finite(content if at.path is None else _found(content, at.path)), unit


def _plain(text: str) -> float:
    """A number as text; underscores, which Python allows, are none of the wire's business."""
    if "_" in text or len(text) > 100:
        raise Garbage("not a number")
    try:
        return float(text)
    except ValueError as error:
        raise Garbage("not a number") from error


def _found(content: Any, path: str) -> Any:
    for key in path.split("."):
        try:
            content = content[int(key)] if isinstance(content, list) else content[key]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise Garbage(f"nothing at {path}") from error
    return content

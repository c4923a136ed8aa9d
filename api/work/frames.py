"""Messages of a planning process: a length, then a pickle, so that half a message is known as such."""

from __future__ import annotations

import pickle
import struct
from typing import Any

Message = tuple[str, dict[str, Any]]  # "ready", "unfit", "progress", "row", "result" or "failed", and what

_LENGTH = struct.Struct("<Q")


def pack(kind: str, what: dict[str, Any]) -> bytes:
    data = pickle.dumps((kind, what), protocol=5)
    return _LENGTH.pack(len(data)) + data


def take(heard: bytearray) -> Message | None:
    """Take the first whole message from what was heard; None where it is not whole yet."""
    if len(heard) < _LENGTH.size:
        return None
    end = _LENGTH.size + int(_LENGTH.unpack_from(heard)[0])
    if len(heard) < end:
        return None
    message: Message = pickle.loads(bytes(heard[_LENGTH.size : end]))
    del heard[:end]
    return message

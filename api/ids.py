"""Names of things that sort by the time at which they were made."""

from __future__ import annotations

import hashlib
import os
import time
import uuid

MS = 1_000_000  # nanoseconds


def new_id() -> str:
    """A UUID of version 7 (RFC 9562, section 5.7, method 3 of 6.2).

    48 bits of milliseconds, 12 bits of their fraction (so that names made in a row sort as they were made), 62 random.
    """
    ms, rest = divmod(time.time_ns(), MS)
    fraction = (rest << 12) // MS
    random = int.from_bytes(os.urandom(8), "big") >> 2
    return str(uuid.UUID(int=ms << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | random))


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal: the name of a content."""
    return hashlib.sha256(content).hexdigest()

"""wrk as a function: it asks faster than the service answers, so what it measures is the service."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.tools import tool

SCRIPT = Path(__file__).with_name("wrk.lua")


class Measured(NamedTuple):
    """What wrk saw: ``failed`` answers were 4xx or 5xx, ``lost`` ones never came whole."""

    requests: int
    seconds: float
    bytes: int
    failed: int
    lost: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    worst_ms: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    @property
    def kib(self) -> float:
        """Size of an answer with its headers, as it crossed the network."""
        return self.bytes / self.requests / 1024


def wrk(
    url: str,
    seconds: float,
    headers: dict[str, str],
    connections: int = 16,
    *,
    paths: Sequence[str] = (),
    pause_ms: int = 0,
) -> Measured:
    """Ask for one address over and over, or for ``paths`` in turn with pauses, over so many connections at once."""
    command = [tool("wrk"), "-t1", f"-c{connections}", f"-d{seconds:g}s", "-s", str(SCRIPT)]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    command += [url, "--", str(pause_ms), *paths] if paths else [url]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60)
    return Measured(**json.loads(done.stdout.strip().splitlines()[-1]))

"""What a process of the local executor runs: a warm start, then one task after the other until nobody asks any more."""

from __future__ import annotations

import pickle
import sys
import tempfile
from pathlib import Path
from typing import IO

from api.sweep.perform import perform
from api.work.frames import pack
from api.work.warm import warm


def serve(out: IO[bytes], folder: Path) -> None:
    """Answer tasks from standard input; what a task writes lies in ``folder``, which goes with this process."""
    tempfile.tempdir = str(folder)
    try:
        warm()
        _send(out, pack("ready", {}))
        while True:
            asked = pickle.load(sys.stdin.buffer)
            _send(out, pack("result", {"finished": perform(asked["task"])}))
    except (EOFError, BrokenPipeError):  # the sweep is over
        return


def _send(out: IO[bytes], message: bytes) -> None:
    out.write(message)
    out.flush()

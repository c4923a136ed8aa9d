"""The first thing that a planning process does, before it imports anything large: limits, and whom it ends with."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sys
from pathlib import Path
from typing import IO

from ems.lifeline import end_with


def confine() -> tuple[IO[bytes], Path]:
    """Limit this process as its arguments say: memory [MB], folder for files, process id of the service, niceness.

    Returns where to answer, and the folder.
    """
    memory, folder, parent = int(sys.argv[1]) << 20, Path(sys.argv[2]), int(sys.argv[3])

    def end() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        os.killpg(0, signal.SIGKILL)  # the solver, too

    end_with(parent, end)
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    memory = memory if most == resource.RLIM_INFINITY else min(memory, most)  # an administrator's own limit stands
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))  # the solver inherits it
    os.nice(int(sys.argv[4]))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not mix with the answers
    return out, folder

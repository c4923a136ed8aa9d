"""A process that ends with its parent, however the parent ended: no signal reaches a child of what was killed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

LOOK_S = 0.25


def end_with(parent: int, end: Callable[[], None]) -> None:
    """Call ``end`` within about ``LOOK_S`` once process ``parent`` is no longer the parent of this one."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_S)
        end()

    threading.Thread(target=watch, name="lifeline", daemon=True).start()

"""What was written to the field and what was refused: one JSON object a line, in a file that only grows."""

from __future__ import annotations

import fcntl
import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forecasting.errors import InputError

log = logging.getLogger("ems.field")


class Journal:
    """The file belongs to one process: two that write setpoints would fight each other."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab", buffering=0)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            remedy = "another `ems field --enable-writes` is at work: stop that one first"
            raise InputError(str(path), "", None, "a file that no process has open", remedy) from error
        except OSError as error:
            raise InputError(str(path), "", None, "a file that can be written", error.strerror or "") from error

    def note(self, event: str, setpoint: str, **told: Any) -> None:
        """Add a line; raises OSError where the disk takes none: then nothing may be written to the field either."""
        line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, "setpoint": setpoint} | told
        os.write(self._file.fileno(), (json.dumps(line, ensure_ascii=False) + "\n").encode())

    def tell(self, event: str, setpoint: str, **told: Any) -> None:
        """Add a line where that is not what matters most; a disk that takes none is an error of the log."""
        try:
            self.note(event, setpoint, **told)
        except OSError as error:
            log.error("%s of %s could not be noted: %s", event, setpoint, error)

    def close(self) -> None:
        self._file.close()

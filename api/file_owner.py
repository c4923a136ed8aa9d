"""One process owns an SQLite database: a lock on a file beside it, which ends with the process, however that ends."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from forecasting.errors import InputError


class StoreBusy(InputError):
    """The database belongs to a running process; ``owner`` says which, as it wrote it beside the file."""

    def __init__(self, path: Path, owner: dict[str, Any]) -> None:
        who = f"process {owner['pid']}" if "pid" in owner else "another process"
        super().__init__(
            str(path), "", None, "a database that no service is using", f"{who} owns it: stop that one first"
        )
        self.owner = owner


class FileOwner:
    """The right to use a database file, from here until `release`."""

    def __init__(self, path: Path) -> None:
        """Take it; `StoreBusy` where another has it, `InputError` where no file can be there."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise InputError(
                str(path), "", None, "a database in a folder that this user may write to", error.strerror or ""
            ) from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = os.pread(self._fd, 65536, 0)
            os.close(self._fd)
            raise StoreBusy(path, _owner(said)) from None
        except OSError as error:
            os.close(self._fd)
            raise InputError(
                str(path), "", None, "a local disk, where files can be locked", error.strerror or ""
            ) from error
        self.tell({})

    def tell(self, about: dict[str, Any]) -> None:
        """Say beside the file who owns it and how to reach them; only the same user can read it."""
        text = json.dumps({"pid": os.getpid()} | about).encode()
        os.pwrite(self._fd, text, 0)
        os.ftruncate(self._fd, len(text))

    def release(self) -> None:
        os.ftruncate(self._fd, 0)
        os.close(self._fd)  # and with it the lock goes


def _owner(said: bytes) -> dict[str, Any]:
    """What the owner wrote; nothing where it is just writing."""
    try:
        owner = json.loads(said)
    except ValueError:
        return {}
    return owner if isinstance(owner, dict) else {}

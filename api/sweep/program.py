"""What computes a row, as a digest: rows of another program are not this one's."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("forecasting", "models", "ems")  # all that decides a number
LIBRARIES = ("highspy", "numpy", "pandas", "pvlib", "pyomo")


@cache
def program_digest() -> str:
    """SHA-256 over the sources of these packages and the versions of what they build on."""
    found = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in LIBRARIES).encode())
    for package in PACKAGES:
        (folder,) = import_module(package).__path__
        for path in sorted(Path(folder).rglob("*.py")):
            found.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return found.hexdigest()

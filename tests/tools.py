"""Programs that tests need beside Python: skipped where they are absent, a failure in CI."""

from __future__ import annotations

import os
import shutil

import pytest


def tool(name: str, package: str = "") -> str:
    """The path of a program, or a skipped test that says how to install it."""
    found = shutil.which(name)
    if found is None:
        hint = f"no {name} here: apt-get install {package or name}"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(hint)
        pytest.skip(hint)
    return found

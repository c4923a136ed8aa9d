"""Programs that tests need beside Python: skipped where they are absent, a failure in CI, which installs them."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def absent(hint: str) -> NoReturn:
    """Skip the test with a hint; in CI it fails."""
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(hint)
    pytest.skip(hint)


def tool(name: str, package: str = "") -> str:
    """The path of a program, or a skipped test that says how to install it."""
    return shutil.which(name) or absent(f"no {name} here: apt-get install {package or name}")


def chromium() -> str:
    """The path of a browser that understands Chromium's options."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return found or absent("no Chromium here: apt-get install chromium fonts-noto-cjk")

"""A page as PDF: printed by a browser without a window, figures drawn, Chinese letters embedded."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from api.pdf_letters import letters_in, letters_of_page
from forecasting.errors import InputError

PROGRAMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
PLACES = (  # where installers put browsers that no path leads to
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
    "C:/Program Files/Microsoft/Edge/Application/msedge.exe",
)
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--no-pdf-header-footer",
    "--virtual-time-budget=30000",  # ms of the page's own clock, which runs ahead: scripts end before it is printed
)
TIME_LIMIT_S = 300.0
MISSING = 0.1  # of the letters: some are told as their radical, or stand in parts that are not printed


def print_pdf(html: str) -> bytes:
    """A self-contained page as PDF, in the language that it shows first.

    The pages of this project draw every figure when they are told that they are printed (``beforeprint``).

    Raises:
        InputError: there is no browser, it does not end in time or makes nothing, or no font has the Chinese letters.
    """
    program = browser()
    with tempfile.TemporaryDirectory(prefix="ems-pdf-", ignore_cleanup_errors=True) as place:
        page, made = Path(place, "page.html"), Path(place, "page.pdf")
        page.write_text(html, encoding="utf-8")
        said = _run(program, [f"--user-data-dir={Path(place, 'profile')}", f"--print-to-pdf={made}", page.as_uri()])
        if not made.is_file():
            raise InputError("PDF", program, said, "a printed page", "print the HTML report from a browser instead")
        pdf = made.read_bytes()
    _check_letters(html, pdf)
    return pdf


def browser() -> str:
    """The path of a browser that prints without a window; raises `InputError` where there is none."""
    found = [path for name in PROGRAMS if (path := shutil.which(name))] or [p for p in PLACES if Path(p).is_file()]
    if found:
        return found[0]
    remedy = "install one (apt-get install chromium fonts-noto-cjk), or print the HTML report from any browser"
    zh = "PDF: 本机没有 Chromium、Chrome 或 Edge; 请安装 (apt-get install chromium fonts-noto-cjk), 或用浏览器打印 HTML"
    raise InputError("PDF", "browser", "none", "Chromium, Chrome or Edge on this machine", remedy, zh=zh)


def _run(program: str, more: list[str]) -> str:
    """Run the browser to its end; the last thing it said."""
    root = sys.platform != "win32" and os.geteuid() == 0
    flags = [*FLAGS, *(["--no-sandbox"] if root else [])]  # as root it starts in no other way
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [program, *flags, *more], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        try:
            process.wait(TIME_LIMIT_S)
        except subprocess.TimeoutExpired:
            raise InputError("PDF", program, None, f"to end within {TIME_LIMIT_S:g} s", "try again") from None
        finally:
            _end(process)
        log.seek(0)
        lines = log.read().decode("utf-8", "replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the browser and what it started, by their id; nothing where they have ended by themselves."""
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _check_letters(html: str, pdf: bytes) -> None:
    """Refuse a PDF that shows boxes in place of Chinese letters."""
    wanted = letters_of_page(html)
    missing = wanted - letters_in(pdf)
    if len(missing) > MISSING * len(wanted):
        remedy = "install a Chinese font (apt-get install fonts-noto-cjk), then print again"
        told = f"{len(missing)} of {len(wanted)} Chinese letters have no font on this machine"
        zh = f"PDF: 本机没有中文字体, {len(wanted)} 个汉字中有 {len(missing)} 个无法显示; 请安装 fonts-noto-cjk 后重试"
        raise InputError("PDF", "fonts", told, "a font with the letters of the page", remedy, zh=zh)

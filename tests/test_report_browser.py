"""A real browser draws every figure of the page and has nothing to complain about."""

from __future__ import annotations

import re
import runpy
import subprocess
from pathlib import Path

import pytest

from ems.report import PlanView, figures, plan_html
from tests.tools import chromium

tiny_plan = runpy.run_path(str(Path(__file__).with_name("test_report_sample.py")))["tiny_plan"]
FLAGS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --enable-logging=stderr --virtual-time-budget=6000 --window-size=1200,4000 --dump-dom"
)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_draws_every_figure(tmp_path: Path, lang: str) -> None:
    program = chromium()
    plan = tiny_plan()
    file = tmp_path / "plan.html"
    file.write_text(plan_html(plan, lang), encoding="utf-8")  # type: ignore[arg-type]
    command = [program, *FLAGS.split(), f"--user-data-dir={tmp_path / 'profile'}", file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    charts = figures(PlanView(plan, lang))  # type: ignore[arg-type]
    pieces = re.split(r'id="figure-([^"]+)"', done.stdout)
    drawn = {key: 'class="main-svg"' in inside for key, inside in zip(pieces[1::2], pieces[2::2], strict=True)}
    assert drawn == {chart.key: True for chart in charts}

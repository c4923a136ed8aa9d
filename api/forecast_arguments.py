"""The words of `ems forecast` and `ems score`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

Add = Callable[[argparse.ArgumentParser], None]


def add_forecast_command(sub: Any, site: Add, day: Add, language: Add) -> None:
    """`ems forecast`: the inputs of a day, with their uncertainty where it is asked for."""
    p = sub.add_parser("forecast", help="the inputs of a day: PV per roof, demands, prices, carbon; their uncertainty")
    site(p)
    day(p)
    p.add_argument("--csv", metavar="FILE", help="write the whole table there, - for standard output")
    p.add_argument(
        "--quantiles", action="store_true", help="quantiles of 5 to 95 %% of roofs and demands, and how they are known"
    )
    _history(p, required=False)
    p.add_argument("--scenarios", type=int, metavar="N", help="with --quantiles: N weighted ways the day may turn out")
    p.add_argument(
        "--archive", metavar="FILE", help="with --quantiles: keep the forecast with its issue in this archive"
    )
    p.add_argument("--out", metavar="DIR", help="with --quantiles: write forecast.json, .html and scenarios.csv there")
    p.add_argument("--json", metavar="FILE", help="with --quantiles: write forecast.json there, - for standard output")
    language(p)


def add_score_command(sub: Any, site: Add, language: Add) -> None:
    """`ems score`: how well each way to forecast would have done."""
    p = sub.add_parser("score", help="how well forecasts did: every method on the same hours of a period")
    site(p)
    p.add_argument("--from", dest="first", required=True, metavar="D", help="first local day, as 2026-01-01")
    p.add_argument("--to", dest="last", required=True, metavar="D", help="last local day, which belongs to the period")
    _history(p, required=True)
    p.add_argument("--archive", metavar="FILE", help="score what was really issued, from this archive, beside the rest")
    p.add_argument("--out", metavar="DIR", help="write score.json and score.html there")
    p.add_argument("--json", metavar="FILE", help="write score.json there, - for standard output")
    language(p)


def _history(p: argparse.ArgumentParser, *, required: bool) -> None:
    p.add_argument("--history", metavar="FILE", required=required, help="what meters measured (CSV or Parquet)")
    p.add_argument("--weather-runs", metavar="FILE", help="weather as it was forecast, with issue times (CSV)")

"""The words of `ems backtest`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

POLICIES = ("rule_based", "day_ahead", "rolling", "rolling_stochastic", "perfect")


def add_backtest_command(sub: Any, language: Callable[[argparse.ArgumentParser], None]) -> None:
    """Add the command to the subparsers of the command line."""
    p = sub.add_parser("backtest", help="what plans would have earned: rules, day-ahead, rolling, perfect foresight")
    p.add_argument("site", metavar="SITE", help="a name under sites/ or the path of a site file")
    p.add_argument("--from", dest="first", required=True, metavar="D", help="first local day, as 2026-01-01")
    p.add_argument("--to", dest="last", required=True, metavar="D", help="last local day")
    p.add_argument(
        "--policy",
        action="append",
        choices=POLICIES,
        help="repeatable (default: rule_based, day_ahead, rolling, perfect)",
    )
    p.add_argument(
        "--weather",
        default="synthetic",
        metavar="W",
        help="what comes: synthetic (clear and dark days, default), climatology, a .epw or a .csv file",
    )
    p.add_argument("--step", default="1h", metavar="STEP", help="15min to 1h (default: 1h)")
    p.add_argument(
        "--objective",
        choices=("cost", "carbon", "balanced"),
        default="cost",
        help="what plans minimise (default: cost)",
    )
    p.add_argument("--seed", type=int, default=1, metavar="N", help="of forecasts and failures (default: 1)")
    p.add_argument("--scenarios", type=int, default=3, metavar="N", help="of rolling_stochastic (default: 3)")
    p.add_argument(
        "--silent-meters", type=float, default=0.0, metavar="SHARE", help="readings that do not come (default: 0)"
    )
    p.add_argument("--no-outages", action="store_true", help="machines never fail")
    p.add_argument("--workers", type=int, metavar="N", help="processes (default: one for each core)")
    p.add_argument("--out", metavar="DIR", help="write backtest.json and backtest.html there")
    p.add_argument("--json", metavar="FILE", help="write backtest.json there, - for standard output")
    p.add_argument("--journal", metavar="DIR", help="where finished months are noted, to go on from (default: --out)")
    language(p)

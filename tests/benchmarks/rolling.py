"""Rolling operation of a year, or some months, against rules and perfect foresight.

    python -m tests.benchmarks.rolling

Prints the table of policies, aims met or missed, and seconds. Exit code 1 where an aim is missed: rolling captures 95 %
of what perfect foresight saves over rules, nothing goes unserved, every simulated month keeps all laws.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console

from api.backtest_run import run_backtest
from api.backtest_table import show_backtest
from ems.operation.backtest import Asked
from ems.operation.document import AIM
from ems.site_file import read_site

POLICIES = ("rule_based", "day_ahead", "rolling", "perfect")


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--site", default="qingdao")
    p.add_argument("--from", dest="first", default="2026-01-01")
    p.add_argument("--to", dest="last", default="2026-12-31")
    p.add_argument("--stochastic", action="store_true", help="rolling_stochastic too, every 3 hours")
    p.add_argument("--workers", type=int)
    p.add_argument("--journal", default=".ems/rolling")
    args = p.parse_args()
    policies = (*POLICIES, "rolling_stochastic") if args.stochastic else POLICIES
    first, last = date.fromisoformat(args.first), date.fromisoformat(args.last)
    asked = Asked(first, last, policies, scenarios=3 if args.stochastic else 0)
    began = time.perf_counter()

    def say(phase: str, progress: Any) -> None:
        if progress is not None:
            print(f"{phase}: {progress.said.en}", file=sys.stderr, flush=True)

    content = run_backtest(read_site(args.site), asked, Path(args.journal), say, args.workers)
    show_backtest(content, "en", Console())
    missed = missed_aims(content)
    for text in missed:
        print(f"missed: {text}")
    print(f"{'aims missed' if missed else 'aims met'}, {time.perf_counter() - began:.0f} s")
    return 1 if missed else 0


def missed_aims(content: dict[str, Any]) -> list[str]:
    """Aims that the content of a backtest.json misses, in words."""
    by = {p["policy"]: p for p in content["policies"]}
    share = by["rolling"]["capture"]
    found = [f"{name}: {len(p['violations'])} broken laws" for name, p in by.items() if p["violations"]]
    found += [
        f"{name}: {p['unserved_kwh']:.1f} kWh, {p['unserved_kg']:.1f} kg unserved"
        for name, p in by.items()
        if p["unserved_kwh"] > 0.5 or p["unserved_kg"] > 0.05
    ]
    if share is None or share < AIM:
        found.append(f"rolling captures {'nothing to speak of' if share is None else f'{share:.1%}'}, aim {AIM:.0%}")
    return found


if __name__ == "__main__":
    sys.exit(main())

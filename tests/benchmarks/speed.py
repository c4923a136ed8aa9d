"""What everything around the solver costs, as a ratio to raw HiGHS on the same matrices.

    python -m tests.benchmarks.speed [--site qingdao] [--weather FILE.epw] [--days 2026-01-14,…] [--week 2026-05-25]
                                     [--gap 0.001] [--raw-limit 120]

A row a window (one day, then one week, at 15 min): seconds to build the Pyomo model and write its standard form, to
solve (three steps of `ems.solve`), to read the tables back, to audit them; beside it raw HiGHS with its own defaults
on the same arrays at the same gap, one thread. Baseline, inputs and process start are outside.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks.year import EPW

DAYS = (
    "2026-01-14,2026-02-08,2026-03-20,2026-04-15,2026-05-25,2026-06-18,"
    "2026-07-15,2026-08-09,2026-09-10,2026-10-22,2026-11-23,2026-12-12"
)
HEAD = ("columns", "build", "solve", "read", "audit", "around", "raw", "solve/raw", "all/raw", "gap", "raw gap")


@dataclass
class Row:
    window: str
    columns: int
    build_s: float
    solve_s: float
    read_s: float
    audit_s: float
    raw_s: float
    gap: float
    raw_gap: float

    @property
    def around_s(self) -> float:
        return self.build_s + self.read_s + self.audit_s


def raw_highs(problem: Any, gap: float, limit: float) -> tuple[float, float]:
    """Seconds and gap of HiGHS as it comes, on the same arrays."""
    import highspy
    import numpy as np

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(problem.cost), len(problem.row_lower)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = problem.cost, problem.lower, problem.upper
    lp.row_lower_, lp.row_upper_, lp.offset_ = problem.row_lower, problem.row_upper, problem.offset
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = problem.start, problem.index, problem.value
    kinds = np.where(problem.integer, int(highspy.HighsVarType.kInteger), int(highspy.HighsVarType.kContinuous))
    lp.integrality_ = [highspy.HighsVarType(int(k)) for k in kinds]
    h = highspy.Highs()
    for name, value in {"output_flag": False, "threads": 1, "mip_rel_gap": gap, "time_limit": limit}.items():
        h.setOptionValue(name, value)
    began = time.perf_counter()
    h.passModel(lp)
    h.run()
    return time.perf_counter() - began, float(h.getInfo().mip_gap)


def measure(file: Any, weather: str, first: date, last: date, gap: float, raw_limit: float) -> Row:
    """One window, everything timed apart."""
    from ems.audit import audit
    from ems.build import build
    from ems.inputs import make_inputs
    from ems.objective import Objective
    from ems.problem import Limits
    from ems.schedule import Schedule
    from ems.solve import run

    w = make_inputs(file, first, last, weather=weather).window()
    goal = Objective.of("cost", 0.0)
    marks = [time.perf_counter()]
    built = build(file.site, w, goal)
    marks.append(time.perf_counter())
    answer = run(built.problem, Limits(raw_limit, gap))
    marks.append(time.perf_counter())
    assert answer.x is not None, answer.message
    schedule = Schedule(*built.tables(answer.x, w))
    marks.append(time.perf_counter())
    broken = audit(file.site, w, schedule, goal, answer.objective)
    marks.append(time.perf_counter())
    assert not broken, broken
    raw_s, raw_gap = raw_highs(built.problem, gap, raw_limit)
    build_s, solve_s, read_s, audit_s = (b - a for a, b in itertools.pairwise(marks))
    name = f"{first}" if first == last else f"{first} +{(last - first).days} d"
    return Row(name, len(built.columns), build_s, solve_s, read_s, audit_s, raw_s, answer.gap, raw_gap)


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--site", default="qingdao")
    p.add_argument("--weather", default=str(EPW) if EPW.exists() else "climatology")
    p.add_argument("--days", default=DAYS)
    p.add_argument("--week", default="2026-05-25")
    p.add_argument("--gap", type=float, default=1e-3)
    p.add_argument("--raw-limit", type=float, default=120.0)
    a = p.parse_args()
    from ems.site_file import read_site

    file = read_site(a.site)
    windows = [(date.fromisoformat(d), date.fromisoformat(d)) for d in a.days.split(",") if d]
    measure(file, a.weather, *windows[0], a.gap, 1.0 + a.raw_limit)  # imports and caches are not part of the figures
    if a.week:
        monday = date.fromisoformat(a.week)
        windows.append((monday, monday + timedelta(days=6)))
    print(f"{a.site}, weather {Path(a.weather).name}, 15 min, gap {a.gap}")
    print(f"{'window':<17}" + "".join(f"{h:>10}" for h in HEAD))
    rows = []
    for first, last in windows:
        r = measure(file, a.weather, first, last, a.gap, a.raw_limit)
        rows.append(r)
        seconds = (r.build_s, r.solve_s, r.read_s, r.audit_s, r.around_s, r.raw_s)
        ratios = (r.solve_s / r.raw_s, (r.around_s + r.solve_s) / r.raw_s)
        cells = [f"{r.columns:>10}", *(f"{x:>10.2f}" for x in (*seconds, *ratios))]
        print(f"{r.window:<17}" + "".join(cells) + f"{r.gap:>10.3%}{r.raw_gap:>10.3%}", flush=True)
    days = [r for r in rows if "+" not in r.window]
    for name in ("around_s", "solve_s", "raw_s"):
        x = [getattr(r, name) for r in days]
        print(f"days, {name:<9} {statistics.median(x):6.2f} median {max(x):6.2f} worst")
    return 0


if __name__ == "__main__":
    sys.exit(main())

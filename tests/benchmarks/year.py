"""A year of days: plan every day of a park, audit it, hold it against the rule-based operation.

    python -m tests.benchmarks.year [--site qingdao] [--weather FILE.epw] [--step 15min] [--objective cost]
                                    [--months 1-12] [--gap 0.001] [--workers 2] [--keep DIR]

Days follow each other within a month: levels, running machines and the month's peak are carried over. Plan and
baseline of a day open with the same state; what they leave behind is valued by the same end-of-day prices. With
``--keep`` finished months are stored and not computed again. Exit code 1 where a plan breaks a law or costs more
than the baseline by more than the gap.
"""

from __future__ import annotations

import argparse
import calendar
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

EPW = Path(__file__).resolve().parents[2].parent / "shared/data/weather/CHN_SD_Qingdao.Intl.AP.548570_TMYx.epw"

SHOWN = (
    "total_cost_cny",
    "paid_cny",
    "wear_cny",
    "emissions_kgco2e",
    "grid_import_kwh",
    "pv_curtailed_kwh",
    "starts",
    "unserved_kwh",
    "unserved_kg",
)


def plan_month(
    site: str, weather: str, year: int, month: int, step: int, objective: Any, gap: float
) -> list[dict[str, Any]]:
    """Rows of one month, one per day."""
    from ems.plan import make_plan
    from ems.problem import Limits
    from ems.site_file import read_site
    from ems.solve import Solver
    from ems.state import State

    file, state, rows = read_site(site), State({}), []
    with Solver() as solver:
        for day in range(1, calendar.monthrange(year, month)[1] + 1):
            began = time.perf_counter()
            p = make_plan(
                file,
                date(year, month, day),
                solver,
                weather=weather,
                objective=objective,
                step_minutes=step,
                limits=Limits(60, gap),
                state=state,
            )
            state = State(p.state_end)
            r, b = p.released, p.baseline
            rows.append(
                {
                    "day": p.day.isoformat(),
                    "outcome": p.outcome,
                    "text": p.outcome_text.en,
                    "violations": len(r.violations),
                    "baseline_violations": len(b.violations),
                    "gap": p.gap,
                    "seconds": time.perf_counter() - began,
                    **{f"{phase}_s": s for phase, s in p.timings.items()},
                    "objective_cny": r.objective_cny,
                    "baseline_objective_cny": b.objective_cny,
                    **{f"plan_{k}": v for k, v in r.kpis.items()},
                    **{f"base_{k}": v for k, v in b.kpis.items()},
                }
            )
    return rows


def report(table: pd.DataFrame, gap: float) -> bool:
    """Print the year; True where every plan is clean and none worse than the baseline."""
    solve, other = table["solve_s"], table[[c for c in table if c.endswith("_s") and c != "solve_s"]].sum(axis=1)
    worse = table["objective_cny"] > table["baseline_objective_cny"] + gap * table["objective_cny"].abs()
    print(f"days {len(table)}   outcomes {table['outcome'].value_counts().to_dict()}")
    broken, baselines = (int((table[c] > 0).sum()) for c in ("violations", "baseline_violations"))
    print(f"plans that break a law {broken}   baselines {baselines}")
    print(f"plans worse than the rules {int(worse.sum())}")
    print(f"{'seconds a day':<26}{'median':>9}{'p95':>9}{'worst':>9}")
    for name, x in (("solver", solve), ("all else", other), ("whole day", table["seconds"])):
        print(f"  {name:<24}{x.median():>9.2f}{x.quantile(0.95):>9.2f}{x.max():>9.2f}")
    print(f"{'year':<26}{'rules':>14}{'plan':>14}{'saved':>14}{'share':>8}")
    for name in SHOWN:
        base, plan = table[f"base_{name}"].sum(), table[f"plan_{name}"].sum()
        share = f"{(base - plan) / base:8.1%}" if base else " " * 8
        print(f"  {name:<24}{base:>14,.0f}{plan:>14,.0f}{base - plan:>14,.0f}{share}")
    for row in table[(table["outcome"] != "optimal") | (table["violations"] > 0) | worse].itertuples():
        print(f"  {row.day} {row.outcome}: {row.text}")
    return not worse.any() and not (table["violations"] > 0).any()


def main() -> int:
    from api.arguments import minutes

    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--site", default="qingdao")
    p.add_argument("--weather", default=str(EPW) if EPW.exists() else "climatology")
    p.add_argument("--year", type=int, default=2026)
    p.add_argument("--months", default="1-12")
    p.add_argument("--step", default="15min")
    p.add_argument("--objective", default="cost", choices=("cost", "carbon", "balanced"))
    p.add_argument("--gap", type=float, default=1e-3)
    p.add_argument("--workers", type=int, default=2)
    p.add_argument("--keep", type=Path)
    a = p.parse_args()
    first, _, last = a.months.partition("-")
    months = range(int(first), int(last or first) + 1)
    print(f"{a.site}, weather {Path(a.weather).name}, {a.step}, {a.objective}, gap {a.gap}, {a.workers} workers")
    rows: dict[int, list[dict[str, Any]]] = {}
    for m in months:
        if a.keep and (kept := a.keep / f"{m:02d}.json").exists():
            rows[m] = json.loads(kept.read_text())
    with ProcessPoolExecutor(a.workers) as pool:
        todo = {
            pool.submit(plan_month, a.site, a.weather, a.year, m, minutes(a.step), a.objective, a.gap): m
            for m in months
            if m not in rows
        }
        for done in as_completed(todo):
            m = todo[done]
            rows[m] = done.result()
            solver = pd.Series([r["solve_s"] for r in rows[m]])
            took = f"solver {solver.median():.2f} s median, {solver.max():.2f} s worst"
            print(f"  month {m:2d}: {len(rows[m])} days, {took}", flush=True)
            if a.keep:
                a.keep.mkdir(parents=True, exist_ok=True)
                (a.keep / f"{m:02d}.json").write_text(json.dumps(rows[m]))
    return 0 if report(pd.DataFrame([r for m in sorted(rows) for r in rows[m]]), a.gap) else 1


if __name__ == "__main__":
    sys.exit(main())

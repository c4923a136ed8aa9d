"""What a full-year design costs beside raw HiGHS and beside other tools.

    python -m tests.benchmarks.sizing [--only ours|peers] [--site qingdao] [--study FILE]
                                      [--hours 8760] [--limit 900]

1. The site's study: the whole process of `design` (build, solve, read) against raw HiGHS on the same matrices with the
   same options, each in a process of its own: wall time, ratio, peak memory.
2. The same hub (tests/benchmarks/peers/hub.py) in raw matrices, in this project, linopy, PyPSA and oemof.solph; the
   peers in an environment of their own, made for it: objective, wall time and peak memory of the whole process, with
   equal HiPO options, and each at its own defaults until the limit.

Exit code 1 where objectives differ by more than 1e-5.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PEERS = ("pypsa==1.4.0", "oemof.solph==0.6.5", "linopy==0.10.1", "highspy[extras]==1.15.1")
TOOLS = ("raw", "ours", "linopy", "pypsa", "oemof")


def peak_gb() -> tuple[float, float]:
    """Peak of this process, and that of its largest child."""
    own, child = (resource.getrusage(w).ru_maxrss / 1e6 for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own, child


def designed(site: str, study: str | None) -> dict[str, Any]:
    """The design of a study, from the inputs' end to its tables; run in a process of its own."""
    from ems.site_file import read_site
    from ems.sizing.design import design
    from ems.sizing.parks import with_candidates
    from ems.sizing.study_file import default_study, read_study
    from ems.sizing.year import year_of
    from ems.solve import Solver

    file = read_site(site)
    studied = read_study(Path(study), file) if study else default_study(file)
    year = year_of(file, studied.study, "full", studied.folder)
    park = with_candidates(file.site, studied.study)
    with Solver() as solver:
        began = time.perf_counter()
        made = design(park, studied.study, year.window, solver)
        wall = time.perf_counter() - began
    own, child = peak_gb()
    return {"wall_s": wall, "objective": made.annual_cny, **made.seconds, "peak_gb": own, "solver_gb": child}


def matrices(site: str, study: str | None, to: str) -> dict[str, Any]:
    """Write the matrices of the study's linear program to a file."""
    from ems.site_file import read_site
    from ems.sizing.free import build_free
    from ems.sizing.laws import laws_of
    from ems.sizing.parks import free_park, with_candidates
    from ems.sizing.study_file import default_study, read_study
    from ems.sizing.worth import carriers_bought, worth_of
    from ems.sizing.year import year_of

    file = read_site(site)
    studied = read_study(Path(study), file) if study else default_study(file)
    plan = studied.study
    w = year_of(file, plan, "full", studied.folder).window
    park = with_candidates(file.site, plan)
    free = free_park(park, plan)
    laws = [law.rule for law in laws_of(free, plan, w)]
    problem = build_free(park, plan, w, worth_of(plan.economics, carriers_bought(free)), laws).problem
    Path(to).write_bytes(pickle.dumps(problem, protocol=5))
    return {"columns": len(problem.cost), "rows": len(problem.row_lower), "nonzeros": len(problem.value)}


def raw(of: str) -> dict[str, Any]:
    """HiGHS alone on matrices from a file, with the options of `ems.solve`."""
    from ems.problem import Limits
    from ems.solve import run

    problem = pickle.loads(Path(of).read_bytes())
    began = time.perf_counter()
    answer = run(problem, Limits(3600, method="interior"))
    return {"wall_s": time.perf_counter() - began, "objective": answer.objective, "peak_gb": peak_gb()[0]}


def alone(*words: str) -> dict[str, Any]:
    """Run a function of this file in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.sizing", "--alone", *words], capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def ours_beside_raw(site: str, study: str | None) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/matrices.pickle"
        size = alone("matrices", site, study or "", file)
        print(f"{site}: {size['columns']:,} columns, {size['rows']:,} rows, {size['nonzeros']:,} nonzeros", flush=True)
        bare = alone("raw", file)
        whole = alone("designed", site, study or "")
    print(f"{'':<26}{'wall s':>9}{'peak GB':>9}{'objective':>18}")
    print(
        f"  {'raw HiGHS, matrices given':<24}{bare['wall_s']:>9.1f}{bare['peak_gb']:>9.2f}{bare['objective']:>18,.2f}"
    )
    both = f"{whole['peak_gb']:.2f}+{whole['solver_gb']:.2f}"
    print(f"  {'design, all of it':<24}{whole['wall_s']:>9.1f}{both:>9}{whole['objective']:>18,.2f}")
    print(f"    build {whole['build']:.1f} s, solve {whole['solve']:.1f} s, read {whole['read']:.1f} s")
    print(f"  ratio {whole['wall_s'] / bare['wall_s']:.3f}", flush=True)
    return abs(whole["objective"] / bare["objective"] - 1) < 1e-5


def environment() -> str:
    """Python of an environment with the peers, made on the first run."""
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "park-ems-peers"
    python = folder / "bin/python"
    if not (folder / "complete").exists():
        print(f"installing {', '.join(PEERS)} …", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], check=True)
        (folder / "complete").touch()
    return str(python)


def beside_peers(hours: int, limit: float) -> bool:
    """Every tool on the same hub; True where all objectives agree."""
    python, agreed = environment(), True
    for options in ("hipo", "default"):
        print(f"hub of {hours} h, {'equal HiPO options' if options == 'hipo' else 'each at its defaults'}")
        print(f"{'':<10}{'wall s':>9}{'ratio':>8}{'peak GB':>9}{'with child':>12}{'objective':>18}")
        base: dict[str, Any] = {}
        for tool in TOOLS:
            found = measured(sys.executable if tool == "ours" else python, tool, options, hours, limit)
            if found is None:
                print(f"  {tool:<8}{f'> {limit:.0f}':>9}", flush=True)
                continue
            base = base or found
            print(
                f"  {tool:<8}{found['wall_s']:>9.1f}{found['wall_s'] / base['wall_s']:>8.2f}{found['peak_gb']:>9.2f}"
                f"{found['sum_gb']:>12.2f}{found['objective']:>18,.3f}",
                flush=True,
            )
            agreed &= abs(found["objective"] / base["objective"] - 1) < 1e-5
    return agreed


def measured(python: str, tool: str, options: str, hours: int, limit: float) -> dict[str, Any] | None:
    words = [python, str(HERE / "peers/measure.py"), tool, options, str(hours)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return None
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if not lines:
        raise RuntimeError(f"{tool}: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, Any] = json.loads(lines[-1].removeprefix("RESULT "))
    return found


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--only", choices=("ours", "peers"))
    p.add_argument("--site", default="qingdao")
    p.add_argument("--study")
    p.add_argument("--hours", type=int, default=8760)
    p.add_argument("--limit", type=float, default=900.0, help="seconds for each tool")
    p.add_argument("--alone", nargs="+", help=argparse.SUPPRESS)
    a = p.parse_args()
    if a.alone:
        name, *words = a.alone
        print(json.dumps({"designed": designed, "matrices": matrices, "raw": raw}[name](*(w or None for w in words))))
        return 0
    fine = True
    if a.only != "peers":
        fine &= ours_beside_raw(a.site, a.study)
    if a.only != "ours":
        fine &= beside_peers(a.hours, a.limit)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())

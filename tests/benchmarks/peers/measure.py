"""Run one tool on the hub in this process and print its objective, wall time and peak memory as JSON.

Time runs from before the tool is imported to the answer in its own tables; the series are made before.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path

HIPO = {"solver": "hipo", "run_crossover": "off", "threads": 1}


def main() -> None:
    tool, options = sys.argv[1], sys.argv[2]
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    module = importlib.import_module("hub")
    module.HOURS = int(sys.argv[3])
    hub = module.hub()
    began = time.perf_counter()
    objective, phases = importlib.import_module(f"in_{tool}").solve(hub, HIPO if options == "hipo" else {})
    wall = time.perf_counter() - began
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    both = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(
        "RESULT "
        + json.dumps({"objective": objective, "wall_s": wall, "peak_gb": peak / 1e6, "sum_gb": both / 1e6, **phases})
    )


if __name__ == "__main__":
    main()

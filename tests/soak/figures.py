"""Run the long tests one after the other and keep their tables: python -m tests.soak.figures [NAME …]

Each is a module beside this one that prints a Markdown table on standard output and whatever else on standard error.
Where it ends with 0 its table takes the place of what stands between `<!-- NAME figures -->` and
`<!-- /NAME figures -->` in docs/reliability.md.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
RUNS = {  # name of the figures -> module and arguments
    "crash": ["crash"],
    "crash-postgresql": ["crash", "--database", "postgresql", "--stops", "10"],
    "faults": ["faults"],
    "fuzz": ["fuzz"],
    "load": ["load"],
    "sweep": ["sweep"],
}


def main(names: list[str]) -> int:
    failed = [name for name in names or RUNS if not kept(name)]
    if failed:
        print(f"not kept: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def kept(name: str) -> bool:
    """Run one and write its table; False where it failed."""
    module, *arguments = RUNS[name]
    command = [sys.executable, "-m", f"tests.soak.{module}", *arguments]
    began = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout, flush=True)
    if done.returncode:
        return False
    took = (time.monotonic() - began) / 60
    cores = len(os.sched_getaffinity(0))
    where = f"{time.strftime('%Y-%m-%d')}, {took:.0f} minutes, {cores} cores, Python {platform.python_version()}"
    write(name, f"{done.stdout.strip()}\n\n{where}.")
    return True


def write(name: str, text: str) -> None:
    """Put a table between its markers; raises where the page has no such markers."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {name} figures -->", f"<!-- /{name} figures -->"
    new, count = re.subn(rf"{begin}.*?{end}", lambda _: f"{begin}\n{text}\n{end}", page, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"{PAGE} has {count} places for the figures of {name}")
    PAGE.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Schemathesis against the running service: python -m tests.soak.fuzz --cases 20000

Examples, boundary values, random and stateful cases, valid and broken ones, with all of its checks and two of ours
(`fuzz_checks.py`), in rounds with seeds of their own until there were as many cases as asked for. The service is the
real application behind a real server, with an administrator's key, a queue of ten and every result ready at once, so
that there are plans, jobs and events to ask for. Exit code 1 where anything was found; standard error tells what.

All checks are on, but for one in one place: `use_after_free` for jobs, because to delete a job is to cancel it, and a
cancelled job is still there to be looked at. Two are told what this service means by its statuses:

* `not_a_server_error`: 503 is how a full queue is declared to answer; `fuzz_checks.py` makes sure that it was full.
* `positive_data_acceptance`: a schema cannot say that a component or a day exists, that a precondition holds (404, 409,
  412, 428) or that a unit is that of the series (422 `/problems/input`); `fuzz_checks.py` makes sure that nothing which
  fits the schema is called `/problems/invalid`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.alarms import evaluate
from api.contract.people import TokenRequest
from api.contract.series import SeriesDefinition
from api.http.app import create_app
from api.records import alarms, people, plans, series, tokens
from api.records.sites import import_packaged
from api.settings import Settings
from api.store import Store
from tests.service import studies
from tests.service.resources.kept import changed, keep, serving, submit, working

ROOT = Path(__file__).parents[2]
KEY = "key-of-the-fuzzer"
PHASES = "examples,coverage,fuzzing,stateful"
EACH = 60  # random cases of an operation in one round
CONFIG = """\
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", 503]
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 304, 404, 406, 409, 412, 422, 428, 503]
"""
JOBS = "^/api/v1/jobs/"
PATHS = {  # operations -> parameter -> dictionary of what there is
    "^/api/v1/plans/": {"path.id": "plans", "query.to": "plans"},
    JOBS: {"path.id": "jobs"},
    "^/api/v1/forecasts/": {"path.id": "forecasts"},
    "^/api/v1/studies/": {"path.id": "studies"},
    "^/api/v1/alarms/": {"path.id": "alarms"},
    "^/api/v1/tokens/": {"path.id": "tokens"},
    "^/api/v1/users/": {"path.name": "users"},
    "^/api/v1/sites/": {"path.site": "sites", "path.name": "series"},
}


@dataclass
class Found:
    """What came of it."""

    cases: int = 0
    operations: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    words: str = ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=20_000, help="at least so many")
    parser.add_argument("--seed", type=int, default=1, help="of the first round")
    asked = parser.parse_args()
    found = fuzz(asked.cases, asked.seed)
    print(found.words, file=sys.stderr)
    print("| operations | cases | findings |\n|---|---|---|")
    print(f"| {found.operations} | {found.cases:,} | {sum(found.failures.values())} |")
    return 1 if found.failures else 0


def fuzz(cases: int, seed: int = 1, each: int = EACH, phases: str = PHASES) -> Found:
    """Rounds until there were so many cases, or something was found."""
    total = Found()
    with tempfile.TemporaryDirectory(prefix="ems-fuzz-") as folder, service(Path(folder)) as (url, known):
        while total.cases < cases and not total.failures:
            began = total.cases
            run_round(total, Path(folder), url, known, (seed, each, phases))
            print(f"seed {seed}: {total.cases - began} cases", file=sys.stderr, flush=True)
            assert total.cases > began, total.words
            seed += 1
    return total


@contextmanager
def service(folder: Path) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Address of a service that has something of everything, and the names of that."""
    settings = Settings(database=f"sqlite:///{folder / 'ems.db'}", workers=0, queue_limit=10, jobs_per_minute=1_000_000)
    with Store(settings.database) as store:
        known = fill(store, settings)
        with working(store), serving(create_app(settings, store, KEY)) as url:
            yield url, known


def fill(store: Store, settings: Settings) -> dict[str, list[str]]:
    """Something of everything."""
    import_packaged(store)
    known = {
        "plans": [keep(store) for _ in range(3)],
        "forecasts": [keep(store, kind="forecast")],
        "studies": [studies.keep(store, made=studies.whole())],
        "sites": ["demo", "qingdao"],
        "series": ["meter", "sky"],
        "users": ["dispatcher"],
    }
    late = keep(store, changed(outcome="fallback", date="2099-06-15"), day="2099-06-15")
    known["jobs"] = [submit(store)]
    evaluate(store, settings)
    with store.write() as c:
        plans.decide(c, late, "approved", "dispatcher", "")
        for name, kind in (("meter", "measurement"), ("sky", "forecast")):
            asked = SeriesDefinition.model_validate({"kind": kind, "unit": "kW", "resolution": "PT15M"})
            series.define(c, "demo", name, asked, 900)
        people.add(c, "dispatcher", "operator", None, None, "fuzz")
        known["tokens"] = [tokens.create(c, TokenRequest(name="gateway", role="viewer"), "fuzz").id]
        known["alarms"] = [alarm.id for alarm in alarms.alarms(c, sites=None)]
    return known


def run_round(total: Found, folder: Path, url: str, known: dict[str, list[str]], how: tuple[int, int, str]) -> None:
    """One run of schemathesis, added to the total; ``how``: seed, random cases of an operation, phases."""
    seed, each, phases = how
    config, report = folder / "schemathesis.toml", folder / f"report-{seed}.json"
    config.write_text(CONFIG + described(known), encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", f"{url}/openapi.json"),
            *("--header", f"Authorization: Bearer {KEY}", "--seed", str(seed), "--max-examples", str(each)),
            *("--phases", phases),
            *("--report-json-path", str(report), "--request-timeout", "30", "--continue-on-failure", "--no-shrink"),
            *("--max-failures", "20", "--warnings", "off", "--suppress-health-check", "all"),
        ],
        cwd=folder,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "tests.soak.fuzz_checks", "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    told: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    total.cases += told["test_cases"]["generated"]
    total.operations = told["operations"]["tested"]
    total.failures.update({failure["title"]: failure["count"] for failure in told["failures"]})
    total.failures.update({error["title"]: 1 for error in told["errors"]})
    if done.returncode:
        total.failures.setdefault(f"exit code {done.returncode}", 1)
        total.words = "\n".join(line[:1500] for line in (done.stdout + done.stderr).splitlines())


def described(known: dict[str, list[str]]) -> str:
    """Known names as dictionaries of schemathesis, and where they belong."""
    text = "".join(f"[dictionaries.{name}]\nvalues = {json.dumps(values)}\n" for name, values in known.items())
    for path, names in PATHS.items():
        parts = ", ".join(
            f'"{where}" = {{ dictionary = "{name}", probability = 0.7 }}' for where, name in names.items()
        )
        text += f'[[operations]]\ninclude-path-regex = "{path}"\nparameters = {{ {parts} }}\n'
        if path == JOBS:
            text += "checks = { use_after_free = { enabled = false } }\n"
    return text


if __name__ == "__main__":
    sys.exit(main())

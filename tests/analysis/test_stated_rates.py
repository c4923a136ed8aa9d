"""What docs/energy-analysis.md states of recall and false alarms holds on a small version with seeds of its own."""

from __future__ import annotations

import numpy as np
import pytest

from ems.analysis.anomalies import find_anomalies
from ems.analysis.finding import STATED_RATE
from tests.benchmarks.anomalies import KINDS, Result, clean_cases, measure

LEAST_RECALL = {"gap": 1.0, "stuck": 0.75, "spike": 0.75, "unit_slip": 0.75, "night_base": 0.75}


@pytest.fixture(scope="module")
def result() -> Result:
    cases = [c for c in clean_cases(301) if c.name.endswith(("_electricity", "workshop", "forklifts", "alkaline"))]
    return measure(cases, np.random.default_rng(301))


def test_false_alarms_on_clean_years_stay_below_the_stated_rate() -> None:
    cases = [*clean_cases(302), *clean_cases(303)]
    years = sum(len(c.activity.meters) for c in cases)
    alarms = [f for c in cases for f in find_anomalies(c.activity, c.calendar, c.expected).findings]
    assert years == 46
    assert len(alarms) / years <= STATED_RATE, [f"{f.kind} {f.meter} {f.start}" for f in alarms]


@pytest.mark.parametrize("kind", KINDS)
def test_faults_are_found(result: Result, kind: str) -> None:
    score = result.scores[kind]  # type: ignore[index]
    assert score.faults > 0
    assert score.recall >= LEAST_RECALL.get(kind, 0.5)

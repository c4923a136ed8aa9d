"""Weights of the correction during the day are fitted on another year, as an operator would on the past."""

from __future__ import annotations

from datetime import date

import numpy as np

from ems.operation.corrections import fitted_corrections
from ems.site_file import read_site


def test_an_error_of_the_last_hours_counts_for_those_to_come_and_fades() -> None:
    sun, loads = fitted_corrections(read_site("demo"), date(2026, 3, 1), 60, "synthetic:11", seed=1)
    for weights in (sun, loads):
        ahead = np.asarray(weights.at(np.array([0.0, 3.0, 6.0])))
        assert 0.5 < ahead[0] <= 1.0
        assert (np.diff(ahead) <= 1e-9).all()
        assert 0.2 < ahead[1] < 0.6  # errors of the model hold over the day in part: a share of 0.37 stays


def test_the_year_learned_from_has_errors_of_its_own() -> None:
    file = read_site("demo")
    one, other = (fitted_corrections(file, date(2026, 3, 1), 60, "synthetic:11", seed=s) for s in (1, 2))
    assert one != other

"""Weights of the correction during the day, fitted as an operator would: on another year of forecasts and what came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pandas as pd

from ems.inputs import make_inputs
from ems.operation.draws import drawn
from ems.site_file import SiteFile
from forecasting.error_model import ErrorModel
from forecasting.intraday import OFF, Weights
from forecasting.intraday_fit import fit_weights

DAYS = 90  # two thirds to fit on, one to check
OTHER_DRAW = 1000  # added to the seed: the errors of the year that is learned from are its own


def fitted_corrections(
    file: SiteFile,
    first: date,
    step_minutes: int,
    weather: str,
    seed: int,
    models: Mapping[str, ErrorModel] | None = None,
) -> tuple[Weights, Weights]:
    """Weights for what follows the sun and for demands; off where nothing is gained or there is no such column.

    ``weather`` is that of the year learned from, 90 days of it from ``first`` on.
    """
    inputs = make_inputs(file, first, first + timedelta(days=DAYS - 1), step_minutes=step_minutes, weather=weather)
    past = drawn(file, inputs.weather, inputs.table, seed + OTHER_DRAW, models=models)
    sun = list(map(str, past.clear))
    return (
        _fitted(past.issued, inputs.table, sun, past.clear),
        _fitted(past.issued, inputs.table, list(past.loads), None),
    )


def _fitted(issued: pd.DataFrame, came: pd.DataFrame, columns: list[str], clear: pd.DataFrame | None) -> Weights:
    """Fitted on the column with the most in it: those of one kind err alike."""
    if not columns:
        return OFF
    most = str(came[columns].mean().idxmax())
    return fit_weights(issued[most], came[most], None if clear is None else clear[most]).weights

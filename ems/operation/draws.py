"""The forecasts that an operator would have had: drawn once around what comes, for all policies alike.

Sun: day-ahead errors of `ErrorModel`, level, spread by cloudiness and correlation as fitted from measured plants; the
roofs of a park lie under one sky and share them. Demands: each carrier has errors of its own, shared by its
buildings in part. The deviates depend on the seed and the days alone, not on who asks.

Known ahead, without error: prices, the grid's carbon intensity, slots of vehicles, the temperature that machines work
at (an error of 1 to 2 K changes the output of a heat pump by a few per cent; its effect on demands is part of theirs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ems.site import Site, sites_folder
from ems.site_file import SiteFile
from forecasting.error_model import ErrorModel
from forecasting.pv import pv_yield
from forecasting.sun import clear_sky_ghi, erbs_diffuse_fraction
from forecasting.weather import Weather
from models import PV
from models.demand import Demand

FOLDER = "forecast_errors"
SUN, BUILDINGS, BATCHES = "pv", "demand", "demand_batches"
LEARNED = "pv_learned"  # errors of the best forecast, which a park has that measured for some months
CAUTION = -0.8  # standard deviations: found by trial on two months, see docs/operation.md
SHARED = 0.5  # share of the variance that demands of one carrier have in common: an assumption


@dataclass(frozen=True)
class Drawn:
    """What comes, what was forecast of it, and other ways in which forecasts of that kind may turn out.

    ``caution`` is what a plan that provides for the worse adds to the sun ahead, see `cautious`.
    """

    issued: pd.DataFrame
    clear: pd.DataFrame
    loads: tuple[str, ...]
    spread: Mapping[int, pd.DataFrame]
    caution: pd.DataFrame


def drawn(
    file: SiteFile,
    sky: Weather,
    actual: pd.DataFrame,
    seed: int,
    scenarios: int = 0,
    models: Mapping[str, ErrorModel] | None = None,
) -> Drawn:
    """Forecasts of the whole local days of ``actual``, and ``scenarios`` other courses that may come of them."""
    models = models or error_models()
    sun, loads = sun_columns(file.site), load_columns(file.site)
    clear = clear_yields(file, sky, actual)
    index = pd.DatetimeIndex(actual.index)
    issued = actual.copy()
    deviates = _deviates(models, file.site, index, np.random.default_rng([seed, 0]))
    for column in sun:
        issued[column] = models[SUN].forecast(
            actual[column], clear[column].clip(lower=actual[column]), deviates=deviates[column]
        )
    for column in loads:
        issued[column] = models[model_of(file.site, column)].forecast(
            actual[column], _usual(actual[column]), deviates=deviates[column]
        )
    spread, caution = spreads(file, sky, issued, seed, scenarios, models), cautious(issued, clear, sun, models[SUN])
    return Drawn(issued, clear[list(sun)], loads, spread, caution)


def cautious(issued: pd.DataFrame, clear: pd.DataFrame, sun: Sequence[str], model: ErrorModel) -> pd.DataFrame:
    """The course `CAUTION` standard deviations from the median of what may come of forecasts less that median [unit].

    A dark day that was forecast bright finds stores empty and sets the month's peak; a bright one that was forecast
    dark costs some hours of cheap charging.
    """
    found = {}
    for column in sun:
        reach, middle = clear[column].clip(lower=issued[column]), pd.Series(0.0, issued.index)
        low, mid = (model.course(issued[column], reach, deviates=middle + z) for z in (CAUTION, 0.0))
        found[column] = low - mid
    return pd.DataFrame(found, index=issued.index)


def spreads(
    file: SiteFile,
    sky: Weather,
    issued: pd.DataFrame,
    seed: int,
    count: int,
    models: Mapping[str, ErrorModel] | None = None,
) -> dict[int, pd.DataFrame]:
    """What may come of the forecasts of whole local days less the forecasts, equally likely: 1 … count -> table."""
    models, clear = models or error_models(), clear_yields(file, sky, issued)
    sun, loads = sun_columns(file.site), load_columns(file.site)
    return {
        k: _spread(models, file.site, issued, clear, sun, loads, np.random.default_rng([seed, k]))
        for k in range(1, count + 1)
    }


def error_models(sun: str = SUN) -> dict[str, ErrorModel]:
    """The models that are kept, by what they tell of; ``sun`` names the file of the first."""
    files = {SUN: sun, BUILDINGS: BUILDINGS, BATCHES: BATCHES}
    return {name: ErrorModel.read(sites_folder() / FOLDER / f"{file}.yaml") for name, file in files.items()}


def model_of(site: Site, column: str) -> str:
    """Which model errs about a demand: batches where it is measured and no recipe tells it, else buildings."""
    recipe = site.demands.get(column.partition(".")[0])
    return BATCHES if recipe is not None and recipe.recipe == "csv" else BUILDINGS


def sun_columns(site: Site) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c.yield_column for c in site.components if isinstance(c, PV)))


def load_columns(site: Site) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c.need_column for c in site.components if isinstance(c, Demand)))


def clear_yields(file: SiteFile, sky: Weather, actual: pd.DataFrame) -> pd.DataFrame:
    """Yield of every column of the sun under a clear sky; of one that is read from a file, its month's envelope."""
    under = _clear_sky(sky)
    found = {}
    for column in sun_columns(file.site):
        name = column.removesuffix(".yield_kw_per_kwp")
        if name in file.site.arrays:
            found[column] = pv_yield(under, file.site.arrays[name])
        else:
            found[column] = _envelope(actual[column])
    return pd.DataFrame(found, index=actual.index)


def _clear_sky(sky: Weather) -> Weather:
    """The same air under a clear sky: global by Haurwitz (1945), diffuse part by Erbs (1982)."""
    from pvlib.irradiance import get_extra_radiation

    table = sky.table.copy()
    index = pd.DatetimeIndex(table.index)
    up = np.cos(np.radians(table["apparent_zenith_deg"].to_numpy(float)))
    ghi = clear_sky_ghi(up)
    outside = np.asarray(get_extra_radiation(index.day_of_year.to_numpy())) * np.maximum(up, 1e-3)
    dhi = ghi * erbs_diffuse_fraction(ghi / outside)
    table["ghi_w_per_m2"], table["dhi_w_per_m2"] = ghi, dhi
    table["dni_w_per_m2"] = np.where(up > 0.05, (ghi - dhi) / np.maximum(up, 0.05), 0.0)
    return replace(sky, table=table)


def _envelope(values: pd.Series[float]) -> pd.Series[float]:
    """Highest value of the month at each time of day."""
    index = pd.DatetimeIndex(values.index)
    return values.groupby([index.year, index.month, index.hour, index.minute]).transform("max")


def _usual(values: pd.Series[float]) -> pd.Series[float]:
    """Mean of the month at each hour: the scale of a demand's errors; never nothing where there is a demand at all."""
    index = pd.DatetimeIndex(values.index)
    usual = values.groupby([index.year, index.month, index.hour]).transform("mean")
    return usual.clip(lower=max(0.05 * float(values.mean()), 1e-6))


def _deviates(
    models: Mapping[str, ErrorModel], site: Site, index: pd.DatetimeIndex, rng: np.random.Generator
) -> pd.DataFrame:
    """Standard normal errors of every column."""
    sky = models[SUN].deviates(index, rng)
    found = dict.fromkeys(sun_columns(site), sky)
    common: dict[str, pd.Series[float]] = {}
    for c in site.components:
        if isinstance(c, Demand) and c.need_column not in found:
            model = models[model_of(site, c.need_column)]
            if c.carrier not in common:
                common[c.carrier] = model.deviates(index, rng)
            own = model.deviates(index, rng)
            found[c.need_column] = np.sqrt(SHARED) * common[c.carrier] + np.sqrt(1 - SHARED) * own
    return pd.DataFrame(found, index=index)


def _spread(
    models: Mapping[str, ErrorModel],
    site: Site,
    issued: pd.DataFrame,
    clear: pd.DataFrame,
    sun: tuple[str, ...],
    loads: tuple[str, ...],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """A course that may come of the forecasts, less the forecasts."""
    deviates = _deviates(models, site, pd.DatetimeIndex(issued.index), rng)
    found = {}
    for column in sun:
        reach = clear[column].clip(lower=issued[column])
        found[column] = models[SUN].course(issued[column], reach, deviates=deviates[column]) - issued[column]
    for column in loads:
        reach = _usual(issued[column])
        model = models[model_of(site, column)]
        found[column] = model.course(issued[column], reach, deviates=deviates[column]) - issued[column]
    return pd.DataFrame(found, index=issued.index)

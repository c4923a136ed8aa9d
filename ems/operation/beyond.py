"""What a running park's re-plan knows beyond its forecast: the month's future cost, and how long a forecast errs alike.

Both depend on the site, the month and the goal alone. They take up to minutes, so that who re-plans makes them once and
keeps them (`api.work.kept_beyond`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from ems.build import Law
from ems.inputs import make_inputs
from ems.objective import Objective, ObjectiveName
from ems.operation.backtest import LIKELY
from ems.operation.corrections import fitted_corrections
from ems.operation.draws import LEARNED, error_models
from ems.operation.future import Future
from ems.operation.future_fit import ROUNDS, fit_future
from ems.operation.outlooks import ASSUMED_CORRECTIONS
from ems.site import Site
from ems.site_file import SiteFile
from forecasting.intraday import Weights
from forecasting.notes import Note
from models import Window

FIT_S = 600.0  # several times what the Qingdao park takes; then the rounds done so far have to do
FIT_STEP_MINUTES = 60  # V stands at midnights: steps of a plan do not matter to it
FIT_SEED = 1  # of the forecast errors that weights are fitted on


@dataclass(frozen=True)
class Beyond:
    """What is known of a month beyond forecasts; without ``future`` the site's end prices and expected peak hold.

    Attributes:
        future: cost of the rest of the month at each midnight, fitted for ``month``.
        corrections: weights of the correction by measurements, of the sun and of demands.
        fitted: whether the weights are fitted; else they are assumed.
        month: the first day of the month.
        made_at: when the cuts were made; None where there are none.
        notes: why something is not there.
    """

    month: date
    future: Future | None = None
    corrections: tuple[Weights, Weights] = ASSUMED_CORRECTIONS
    fitted: bool = False
    made_at: pd.Timestamp | None = None
    notes: tuple[Note, ...] = ()

    def ahead(self, site: Site, w: Window) -> tuple[Site, list[Law]]:
        """As `ems.operation.rolling.replan` looks ahead; stocks at the month's end are to be those of the site file."""
        return self.future.from_opening(site, w).seen(site, {}, w) if self.future else (site, [])


def month_of(day: date) -> tuple[date, date]:
    """First and last day of the month of ``day``."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def month_future(
    file: SiteFile, day: date, objective: ObjectiveName, progress: Callable[[int, int], None], seconds: float = FIT_S
) -> Future:
    """The future cost of the month of ``day``, from likely years as a backtest has it.

    ``progress`` is told rounds done and rounds in all. Raises ``ValueError`` where it cannot be fitted.
    """
    first, last = month_of(day)
    progress(0, ROUNDS)
    likely = [make_inputs(file, first, last, step_minutes=FIT_STEP_MINUTES, weather=w).table for w in LIKELY]
    goal = Objective.of(objective, file.site.carbon.price_cny_per_t)
    return fit_future(file.site, likely, {}, goal, ROUNDS, progress=lambda k: progress(k, ROUNDS), seconds=seconds)


def month_corrections(file: SiteFile, day: date, step_minutes: int) -> tuple[Weights, Weights]:
    """Weights of the correction during the days of the month, as a backtest has them."""
    return fitted_corrections(file, month_of(day)[0], step_minutes, LIKELY[0], FIT_SEED, error_models(LEARNED))


def weights_to_dict(weights: tuple[Weights, Weights]) -> dict[str, Any]:
    """As it is kept: plain numbers."""
    return {name: asdict(w) for name, w in zip(("pv", "load"), weights, strict=True)}


def weights_from_dict(data: Mapping[str, Any]) -> tuple[Weights, Weights]:
    """What `weights_to_dict` wrote."""
    pv, load = (
        Weights(data[n]["window_h"], tuple(data[n]["lead_h"]), tuple(data[n]["weight"])) for n in ("pv", "load")
    )
    return pv, load

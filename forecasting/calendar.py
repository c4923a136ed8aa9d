"""Working days, with public holidays and the working weekends that make up for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.errors import InputError
from forecasting.notes import Note

RECENT = 2025  # a year whose surroundings show whether a country moves working days at all


@dataclass(frozen=True)
class WorkCalendar:
    """Working days of a country (ISO 3166 code, such as CN) and, where it has its own, a subdivision.

    Some countries, China first of all, move working days every year by an announcement. For years without one the
    rules of the past are used and ``notes`` says so.
    """

    country: str
    subdivision: str | None = None

    def __post_init__(self) -> None:
        _holidays(self.country, self.subdivision, RECENT)

    def is_working(self, day: date) -> bool:
        """Whether a local day is a working day."""
        return bool(_holidays(self.country, self.subdivision, day.year).is_working_day(day))

    def working(self, index: pd.DatetimeIndex) -> npt.NDArray[np.bool_]:
        """Whether each interval lies in a working day of the zone of the index."""
        days = index.date
        known = {day: self.is_working(day) for day in dict.fromkeys(days)}
        return np.array([known[day] for day in days], dtype=bool)

    def notes(self, index: pd.DatetimeIndex) -> tuple[Note, ...]:
        """One note if any day of the index has no announced calendar."""
        years = [int(y) for y in index.year.unique() if not self.is_announced(int(y))]
        if not years:
            return ()
        text = ", ".join(map(str, years))
        return (
            Note(
                f"{text} 年放假安排尚未公布，按惯例推算，调休上班日未知。",
                f"The holidays of {text} are not announced yet: they are estimated, working weekends are not known.",
            ),
        )

    def is_announced(self, year: int) -> bool:
        """False when the country moves its working days by yearly announcement and that of ``year`` is not known."""
        known = _holidays(self.country, self.subdivision, RECENT)
        return not known.weekend_workdays or year in getattr(known, "special_public_holidays", {})


@lru_cache(maxsize=64)
def _holidays(country: str, subdivision: str | None, year: int) -> Any:
    """Holidays of a year; working weekends that belong to the next year's holidays are among them."""
    import holidays

    try:
        return holidays.country_holidays(country, subdiv=subdivision, years=year)
    except (NotImplementedError, KeyError) as error:
        code = country if subdivision is None else f"{country}-{subdivision}"
        raise InputError("calendar", "country", code, "a code that the holidays library knows") from error

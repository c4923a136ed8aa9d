"""Series from outside that take the place of what is forecast here, where they are complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from forecasting.errors import InputError, meant
from forecasting.notes import Note
from forecasting.resample import means
from models import unit_of

LIMITS = {  # unit of a column -> lowest and highest value that can be
    "kW/kWp": (0.0, 2.0),
    "CNY/kWh": (-5.0, 20.0),
    "kgCO2e/kWh": (0.0, 2.0),
    "°C": (-70.0, 60.0),
    "kW": (0.0, 1e7),
    "kg/h": (0.0, 1e7),
    "1": (0.0, 1.0),
}
DERIVED = ("ghi_w_per_m2", "negative_import_price_share")  # nothing but other columns follows from them

Series = Mapping[str, "pd.Series[float]"]


@dataclass
class Given:
    """Series by input column; what becomes of each is told in ``notes``.

    A series has times with zone as its index; each value holds from its time on for the resolution: that in
    ``attrs["resolution_s"]``, else the shortest distance of two times. ``name`` and ``attrs["issued_at"]`` are told.
    """

    series: Series
    notes: list[Note] = field(default_factory=list)

    def into(self, table: pd.DataFrame, *columns: str) -> pd.DataFrame:
        """The table with those of ``columns`` replaced that a complete series is given for."""
        return table.assign(**{c: x for c in columns if (x := self._whole(c, table)) is not None})

    def unknown(self, table: pd.DataFrame) -> None:
        """Tell of series for columns that there are not."""
        for column in self.series:
            if column not in table or column in DERIVED:
                close = meant(column, [str(c) for c in table if c not in DERIVED])
                en = "no column of that name can be given" + (f" ({close})" if close else "")
                self._tell(column, "没有可由外部给定的同名输入列", en)

    def _whole(self, column: str, table: pd.DataFrame) -> pd.Series[float] | None:
        if column not in self.series or column in DERIVED:
            return None
        given = self.series[column]
        assert isinstance(table.index, pd.DatetimeIndex)
        try:
            found = means(given, table.index, _resolution(given))
        except InputError as error:
            self._tell(column, f"无法使用({error.said})", error.said)
            return None
        if missing := int(found.isna().sum()):
            share = missing / len(found)
            zh, en = f"缺 {missing} 个时段({share:.0%})", f"{missing} of {len(found)} steps are missing ({share:.0%})"
            self._tell(column, zh, en)
            return None
        low, high = LIMITS[unit_of(column)]
        if not found.between(low, high).all():
            worst = found[~found.between(low, high)].iloc[0]
            self._tell(column, f"值 {worst:g} 超出 {low:g} 至 {high:g}", f"{worst:g} is not within {low:g} to {high:g}")
            return None
        zh, en = _origin(given, str(table.index.tz))
        self.notes.append(Note(f"{column} 采用外部序列{zh}。", f"{column} is taken from the given series{en}."))
        return found

    def _tell(self, column: str, zh: str, en: str) -> None:
        self.notes.append(
            Note(
                f"{column} 的外部序列未采用: {zh}。改用本系统预测。",
                f"The series given for {column} is not used: {en}. The forecast made here stands.",
            )
        )


def _resolution(given: pd.Series[float]) -> pd.Timedelta:
    if not isinstance(given.index, pd.DatetimeIndex) or given.index.tz is None:
        raise InputError("series", "index", None, "times with their zone")
    if seconds := given.attrs.get("resolution_s"):
        return pd.Timedelta(seconds=float(seconds))
    steps = given.index.sort_values().unique().to_series().diff().dropna()
    if steps.empty:
        raise InputError("series", "resolution", None, "two values or more")
    return pd.Timedelta(steps.min())


def _origin(given: pd.Series[float], timezone: str) -> tuple[str, str]:
    """Name and time of issue, as far as they are known."""
    name = f" {given.name}" if given.name else ""
    issued = given.attrs.get("issued_at")
    if issued is None:
        return name, name
    at = f"{pd.Timestamp(issued).tz_convert(timezone):%Y-%m-%d %H:%M}"
    return f"{name}(发布于 {at})", f"{name}, issued {at}"

"""What the intraday correction adds on measured series; its weights are never fitted on what they are judged by.

    python -m tests.benchmarks.intraday [--pvod FILE] [--metadata FILE] [--loads DIR]

Forecasts of the day by physics x adaptive level (five PVOD stations, [% of nameplate AC]) and by the four-week mean
(steel plant, [% of the highest measurement]), issued at 00:00, corrected every hour from what was measured since.
Weights are fitted anew every 45 days on the days before, at least 120. PV counts with the sun above 5°. Exit code: 1
where the correction makes a series worse, else 0.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.horizon import days_index
from forecasting.intraday import corrected
from forecasting.intraday_fit import fit_weights
from forecasting.ladder.cases import Cases
from forecasting.ladder.folds import MIN_DAYS, REFIT_DAYS

SHOWN_H = (0, 1, 2, 3, 4, 6, 8, 11)


def intraday(cases: Cases, forecast: pd.Series[float], every_h: int = 1) -> pd.DataFrame:
    """RMSE [% of the capacity] by hour of lead before and after the correction, with the share that it gains [%].

    Args:
        cases: measurements, flags, and for PV the output under a clear sky.
        forecast: as issued at midnight of each day [unit].
    """
    frame = _on_whole_days(cases, forecast)
    clear = frame["clear"] if cases.kind == "pv" else None
    first, last = (pd.DatetimeIndex(frame.index)[k].normalize() for k in (0, -1))
    parts, start = [], first + pd.DateOffset(days=MIN_DAYS)
    while start <= last:
        end = start + pd.DateOffset(days=REFIT_DAYS)
        past = frame[frame.index < start]
        weights = fit_weights(past["forecast"], past["known"], past["clear"] if clear is not None else None).weights
        ahead = frame[(frame.index >= start) & (frame.index < end)]
        for _, day in ahead.groupby(pd.DatetimeIndex(ahead.index).normalize()):
            for now in pd.date_range(day.index[0], day.index[-1], freq=f"{every_h}h")[1:]:
                sky = day["clear"] if clear is not None else None
                new = corrected(day["forecast"], day["known"][day.index < now], now, sky, weights)
                rest = day.index >= now
                lead = np.floor((day.index[rest] - now) / pd.Timedelta(hours=1)).astype(int)
                before, after = ((f - day["scored"])[rest] / cases.capacity for f in (day["forecast"], new))
                parts.append(pd.DataFrame({"lead_h": lead, "before": before**2, "after": after**2}).dropna())
        start = end
    table = 100.0 * np.sqrt(pd.concat(parts).groupby("lead_h").mean())
    table["gain %"] = 100.0 * (1.0 - table["after"] / table["before"])
    return table


def _on_whole_days(cases: Cases, forecast: pd.Series[float]) -> pd.DataFrame:
    """Forecast, what is known and what is scored on an axis without gaps."""
    rows = cases.table
    index = days_index(cases.days[0].date(), cases.days[-1].date(), str(cases.days.tz), cases.step_minutes)
    usable = rows["measured"].where(rows["usable"])
    columns = {"forecast": forecast, "known": usable, "scored": usable.where(rows["counted"])}
    frame = pd.DataFrame({name: column.reindex(index) for name, column in columns.items()})
    frame["clear"] = rows["clear"].reindex(index).fillna(0.0) if "clear" in rows else np.nan
    return frame


def series(pvod: Path, metadata: Path, loads: Path) -> Iterator[tuple[Cases, pd.Series[float]]]:
    """Cases with a forecast that needs no learner; a folder that is absent is passed over with a message."""
    from forecasting.ladder.level import levelled
    from forecasting.ladder.naive import filled
    from tests.benchmarks import loads as load_cases
    from tests.benchmarks.pvod_data import all_cases

    if pvod.exists():
        for cases in all_cases(pvod, metadata):
            yield cases, levelled(cases)
    else:
        print(f"skipped: no file {pvod}", file=sys.stderr)
    if loads.is_dir():
        cases = load_cases.cases_of(load_cases.steel_plant(loads), "KR", load_cases.MIDNIGHT)
        yield cases, filled(cases.table, "four_weeks")
    else:
        print(f"skipped: no folder {loads}", file=sys.stderr)


def main() -> int:
    from tests.benchmarks.loads import DATA
    from tests.benchmarks.pvod_data import METADATA, PARQUET

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pvod", type=Path, default=PARQUET)
    parser.add_argument("--metadata", type=Path, default=METADATA)
    parser.add_argument("--loads", type=Path, default=DATA)
    given = parser.parse_args()
    worse = []
    for cases, forecast in series(given.pvod, given.metadata, given.loads):
        table = intraday(cases, forecast)
        print(f"\n{cases.name}: RMSE [% of {cases.capacity:g} {cases.unit}] by hours of lead, gain in %", flush=True)
        print(table.loc[[h for h in SHOWN_H if h in table.index]].round(2).T.to_string(), flush=True)
        if (table["after"] ** 2).sum() > (table["before"] ** 2).sum():
            worse.append(cases.name)
    print("\nMade worse:", ", ".join(worse) or "none")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())

"""Whether courses drawn from quantiles hang together as real days do: PVOD.

    python -m tests.benchmarks.scenarios [--parquet FILE --metadata FILE] [--count 200]

Level physics on five stations, quantiles from its latest errors, recalibrated; dependence learned from the days before
each block of 45 days, after the first 120. For every whole usable day: energy within the 10 to 90 % of the courses'
energies (aim: 75 to 85 % of the days, and independent draws must miss it), energy and variogram score (per capacity and
square root of steps, pairs), and what a reduction to ten courses keeps. Exit code 1 where an aim is missed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.error_model import ErrorModel
from forecasting.ladder.backtest import MIN_DAYS, REFIT_DAYS
from forecasting.ladder.cases import MEASURED, Cases
from forecasting.ladder.dependence import Dependence, fit_dependence
from forecasting.ladder.level import levelled
from forecasting.ladder.recalibrated import recalibrated
from forecasting.ladder.redressed import redressed
from forecasting.ladder.reduction import reduced
from forecasting.ladder.scenarios import independent, scenarios, shuffled
from forecasting.ladder.scores import energy_score, variogram_score
from tests.benchmarks import pvod_data

LOW, HIGH = 75.0, 85.0
FEW = 10
SITES = Path(__file__).resolve().parents[2] / "sites/forecast_errors"
WAYS = ("copula", "copula, figures of pv.yaml", "Schaake shuffle", "independent")


def blocks(cases: Cases, table: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Forecasts of the past and those ahead of every block."""
    start = cases.days[0] + pd.Timedelta(days=MIN_DAYS)
    while start <= table.index[-1]:
        end = start + pd.Timedelta(days=REFIT_DAYS)
        yield table[table.index < start], table[(table.index >= start) & (table.index < end)]
        start = end


def days_of(cases: Cases, ahead: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, np.ndarray]]:
    """Daylight rows of every whole usable day, and what came."""
    counted = cases.table["counted"].reindex(ahead.index).to_numpy(bool)
    usable = ahead.index.isin(cases.learnable.index)
    for _, rows in ahead.groupby(pd.DatetimeIndex(ahead.index).normalize()):
        lit = counted[ahead.index.get_indexer(rows.index)]
        if lit.any() and usable[ahead.index.get_indexer(rows.index)][lit].all():
            day = rows[lit]
            yield day, cases.table.loc[day.index, MEASURED].to_numpy(float)


def past_days(cases: Cases, day: pd.DataFrame, before: pd.Timestamp) -> np.ndarray:
    """What was measured at the times of ``day`` on the days before, shape (days, steps)."""
    past = cases.table.loc[cases.table.index < before, MEASURED]
    index = pd.DatetimeIndex(past.index)
    table = past.groupby([index.tz_localize(None).normalize(), 60 * index.hour + index.minute]).first().unstack()  # noqa: PD010
    minutes = [60 * t.hour + t.minute for t in day.index]
    return table.reindex(columns=minutes).dropna().tail(60).to_numpy(float)


def station(cases: Cases, count: int, smooth: Dependence) -> pd.DataFrame:
    """One row per day and way: whether its energy lay within, scores, and what the reduction keeps."""
    table = recalibrated(cases, redressed(cases, levelled(cases)).dropna())
    out = []
    for past, ahead in blocks(cases, table):
        learned = fit_dependence(cases, past)
        for number, (day, came) in enumerate(days_of(cases, ahead)):
            top, before = cases.capacity, day.index[0].normalize()
            drawn = {
                WAYS[0]: scenarios(day, learned, count, number, top),
                WAYS[1]: scenarios(day, smooth, count, number, top),
                WAYS[2]: shuffled(day, past_days(cases, day, before), number, top),
                WAYS[3]: independent(day, count, number, top),
            }
            for way, courses in drawn.items():
                energy = courses.sum(axis=1)
                low, high = np.quantile(energy, [0.1, 0.9])
                few = reduced(courses, FEW) if way == WAYS[0] else None
                out.append(
                    {
                        "station": cases.name,
                        "way": way,
                        "within": 100.0 * (low <= came.sum() <= high),
                        "width": 100.0 * (high - low) / len(day) / top,
                        "energy score": 100.0 * energy_score(came, courses) / top / np.sqrt(len(day)),
                        "variogram score": 100.0 * variogram_score(came / top, courses / top) / len(day) ** 2,
                        "mean kept": 100.0 * few.mean[1] / few.mean[0] if few else np.nan,
                        "std kept": 100.0 * few.std[1] / few.std[0] if few else np.nan,
                        "distance left": 100.0 * few.distance if few else np.nan,
                    }
                )
    return pd.DataFrame(out)


def main() -> int:
    """Draw, score, compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--parquet", type=Path, default=pvod_data.PARQUET)
    parser.add_argument("--metadata", type=Path, default=pvod_data.METADATA)
    parser.add_argument("--count", type=int, default=200)
    args = parser.parse_args()
    if not args.parquet.exists():
        print(f"skipped: {args.parquet} is not there")
        return 0
    began = time.perf_counter()
    smooth = Dependence.assumed(ErrorModel.read(SITES / "pv.yaml").figures.given_forecast.correlation)
    days = pd.concat([station(c, args.count, smooth) for c in pvod_data.all_cases(args.parquet, args.metadata)])
    kept = days[days["way"] == WAYS[0]][["mean kept", "std kept", "distance left"]].mean()
    scored = days.drop(columns=list(kept.index))
    print(
        scored.pivot_table(index="station", columns="way", values="within", margins=True, margins_name="all")
        .round(1)
        .to_string()
    )
    means = scored.drop(columns="station").groupby("way").mean().loc[list(WAYS)]
    print(means.round(2).to_string())
    print(
        f"{FEW} of {args.count} courses keep {kept['mean kept']:.1f} % of the mean energy, {kept['std kept']:.1f} % of "
        f"its standard deviation; {kept['distance left']:.0f} % of the distance to one course remain"
    )
    aims = {
        f"energy of the day within the 80 % interval on {LOW:g} to {HIGH:g} % of days": LOW
        <= means.loc[WAYS[0], "within"]
        <= HIGH,
        "independent draws miss it": not LOW <= means.loc[WAYS[3], "within"] <= HIGH,
        "variogram score better than that of independent draws": means.loc[WAYS[0], "variogram score"]
        < means.loc[WAYS[3], "variogram score"],
    }
    for aim, met in aims.items():
        print(f"{'met   ' if met else 'MISSED'} {aim}")
    print(f"{time.perf_counter() - began:.0f} s")
    return 0 if all(aims.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())

"""Forecasts of loads, day by day, against weekly naive and four-week mean; and what the intraday correction adds.

    python -m tests.benchmarks.loads [--issue 00:00|15:00] [--case steel|offices|all] [--data DIR]

steel    MEASURED: 15 min electricity of a steel plant in Korea, 2018 (UCI Steel Industry Energy Consumption, CC BY).
         The file stamps 24:00 as 00:00 of the same day, so that the axis is built from the row number.
offices  SIMULATED: hourly electricity of a large office of the DOE commercial reference buildings in Baltimore (climate
         zone 4A), year of 2017 (NREL REopt.jl, Apache-2.0). A simulation repeats its schedule: an easier case.

Protocol: forecasts of a local day issued at 00:00 of that day with measurements up to the day before (default), or at
15:00 of the day before with whole days up to two days before; expanding window, at least 120 days, fitted anew every
45; every interval counts; errors in % of the highest measurement. Neither case has weather: no temperature is used.
What a rung is worth beside the better of the two references is said in words, also where it is worth nothing.
Exit code: 1 where the best rung that learns has a higher RMSE than a reference on the measured load, else 0.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.calendar import WorkCalendar
from forecasting.ladder.backtest import backtest
from forecasting.ladder.cases import MEASURED, Cases
from forecasting.ladder.demand_cases import AFTERNOON_BEFORE, MIDNIGHT, Issue, demand_cases
from forecasting.ladder.demand_rungs import Regression, demand_rungs
from forecasting.ladder.quantiles import MEAN
from forecasting.ladder.score_table import ScoreTable, score_table
from tests.benchmarks.intraday import SHOWN_H, intraday

DATA = Path(__file__).parents[3] / "shared/data/loads"
REFERENCES = ("weekly", "four_weeks")
ISSUES = {"00:00": MIDNIGHT, "15:00": AFTERNOON_BEFORE}
KWH_PER_QUARTER_TO_KW = 4.0
STILL_SHARE = 0.05  # a day whose mean is below it stands still
HELPS = 0.01  # a model that is less than 1 % better than the reference is not said to help


def steel_plant(data: Path) -> pd.Series[float]:
    """Measured power [kW], 15 min."""
    frame = pd.read_csv(data / "uci_steel_daewoo/steel_plant_15min_2018.csv")
    index = pd.date_range("2018-01-01", periods=len(frame), freq="15min", tz="Asia/Seoul")
    return pd.Series(frame["Usage_kWh"].to_numpy(float) * KWH_PER_QUARTER_TO_KW, index, name="steel plant (measured)")


def large_office(data: Path) -> pd.Series[float]:
    """Simulated power [kW], hourly, without the hour that the clocks skip: the file runs on standard time."""
    folder = data / "reopt_crb_cz4A_baltimore"
    shares = np.loadtxt(folder / "electric__LargeOffice.dat")
    index = pd.date_range("2017-01-01", periods=len(shares), freq="h", tz="Etc/GMT+5")
    return pd.Series(shares * 6_836_130.0, index, name="large office (SIMULATED)")


def cases_of(measured: pd.Series[float], country: str, issue: Issue) -> Cases:
    return demand_cases(str(measured.name), measured, measured.notna(), WorkCalendar(country), issue=issue)


def printed(scores: ScoreTable, title: str, issue: str) -> None:
    print(f"\n{title}; issued {issue}; {scores.first:%Y-%m-%d} to {scores.last:%Y-%m-%d}")
    print(scores.rule.en)
    print(scores.table.round(2).to_string())


def verdict(scores: ScoreTable) -> list[str]:
    """What each rung is worth beside the better of the two references, in words."""
    rmse = scores.table["rmse"]
    best = min((name for name in REFERENCES), key=lambda name: rmse[name])
    lines = []
    for name in rmse.index.difference(REFERENCES, sort=False):
        gain = 1.0 - rmse[name] / rmse[best]
        word = "helps" if gain >= HELPS else "makes no difference" if gain > -HELPS else "DOES NOT HELP"
        lines.append(f"  {name:14} {word}: RMSE {100 * gain:+.1f} % better than {best}" if gain >= 0 else
                     f"  {name:14} {word}: RMSE {-100 * gain:.1f} % worse than {best}")  # fmt: skip
    return lines


def by_kind_of_day(cases: Cases, forecasts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """RMSE [% of the highest measurement] on working and on free days, and of daily means."""
    rows = {}
    for name, table in forecasts.items():
        error = (table[MEAN] - cases.table[MEASURED].reindex(table.index)) / cases.capacity * 100.0
        working = cases.table["working"].reindex(table.index) > 0
        daily = error.groupby(pd.DatetimeIndex(table.index).normalize()).mean()
        parts = {"working days": error[working], "free days": error[~working], "daily mean": daily}
        rows[name] = {key: float(np.sqrt((part**2).mean())) for key, part in parts.items()}
    return pd.DataFrame(rows).T


def with_plan(measured: pd.Series[float], country: str, issue: Issue) -> Cases:
    """Cases that know which days stand still, as a production plan would tell; here the measurements tell."""
    daily = measured.groupby(pd.DatetimeIndex(measured.index).normalize()).transform("mean")
    plan = {"runs": (daily > STILL_SHARE * float(measured.max())).astype(float)}
    return demand_cases(str(measured.name), measured, measured.notna(), WorkCalendar(country), issue=issue, plans=plan)


def worth_of_a_plan(measured: pd.Series[float], country: str, issue: Issue) -> str:
    """RMSE of the regression with and without the plan."""
    rmse = {}
    for key, cases in (("without", cases_of(measured, country, issue)), ("with", with_plan(measured, country, issue))):
        table = backtest(cases, [Regression()])["regression"]
        error = table[MEAN] - cases.table[MEASURED].reindex(table.index)
        rmse[key] = 100.0 * float(np.sqrt((error**2).mean())) / cases.capacity
    return (
        "If a production plan told which days stand still (taken from the measurements: an upper bound of what such a "
        "plan is worth, not a forecast), the regression would come from "
        f"{rmse['without']:.2f} to {rmse['with']:.2f} % RMSE."
    )


def run(measured: pd.Series[float], country: str, issue: str) -> bool:
    """Prints all; whether the best rung that learns beats the references."""
    began = time.perf_counter()
    cases = cases_of(measured, country, ISSUES[issue])
    forecasts = backtest(cases, demand_rungs(), progress=lambda step: print(step, file=sys.stderr, flush=True))
    scores = score_table(cases, forecasts, "four_weeks")
    printed(scores, cases.name, issue)
    for name, reason in forecasts.left_out.items():
        print(f"  left out: {name}: {reason.en}")
    print("Against the better of weekly naive and four-week mean:", *verdict(scores), sep="\n")
    print("RMSE by kind of day:", by_kind_of_day(cases, forecasts).round(2).to_string(), sep="\n")
    learned = scores.table["rmse"].drop(list(REFERENCES)).idxmin()
    table = intraday(cases, forecasts[learned][MEAN])
    print(f"Intraday correction of {learned} every hour, by hours of lead, RMSE in %; weights from the past:")
    print(table.loc[[h for h in SHOWN_H if h in table.index]].round(2).T.to_string())
    print(worth_of_a_plan(measured, country, ISSUES[issue]))
    print(f"{time.perf_counter() - began:.0f} s")
    return bool(scores.table["rmse"][learned] < scores.table["rmse"][list(REFERENCES)].min())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--issue", choices=tuple(ISSUES), default="00:00")
    parser.add_argument("--case", choices=("steel", "offices", "all"), default="steel")
    parser.add_argument("--data", type=Path, default=DATA)
    given = parser.parse_args()
    if not given.data.is_dir():
        print(f"skipped: no folder {given.data}", file=sys.stderr)
        return 0
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # on a busy machine threads of small trees wait for each other
        good = True
        if given.case in ("steel", "all"):
            good = run(steel_plant(given.data), "KR", given.issue)
        if given.case in ("offices", "all"):
            run(large_office(given.data), "US", given.issue)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

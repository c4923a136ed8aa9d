"""Fit the figures of `sites/forecast_errors` again, and show that what they draw errs as the forecasts did.

    python -m tests.benchmarks.fit_errors [--write] [--parquet FILE --metadata FILE] [--steel FILE]

PV: errors of level physics (pvlib on the day's weather run x adaptive level of the days up to the one before yesterday,
so as known at 15:00 of the day before) on the stations of PVOD; and of the blend of learned rungs, known at the same
time, after 120 days of history. Demand: errors of the mean of the last ten like days,
known at the same time, on a measured steel plant. Errors of the weather runs' temperature are printed, not kept: they
have little to do with a day's PV error (correlation 0.1 to 0.3). Without ``--write`` nothing is written.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from scipy.special import ndtri

from forecasting import error_behaviour
from forecasting.calendar import WorkCalendar
from forecasting.error_figures import SEASONS, SPREAD_LEVELS, Correlation, ErrorFigures, Side
from forecasting.error_fit import fit_side
from forecasting.error_model import ErrorModel
from forecasting.ladder.backtest import backtest
from forecasting.ladder.cases import COUNTED, MEASURED, USABLE, Cases
from forecasting.ladder.demand_cases import AFTERNOON_BEFORE, demand_cases
from forecasting.ladder.level import levelled
from forecasting.ladder.pv_cases import CLEAR, LEVEL
from forecasting.ladder.pv_rungs import pv_rungs
from forecasting.ladder.quantiles import MEAN
from forecasting.ladder.scores import bias, mae, rmse
from tests.benchmarks import pvod_data

SITES = Path(__file__).resolve().parents[2] / "sites/forecast_errors"
COMMAND = "python -m tests.benchmarks.fit_errors --write"
STEEL = pvod_data.FOLDER.parent / "loads/uci_steel_daewoo/steel_plant_15min_2018.csv"
BUILDING_ERROR = 0.10  # of the demand, standard deviation
PHYSICS = "day-ahead level physics: pvlib on the weather run of the day x adaptive level of two days before"
LEARNED = "day-ahead blend of level physics, boosted trees and quantile forest, known at 15:00 of the day before"
LEARNING_DAYS = 20  # of the level: two of its half-lives


def pv_tables(cases: list[Cases]) -> dict[str, pd.DataFrame]:
    """Whole usable days of every station as shares of nameplate: actual, forecast, reach, counted."""
    out = {}
    for one in cases:
        rows = one.between(one.days[0] + pd.Timedelta(days=LEARNING_DAYS), None)
        out[one.name] = _whole_days(rows, levelled(rows))
    return out


def learned_tables(cases: list[Cases]) -> dict[str, pd.DataFrame]:
    """The same with the forecasts of the blend, out of sample, from 120 days of history on."""
    rung = next(r for r in pv_rungs() if r.name == "blend")
    out = {}
    for one in cases:
        blend = backtest(one, [rung])[rung.name]
        rows = one.between(blend.index[0].normalize(), None)
        out[one.name] = _whole_days(rows, blend[MEAN].reindex(rows.table.index).where(rows.table[COUNTED], 0.0))
    return out


def _whole_days(rows: Cases, forecast: pd.Series) -> pd.DataFrame:
    """Usable days of a station."""
    t = rows.table
    good = (t[USABLE] & t[MEASURED].notna()) | ~t[COUNTED]
    whole = good.groupby(rows.days).transform("all") & t[LEVEL].notna()
    table = pd.DataFrame({"actual": t[MEASURED].clip(lower=0.0), "forecast": forecast, "reach": t[CLEAR] * t[LEVEL]})
    return (table / rows.capacity).assign(counted=t[COUNTED])[whole].dropna()


def pv_figures(tables: dict[str, pd.DataFrame], forecast: str = PHYSICS) -> ErrorFigures:
    """Figures of PV."""
    every = list(tables.values())
    counted = pd.concat([t[t["counted"]] for t in every])
    stations = ", ".join(tables)
    return ErrorFigures(
        status="computed",
        source=(
            "PVOD v1.0 (Yao et al. 2021, Solar Energy 230, 951; doi 10.11922/sciencedb.01094; CC BY 4.0), "
            f"{stations}, 2018-2019, every 15 min"
        ),
        source_zh=f"PVOD v1.0（Yao 等 2021，Solar Energy 230, 951）河北 {len(tables)} 座光伏电站，2018—2019 年",
        kind="pv",
        forecast=forecast,
        made_by=COMMAND,
        rows=len(counted),
        days=sum(pd.DatetimeIndex(t.index).normalize().nunique() for t in every),
        rmse=round(rmse(counted["forecast"].to_numpy(), counted["actual"].to_numpy()), 4),
        given_actual=fit_side(every, "actual", "forecast"),
        given_forecast=fit_side(every, "forecast", "actual"),
    )


def temperature(frames: dict[int, pd.DataFrame], tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Errors of the weather runs' air temperature, and how far days forecast too sunny are forecast too warm."""
    rows = {}
    for number, frame in frames.items():
        name = f"station{number:02d}"
        error = frame["nwp_temperature"] - frame["lmd_temperature"]
        index = pd.DatetimeIndex(error.index)
        usual = error.groupby([index.month, index.hour]).transform("mean")  # of the sensor in the sun, and the model
        days = _anomaly((error - usual).groupby(index.normalize()).mean())
        t = tables[name][tables[name]["counted"]]
        sun = _anomaly((t["forecast"] - t["actual"]).groupby(pd.DatetimeIndex(t.index).normalize()).mean())
        rows[name] = {
            "std K": float((error - usual).std()),
            "daily mean, std K": float(days.std()),
            "lag 1 day": float(days.autocorr(1)),
            "with daily PV error": float(days.corr(sun)),
        }
    return pd.DataFrame(rows).T


def _anomaly(days: pd.Series) -> pd.Series:
    """Days less the mean of the month around them."""
    return days - days.rolling(31, center=True, min_periods=10).mean()


def steel_table(path: Path) -> pd.DataFrame:
    """A measured steel plant: actual, forecast, reach, counted [kW]; the time of a row is told by its number."""
    energy = pd.read_csv(path)["Usage_kWh"].to_numpy(float)
    index = pd.date_range("2018-01-01", periods=len(energy), freq="15min", tz="Asia/Seoul")
    measured = pd.Series(4.0 * energy, index)
    cases = demand_cases("steel", measured, measured.notna(), WorkCalendar("KR"), issue=AFTERNOON_BEFORE)
    t = cases.table
    usual = measured.groupby([t["working"], t["minute"]]).transform("mean")
    table = pd.DataFrame({"actual": t[MEASURED], "forecast": t["mean_like"], "reach": usual})
    return table.assign(counted=True)[table["forecast"].notna().groupby(cases.days).transform("all")]


def steel_figures(table: pd.DataFrame) -> ErrorFigures:
    """Figures of a demand that runs in batches."""
    forecast, actual = table["forecast"].to_numpy(), table["actual"].to_numpy()
    return ErrorFigures(
        status="computed",
        source="UCI Steel Industry Energy Consumption (DAEWOO Steel, Korea, 2018; CC BY 4.0), measured every 15 min",
        source_zh="UCI 钢铁厂用电数据（韩国 DAEWOO Steel，2018 年，CC BY 4.0），15 分钟实测",
        kind="demand",
        forecast="day-ahead mean of the last ten days of the same kind (working or free)",
        made_by=COMMAND,
        rows=len(table),
        days=pd.DatetimeIndex(table.index).normalize().nunique(),
        rmse=round(rmse(forecast, actual) / float(actual.max()), 4),
        given_actual=fit_side([table], "actual", "forecast"),
        given_forecast=fit_side([table], "forecast", "actual"),
    )


def building_figures() -> ErrorFigures:
    """Figures of heat, cooling and electricity of buildings: an assumption until meters of the site say better."""
    edges = (0.5, 1.0, 1.5)
    middles = np.array([0.25, 0.75, 1.25, 2.0])
    side = Side(
        constant=0.0,
        day=1.0,
        hour=1.0,
        edges=edges,
        spread=tuple(tuple(np.round(BUILDING_ERROR * m * ndtri(SPREAD_LEVELS), 4).tolist()) for m in middles),
        season=dict.fromkeys(SEASONS, 1.0),
        highest=20.0,
        correlation=Correlation(day_share=0.4, hours=3.0, roughness=1.3, day_to_day=0.6),
    )
    return ErrorFigures(
        status="assumption",
        source=(
            f"normal errors of {BUILDING_ERROR:.0%} of the demand of like days, a third of what ASHRAE Guideline 14 "
            "allows a calibrated hourly model of a building (CV of RMSE 30 %); memory like that of PV errors"
        ),
        source_zh=f"正态误差，为同类日需求的 {BUILDING_ERROR:.0%}（ASHRAE 指南 14 对逐时校准模型允许 30 % 的三分之一）",
        kind="demand",
        forecast="day-ahead recipe with calendar and temperature",
        made_by=COMMAND,
        rows=1,
        days=1,
        rmse=BUILDING_ERROR,
        given_actual=side,
        given_forecast=side,
    )


def by_the_hour(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Behaviour of real forecasts' hourly means, by site: what the note of a backtest tells of the drawn ones."""
    lit = {name: t["counted"] & (t["reach"] > error_behaviour.LIT * t["reach"].max()) for name, t in tables.items()}
    rows = {n: error_behaviour.behaviour(t["actual"], t["forecast"], lit[n]) for n, t in tables.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(error_behaviour.Behaviour._fields))


def behaviour(actual: pd.Series, forecast: pd.Series, counted: pd.Series) -> dict[str, float]:
    """What an operator feels of errors: their size, their days, their memory, how rough forecasts are."""
    a, f = actual[counted], forecast[counted]
    error = f - a
    index = pd.DatetimeIndex(error.index)
    daily = error.groupby(index.normalize()).mean()

    def lag(series: pd.Series, by: pd.Timedelta) -> float:
        both = pd.DataFrame({"now": series, "then": series.reindex(series.index + by).set_axis(series.index)}).dropna()
        return float(both["now"].corr(both["then"]))

    return {
        "RMSE %": 100 * rmse(f.to_numpy(), a.to_numpy()),
        "MAE %": 100 * mae(f.to_numpy(), a.to_numpy()),
        "bias %": 100 * bias(f.to_numpy(), a.to_numpy()),
        "daily mean, std %": 100 * float(daily.std()),
        "lag 1 h": lag(error, pd.Timedelta(hours=1)),
        "lag 3 h": lag(error, pd.Timedelta(hours=3)),
        "lag 1 day": lag(daily, pd.Timedelta(days=1)),
        "step to step %": 100 * float(f.diff().abs().mean()),
        "with actual": float(a.corr(f)),
    }


def shown(tables: dict[str, pd.DataFrame], model: ErrorModel, draws: int = 4) -> pd.DataFrame:
    """Behaviour of real and drawn forecasts of every site, and the means."""
    rows = {}
    for name, t in tables.items():
        rows[name, "real"] = behaviour(t["actual"], t["forecast"], t["counted"])
        drawn = [
            behaviour(t["actual"], model.forecast(t["actual"], t["reach"], np.random.default_rng(k)), t["counted"])
            for k in range(draws)
        ]
        rows[name, "drawn"] = pd.DataFrame(drawn).mean().to_dict()
    table = pd.DataFrame(rows).T
    for kind in ("real", "drawn"):
        table.loc[("mean", kind), :] = table.xs(kind, level=1).drop("mean", errors="ignore").mean()
    return table


def written(figures: ErrorFigures, path: Path) -> None:
    """Write the figures with the comment that tells how they were made."""
    data = figures.model_dump(mode="json")
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=118, default_flow_style=None)
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"# Fitted by: {figures.made_by}\n# What the figures mean: forecasting/error_figures.py\n{text}")


def main() -> int:
    """Fit, show, write where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--parquet", type=Path, default=pvod_data.PARQUET)
    parser.add_argument("--metadata", type=Path, default=pvod_data.METADATA)
    parser.add_argument("--steel", type=Path, default=STEEL)
    parser.add_argument("--write", action="store_true", help="write sites/forecast_errors")
    args = parser.parse_args()
    for path in (args.parquet, args.metadata, args.steel):
        if not path.exists():
            print(f"skipped: {path} is not there")
            return 0
    cases = pvod_data.all_cases(args.parquet, args.metadata, known_days=2)
    tables = pv_tables(cases)
    figures = pv_figures(tables)
    print(shown(tables, ErrorModel(figures)).round(2).to_string())
    blended = learned_tables(cases)
    learned = pv_figures(blended, LEARNED)
    print(shown(blended, ErrorModel(learned)).round(2).to_string())
    print(by_the_hour(blended).round(3).to_string())
    print(temperature(pvod_data.frames(args.parquet), tables).round(2).to_string())
    plant = steel_table(args.steel)
    steel = steel_figures(plant)
    peak = plant[["actual", "forecast", "reach"]] / plant["actual"].max()
    print(shown({"steel plant": peak.assign(counted=True)}, ErrorModel(steel)).round(2).to_string())
    if args.write:
        written(figures, SITES / "pv.yaml")
        written(learned, SITES / "pv_learned.yaml")
        written(steel, SITES / "demand_batches.yaml")
        written(building_figures(), SITES / "demand.yaml")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

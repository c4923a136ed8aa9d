"""The forecast of a day with its uncertainty, and the scores of a period: the columns of a park one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from ems.forecasts.past import Past, past_of
from ems.forecasts.series import Refused, Say, Scored, forecast, scored
from ems.forecasts.targets import Target, targets
from ems.inputs import Inputs, calendar_of
from ems.operation.draws import SUN, clear_yields, error_models, model_of
from ems.site_file import SiteFile
from forecasting.error_model import ErrorModel
from forecasting.errors import InputError
from forecasting.history.archive import Archive
from forecasting.history.measured import Measured
from forecasting.history.runs import WeatherRuns
from forecasting.horizon import days_index, step_of
from forecasting.ladder.dependence import Dependence, fit_dependence
from forecasting.ladder.quantiles import COLUMNS, MEAN
from forecasting.ladder.rung import TooLittle
from forecasting.notes import Note
from forecasting.resample import on_index

ASSUMED = "assumed"
USUAL_AT_LEAST = 0.05  # of the day's mean: the scale of errors where a demand rests
ASSUMED_TITLE = Note("输入预测, 误差为假定", "Forecast of the inputs, errors assumed")
_NO_FORECAST = Note(
    "当日天气不是预报, 而评分按历史天气预报: 当日误差会比评分所示大。",
    "The weather of the day is no forecast, scores rest on forecasts: errors of the day will be larger than these.",
)


@dataclass(frozen=True)
class SeriesForecast:
    """A column with its uncertainty.

    Attributes:
        target: the column.
        table: quantiles on the steps of the plan [unit of the column]; None where only scores were asked for.
        model: rung that made it, or ``assumed``.
        model_title: the same in words.
        dependence: how its intervals hang together.
        measured: its history, None where there is none.
        scored: the ladder on that history; None where there is none or it was refused.
        refused: why it was.
        mean_only: the mean is by its history, the quantiles are assumed: the past is too short for them.
    """

    target: Target
    table: pd.DataFrame | None
    model: str
    model_title: Note
    dependence: Dependence | None
    measured: Measured | None = None
    scored: Scored | None = None
    refused: tuple[Note, ...] = ()
    mean_only: bool = False


@dataclass(frozen=True)
class ParkForecast:
    """All columns, with what must be said of them."""

    file: SiteFile
    series: tuple[SeriesForecast, ...]
    notes: tuple[Note, ...]
    inputs: Inputs | None = None
    runs: WeatherRuns | None = None


@dataclass
class _Work:
    file: SiteFile
    history: Mapping[str, Measured]
    runs: WeatherRuns | None
    inputs: Inputs | None
    say: Say
    last: date | None = None
    pasts: dict[tuple[pd.Timestamp, int], Past] = field(default_factory=dict)

    def past(self, measured: Measured) -> Past:
        """The past of a history; those that begin alike and have one step share it."""
        index = pd.DatetimeIndex(measured.usable.index)
        step = step_of(index)
        key = (index[0], step)
        if key not in self.pasts:
            end = self.inputs.table.index[-1] if self.inputs is not None else index[-1]
            end = min(end, pd.Timestamp(self.last, tz=index.tz)) if self.last and self.inputs is None else end
            whole = days_index(index[0].date(), pd.Timestamp(end).date(), self.file.site.place.timezone, step)
            self.pasts[key] = past_of(self.file, whole, self.inputs, self.runs)
        return self.pasts[key]


def park_forecast(
    file: SiteFile,
    inputs: Inputs,
    history: Mapping[str, Measured],
    runs: WeatherRuns | None,
    say: Callable[[str], None] = lambda text: None,
) -> ParkForecast:
    """Quantiles of every column of the day of ``inputs``; ``history`` by name of the meter, empty where there is none.

    Raises `InputError` where the history reaches into the day that is forecast.
    """
    start = pd.Timestamp(inputs.table.index[0])
    for m in history.values():
        times = pd.DatetimeIndex(m.values.dropna().index)  # noqa: PD011  a field, not an array
        if len(times) and times[-1] >= start:
            expected = f"measurements before {start.date()}"
            raise InputError("--history", m.name, times[-1].isoformat(), expected, "name another --date")
    work = _Work(file, history, runs, inputs, say)
    models, clear = error_models(), clear_yields(file, inputs.weather, inputs.table)
    found = []
    for target in targets(file):
        measured = history.get(target.meter.name) if target.meter else None
        model = models[SUN if target.kind == "pv" else model_of(file.site, target.column)]
        found.append(_series(work, target, measured, model, clear))
    assumed = {
        model_of(file.site, s.target.column) if s.target.kind == "demand" else SUN
        for s in found
        if s.model == ASSUMED or s.mean_only
    }
    notes = [_refused(s) for s in found if s.refused] + [_mean_only(s) for s in found if s.mean_only]
    notes += [models[name].note for name in sorted(assumed)]
    notes += [p.note for p in list(work.pasts.values())[:1]]
    if runs is not None and inputs.weather.kind != "forecast":
        notes.append(_NO_FORECAST)
    return ParkForecast(file, tuple(found), tuple(notes), inputs, runs)


def park_scores(
    file: SiteFile,
    history: Mapping[str, Measured],
    runs: WeatherRuns | None,
    first: date,
    last: date,
    say: Callable[[str], None] = lambda text: None,
    archive: Archive | None = None,
) -> ParkForecast:
    """Scores of every rung over the local days ``first`` … ``last`` for each column with a history.

    With an archive what was really issued stands beside them.
    """
    work, start = _Work(file, history, runs, None, say, last), pd.Timestamp(first, tz=file.site.place.timezone)
    found = []
    for target in targets(file):
        if target.meter is None or target.meter.name not in history:
            continue
        measured = history[target.meter.name]
        try:
            got = scored(target, measured, work.past(measured), calendar_of(file), say, start, archive)
        except Refused as refused:
            found.append(SeriesForecast(target, None, "", Note("", ""), None, measured, None, refused.reasons))
        else:
            title = got.titles[got.chosen]
            found.append(SeriesForecast(target, None, got.chosen, title, None, measured, got))
    if not found:
        raise InputError("--history", "", ", ".join(history), "a meter of a roof or a demand of the site")
    notes = [_refused(s) for s in found if s.refused]
    notes += [s.scored.issued for s in found if s.scored is not None and s.scored.issued is not None]
    notes += [p.note for p in list(work.pasts.values())[:1]]
    return ParkForecast(file, tuple(found), tuple(notes), None, runs)


def _refused(s: SeriesForecast) -> Note:
    return Note(
        f"{s.target.title.zh}: 历史未采用。{' '.join(r.zh for r in s.refused)}",
        f"{s.target.title.en}: the history is not used. {' '.join(r.en for r in s.refused)}",
    )


def _mean_only(s: SeriesForecast) -> Note:
    return Note(
        f"{s.target.title.zh}: 均值按历史(“{s.model_title.zh}”); 历史太短, 误差为假定。",
        f"{s.target.title.en}: the mean is by its history (“{s.model_title.en}”); too short for its errors: assumed.",
    )


def _series(
    work: _Work, target: Target, measured: Measured | None, model: ErrorModel, clear: pd.DataFrame
) -> SeriesForecast:
    if measured is not None:
        try:
            return _by_history(work, target, measured, model, clear)
        except Refused as refused:
            return _assumed(work, target, model, clear, measured, refused.reasons)
    return _assumed(work, target, model, clear, None, ())


def _by_history(
    work: _Work, target: Target, measured: Measured, model: ErrorModel, clear: pd.DataFrame
) -> SeriesForecast:
    assert work.inputs is not None
    past = work.past(measured)
    got = forecast(target, measured, past, calendar_of(work.file), work.say)
    assert got.ahead is not None
    index, name = pd.DatetimeIndex(work.inputs.table.index), got.chosen
    table = on_index(got.ahead * target.scale, index, "hold", target.column)
    if table.isna().any(axis=None):
        mean_only = _spread(target, table[MEAN], model, clear)
        dependence = Dependence.assumed(model.figures.given_forecast.correlation)
        return SeriesForecast(target, mean_only, name, got.titles[name], dependence, measured, got, (), True)
    try:
        dependence = fit_dependence(got.cases.between(None, past.ahead), _tested(got))
    except TooLittle:
        dependence = Dependence.assumed(error_models()[SUN].figures.given_forecast.correlation)
    return SeriesForecast(
        target, table.clip(lower=0.0, upper=target.highest), name, got.titles[name], dependence, measured, got
    )


def _tested(got: Scored) -> pd.DataFrame:
    """Forecasts of the past by the rung used; raises `TooLittle` where there are none."""
    if got.chosen not in got.tables:
        raise TooLittle(Note("没有历史预测。", "There are no forecasts of the past."))
    return got.tables[got.chosen]


def _assumed(
    work: _Work,
    target: Target,
    model: ErrorModel,
    clear: pd.DataFrame,
    measured: Measured | None,
    reasons: tuple[Note, ...],
) -> SeriesForecast:
    assert work.inputs is not None
    table = _spread(target, work.inputs.table[target.column].astype(float), model, clear)
    dependence = Dependence.assumed(model.figures.given_forecast.correlation)
    return SeriesForecast(target, table, ASSUMED, ASSUMED_TITLE, dependence, measured, None, reasons)


def _spread(target: Target, expected: pd.Series[float], model: ErrorModel, clear: pd.DataFrame) -> pd.DataFrame:
    """Assumed errors around a mean [unit of the column]."""
    if not (expected > 0).any():
        return pd.DataFrame(0.0, expected.index, list(COLUMNS))
    if target.kind == "pv":
        reach = clear[target.column].clip(lower=expected)
    else:  # errors are a share of the demand of the hour: against a flat reach a shift's first hour would be half of it
        reach = expected.clip(lower=USUAL_AT_LEAST * float(expected.mean()))
    return model.spread(expected, reach, highest=target.highest)

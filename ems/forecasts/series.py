"""One column of the inputs held against its past, and forecast by the rung of the ladder that did best there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ems.forecasts.issued import ISSUED, NONE, TITLE, issued, told
from ems.forecasts.past import ISSUE, KNOWN_DAYS, Past
from ems.forecasts.targets import Target
from forecasting.calendar import WorkCalendar
from forecasting.history.archive import Archive
from forecasting.history.measured import Measured
from forecasting.history.reader import PvMeter
from forecasting.history.verdict import Verdict, verdict
from forecasting.ladder.backtest import Backtest, backtest
from forecasting.ladder.cases import Cases, Kind
from forecasting.ladder.demand_cases import demand_cases
from forecasting.ladder.folds import MIN_DAYS, REFIT_DAYS
from forecasting.ladder.ladder import best, ladder
from forecasting.ladder.pv_cases import PvPlant, pv_cases
from forecasting.ladder.quantiles import MEAN
from forecasting.ladder.rung import Rung, TooLittle
from forecasting.ladder.score_table import ScoreTable, score_table
from forecasting.notes import Note

REFERENCE = {"pv": "cliper", "demand": "weekly"}
LOWER = {  # what a history may carry from which nothing more is to be learned
    "pv": ("persistence", "cliper", "physics", "level"),
    "demand": ("weekly", "four_weeks", "recipe", "recipe_level"),
}
LEAST_PAST_DAYS = 30  # before the first day that is scored; learners ask for more by themselves
Say = Callable[[str], None]


@dataclass(frozen=True)
class Scored:
    """A series held against its past.

    Attributes:
        cases: rows of the past and of the day ahead [unit of the meter].
        tables: rung -> its forecasts of the past as they would have been issued.
        scores: of all rungs on the same intervals; None where the past is too short for any.
        chosen: the rung to use.
        why: the evidence for it, in words.
        left_out: rungs that could not forecast, with the reason.
        titles: of all rungs.
        ahead: the forecast of the day ahead by the chosen rung, without quantiles where the past is too short for them;
            None where there is no such day.
        issued: how many intervals the issued forecasts leave to compare on; None where none were asked for or found.
    """

    cases: Cases
    tables: Mapping[str, pd.DataFrame]
    scores: ScoreTable | None
    chosen: str
    why: Note
    left_out: Mapping[str, Note]
    titles: Mapping[str, Note]
    ahead: pd.DataFrame | None = None
    issued: Note | None = None


class Refused(Exception):
    """A history that nothing may be learned from; ``reasons`` in words."""

    def __init__(self, reasons: Sequence[Note]) -> None:
        super().__init__("; ".join(r.en for r in reasons))
        self.reasons = tuple(reasons)


def cases_of(target: Target, measured: Measured, past: Past, calendar: WorkCalendar) -> Cases:
    """Rows of a series, its history and the day ahead, with what was known of each at its issue [unit of the meter]."""
    history = measured.values.reindex(past.index).where(past.index < past.ahead)  # noqa: PD011  a field, not an array
    usable = measured.usable.reindex(past.index, fill_value=False)
    if isinstance(target.meter, PvMeter):
        m = target.meter
        plant = PvPlant(m.name, m.spot, m.array, m.dc_peak, m.capacity, m.unit)
        return pv_cases(plant, past.weather, history, usable, past.issued, KNOWN_DAYS)
    return demand_cases(
        measured.name, history, usable, calendar, unit=measured.unit, issue=ISSUE,
        temperature=past.weather["temperature_c"], recipe=past.recipes.get(target.column),
    )  # fmt: skip


def rungs_for(kind: Kind, judged: Verdict) -> tuple[list[Rung], dict[str, Note]]:
    """The rungs that a history of that quality may carry, and why the others are left out."""
    every = _rungs(kind)
    if judged.level == "learn":
        return every, {}
    why = judged.reasons[0]
    return [r for r in every if r.name in LOWER[kind]], {r.name: why for r in every if r.name not in LOWER[kind]}


def _rungs(kind: Kind) -> list[Rung]:
    if kind == "pv":
        from forecasting.ladder.pv_rungs import pv_rungs

        return list(pv_rungs())
    from forecasting.ladder.demand_rungs import demand_rungs

    return list(demand_rungs())


def forecast(target: Target, measured: Measured, past: Past, calendar: WorkCalendar, say: Say) -> Scored:
    """The day ahead by the best rung; raises `Refused` where the history cannot be used."""
    cases, judged = cases_of(target, measured, past, calendar), _used(measured)
    rungs, left_out = rungs_for(target.kind, judged)
    before, ahead = cases.between(None, past.ahead), cases.between(past.ahead, None)
    try:
        found = ladder(before, ahead, rungs, REFERENCE[target.kind], say)
    except TooLittle as error:
        raise Refused([error.reason]) from error
    titles = {r.name: r.title for r in _rungs(target.kind)}
    table = found.tables[found.chosen]
    if table[MEAN].isna().any():
        raise Refused([_no_mean(titles[found.chosen])])
    unscored = {} if found.scores is None else _unscored(found.backtest, found.scores.table.index)
    out = {**left_out, **unscored, **found.left_out}
    return Scored(cases, found.backtest, found.scores, found.chosen, found.why, out, titles, table)


def scored(
    target: Target,
    measured: Measured,
    past: Past,
    calendar: WorkCalendar,
    say: Say,
    first: pd.Timestamp,
    archive: Archive | None,
) -> Scored:
    """Every rung over the history from the day ``first`` on, beside what the archive says was issued.

    Raises `Refused` where the history cannot be used.
    """
    cases, judged = cases_of(target, measured, past, calendar), _used(measured)
    rungs, left_out = rungs_for(target.kind, judged)
    days = max(LEAST_PAST_DAYS, (first - cases.days[0]).days)
    found = backtest(cases, rungs, min_days=_first_fit(days), progress=say)
    reference, period = REFERENCE[target.kind], cases.between(first, None)
    if reference not in found or period.learnable.index.intersection(found[reference].index).empty:
        raise Refused([_short(days)])
    whole = {name: t for name, t in found.items() if len(t) == len(found[reference])}
    titles = {ISSUED: TITLE, **{r.name: r.title for r in _rungs(target.kind)}}
    left_out |= _unscored(found, whole)
    scores = score_table(period, whole, reference)
    chosen, why = best(scores, titles)
    if archive is None:
        return Scored(cases, whole, scores, chosen, why, left_out, titles)
    own = issued(archive, target.column, period) / target.scale
    if not own.loc[period.learnable.index, MEAN].notna().any():
        return Scored(cases, whole, scores, chosen, why, {**left_out, ISSUED: NONE}, titles)
    beside = score_table(period, {**whole, ISSUED: own}, reference)
    told_of = told(beside.intervals, scores.intervals, target.title)
    return Scored(cases, {**whole, ISSUED: own}, beside, chosen, why, left_out, titles, None, told_of)


def _first_fit(days: int) -> int:
    """The last day up to ``days`` of those on which an expanding window from the usual one fits: fits are shared."""
    return days if days < MIN_DAYS else MIN_DAYS + (days - MIN_DAYS) // REFIT_DAYS * REFIT_DAYS


def _unscored(found: Mapping[str, pd.DataFrame], kept: Iterable[str]) -> dict[str, Note]:
    """Why rungs are not among the scores: part of the past was too short for them."""
    reasons = found.left_out if isinstance(found, Backtest) else {}
    return {name: reason for name, reason in reasons.items() if name not in kept}


def _used(measured: Measured) -> Verdict:
    judged = verdict(measured)
    if judged.level == "refused":
        raise Refused(judged.reasons)
    return judged


def _short(days: int) -> Note:
    return Note(
        f"历史不足 {days} 天加一个评分时段, 无法评分。",
        f"The history is shorter than {days} days and one interval to score.",
    )


def _no_mean(rung: Note) -> Note:
    return Note(
        f"方法“{rung.zh}”缺少当日所需的数据。",
        f"Something that “{rung.en}” needs of the day is not there.",
    )

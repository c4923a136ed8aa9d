"""The ladder climbed: every rung forecasts, every rung has been scored on the past, the best by evidence is chosen.

The choice is by RMSE and mean pinball loss of the replayed past, each over that of the reference: plans follow the
mean, scenarios the quantiles, and good quantiles may stand around a mean that is off. Where a rung has no quantiles the
RMSE alone counts. A rung without a replay (too little history) cannot be chosen over one that has it. With no history
at all physics stands alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from forecasting.ladder.backtest import Progress, backtest
from forecasting.ladder.cases import Cases
from forecasting.ladder.folds import MIN_DAYS, REFIT_DAYS, Fold
from forecasting.ladder.replay import forecast_once
from forecasting.ladder.rung import Rung, TooLittle
from forecasting.ladder.score_table import ScoreTable, score_table
from forecasting.notes import Note

SHORT_DAYS, SHORT_REFIT = 30, 15  # of a past too short for the usual window: the simple rungs are compared on that


@dataclass(frozen=True)
class Climbed:
    """What the ladder found.

    Attributes:
        chosen: name of the rung to use.
        why: the evidence, in words.
        tables: every rung's quantile table for the rows ahead.
        scores: the honest table of the backtest; ``None`` where the past is too short for one.
        left_out: why a rung is not among the tables.
        backtest: forecasts of the past that the scores rest on.
    """

    chosen: str
    why: Note
    tables: Mapping[str, pd.DataFrame]
    scores: ScoreTable | None
    left_out: Mapping[str, Note]
    backtest: Mapping[str, pd.DataFrame]


def ladder(
    past: Cases, ahead: Cases, rungs: Sequence[Rung], reference: str, progress: Progress | None = None
) -> Climbed:
    """Climb.

    Args:
        past: rows whose measurements are there.
        ahead: rows to forecast.
        rungs: in the order in which they are preferred where nothing can be scored.
        reference: name of the rung that skill is counted from.
        progress: told what is worked on.

    Raises:
        TooLittle: no rung can forecast.
    """
    tables, left_out = {}, {}
    for rung in rungs:
        try:
            tables[rung.name] = forecast_once(rung, Fold(past, ahead))
        except TooLittle as error:
            left_out[rung.name] = error.reason
    if not tables:
        raise TooLittle(
            Note("历史数据不足，任何模型都无法预测。", "History is too short: no rung of the ladder can forecast.")
        )
    days = past.days.nunique()
    usual = days > MIN_DAYS + SHORT_REFIT
    window = (MIN_DAYS, REFIT_DAYS) if usual else (SHORT_DAYS, SHORT_REFIT)
    tested = backtest(past, [rung for rung in rungs if rung.name in tables], *window, progress=progress)
    if reference not in tested or past.learnable.index.intersection(tested[reference].index).empty:
        first = next(iter(tables))
        return Climbed(first, _unscored(first, days), tables, None, left_out, tested)
    whole = {name: t for name, t in tested.items() if len(t) == len(tested[reference])}
    scores = score_table(past, whole, reference)
    chosen, why = best(scores, {rung.name: rung.title for rung in rungs})
    return Climbed(chosen, why, tables, scores, left_out, tested)


def _unscored(name: str, days: int) -> Note:
    return Note(
        f"历史仅 {days} 天，无法回测；采用 {name}。",
        f"{days} days of history are too few for a backtest; {name} is used.",
    )


def best(scores: ScoreTable, titles: Mapping[str, Note]) -> tuple[str, Note]:
    """The rung to use, and the evidence for it in words."""
    table = scores.table
    whole = bool(table["pinball"].notna().all())
    counted = table[["rmse", "pinball"] if whole else ["rmse"]]
    chosen = str((counted / counted.loc[scores.reference].clip(lower=1e-9)).sum(axis=1).idxmin())
    row, n, title, reference = table.loc[chosen], scores.intervals, titles[chosen], titles[scores.reference]
    zh = f"均方根误差（{row['rmse']:.2f}%）" + (f"与平均分位数损失（{row['pinball']:.2f}%）之和" if whole else "")
    en = f"RMSE ({row['rmse']:.2f} %)" + (f" and mean pinball loss ({row['pinball']:.2f} %) together" if whole else "")
    return chosen, Note(
        f"在 {n} 个样本外时段上，“{title.zh}”的{zh}相对参照最小；相对“{reference.zh}”的技巧 {row['skill']:.2f}。",
        f"On {n} intervals not learned from, “{title.en}” has the lowest {en} beside those of the reference; "
        f"skill over “{reference.en}” {row['skill']:.2f}.",
    )

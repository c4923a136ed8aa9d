"""Forecasts that were really issued, from the archive, on the intervals of a history.

Of each interval the newest counts that was there when its local day began; one computed later is left out. A forecast
of finer steps than the history is averaged over its intervals, one of coarser steps holds.
"""

from __future__ import annotations

import pandas as pd

from forecasting.errors import InputError
from forecasting.history.archive import Archive
from forecasting.ladder.cases import Cases
from forecasting.ladder.quantiles import COLUMNS
from forecasting.notes import Note

ISSUED = "issued"
TITLE = Note("实际发布的预测", "As really issued")
NONE = Note(
    "存档中没有在当日 00:00 之前发布的预测。", "The archive holds no forecast that was there when its day began."
)


def issued(archive: Archive, series: str, cases: Cases) -> pd.DataFrame:
    """The table of quantiles on the rows of ``cases``, NaN where nothing was there [unit of the archive].

    Raises `InputError` where the archive holds the series in several steps: which one counts cannot be told.
    """
    index = pd.DatetimeIndex(cases.table.index)
    steps = sorted({int(s) for s in archive.issues(series)["step_minutes"]})
    if not steps:
        return pd.DataFrame(float("nan"), index=index, columns=list(COLUMNS))
    if len(steps) > 1:
        raise InputError(
            archive.path.name, f"steps of {series}", ", ".join(f"{s} min" for s in steps), "one step",
            "keep forecasts of other steps in another archive",
        )  # fmt: skip
    step = steps[0]
    if step >= cases.step_minutes:
        return _asked(archive, series, index.tz_convert("UTC").floor(f"{step}min").tz_convert(index.tz)).set_axis(index)
    fine = pd.date_range(index[0], index[-1] + pd.Timedelta(minutes=cases.step_minutes), freq=f"{step}min")[:-1]
    found = _asked(archive, series, fine)
    block = fine.tz_convert("UTC").floor(f"{cases.step_minutes}min").tz_convert(fine.tz)
    grouped = found.groupby(block)
    whole = grouped.count().min(axis=1) == cases.step_minutes // step
    return grouped.mean().where(whole).reindex(index)


def _asked(archive: Archive, series: str, index: pd.DatetimeIndex) -> pd.DataFrame:
    times = index.unique()
    moments = pd.Series(times.normalize(), index=times)
    return archive.replay(series, moments)[list(COLUMNS)].reindex(index)


def told(counted: int, of: int, title: Note) -> Note:
    """How many intervals the issued forecasts leave to compare on."""
    return Note(
        f"{title.zh}: {of} 个时段中有 {counted} 个在当日开始前已有发布的预测; 各方法只在这些时段上比较。"
        "实际发布的预测可晚于 15:00, 其余方法均按前一日 15:00 的数据。",
        f"{title.en}: of {counted} of {of} intervals a forecast had been issued before the day began; all methods are "
        "compared on these alone. It may have been issued later than 15:00, the others know what was known then.",
    )

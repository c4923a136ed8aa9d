"""Forecasts of the past as they would have been issued: what weights and spreads may be learned from.

A forecast fitted on the rows it is judged by errs too little. The inner windows of a replay meet those of an outer
backtest of the same interval between fits, so the latest fits and forecasts are kept and not made again. Within
`kept_on_disk` forecasts are kept beyond the process, too.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Generic, TypeVar

import pandas as pd

from forecasting.ladder.cases import Cases
from forecasting.ladder.digests import Untold, digest_of, program_digest
from forecasting.ladder.folds import MIN_DAYS, REFIT_DAYS, Fold, folds
from forecasting.ladder.rung import Fitted, Rung, TooLittle
from forecasting.ladder.tables_on_disk import TablesOnDisk

FIRST_DAYS = MIN_DAYS - REFIT_DAYS  # 75: the first fit inside the least past, one refit before it ends
T = TypeVar("T")


class _Latest(Generic[T]):
    """The latest results by what they were made of. A rung is told by its identity, and kept so that it stays one."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.kept: OrderedDict[Hashable, tuple[Rung, T]] = OrderedDict()

    def get(self, rung: Rung, made_of: Hashable, make: Callable[[], T]) -> T:
        key = (id(rung), made_of)
        if key not in self.kept:
            self.kept[key] = (rung, make())
        self.kept.move_to_end(key)
        while len(self.kept) > self.most:
            self.kept.popitem(last=False)
        return self.kept[key][1]


_fits: _Latest[Fitted] = _Latest(24)
_forecasts: _Latest[pd.DataFrame] = _Latest(96)


_disk: ContextVar[TablesOnDisk | None] = ContextVar("disk", default=None)


@contextmanager
def kept_on_disk(folder: Path) -> Iterator[TablesOnDisk]:
    """Within the block forecasts are taken from and kept in a folder; raises `OSError` where it cannot be used."""
    tables = TablesOnDisk(folder)
    before = _disk.set(tables)
    try:
        yield tables
    finally:
        _disk.reset(before)
        tables.tidy()


def fit_once(rung: Rung, past: Cases) -> Fitted:
    """``rung.fit(past)``."""
    return _fits.get(rung, digest_of(past), lambda: rung.fit(past))


def forecast_once(rung: Rung, fold: Fold) -> pd.DataFrame:
    """``rung.fit(fold.past).predict(fold.ahead)``; not to be changed in place."""
    made_of = digest_of(fold.past, fold.ahead)
    return _forecasts.get(rung, made_of, lambda: _kept(rung, fold, made_of))


def _kept(rung: Rung, fold: Fold, made_of: str) -> pd.DataFrame:
    def make() -> pd.DataFrame:
        return fit_once(rung, fold.past).predict(fold.ahead)

    if (tables := _disk.get()) is None:
        return make()
    try:
        digest = digest_of(program_digest(), rung, made_of)
    except Untold:  # a rung with settings of another kind: known in this process, not beyond
        return make()
    return tables.get(digest, fold.ahead.table.index, make)


def replayed(rung: Rung, past: Cases) -> pd.DataFrame | None:
    """What ``rung`` would have said in the past; ``None`` where it never had enough to learn from."""
    parts = []
    for fold in folds(past, FIRST_DAYS, REFIT_DAYS):
        try:
            parts.append(forecast_once(rung, fold))
        except TooLittle:
            continue
    return pd.concat(parts) if parts else None

"""Weights of a blend: for the mean by least squares, for the quantiles by least pinball loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from forecasting.ladder.quantiles import LEVELS
from forecasting.ladder.scores import pinball
from forecasting.sun import Floats

PARTS = 10  # weights of quantiles go in tenths: finer ones would fit the past alone
GOOD = 1.1  # times the least loss of a member: as good as it on a short past
ROWS = 4000  # of the past are enough to tell tenths apart


def of_means(forecasts: Floats, measured: Floats, pull: float) -> Floats:
    """Weights, none negative, of sum 1, for forecasts (rows, members); ``pull`` x rows vote for equal ones."""
    from scipy.optimize import nnls

    rows, members = forecasts.shape
    spread = np.sqrt(pull * rows) * float(np.sqrt(np.mean((forecasts - forecasts.mean(axis=1, keepdims=True)) ** 2)))
    a = np.vstack([forecasts, spread * np.eye(members), 1e4 * np.ones((1, members))])
    b = np.concatenate([measured, np.full(members, spread / members), [1e4]])
    found, _ = nnls(a, b)
    return np.asarray(found / found.sum())


def of_quantiles(quantiles: Sequence[Floats], measured: Floats, pull: float = 0.0) -> Floats:
    """Weights in tenths of the mix of quantiles with the least pinball loss, drawn to equal ones of the good members.

    Args:
        quantiles: of each member, shape (rows, 19); a member without quantiles in half of the rows or more gets none.
        measured: shape (rows,).
        pull: equal weights of the members that lose at most `GOOD` times what the best does count ``pull`` x as much
            as those of the least loss.
    """
    there = [np.isfinite(q).all(axis=1) for q in quantiles]
    able = [k for k, rows in enumerate(there) if rows.mean() > 0.5]
    out = np.zeros(len(quantiles))
    if not able:
        return out
    rows = np.flatnonzero(np.logical_and.reduce([there[k] for k in able]))
    rows = rows[:: max(1, len(rows) // ROWS)]
    levels, y = np.array(LEVELS), measured[rows]
    cut = [quantiles[k][rows] for k in able]

    def loss(parts: tuple[int, ...]) -> float:
        mixed = np.add.reduce([part / PARTS * q for part, q in zip(parts, cut, strict=True)])
        return float(pinball(y, mixed, levels).mean())

    best = np.array(min(_shared(PARTS, len(able)), key=loss)) / PARTS
    alone = np.array([float(pinball(y, q, levels).mean()) for q in cut])
    good = alone <= GOOD * alone.min()
    out[able] = (best + pull * good / good.sum()) / (1.0 + pull)
    return out


def _shared(parts: int, members: int) -> Iterator[tuple[int, ...]]:
    """All ways to share parts among members."""
    if members == 1:
        yield (parts,)
        return
    for own in range(parts + 1):
        for rest in _shared(parts - own, members - 1):
            yield (own, *rest)

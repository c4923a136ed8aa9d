"""The recipe of the site x adaptive level: physics of a demand, as high as its meter has been of late.

The level of each row is worked out in `forecasting.ladder.demand_level` from what was known when it was forecast.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from forecasting.ladder.cases import PHYSICS, Cases
from forecasting.ladder.rung import TooLittle
from forecasting.ladder.uncertain import Dressing
from forecasting.notes import Note


@dataclass(frozen=True)
class _Fitted:
    levelled: bool
    dressing: Dressing

    def predict(self, ahead: Cases) -> pd.DataFrame:
        return self.dressing.of(ahead, _point(ahead, self.levelled))


@dataclass(frozen=True)
class Recipe:
    """The recipe as it stands, or with the adaptive level."""

    name: str
    title: Note
    levelled: bool

    def fit(self, past: Cases) -> _Fitted:
        """Only the spread of its errors is learned; the level goes on from day to day by itself."""
        if PHYSICS not in past.table:
            raise TooLittle(Note("该负荷没有站点配方。", "There is no recipe of the site for this demand."))
        return _Fitted(self.levelled, Dressing.learned(past, _point(past, self.levelled)))


def _point(cases: Cases, levelled: bool) -> pd.Series[float]:
    recipe = cases.table[PHYSICS].astype(float)
    return recipe * cases.table["level"] if levelled else recipe


RECIPE = Recipe("recipe", Note("站点配方", "Recipe of the site"), levelled=False)
RECIPE_LEVEL = Recipe("recipe_level", Note("站点配方×自适应水平", "Recipe of the site x adaptive level"), levelled=True)

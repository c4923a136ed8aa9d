"""The forest of the clear-sky share: what it says of a sun it has not seen, and that it knows nothing of the future."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from forecasting.errors import InputError
from forecasting.ladder import pv_rungs
from forecasting.ladder.blend import Blend
from forecasting.ladder.cases import COUNTED, Cases
from forecasting.ladder.clear_forest import FLOOR, ClearForest
from forecasting.ladder.level import Level
from forecasting.ladder.quantiles import LEVELS, MEAN, levels_of, quantile_table
from forecasting.ladder.rung import TooLittle
from forecasting.notes import Note
from tests.forecasting.ladder.test_pv_neighbours import make


def test_the_forecast_follows_a_clear_sky_that_was_never_seen() -> None:
    """Trees that see the sky alone: twice the clear sky makes as many times the power as the denominator says."""
    own = replace(make(100), features=("sky",))
    past, ahead = own.between(None, own.days[-1]), own.between(own.days[-1], None)
    low = ahead.table.assign(clear_share=0.2)
    high = ahead.table.assign(clear_share=0.4)
    fitted = ClearForest(trees=10).fit(past)
    a, b = (fitted.predict(replace(ahead, table=t))[ahead.table[COUNTED]] for t in (low, high))
    assert (a[MEAN] > 0).all()
    assert (b / a).to_numpy() == pytest.approx((0.4 + FLOOR) / (0.2 + FLOOR))


def test_quantiles_go_as_high_as_the_plant_has_and_no_higher() -> None:
    own = make(121, scale=1.6)
    past, ahead = own.between(None, own.days[-1]), own.between(own.days[-1], None)
    brighter = replace(ahead, table=ahead.table.assign(clear_share=3.0))
    said = levels_of(ClearForest(trees=5).fit(past).predict(brighter)[ahead.table[COUNTED]])
    assert past.highest > 1.1 * own.capacity
    assert said.max() == pytest.approx(past.highest)


def test_a_plant_of_other_features_is_refused() -> None:
    other = make(80, seed=3)
    with pytest.raises(InputError, match="sky"):
        ClearForest((replace(other, features=tuple(f for f in other.features if f != "sky")),)).fit(make(80))


UNTITLED = Note("", "")


@dataclass(frozen=True)
class _Says:
    """A rung that says one figure; one that is ``poor`` never has enough to learn from."""

    figure: float
    name: str
    poor: bool = False
    title: Note = UNTITLED

    def fit(self, past: Cases) -> _Says:
        if self.poor:
            raise TooLittle(UNTITLED)
        return self

    def predict(self, ahead: Cases) -> pd.DataFrame:
        n = len(ahead.table)
        return quantile_table(ahead.table.index, np.full(n, self.figure), np.full((n, len(LEVELS)), self.figure))


@pytest.mark.parametrize(("poor", "expected"), [(False, 100 * (2 * 1 + 1 * 2 + 2 * 6) / 5), (True, 100 * (1 + 6) / 2)])
def test_votes_weigh_the_members_that_are_there(poor: bool, expected: float) -> None:
    members = (_Says(100.0, "a"), _Says(200.0, "b", poor), _Says(600.0, "c"))
    own = make(130)
    blend = Blend(members, votes=(2.0, 1.0, 2.0))
    table = blend.fit(own.between(None, own.days[-1])).predict(own.between(own.days[-1], None))
    assert table[MEAN].to_numpy() == pytest.approx(expected)


def test_votes_for_members_that_are_not_there_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        Blend((Level(), _Says(1.0, "a")), votes=(1.0,)).fit(make(130))


@pytest.mark.parametrize(
    ("there", "mixed"), [(True, ["boosted", "forest", "clear_forest"]), (False, ["level", "boosted"])]
)
def test_without_the_extra_there_is_a_blend_all_the_same(
    monkeypatch: pytest.MonkeyPatch, there: bool, mixed: list[str]
) -> None:
    monkeypatch.setattr(pv_rungs, "installed", lambda: there)
    *_, blend = pv_rungs.pv_rungs()
    assert isinstance(blend, Blend)
    assert [m.name for m in blend.members] == mixed
    assert bool(blend.votes) is there

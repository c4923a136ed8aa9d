"""The rungs of photovoltaics, each computed, each scored."""

from __future__ import annotations

from collections.abc import Sequence

from forecasting.ladder.blend import Blend
from forecasting.ladder.boosted_quantiles import BoostedQuantiles
from forecasting.ladder.cases import Cases
from forecasting.ladder.clear_forest import ClearForest
from forecasting.ladder.cliper import Cliper
from forecasting.ladder.forest import Forest, installed
from forecasting.ladder.level import Level
from forecasting.ladder.persistence import Persistence
from forecasting.ladder.physics import Physics
from forecasting.ladder.rung import Rung

REFERENCE = "cliper"
VOTES = (2.0, 1.0, 2.0)  # in the blend: those that may learn from other plants count twice


def pv_rungs(others: Sequence[Cases] = ()) -> tuple[Rung, ...]:
    """In the order preferred where nothing can be scored yet; ``others``: plants that trees learn from too."""
    boosted, forest, clear_forest = BoostedQuantiles(tuple(others)), Forest(), ClearForest(tuple(others))
    three = Blend((boosted, forest, clear_forest), votes=VOTES)
    blend = three if installed() else Blend((Level(), boosted))  # a mix takes two
    return Level(), Physics(), Persistence(), Cliper(), boosted, forest, clear_forest, blend

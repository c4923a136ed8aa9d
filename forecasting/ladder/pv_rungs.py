"""The rungs of photovoltaics, each computed, each scored."""

from __future__ import annotations

from collections.abc import Sequence

from forecasting.ladder.blend import Blend
from forecasting.ladder.boosted_quantiles import BoostedQuantiles
from forecasting.ladder.cases import Cases
from forecasting.ladder.cliper import Cliper
from forecasting.ladder.forest import Forest
from forecasting.ladder.level import Level
from forecasting.ladder.persistence import Persistence
from forecasting.ladder.physics import Physics
from forecasting.ladder.rung import Rung

REFERENCE = "cliper"


def pv_rungs(others: Sequence[Cases] = ()) -> tuple[Rung, ...]:
    """In the order preferred where nothing can be scored yet; ``others``: plants that trees learn from too."""
    level, boosted, forest = Level(), BoostedQuantiles(tuple(others)), Forest()
    return level, Physics(), Persistence(), Cliper(), boosted, forest, Blend((level, boosted, forest))

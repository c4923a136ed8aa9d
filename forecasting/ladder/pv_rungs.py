"""The rungs of photovoltaics, each computed, each scored."""

from __future__ import annotations

from forecasting.ladder.blend import Blend
from forecasting.ladder.boosted import Boosted
from forecasting.ladder.cliper import Cliper
from forecasting.ladder.forest import Forest
from forecasting.ladder.level import Level
from forecasting.ladder.persistence import Persistence
from forecasting.ladder.physics import Physics
from forecasting.ladder.rung import Rung

REFERENCE = "cliper"


def pv_rungs() -> tuple[Rung, ...]:
    """In the order in which they are preferred where nothing can be scored yet."""
    level, boosted, forest = Level(), Boosted(), Forest()
    return level, Physics(), Persistence(), Cliper(), boosted, forest, Blend((level, boosted, forest))

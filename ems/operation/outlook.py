"""What an operator can know at a moment of the intervals ahead: the only way from weather and demands to a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from ems.state import States


@dataclass(frozen=True)
class Scenario:
    """One way in which the intervals ahead may turn out; ``table`` as `ems.inputs.Inputs.table`."""

    weight: float  # the weights of a set add up to 1
    table: pd.DataFrame


class Outlook(Protocol):
    """A source of forecasts for operation; knows nothing that comes after ``now``, save the one that is perfect."""

    def inputs(self, now: pd.Timestamp, index: pd.DatetimeIndex) -> pd.DataFrame:
        """Expected inputs of the intervals of ``index``, all columns of `ems.inputs`, as known at ``now``."""
        ...

    def scenarios(self, now: pd.Timestamp, index: pd.DatetimeIndex, count: int) -> tuple[Scenario, ...]:
        """A few weighted ways in which they may turn out."""
        ...


@dataclass(frozen=True)
class Readings:
    """What meters say of the moment ``at``; ``missing`` names components whose state is bridged by the last plan."""

    at: pd.Timestamp
    state: States
    missing: tuple[str, ...] = ()


Setpoints = dict[str, dict[str, float]]  # component -> series of a plan -> value of one interval

"""What was decided, as plain tables: no Pyomo object comes this far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from ems.site import Site
from models import Window

Outcome = Literal["optimal", "time_limit", "relaxed", "fallback", "infeasible"]


@dataclass(frozen=True)
class Schedule:
    """Reported series of every component: component -> table with one column per quantity.

    Index: left-labelled tz-aware steps. Rates are means over the step, stocks stand at its end.
    """

    tables: Mapping[str, pd.DataFrame]
    sizes: Mapping[str, float] = field(default_factory=dict)

    @property
    def index(self) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(next(iter(self.tables.values())).index)

    def frame(self) -> pd.DataFrame:
        """All series side by side, columns named ``component.quantity``."""
        return pd.concat([table.add_prefix(f"{name}.") for name, table in self.tables.items()], axis=1)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, sizes: Mapping[str, float] | None = None) -> Schedule:
        sizes = sizes or {}
        tables: dict[str, pd.DataFrame] = {}
        for name in dict.fromkeys(str(c).split(".")[0] for c in frame):
            columns = [c for c in frame if str(c).split(".")[0] == name]
            tables[name] = frame[columns].set_axis([str(c).split(".", 1)[1] for c in columns], axis=1)
            tables[name].attrs = {k.split(".")[1]: v for k, v in sizes.items() if k.split(".")[0] == name}
        return cls(tables, sizes)

    def into_bus(self, site: Site, bus: str) -> dict[tuple[str, str], np.ndarray]:
        """Signed flows into a bus by (component, quantity)."""
        return {
            (c.name, q.name): q.sign * self.tables[c.name][q.name].to_numpy(float)
            for c in site.components
            for q, port_bus in c.ports
            if port_bus == bus
        }

    def state_end(self, site: Site, w: Window) -> dict[str, dict[str, Any]]:
        """State after the last step, to open the next window with."""
        states = {c.name: c.state_end(self.tables[c.name], w) for c in site.components}
        return {name: state for name, state in states.items() if state}

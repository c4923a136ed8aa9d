"""A stored plan as the report reads it: series as arrays, names in one language, time on the local clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from ems.report.names import bus_name, kind_name
from ems.report.text import say

Lang = Literal["zh", "en"]
Floats = npt.NDArray[np.float64]
NOTHING = 1e-3  # kW, kg/h, kWh, kg: what stays below all day is left out of the pictures


@dataclass(frozen=True)
class Series:
    """One reported quantity of one component over the day."""

    component: str
    quantity: str
    unit: str
    meaning: str
    bus: str
    sign: int
    at_end: bool
    values: Floats

    @property
    def into_bus(self) -> Floats:
        """Flow into the bus: above zero supply, below zero use."""
        return self.sign * self.values

    @property
    def is_zero(self) -> bool:
        return float(np.abs(self.values).max(initial=0.0)) < NOTHING


@dataclass(frozen=True)
class PlanView:
    """The content of a `plan.json` and the language to show it in."""

    content: dict[str, Any]
    lang: Lang

    def say(self, key: str, **values: object) -> str:
        """A sentence or word of the report in the language of the reader."""
        return say(key, self.lang, **values)

    def pick(self, both: dict[str, str]) -> str:
        """The reader's language out of ``{"zh": …, "en": …}``."""
        return both[self.lang]

    @property
    def step_h(self) -> float:
        return float(self.content["step_minutes"]) / 60

    @property
    def steps(self) -> int:
        return int(self.content["steps"])

    @property
    def start(self) -> datetime:
        """Start of the plan on the local clock, without zone: the origin of every time axis."""
        return self.local[0].replace(tzinfo=None)

    @cached_property
    def local(self) -> list[datetime]:
        """Edges of the steps on the local clock: starts of all steps and the end of the last."""
        zone = ZoneInfo(self.content["timezone"])
        first = datetime.fromisoformat(self.content["start"])
        step = timedelta(minutes=self.content["step_minutes"])
        return [(first + k * step).astimezone(zone) for k in range(self.steps + 1)]

    def clock(self, edge: int) -> str:
        """The local time of an edge as HH:MM; the end of a day is 24:00."""
        at = self.local[edge]
        return "24:00" if edge == self.steps and at.hour == at.minute == 0 else f"{at:%H:%M}"

    def moment(self, iso: str | None) -> str:
        """A time as the site's clock shows it; nothing where there is none."""
        return (
            f"{datetime.fromisoformat(iso).astimezone(ZoneInfo(self.content['timezone'])):%Y-%m-%d %H:%M}"
            if iso
            else ""
        )

    @cached_property
    def series(self) -> dict[tuple[str, str], Series]:
        return self._series_of(self.content["series"])

    @cached_property
    def baseline_series(self) -> dict[tuple[str, str], Series]:
        return self._series_of(self.content["baseline"].get("series", {}))

    def _series_of(self, stored: dict[str, Any]) -> dict[tuple[str, str], Series]:
        found = {}
        for name, s in stored.items():
            component, quantity = name.split(".", 1)
            found[component, quantity] = Series(
                component,
                quantity,
                s["unit"],
                self.pick(s["meaning"]),
                s["bus"] or "",
                int(s["sign"]),
                s["at"] == "end",
                np.asarray(s["values"], float),
            )
        return found

    def of(self, component: str) -> list[Series]:
        """All series of a component, in the order of its technology: the first one is its load."""
        return [s for s in self.series.values() if s.component == component]

    def values(self, component: str, quantity: str) -> Floats:
        """A series that may not exist, then zeros."""
        s = self.series.get((component, quantity))
        return s.values if s is not None else np.zeros(self.steps)

    def flows(self, bus: str) -> list[Series]:
        """Everything that is connected to a bus."""
        return [s for s in self.series.values() if s.bus == bus]

    @property
    def components(self) -> list[str]:
        return list(self.content["components"])

    def kind(self, component: str) -> str:
        return str(self.content["components"][component]["kind"])

    def label(self, component: str) -> str:
        """The component's name for the reader; a bus or anything else is named as well as it can be."""
        if component in self.content["components"]:
            return self.pick(self.content["components"][component]["label"])
        return self.bus(component) if component in self.buses else component

    def kind_label(self, kind: str) -> str:
        return kind_name(kind, self.lang)

    @property
    def buses(self) -> dict[str, str]:
        """Bus -> carrier."""
        return dict(self.content["site"]["definition"].get("buses", {}))

    def bus(self, bus: str) -> str:
        return bus_name(bus, self.buses.get(bus, bus), self.lang)

    @cached_property
    def definitions(self) -> dict[str, dict[str, Any]]:
        """Parameters of every component as the site gives them."""
        return {c["name"]: c for c in self.content["site"]["definition"].get("components", [])}

    def size(self, component: str, name: str = "capacity") -> float | None:
        """A size of a component: what sizing chose, else what the site gives under ``capacity_…``."""
        if (chosen := self.content["sizes"].get(f"{component}.{name}")) is not None:
            return float(chosen)
        for key, value in self.definitions.get(component, {}).items():
            if key.startswith(f"{name}_") and isinstance(value, int | float):
                return float(value)
        return None

    def input(self, column: str) -> Floats | None:
        found = self.content["inputs"].get(column)
        return None if found is None else np.asarray(found["values"], float)

    @property
    def bands(self) -> list[str]:
        return [str(b) for b in self.content["bands"]]

    def total(self, x: Floats) -> float:
        """A rate summed over the day."""
        return float(x.sum()) * self.step_h

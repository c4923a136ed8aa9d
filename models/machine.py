"""What identical modules that start and stop are: their parameters, their reported series, their state."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from models.component import Component, Design, NonNegative, Outage, Quantity, Share, Size
from models.window import Floats, Window

ON = Quantity("on_modules", "modules running", "运行台数")
STARTS = Quantity("started_modules", "modules started in the step", "启动台数")
STOPS = Quantity("stopped_modules", "modules stopped in the step", "停机台数")
STANDBY = Quantity("standby_modules", "modules in hot standby", "热备台数")
WARMING = Quantity("warming_modules", "modules warming up", "预热台数")
RESUMED = Quantity("resumed_modules", "modules brought from ready to working in the step", "由热备转运行台数")


class MachineParameters(Component):
    """Parameters of commitment, and what follows from them alone."""

    LOAD: ClassVar[str]  # the series that minimum load, capacity and ramp speak of

    modules: int = Field(1, ge=1, le=20, description="identical modules that share the capacity")
    min_load: Share = Field(0.0, description="of a module's capacity")
    min_up_h: float = Field(0.0, ge=0, le=48)
    min_down_h: float = Field(0.0, ge=0, le=48)
    cold_start_min: float = Field(0.0, ge=0, le=600, description="from off until a module can work [min]")
    cold_start_kwh_per_kw: NonNegative = Field(0.0, description="electricity of a cold start per capacity [kWh/kW]")
    warm_start_min: float = Field(0.0, ge=0, le=60, description="from hot standby until a module works [min]")
    standby_share: Share | None = Field(None, description="electricity of hot standby per capacity; none: no standby")
    ramp_share_per_min: float | None = Field(None, gt=0, description="of a module's capacity per minute")
    start_cny: NonNegative = Field(0.0, description="wear per start of a module [CNY]")
    wear_cny_per_h: NonNegative = Field(0.0, description="wear per hour a module runs [CNY/h]")
    outages: tuple[Outage, ...] = ()

    @model_validator(mode="after")
    def _idle_electricity_is_taken(self) -> MachineParameters:
        taken = any(q.name == "auxiliary_kw" for q in self.QUANTITIES)
        if (self.standby_share or self.cold_start_kwh_per_kw) and not taken:
            raise ValueError(f"a {self.kind} takes no electricity while it waits or warms up: leave the figure out")
        return self

    @property
    def size(self) -> Size:
        """Capacity of all modules together; subclasses name the field that holds it."""
        raise NotImplementedError

    @property
    def plain(self) -> bool:
        """Only its load counts: no curve over what is online, no wear by the hour, no warm-up, no standby."""
        idle = self.wear_cny_per_h or self.cold_start_kwh_per_kw or self.has_warm_up or self.has_standby
        return not self.curved and not idle

    @property
    def sheds_freely(self) -> bool:
        """Whether a few modules may run instead of all at low load: the others wait, or start without being warmed."""
        return self.has_standby or not (self.cold_start_kwh_per_kw or self.has_warm_up)

    @property
    def curved(self) -> bool:
        """Whether output depends on the capacity online, not on the load alone."""
        return False

    @property
    def module_kw(self) -> float:
        """Capacity of one module, in the unit of the capacity."""
        if isinstance(self.size, Design):
            return self.size.module or self.size.max / self.modules
        return self.size / self.modules

    @property
    def has_warm_up(self) -> bool:
        return self.cold_start_min > 0

    @property
    def has_standby(self) -> bool:
        return self.standby_share is not None

    @property
    def has_warm_start(self) -> bool:
        return self.has_standby and self.warm_start_min > 0

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        extra = (STANDBY,) * self.has_standby + (WARMING,) * self.has_warm_up + (RESUMED,) * self.has_warm_start
        return (*super().quantities, ON, *extra, STARTS, STOPS)

    def out_of_service(self, w: Window) -> Floats:
        """Modules out of service in each step."""
        out = np.zeros(len(w.inputs))
        index = pd.DatetimeIndex(w.inputs.index)
        step = pd.Timedelta(hours=w.step_h)
        for o in self.outages:
            hit = np.ones(len(index), bool)
            if o.start is not None:
                hit &= np.asarray(index + step > pd.Timestamp(o.start))
            if o.end is not None:
                hit &= np.asarray(index < pd.Timestamp(o.end))
            out += hit * (o.modules or self.modules)
        return np.minimum(out, self.modules)

    def warm_up(self, w: Window) -> tuple[int, float]:
        """Whole steps of warm-up and the share of the next step that it still takes."""
        steps = self.cold_start_min / 60 / w.step_h
        whole = int(steps + 1e-9)
        return whole, steps - whole if steps - whole > 1e-9 else 0.0

    def warm_up_rate(self, w: Window) -> float:
        """Electricity per capacity of a module that warms up [kW/kW]; all in the first step if it takes no time."""
        return self.cold_start_kwh_per_kw / (self.cold_start_min / 60 if self.has_warm_up else w.step_h)

    def reach(self, w: Window) -> tuple[float, float]:
        reach = self.ramp_share_per_min * 60 * w.step_h if self.ramp_share_per_min else 1.0
        return reach, max(reach, self.min_load)

    def load_kw(self, s: pd.DataFrame) -> Floats:
        """The load in each step, shape (steps,)."""
        return s[self.LOAD].to_numpy(float)

    def state_bounds(self) -> dict[str, tuple[float, float, float]]:
        n = float(self.modules)
        bounds = {"hot_modules": (0.0, n, 0.0)}
        if self.has_standby:
            bounds["on_modules"] = (0.0, n, 0.0)
        if self.ramp_share_per_min:
            bounds |= {"on_modules": (0.0, n, 0.0), "load_kw": (0.0, 1e6, 0.0)}
        return bounds

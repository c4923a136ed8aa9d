"""Heat-driven chiller (absorption or adsorption): its COP is that of the temperature its heat really has.

cooling[t] = cop * heat[t],   power[t] = cooling[t] / electric_cop      pumps and cooling tower
cop = curve(drive_temperature_c); below the maker's coldest point the machine does not work at all
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import pandas as pd
from pydantic import Field, model_validator

from models import pyo
from models.commitment import Machine
from models.component import Block, Formulation, Positive, Quantity, Size, Violation
from models.curve import read_off
from models.operation import Run
from models.window import Window


class AbsorptionChiller(Machine):
    kind: Literal["absorption_chiller"] = "absorption_chiller"
    capacity_kw: Size = Field(description="rated cooling [kW]")
    drive_temperature_c: float = Field(ge=40, le=200, description="of the heat bus that drives it [°C]")
    thermal_cop: tuple[tuple[float, float], ...] = Field(min_length=1, description="(drive temperature [°C], COP)")
    electric_cop: Positive = Field(14.1, description="cooling over electricity of pumps and tower [kW/kW]")
    heat_bus: str = "heat"
    cooling_bus: str = "cooling"
    electricity_bus: str = "electricity"

    FOLLOWS: ClassVar[str] = "heat_bus"
    LOAD: ClassVar[str] = "cooling_kw"
    KIND_EN: ClassVar[str] = "heat-driven chiller"
    KIND_ZH: ClassVar[str] = "吸收/吸附式制冷机"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = (
        Quantity("cooling_kw", "cooling made", "供冷", "cooling_bus", +1, "cooling"),
        Quantity("heat_kw", "driving heat", "驱动热", "heat_bus", -1, "heat"),
        Quantity("power_kw", "electricity of pumps and tower", "泵与冷却塔用电", "electricity_bus", -1, "electricity"),
    )
    example: ClassVar[dict[str, Any]] = {
        "kind": "absorption_chiller",
        "name": "absorption_chiller",
        "capacity_kw": 80,
        "drive_temperature_c": 80,
        "thermal_cop": [[75, 0.7], [90, 0.74]],
        "min_load": 0.25,
    }

    @model_validator(mode="after")
    def _hot_enough(self) -> AbsorptionChiller:
        coldest = min(t for t, _ in self.thermal_cop)
        if self.drive_temperature_c < coldest:
            raise ValueError(
                f"drive_temperature_c {self.drive_temperature_c} is below {coldest} °C, the coldest point of "
                "thermal_cop: take a machine made for that temperature (silica-gel adsorption works from about 60 °C)"
            )
        return self

    @property
    def size(self) -> Size:
        return self.capacity_kw

    @property
    def cop(self) -> float:
        return float(read_off(self.thermal_cop, self.drive_temperature_c))

    def build(self, b: Block, w: Window) -> Formulation:
        c = self.commit(b, w)
        cap = self.size if isinstance(self.size, float | int) else self.size.max
        b.cooling = pyo.Var(w.t, bounds=(0, cap))
        self.carry(b, w, b.cooling, c)
        series: dict[str, Any] = {
            "cooling_kw": b.cooling,
            "heat_kw": [1 / self.cop * b.cooling[t] for t in w.t],
            "power_kw": [1 / self.electric_cop * b.cooling[t] for t in w.t],
            **c.series,
        }
        return Formulation(series, c.cost, sizes={"capacity": c.capacity})

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        cooling = self.load_kw(s)
        yield from self.check_commitment(s, w, cooling)
        yield from self.violation("thermal COP", s["heat_kw"] * self.cop - cooling, s.index)
        yield from self.violation("electric COP", s["power_kw"] * self.electric_cop - cooling, s.index)

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``want`` is cooling [kW]."""
        c, counts = self.decide(want, t, run, self.LOAD)
        return {**counts, **self.flows(c.load(want), c.online, t, run)}

    def flows(self, load: float, online: float, t: int, run: Run) -> dict[str, float]:
        cop = run.once((self.name, "cop"), lambda: self.cop)
        return {"cooling_kw": load, "heat_kw": load / cop, "power_kw": load / self.electric_cop}

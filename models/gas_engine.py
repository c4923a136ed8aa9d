"""Gas-engine combined heat and power on natural gas or drained mine gas (瓦斯): fuel in kW of LHV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import pandas as pd

from models.cogeneration import Cogenerator
from models.component import Block, Formulation, Quantity, Violation
from models.operation import Run
from models.window import Floats, Window


class GasEngine(Cogenerator):
    kind: Literal["gas_engine"] = "gas_engine"
    gas_bus: str = "gas"

    KIND_EN: ClassVar[str] = "gas engine"
    KIND_ZH: ClassVar[str] = "燃气内燃机"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = (
        Quantity("power_kw", "electricity made", "发电", "electricity_bus", +1, "electricity"),
        Quantity("gas_kw", "gas used (LHV)", "用气(低热值)", "gas_bus", -1, "gas"),
        Quantity("heat_kw", "heat recovered", "回收余热", "heat_bus", +1, "heat"),
    )
    example: ClassVar[dict[str, Any]] = {
        "kind": "gas_engine",
        "name": "gas_engine",
        "capacity_kw": 500,
        "electric_efficiency": [[0.5, 0.36], [0.75, 0.385], [1.0, 0.4]],
        "heat_recoverable": 0.75,
        "min_load": 0.5,
        "min_up_h": 2,
        "min_down_h": 1,
        "start_cny": 100,
        "wear_cny_per_h": 15,
    }

    def build(self, b: Block, w: Window) -> Formulation:
        series, fuel, cost, capacity = self.produce(b, w)
        series["gas_kw"] = fuel
        return Formulation(series, cost, sizes={"capacity": capacity})

    def fuel_kw(self, s: pd.DataFrame) -> Floats:
        return s["gas_kw"].to_numpy(float)

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        yield from self.check_production(s, w)

    def flows(self, load: float, online: float, t: int, run: Run) -> dict[str, float]:
        made, fuel = self.fuelled(load, online, run)
        return {**made, "gas_kw": fuel}

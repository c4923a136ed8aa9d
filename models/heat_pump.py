"""Air-source heat pump: COP and capacity fall with the outdoor temperature (see `models.vapour_compression`)."""

from typing import Any, ClassVar, Literal

from models.component import Quantity
from models.vapour_compression import VapourCompression


class HeatPump(VapourCompression):
    kind: Literal["heat_pump"] = "heat_pump"
    heat_bus: str = "heat"
    LOAD: ClassVar[str] = "heat_kw"

    KIND_EN: ClassVar[str] = "heat pump"
    KIND_ZH: ClassVar[str] = "空气源热泵"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = (
        Quantity("heat_kw", "heat made", "供热", "heat_bus", +1, "heat"),
        Quantity("power_kw", "electricity used", "用电", "electricity_bus", -1, "electricity"),
    )
    example: ClassVar[dict[str, Any]] = {
        "kind": "heat_pump",
        "name": "heat_pump",
        "capacity_kw": 150,
        "cop": [[-20, 1.5], [-8, 2.3], [8, 3.3], [27, 4.5]],
        "capacity_factor": [[-20, 0.4], [8, 1.0], [27, 1.4]],
        "min_load": 0.25,
        "start_cny": 1,
    }

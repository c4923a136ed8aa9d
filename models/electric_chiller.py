"""Electric chiller: COP against outdoor temperature (see `models.vapour_compression`)."""

from typing import Any, ClassVar, Literal

from models.component import Quantity
from models.vapour_compression import VapourCompression


class ElectricChiller(VapourCompression):
    kind: Literal["electric_chiller"] = "electric_chiller"
    cooling_bus: str = "cooling"
    LOAD: ClassVar[str] = "cooling_kw"

    KIND_EN: ClassVar[str] = "electric chiller"
    KIND_ZH: ClassVar[str] = "电制冷机"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = (
        Quantity("cooling_kw", "cooling made", "供冷", "cooling_bus", +1, "cooling"),
        Quantity("power_kw", "electricity used", "用电", "electricity_bus", -1, "electricity"),
    )
    example: ClassVar[dict[str, Any]] = {
        "kind": "electric_chiller",
        "name": "chiller",
        "capacity_kw": 300,
        "modules": 3,
        "cop": [[15, 5.8], [35, 4.5]],
        "min_load": 0.2,
        "start_cny": 1,
    }

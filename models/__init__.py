"""Technology models of the park. One file per technology; this file is the catalogue."""

from typing import Annotated, get_args

from pydantic import Field

from models.absorption_chiller import AbsorptionChiller
from models.boiler import ElectricBoiler, GasBoiler
from models.carrier import CARRIERS, Carrier, unit_of
from models.component import Component, Design, Formulation, Outage, Quantity, Violation
from models.compressor import Compressor
from models.demand import DeferrableDemand, Demand
from models.electric_chiller import ElectricChiller
from models.electrolyser import Electrolyser
from models.fuel_cell import FuelCell
from models.gas_engine import GasEngine
from models.grid import Grid
from models.heat_pump import HeatPump
from models.heat_rejection import HeatRejection
from models.pv import PV
from models.storage import Battery, ColdStore, HotStore, HydrogenTank, Store, WaterTank
from models.supply import GasSupply, HydrogenSupply, Spill, WaterSupply
from models.transfer import Transfer
from models.waste_heat import WasteHeat
from models.window import Chronology, Window

AnyComponent = Annotated[
    PV
    | Demand
    | DeferrableDemand
    | Grid
    | Electrolyser
    | FuelCell
    | GasEngine
    | Compressor
    | HydrogenTank
    | Battery
    | HotStore
    | ColdStore
    | WaterTank
    | HeatPump
    | ElectricBoiler
    | GasBoiler
    | ElectricChiller
    | AbsorptionChiller
    | WasteHeat
    | HeatRejection
    | Transfer
    | GasSupply
    | WaterSupply
    | HydrogenSupply
    | Spill,
    Field(discriminator="kind"),
]
CATALOGUE: tuple[type[Component], ...] = get_args(get_args(AnyComponent)[0])

__all__ = [
    "CARRIERS",
    "CATALOGUE",
    "PV",
    "AnyComponent",
    "Carrier",
    "Chronology",
    "Component",
    "Design",
    "Formulation",
    "Grid",
    "Outage",
    "Quantity",
    "Store",
    "Violation",
    "Window",
    "unit_of",
]

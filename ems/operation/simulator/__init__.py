"""The park as it answers to setpoints with the weather and the demands that come."""

from ems.operation.simulator.outages import Outage, Outages, Reliability, drawn
from ems.operation.simulator.park import Park
from ems.operation.simulator.sensors import metered
from ems.operation.simulator.truth import Deviation

__all__ = ["Deviation", "Outage", "Outages", "Park", "Reliability", "drawn", "metered"]

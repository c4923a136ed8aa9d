"""The meters a park has: one for each rate that a plan reports, counting its amount by the hour."""

from __future__ import annotations

from ems.columns import input_meaning
from ems.emissions.activity import Kind, Meter, amount_name
from ems.site import Site
from models import CARRIERS, Component, Quantity, unit_of

AMOUNTS = {"kW": "kWh", "kg/h": "kg"}  # unit of a rate -> unit of what it counts in an hour


def rate_meters(site: Site, kind: Kind) -> dict[str, Meter]:
    """Every rate of the site, ``grid.import_kw`` -> the meter ``grid.import_kwh``; no stocks, no counts."""
    return {
        f"{c.name}.{q.name}": Meter(
            amount_name(c.name, q.name),
            c.name,
            _carrier(c, q),
            AMOUNTS[unit_of(q.name)],
            f"{c.label('zh')}: {q.zh}",
            f"{c.label('en')}: {q.en}",
            kind,
        )
        for c in site.components
        for q in c.quantities
        if not q.at_end and unit_of(q.name) in AMOUNTS
    }


def stocks(site: Site) -> list[tuple[Component, str]]:
    """Stores with the name of their level, which stands at the end of an interval."""
    return [
        (c, q.name) for c in site.components for q in c.quantities if q.at_end and unit_of(q.name) in AMOUNTS.values()
    ]


def demand_meter(column: str, kind: Kind) -> Meter | None:
    """The meter of a column of the inputs, ``offices.heat_kw`` -> ``offices.heat_kwh``; None where it is no amount."""
    owner, _, quantity = column.rpartition(".")
    if not owner or unit_of(column) not in AMOUNTS:
        return None
    carrier = next((c.name for c in CARRIERS.values() if quantity == f"{c.name}_{c.rate}"), "")
    text = input_meaning(column)
    return Meter(amount_name(owner, quantity), owner, carrier, AMOUNTS[unit_of(column)], text["zh"], text["en"], kind)


def _carrier(c: Component, q: Quantity) -> str:
    """What is counted; a quantity beside the buses (curtailed, not served) is of its component's own carrier."""
    own = getattr(c, "carrier", "") or next(x.carrier for x in c.QUANTITIES if x.carrier)
    return q.carrier or str(own)

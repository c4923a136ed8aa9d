"""Energy and material carriers, each with one rate unit and one stock unit.

A stock is a rate held for one hour, so ``stock = rate * hours`` for every carrier.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Carrier:
    """What flows on a bus: rate and stock unit as they end the names of columns."""

    name: str
    rate: str
    stock: str
    zh: str


CARRIERS = {
    c.name: c
    for c in (
        Carrier("electricity", "kw", "kwh", "电"),
        Carrier("heat", "kw", "kwh", "热"),
        Carrier("cooling", "kw", "kwh", "冷"),
        Carrier("hydrogen", "kg_per_h", "kg", "氢"),
        Carrier("water", "kg_per_h", "kg", "水"),
        Carrier("gas", "kw", "kwh", "燃气"),
    )
}

UNITS = {
    "_cny_per_kwh": "CNY/kWh",
    "_cny_per_kg": "CNY/kg",
    "_kgco2e_per_kwh": "kgCO2e/kWh",
    "_kw_per_kwp": "kW/kWp",
    "_w_per_m2": "W/m²",
    "_m_per_s": "m/s",
    "_kg_per_h": "kg/h",
    "_kgco2e": "kgCO2e",
    "_kwh": "kWh",
    "_kwp": "kWp",
    "_kw": "kW",
    "_kg": "kg",
    "_c": "°C",
    "_cny": "CNY",
    "_modules": "1",
    "_share": "1",
}


def unit_of(name: str) -> str:
    """Unit of a column from the end of its name; raises ``ValueError`` where the name carries none."""
    for suffix, unit in UNITS.items():
        if f"_{name.rsplit('.', 1)[-1]}".endswith(suffix):
            return unit
    raise ValueError(f"the name {name!r} carries no unit: end it in one of {', '.join(s[1:] for s in UNITS)}")

"""A hub that every tool can express: sun, grid, battery, electrolyser, tank, fuel cell, heat pump, boiler, hot store.

A year of 8 760 hours, nine capacities free, constant efficiencies, closed stores, no commitment. Series are made by
formula, so that nothing has to be downloaded and every tool gets the same numbers. Costs are per unit and year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

YEAR = 8760
HOURS = YEAR  # of the model; the benchmark shortens it to try things out
LHV = 33.33  # kWh/kg: hydrogen is counted in kg here and in kWh by tools that know one unit only


@dataclass(frozen=True)
class Hub:
    """Series of shape (8760,): prices [CNY/kWh], demands [kW, kW, kg/h], PV yield [kW/kWp], COP [1]."""

    price: np.ndarray
    electricity: np.ndarray
    heat: np.ndarray
    hydrogen: np.ndarray
    sun: np.ndarray
    cop: np.ndarray


# CNY per unit and year of PV [kWp], battery [kWh], electrolyser [kW], tank [kg], fuel cell [kW el],
# heat pump [kW th], boiler [kW el], hot store [kWh]
COST = {
    "pv": 260.0,
    "battery": 95.0,
    "electrolyser": 180.0,
    "tank": 350.0,
    "fuel_cell": 900.0,
    "heat_pump": 380.0,
    "boiler": 60.0,
    "hot_store": 14.0,
}
MOST = {
    "pv": 20_000.0,
    "battery": 40_000.0,
    "electrolyser": 8_000.0,
    "tank": 6_000.0,
    "fuel_cell": 3_000.0,
    "heat_pump": 6_000.0,
    "boiler": 6_000.0,
    "hot_store": 60_000.0,
}
GRID_KW = 12_000.0
RATE = 20_000.0  # of stores: never binds
BATTERY_EACH_WAY = 0.95
BATTERY_LOSS_PER_H = 4e-5
HOT_LOSS_PER_H = 4e-3
KWH_PER_KG = 52.0
FUEL_CELL_ELECTRIC = 0.5
FUEL_CELL_HEAT = 0.4
BOILER = 0.98
THROUGHPUT = 1e-3  # CNY per unit taken from a store


def hub() -> Hub:
    """The year."""
    h = np.arange(YEAR)
    day, hour = h // 24, h % 24
    rng = np.random.default_rng(7)
    cloud = np.repeat(np.clip(0.65 + 0.3 * rng.standard_normal(365), 0.1, 1.0), 24)
    height = np.sin(np.pi * np.clip((hour - 6) / 12, 0, 1)) * (0.75 + 0.25 * np.cos(2 * np.pi * (day - 172) / 365))
    sun = np.round(0.85 * cloud * height, 4)
    warm = 13 - 13 * np.cos(2 * np.pi * (day - 20) / 365) + 3 * np.sin(2 * np.pi * (hour - 9) / 24)
    warm = warm + np.repeat(2.5 * rng.standard_normal(365), 24)
    work = (hour >= 8) & (hour < 18) & (day % 7 < 5)
    electricity = 700 + 1500 * work + 150 * np.cos(2 * np.pi * (hour - 20) / 24) + 40 * rng.standard_normal(YEAR)
    heat = 90 * np.clip(16 - warm, 0, None) + 60
    hydrogen = 6 + 25 * work + 2 * (hour % 3)
    price = np.select([hour < 6, (hour >= 10) & (hour < 15), (hour >= 17) & (hour < 22)], [0.32, 0.24, 1.12], 0.64)
    price = price + 0.03 * np.cos(2 * np.pi * day / 365)
    cop = np.clip(2.8 + 0.06 * warm, 1.5, 5.0)
    series = (price, electricity, heat, hydrogen, sun, cop)
    return Hub(*(np.round(x[:HOURS], 5).astype(float) for x in series))

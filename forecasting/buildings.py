"""Electricity, heat and cooling of a building from its area, use, calendar and the air outside.

    o        share of full use (schedule)                                               [1]
    P_el   = A (base + occupied o) / 1000                                               [kW]
    P_heat = A max(0, U (T_b - s (1 - o) - T) - g o) / 1000   on heating days, else 0   [kW]
    P_cool = A o max(0, U_c (T - T_c) + g)           / 1000   on cooling days, else 0   [kW]

A floor area [m2], U heat loss [W/(m2 K)], T_b balance temperature for heating [°C], s setback when empty [K], g gains
by people and equipment at full use [W/m2], U_c rise of the cooling load per kelvin [W/(m2 K)], T_c its balance
temperature [°C], T air temperature [°C]. Heating days have a daily mean of T below a threshold, cooling days one above.
The steady-state form leaves out the heat stored in walls: peaks are a little high, daily sums are right.
Source of the form: degree-day methods, ASHRAE Handbook Fundamentals, chapter on energy estimating.
"""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from forecasting.calendar import WorkCalendar
from forecasting.csv_demand import CsvColumn
from forecasting.provenance import Strict
from forecasting.schedules import Use, occupancy
from forecasting.weather import Weather

OUTPUTS = ("electricity_kw", "heat_kw", "cooling_kw")


class Building(Strict):
    """Demand of one building or of several alike.

    ``electricity`` is lighting, equipment and small power; chillers, heat pumps and electrolysers are plant of the park
    and come on top. ``overrides`` replaces a result by a measured column.
    """

    recipe: Literal["building"]
    use: Use
    floor_area_m2: float = Field(gt=0, le=1e7)
    base_w_per_m2: float = Field(ge=0, le=2000, description="electricity at all hours [W/m2]")
    occupied_w_per_m2: float = Field(ge=0, le=5000, description="further electricity at full use [W/m2]")
    heat_loss_w_per_m2_k: float = Field(
        ge=0, le=20, description="heat loss per floor area [W/(m2 K)], with ventilation"
    )
    heat_balance_c: float = Field(
        ge=0, le=30, description="outside temperature at which the empty building needs no heat [°C]"
    )
    heat_setback_k: float = Field(ge=0, le=20, description="lower balance temperature when empty [K]")
    heating_below_c: float = Field(ge=-20, le=25, description="heating days have a daily mean below [°C]")
    cooling_w_per_m2_k: float = Field(
        ge=0, le=20, description="rise of the cooling load, moisture and sun included [W/(m2 K)]"
    )
    cooling_balance_c: float = Field(ge=5, le=40, description="outside temperature without cooling load [°C]")
    cooling_above_c: float = Field(ge=5, le=40, description="cooling days have a daily mean above [°C]")
    gains_w_per_m2: float = Field(ge=0, le=500, description="heat of people and equipment at full use [W/m2]")
    overrides: dict[Literal["electricity_kw", "heat_kw", "cooling_kw"], CsvColumn] = {}

    @model_validator(mode="after")
    def _seasons_apart(self) -> Self:
        if self.cooling_above_c < self.heating_below_c:
            raise ValueError("cooling_above_c is below heating_below_c: some days would be heated and cooled")
        return self

    @classmethod
    def typical(cls, use: Use, floor_area_m2: float) -> Building:
        """Assumed figures of a recent, fairly insulated building in the north of China, to start from."""
        electric, heat, cool, gains = TYPICAL[use]
        return cls(
            recipe="building", use=use, floor_area_m2=floor_area_m2,
            base_w_per_m2=electric[0], occupied_w_per_m2=electric[1],
            heat_loss_w_per_m2_k=heat[0], heat_balance_c=heat[1], heat_setback_k=heat[2], heating_below_c=10.0,
            cooling_w_per_m2_k=cool[0], cooling_balance_c=cool[1], cooling_above_c=22.0, gains_w_per_m2=gains,
        )  # fmt: skip

    def demand(self, weather: Weather, calendar: WorkCalendar) -> pd.DataFrame:
        """Columns ``electricity_kw``, ``heat_kw``, ``cooling_kw`` on the axis of the weather."""
        index = weather.table.index
        assert isinstance(index, pd.DatetimeIndex)
        busy = occupancy(self.use, index, calendar.working(index))
        air = weather.table["temperature_c"].to_numpy(dtype=float)
        daily_mean = weather.table["temperature_c"].groupby(index.date).transform("mean").to_numpy(dtype=float)
        balance = self.heat_balance_c - self.heat_setback_k * (1.0 - busy)
        heat = np.maximum(self.heat_loss_w_per_m2_k * (balance - air) - self.gains_w_per_m2 * busy, 0.0)
        cool = np.maximum(self.cooling_w_per_m2_k * (air - self.cooling_balance_c) + self.gains_w_per_m2, 0.0) * busy
        area = self.floor_area_m2 / 1000.0
        return pd.DataFrame(
            {
                "electricity_kw": area * (self.base_w_per_m2 + self.occupied_w_per_m2 * busy),
                "heat_kw": area * np.where(daily_mean < self.heating_below_c, heat, 0.0),
                "cooling_kw": area * np.where(daily_mean > self.cooling_above_c, cool, 0.0),
            },
            index=index,
        )


# use: (base, occupied) [W/m2], (loss [W/(m2 K)], balance [°C], setback [K]), (rise [W/(m2 K)], balance [°C]),
# gains [W/m2]
# All are assumptions, chosen so that peaks are those of usual design guides: offices 45 W/m2 heat, 60 W/m2 cooling.
TYPICAL: dict[Use, tuple[tuple[float, float], tuple[float, float, float], tuple[float, float], float]] = {
    "production_hall": ((4.0, 26.0), (1.4, 15.0, 5.0), (1.5, 26.0), 10.0),
    "exhibition": ((3.0, 22.0), (1.6, 18.0, 6.0), (3.5, 22.0), 15.0),
    "office": ((3.0, 18.0), (1.6, 20.0, 5.0), (3.5, 22.0), 15.0),
    "dormitory": ((1.5, 6.0), (1.2, 19.0, 1.0), (2.2, 24.0), 5.0),
}

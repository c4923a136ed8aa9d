"""Specific yield of a photovoltaic array: AC power per installed DC peak power.

    plane of array   G_b, G_d (sky: Hay-Davies or Perez; ground: albedo)                     [W/m2]
    effective        G = G_b IAM(aoi) + G_d iam_diffuse                                      [W/m2]
    cell             T_c = T_air + (G_b + G_d) / (u0 + u1 wind)                              [°C]
    DC               p_dc = G / 1000 x (1 + gamma (T_c - 25)) x (1 - loss_share)             [kW/kWp]
    AC               p_ac = min(p_dc x inverter_efficiency, ac_dc_ratio)                     [kW/kWp]

Sources: Hay and Davies (1980); Perez et al. (1990), Solar Energy 44, 271; physical IAM: De Soto et al. (2006), Solar
Energy 80, 78; cell temperature: Faiman (2008), Progress in Photovoltaics 16, 307; all as in pvlib.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from forecasting.weather import Weather


class PvArray(BaseModel):
    """One plane of modules behind one class of inverters.

    What belongs to the roof has no default; what belongs to the method has one, with its source.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    tilt_deg: float = Field(ge=0, le=90, description="tilt from horizontal [°]")
    azimuth_deg: float = Field(ge=0, lt=360, description="direction faced, clockwise from north, south = 180 [°]")
    ac_dc_ratio: float = Field(gt=0, le=2, description="inverter AC rating per DC peak power [kW/kWp]")
    loss_share: float = Field(ge=0, lt=1, description="soiling, mismatch, wiring, light-induced loss, downtime [1]")
    gamma_per_k: float = Field(
        -0.0030, le=0, ge=-0.01, description="power per cell temperature [1/K]; TOPCon data sheets"
    )
    inverter_efficiency: float = Field(
        0.98, gt=0, le=1, description="AC per DC [1]; string inverter, European weighting"
    )
    albedo: float = Field(0.2, ge=0, le=1, description="reflectance of the ground [1]; usual value for built-up land")
    iam_diffuse: float = Field(
        0.95, gt=0, le=1, description="reflection factor of diffuse light [1]; ASHRAE b0 0.05 at 60°"
    )
    u0_w_per_m2_k: float = Field(22.0, gt=0, description="heat loss without wind [W/(m2 K)]; PVsyst range 20 to 29")
    u1_w_s_per_m3_k: float = Field(
        6.0, ge=0, description="heat loss per wind speed [W s/(m3 K)]; Faiman (2008): 6.2 to 7.7"
    )
    sky: Literal["haydavies", "perez"] = "haydavies"


def pv_yield(weather: Weather, array: PvArray) -> pd.Series[float]:
    """AC power per DC peak power [kW/kWp] in every interval of the weather."""
    import pvlib

    table = weather.table
    day = pd.DatetimeIndex(table.index).day_of_year.to_numpy()
    zenith, azimuth = table["apparent_zenith_deg"], table["azimuth_deg"]
    beam_normal, diffuse, total = table["dni_w_per_m2"], table["dhi_w_per_m2"].clip(lower=1e-6), table["ghi_w_per_m2"]
    aoi = pvlib.irradiance.aoi(array.tilt_deg, array.azimuth_deg, zenith, azimuth)
    plane = pvlib.irradiance.get_total_irradiance(
        array.tilt_deg, array.azimuth_deg, zenith, azimuth, beam_normal, total, diffuse,
        dni_extra=pvlib.irradiance.get_extra_radiation(day),
        airmass=pvlib.atmosphere.get_relative_airmass(zenith.clip(upper=89.9)),
        albedo=array.albedo, model=array.sky,
    )  # fmt: skip
    light = total.to_numpy(dtype=float) > 0
    direct = np.where(light, plane["poa_direct"].to_numpy(dtype=float), 0.0)
    scattered = np.where(light, plane["poa_diffuse"].to_numpy(dtype=float), 0.0)
    seen = np.asarray(pvlib.iam.physical(aoi), dtype=float)
    effective = direct * seen + scattered * array.iam_diffuse
    cell = pvlib.temperature.faiman(
        direct + scattered, table["temperature_c"].to_numpy(), table["wind_m_per_s"].to_numpy(),
        u0=array.u0_w_per_m2_k, u1=array.u1_w_s_per_m3_k,
    )  # fmt: skip
    dc = effective / 1000.0 * (1.0 + array.gamma_per_k * (cell - 25.0)) * (1.0 - array.loss_share)
    ac = np.clip(dc * array.inverter_efficiency, 0.0, array.ac_dc_ratio)
    return pd.Series(ac, index=table.index, name="pv_kw_per_kwp")

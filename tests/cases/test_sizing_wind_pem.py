"""Wind with a PEM electrolyser of free size that sells electricity and hydrogen, known answer of DISPATCHES.

Numbers: gmlc-dispatches/dispatches (a9e9b7a7), test_RE_flowsheet.py::test_wind_pem_optimize, licence BSD-3 style:
487 MW and a net present value of 1 339 462 317 $, tolerance 1 %. An independent formulation gives 1 339 462 292.37 $
at 487.4357 MW; at 2 $/kg it gives 1 015 010 935 $ at 355.997 MW. Hours and prices: shared/cases/dispatches_wind_pem.

How it maps: $ are CNY. The wind farm is a `pv` with the wind's yield, of a size whose bounds are equal. Fixed O&M is
charged there for the 8736 hours of 52 weeks, so it is entered with that share. The connection does not buy at 1000 a
kWh. Hydrogen is sold as the electricity that a fuel cell of one efficiency makes of it on a bus of its own, at the
price of a kg over the electricity of a kg: no component of the catalogue sells hydrogen.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ems.audit import audit
from ems.problem import Limits
from ems.sizing.alternative import alternative
from ems.sizing.design import Designed, design
from ems.sizing.study import Study
from models import Window
from models.fuel_cell import LHV_KWH_PER_KG
from tests.toys import TZ, park, part, solver

SERIES = Path(__file__).resolve().parents[2].parent / "shared/cases/dispatches_wind_pem/timeseries.csv"
pytestmark = pytest.mark.skipif(not SERIES.is_file(), reason="the case's hours are not here")

WIND_KW = 847_000.0
LMP_CAP = 200.0  # $/MWh
KG_PER_KWH = 0.00275984 * 3600 / 500  # (mol/s)/kW over mol/kg
WEEKS = 52 / (144 / 168)  # how often the 144 hours occur in a year
SHARE = 8736 / 8760  # of the year's fixed O&M that is charged
SOLD = 0.5 * LHV_KWH_PER_KG  # kWh that stand for a kg


def wind_pem(hydrogen_price: float) -> tuple[Designed, dict[str, Any]]:
    """The design at a price of hydrogen [$/kg], and its figures."""
    hours = pd.read_csv(SERIES)
    at = pd.date_range("2020-01-06", periods=len(hours), freq="h", tz=TZ)
    columns = {
        "wind_share": hours["wind_cf"],
        "import_cny_per_kwh": 1000.0,
        "export_cny_per_kwh": np.minimum(hours["lmp_usd_per_mwh"], LMP_CAP) / 1000,
        "hydrogen_cny_per_kwh": hydrogen_price / SOLD,
        "grid_kgco2e_per_kwh": 0.0,
    }
    inputs = pd.DataFrame({name: np.broadcast_to(x, (len(at),)) for name, x in columns.items()}, index=at)
    same = [[0.01, 1 / KG_PER_KWH], [1.0, 1 / KG_PER_KWH]]
    half = [[0.01, 0.5], [1.0, 0.5]]
    sold = {"electricity_bus": "market", "export_price": "hydrogen_cny_per_kwh"}
    site = park(
        part(kind="pv", name="wind", capacity_kwp=WIND_KW, column="wind_share"),
        part(kind="grid", connection_kw=1, export_limit_kw=1e6),
        part(kind="electrolyser", name="pem", capacity_kw=WIND_KW, min_load=0.01, specific_kwh_per_kg=same),
        part(
            kind="fuel_cell",
            capacity_kw=1e6,
            min_load=0.01,
            electric_efficiency=half,
            heat_bus=None,
            electricity_bus="market",
        ),
        part(kind="grid", name="buyer", connection_kw=1, export_limit_kw=1e6, **sold),
    )
    life = {"price_year": 2020, "lifetime_years": 30, "residual": "none"}
    study = Study.model_validate(
        {
            "name": "wind-pem",
            "title": {"zh": "风电制氢", "en": "wind and PEM"},
            "year": 2020,
            "sizes": {
                "wind.capacity_kwp": {"min": WIND_KW, "max": WIND_KW, "cost": "wind"},
                "pem.capacity_kw": {"max": WIND_KW, "cost": "pem"},
            },
            "costs": {
                "wind": {**life, "capex_cny_per_unit": 0, "fixed_om_cny_per_unit_year": 41.78 * SHARE},
                "pem": {**life, "capex_cny_per_unit": 1200, "fixed_om_cny_per_unit_year": 36 * SHARE},
            },
            "economics": {"base_year": 2020, "years": 30, "discount_rate": 0.08},
            "reference": {"title": {"zh": "仅风电", "en": "wind alone"}, "sizes": {"pem.capacity_kw": 0}},
        }
    )
    found = design(site, study, Window(inputs, period_weights=(WEEKS,), design=True), solver(), Limits(60))
    return found, alternative(found.site, found.window, found.schedule, study, found.sizes)


def sold(told: dict[str, Any], component: str) -> float:
    return -sum(
        b["year_cny"] for b in told["money"]["by_cause"] if (b["component"], b["cause"]) == (component, "export")
    )


def test_net_present_value_and_size():
    found, told = wind_pem(2.5)
    assert -told["money"]["life_cycle_cost_cny"] == pytest.approx(1_339_462_292.37, rel=1e-6)
    assert found.sizes["pem.capacity_kw"] == pytest.approx(487_435.7, rel=1e-5)
    assert sold(told, "buyer") == pytest.approx(155_129_114.25, rel=1e-6)
    assert sold(told, "grid") == pytest.approx(68_599_396.49, rel=1e-6)


def test_net_present_value_at_a_lower_price_of_hydrogen():
    found, told = wind_pem(2.0)
    assert -told["money"]["life_cycle_cost_cny"] == pytest.approx(1_015_010_935.0, rel=1e-6)
    assert found.sizes["pem.capacity_kw"] == pytest.approx(355_997, rel=1e-4)
    assert sold(told, "buyer") == pytest.approx(99_396_594.5, rel=1e-5)


def test_the_schedule_keeps_the_laws_of_its_machines():
    found, _ = wind_pem(2.5)
    assert audit(found.site, found.window, found.schedule) == []

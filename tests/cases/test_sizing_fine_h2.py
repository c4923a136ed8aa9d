"""Sizing of hydrogen systems, known answers of FINE (ETHOS.FINE, FZJ-IEK3-VSA), licence MIT.

Small system: test/conftest.py::single_node_test_esM and test_miniSystem.py (fabdad4, v2.4.1): four steps of 2190 h, an
electrolyser and a tank of free size. The total annual cost and the sizes are those of FINE 2.4.1 with CBC.
Part load: test/test_conversionPartLoad.py: a PEM electrolyser with the measured curve of Energiepark Mainz that feeds a
glass furnace; expected values and tolerances are the repository's. The curve is read from shared/cases/fine_h2.

How they map: Euro are CNY; hydrogen in kWh (LHV) is kg at 33.33 kWh. The total annual cost there adds one annuity for
each lifetime; here the study lasts as long as the longest life and the others are replaced at the same price, which is
the same annuity. Costs that no decision changes (furnace, oxygen, raw material) are added by hand. What FINE earns by
taking electricity in one step is a price below zero. Wear of stores, 1e-5 at least here, is not counted.
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
from models import Component, Window
from models.fuel_cell import LHV_KWH_PER_KG
from tests.toys import TZ, park, part, solver, wants

CURVE = Path(__file__).resolve().parents[2].parent / "shared/cases/fine_h2/pemec_partload_curve.csv"
TITLE = {"zh": "算例", "en": "case"}
HYDROGEN = "wanted_hydrogen_kg_per_h"


def designed(
    parts: list[Component], columns: dict[str, Any], hours: float, occurrences: float, study: dict[str, Any]
) -> tuple[Designed, dict[str, Any]]:
    steps = max(np.size(x) for x in columns.values())
    at = pd.date_range("2026-01-01", periods=steps, freq=f"{round(hours * 60)}min", tz=TZ)
    inputs = pd.DataFrame({name: np.broadcast_to(x, (steps,)) for name, x in columns.items()}, index=at)
    base = {"name": "case", "title": TITLE, "year": 2026, "reference": {"title": TITLE}}
    given = Study.model_validate({**base, **study})
    w = Window(inputs, period_weights=(occurrences,), design=True)
    found = design(park(*parts), given, w, solver(), Limits(60))
    assert audit(found.site, w, found.schedule) == []
    return found, alternative(found.site, w, found.schedule, given, found.sizes)


def bought(told: dict[str, Any]) -> float:
    return sum(b["year_cny"] for b in told["money"]["by_cause"] if b["cause"] == "energy")


def test_electrolyser_and_tank_of_four_steps():
    """Tank 0.33 full at least; 6000 kW hydrogen; electricity 0.05, -0.01, 0.1, 0.051 a kWh."""
    kwh = LHV_KWH_PER_KG
    parts = [
        part(kind="grid", connection_kw=1e6),
        part(
            kind="electrolyser",
            capacity_kw=5e4,
            min_load=0.01,
            specific_kwh_per_kg=[[0.01, kwh / 0.7], [1.0, kwh / 0.7]],
        ),
        part(
            kind="hydrogen_tank",
            name="tank",
            capacity_kg=1e6,
            rate_kg_per_h=1e6,
            min_share=0.33,
            end_short_cny_per_unit=0,
            end_surplus_cny_per_unit=0,
        ),
        wants("hydrogen"),
    ]
    columns = {
        "import_cny_per_kwh": [0.05, -0.01, 0.1, 0.051],
        "grid_kgco2e_per_kwh": 0.0,
        HYDROGEN: 6000 / kwh,
    }
    study = {
        "sizes": {
            "electrolyser.capacity_kw": {"max": 5e4, "cost": "electrolyser"},
            "tank.capacity_kg": {"max": 1e6, "cost": "tank"},
        },
        "costs": {
            "electrolyser": {
                "capex_cny_per_unit": 500,
                "fixed_om_cny_per_unit_year": 12.5,
                "price_year": 2026,
                "lifetime_years": 10,
            },
            "tank": {"capex_cny_per_unit": 0.5 * kwh, "price_year": 2026, "lifetime_years": 30},
        },
        "economics": {"base_year": 2026, "years": 30, "discount_rate": 0.08, "count_wear": False},
    }
    found, told = designed(parts, columns, 2190, 1.0, study)
    assert told["money"]["annual_cost_cny"] == pytest.approx(3_883_206.225, rel=1e-5)
    assert found.sizes["electrolyser.capacity_kw"] == pytest.approx(17_142.857, rel=1e-5)
    assert found.sizes["tank.capacity_kg"] * kwh == pytest.approx(19_611_940, rel=1e-5)
    assert bought(told) == pytest.approx(1_895_914.329 - 375_428.57, rel=1e-5)
    electricity = found.schedule.tables["grid"]["import_kw"] * 2190
    assert electricity.tolist() == pytest.approx([18_771_430, 37_542_860, 0, 18_771_430], rel=1e-5, abs=1)
    parts_cny = {name: told["money"]["by_component"][name]["annual_cny"] for name in ("electrolyser", "tank")}
    assert parts_cny == pytest.approx({"electrolyser": 1_491_681.319, "tank": 871_039.147}, rel=1e-5)


FURNACE_KW = 4985.0  # hydrogen, mean
RISING = np.linspace(0.985, 1.015, 80)
ANNUITY = 0.08 / (1 - 1.08**-10)
GIVEN_CNY = (1103.5 * ANNUITY + 652) * FURNACE_KW + 8760 * FURNACE_KW * (0.137 * 0.07 + 0.209 * 0.20)
FURNACE_KWH = 0.020 * 8760 * FURNACE_KW  # electricity of the furnace itself


def furnace(specific: list[list[float]], min_load: float) -> tuple[Designed, dict[str, Any]]:
    """Electrolyser of a free size for the furnace's hydrogen; (load share, kWh/kg), rated load last."""
    parts = [
        part(kind="grid", connection_kw=1e6),
        part(kind="electrolyser", name="pem", capacity_kw=2e4, min_load=min_load, specific_kwh_per_kg=specific),
        wants("hydrogen"),
        wants("electricity"),
    ]
    columns = {
        "import_cny_per_kwh": 0.07,
        "grid_kgco2e_per_kwh": 0.0,
        HYDROGEN: FURNACE_KW * RISING / LHV_KWH_PER_KG,
        "wanted_electricity_kw": 0.020 * FURNACE_KW * RISING,
    }
    study = {
        "sizes": {"pem.capacity_kw": {"max": 2e4, "cost": "pem"}},
        "costs": {
            "pem": {
                "capex_cny_per_unit": 900,
                "fixed_om_share": 0.01,
                "price_year": 2026,
                "lifetime_years": 10,
            }
        },
        "economics": {"base_year": 2026, "years": 10, "discount_rate": 0.08},
    }
    return designed(parts, columns, 0.25, 438.0, study)


def test_pem_at_the_efficiency_that_the_segments_have_near_full_load():
    """The four segments of FINE make 0.494836 kWh of hydrogen of a kWh all along the furnace's range: 4985 kW from
    88 248 800 kWh / 8760 h. With that figure instead of the curve every published number follows."""
    eta = FURNACE_KW / (88_248_800 / 8760)
    found, told = furnace([[0.1, LHV_KWH_PER_KG / eta], [1.0, LHV_KWH_PER_KG / eta]], 0.1)
    assert found.sizes["pem.capacity_kw"] == pytest.approx(10_225.1729, rel=1e-4)
    assert told["money"]["by_component"]["pem"]["annual_cny"] == pytest.approx(1_463_490, rel=1e-4)
    assert bought(told) == pytest.approx(6_238_550, rel=1e-4)
    assert told["money"]["annual_cost_cny"] + GIVEN_CNY == pytest.approx(14_016_197.2088, rel=1e-5)


@pytest.mark.skipif(not CURVE.is_file(), reason="the measured curve is not here")
def test_pem_with_its_measured_curve():
    """Five points of a smooth line through the measurements, where FINE fits four segments of its own to them.

    The line makes 0.4979 at full load where FINE's segments make 0.4948, 0.6 % less: the electrolyser is smaller by as
    much and the whole costs 0.49 % less, within the tolerance that the repository sets. It is as large as the highest
    demand asks for; a larger one would run better in part load, but not by what it costs.
    """
    curve = pd.read_csv(CURVE).query("utilization >= 0.16")
    smooth = np.polynomial.Polynomial.fit(curve["utilization"], curve["efficiency_lhv"], 3)
    found, told = furnace([[u, LHV_KWH_PER_KG / smooth(u)] for u in (0.2, 0.4, 0.6, 0.8, 1.0)], 0.2)
    assert told["money"]["annual_cost_cny"] + GIVEN_CNY == pytest.approx(14_016_197.2088, rel=0.005)
    assert bought(told) == pytest.approx(6_238_550, rel=0.01)
    assert found.sizes["pem.capacity_kw"] == pytest.approx(FURNACE_KW * 1.015 / smooth(1.0), rel=1e-4)
    assert found.sizes["pem.capacity_kw"] == pytest.approx(10_225.1729 * 0.494836 / 0.4979, rel=1e-3)

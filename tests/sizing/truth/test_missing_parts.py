"""What a design sizes 0 is not there: the park without it is planned, run by rules and audited like any other."""

from __future__ import annotations

from datetime import date

import pytest

from ems.audit import audit
from ems.baseline import rule_based
from ems.inputs import make_inputs
from ems.objective import Objective
from ems.problem import Limits
from ems.site_file import SiteFile, read_site
from ems.sizing.parks import built_park
from ems.sizing.study import Study
from ems.sizing.truth import operated_park, plan_day
from forecasting.errors import InputError
from models import Design, Electrolyser, FuelCell, Grid, Window
from tests.sizing.truth.designs import study_of
from tests.toys import mains, park, part, solver, wants

DAY = date(2026, 1, 14)
DEMO = ("roof.capacity_kwp", "battery.capacity_kwh", "electrolyser.capacity_kw", "tank.capacity_kg")
QINGDAO = (
    "alkaline.capacity_kw",
    "pem.capacity_kw",
    "compressor.capacity_kg_per_h",
    "tank.capacity_kg",
    "fuel_cell.capacity_kw",
    "battery.capacity_kwh",
    "heat_pump.capacity_kw",
    "hot_store.capacity_kwh",
    "cold_store.capacity_kwh",
)


def _without(file: SiteFile, *sizes: str, planned: bool = True) -> None:
    site = built_park(file.site, dict.fromkeys(sizes, 0.0))
    gone = {name.partition(".")[0] for name in sizes}
    assert not gone & {c.name for c in site.components}
    w = Window(make_inputs(file, DAY, step_minutes=60, weather="climatology").table)
    assert audit(site, w, rule_based(site, w)) == []
    if not planned:
        return
    _, outcome, why = plan_day(site, w, Objective.of("cost", 0), solver(), Limits(30, 0.01))
    assert outcome in ("optimal", "relaxed"), why


@pytest.mark.parametrize("size", DEMO)
def test_the_demo_park_runs_without(size: str) -> None:
    _without(read_site("demo"), size)


def test_the_demo_park_runs_on_the_grid_alone() -> None:
    _without(read_site("demo"), *DEMO)


@pytest.mark.parametrize("size", QINGDAO)
def test_the_park_of_qingdao_is_run_by_rules_without(size: str) -> None:
    _without(read_site("qingdao"), size, planned=False)


def test_the_park_of_qingdao_runs_without_stores_and_hydrogen() -> None:
    _without(read_site("qingdao"), *QINGDAO)


def test_wear_and_starts_grow_with_the_module() -> None:
    """A machine of one module is built as one; of several, as many as it takes; wear by capacity is the design's."""
    one = part(
        kind="electrolyser", capacity_kw=200, specific_kwh_per_kg=[(0.1, 50), (1, 50)], wear_cny_per_h=2, start_cny=20
    )
    two = part(
        kind="fuel_cell", capacity_kw=500, modules=2, electric_efficiency=[(0.1, 0.4), (1.0, 0.4)], wear_cny_per_h=5
    )
    site = park(mains(), one, two, wants("electricity"))
    sizes = {"electrolyser.capacity_kw": (0, 900), "fuel_cell.capacity_kw": (0, 900)}
    built = operated_park(site, study_of(sizes), {"electrolyser.capacity_kw": 300, "fuel_cell.capacity_kw": 600})
    machine, cell = built.component("electrolyser"), built.component("fuel_cell")
    assert isinstance(machine, Electrolyser)
    assert isinstance(cell, FuelCell)
    assert (machine.modules, machine.wear_cny_per_h, machine.start_cny) == (1, pytest.approx(3), pytest.approx(30))
    assert (cell.modules, cell.wear_cny_per_h) == (3, pytest.approx(4))  # 5 CNY/h for 250 kW: 4 for 200 kW


def test_the_contracted_demand_is_made_anew() -> None:
    site = park(mains(contract_kw=5), part(kind="electric_boiler", capacity_kw=10), wants("heat"))
    built = operated_park(site, study_of({"electric_boiler.capacity_kw": (0, 9)}), {"electric_boiler.capacity_kw": 9})
    grid = built.component("mains")
    assert isinstance(grid, Grid)
    assert grid.contract_kw is None


def test_a_capacity_that_no_size_names_is_refused() -> None:
    left = Design(min=0, max=10, annual_cost_cny=1)
    site = park(mains(), part(kind="electric_boiler", capacity_kw=left), part(kind="pv", capacity_kwp=1, column="sun"))
    study: Study = study_of({"pv.capacity_kwp": (0, 9)})
    with pytest.raises(InputError, match=r"electric_boiler\.capacity_kw"):
        operated_park(site, study, {"pv.capacity_kwp": 1})

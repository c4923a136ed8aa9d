"""Toy parks in closed windows: a design as a linear program, or the same window with whole modules."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ems.build import build
from ems.objective import Objective
from ems.problem import Limits
from ems.schedule import Schedule
from ems.site import Site
from models import Chronology, Component, Window
from tests.toys import Solved, park, part, solver

DEAR = "dear_cny_per_kwh"  # input column


def closed(
    site: Site,
    inputs: pd.DataFrame,
    weights: Sequence[float] = (365.0,),
    *,
    whole: bool = False,
    chronology: Chronology | None = None,
    gap: float = 1e-7,
    seconds: float = 60.0,
) -> Solved:
    """Solve typical periods that occur so often a year; ``whole`` keeps modules whole and directions apart."""
    w = Window(inputs, period_weights=tuple(weights), design=not whole, chronology=chronology)
    goal = Objective.of("cost", site.carbon.price_cny_per_t)
    built = build(site, w, goal)
    answer = solver().solve(built.problem, Limits(seconds, gap))
    assert answer.x is not None, f"{answer.status}: {answer.message}"
    return Solved(site, w, built, answer, goal, Schedule(*built.tables(answer.x, w)))


def always_served(site: Site) -> Site:
    """The park with dear means of last resort on every bus: a design serves its demands as a law.

    Electricity comes from a second grid on a bus of its own, at the price of the column ``dear_cny_per_kwh``.
    """
    spare: list[Component] = []
    for bus, carrier in site.buses.items():
        name = f"spare_{bus}"
        match carrier:
            case "electricity":
                fields = {"carrier": carrier, "limit": 1e4, "from_bus": "spare_power", "to_bus": bus}
                spare.append(part(kind="transfer", name=name, **fields))
            case "heat":
                fields = {"capacity_kw": 1e4, "electricity_bus": "spare_power", "heat_bus": bus}
                spare.append(part(kind="electric_boiler", name=name, **fields))
            case "cooling":
                fields = {"capacity_kw": 1e4, "cop": [[20, 1.0]], "electricity_bus": "spare_power", "cooling_bus": bus}
                spare.append(part(kind="electric_chiller", name=name, **fields))
            case "hydrogen":
                fields = {"capacity_kg_per_h": 1e3, "price_cny_per_kg": 200, "intensity_kgco2e_per_kg": 0}
                spare.append(part(kind="hydrogen_supply", name=name, hydrogen_bus=bus, **fields))
            case "water":
                fields = {"capacity_kg_per_h": 1e5, "price_cny_per_kg": 0.5, "water_bus": bus}
                spare.append(part(kind="water_supply", name=name, **fields))
    sells = any(getattr(c, "export_limit_kw", 0.0) for c in site.components)  # of a site all grids may sell or none
    fields = {"connection_kw": 1e5, "export_limit_kw": float(sells), "electricity_bus": "spare_power"}
    grid = part(kind="grid", name="spare_grid", import_price=DEAR, **fields)
    return park(*site.components, grid, *spare)

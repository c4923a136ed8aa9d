"""The hub in plain linopy."""

from __future__ import annotations

from typing import Any

import hub as H
import numpy as np


def model(d: H.Hub) -> Any:
    import linopy
    import pandas as pd

    t = pd.RangeIndex(H.HOURS, name="t")
    m = linopy.Model()
    cap = {name: m.add_variables(0, most, name=f"cap_{name}") for name, most in H.MOST.items()}

    def flow(name: str, upper: float = np.inf) -> Any:
        return m.add_variables(0, upper, coords=[t], name=name)

    def series(x: np.ndarray) -> Any:
        return pd.Series(x, t)

    grid, pv = flow("grid", H.GRID_KW), flow("pv")
    ely, fuel, hp, boiler = flow("ely"), flow("fuel"), flow("hp"), flow("boiler")
    stores = {}
    for name, loss, each_way in (
        ("battery", H.BATTERY_LOSS_PER_H, H.BATTERY_EACH_WAY),
        ("tank", 0.0, 1.0),
        ("hot_store", H.HOT_LOSS_PER_H, 1.0),
    ):
        charge, discharge, level = flow(f"{name}_in", H.RATE), flow(f"{name}_out", H.RATE), flow(f"{name}_level")
        m.add_constraints(level - (1 - loss) * level.roll(t=1) - each_way * charge + discharge / each_way == 0)
        m.add_constraints(level - cap[name] <= 0)
        stores[name] = (charge, discharge)
    m.add_constraints(pv - series(d.sun) * cap["pv"] <= 0)
    m.add_constraints(ely - cap["electrolyser"] <= 0)
    m.add_constraints(H.FUEL_CELL_ELECTRIC * fuel - cap["fuel_cell"] <= 0)
    m.add_constraints(series(d.cop) * hp - cap["heat_pump"] <= 0)
    m.add_constraints(boiler - cap["boiler"] <= 0)
    (bc, bd), (tc, td), (hc, hd) = stores["battery"], stores["tank"], stores["hot_store"]
    waste = flow("waste_heat")
    m.add_constraints(grid + pv + H.FUEL_CELL_ELECTRIC * fuel + bd - bc - ely - hp - boiler == series(d.electricity))
    m.add_constraints(ely / H.KWH_PER_KG - fuel / H.LHV + td - tc == series(d.hydrogen))
    m.add_constraints(
        series(d.cop) * hp + H.BOILER * boiler + H.FUEL_CELL_HEAT * fuel - waste + hd - hc == series(d.heat)
    )
    cost = (series(d.price) * grid).sum() + H.THROUGHPUT * (bd + td + hd).sum()
    m.add_objective(cost + sum(H.COST[name] * cap[name] for name in cap))
    return m


def solve(d: H.Hub, options: dict[str, Any]) -> tuple[float, dict[str, float]]:
    m = model(d)
    m.solve(solver_name="highs", io_api="direct", **options)
    return float(m.objective.value), {}

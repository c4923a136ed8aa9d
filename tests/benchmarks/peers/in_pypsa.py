"""The hub in PyPSA, all carriers in kWh."""

from __future__ import annotations

from typing import Any

import hub as H


def network(d: H.Hub) -> Any:
    import pandas as pd
    import pypsa

    n = pypsa.Network()
    n.set_snapshots(pd.RangeIndex(H.HOURS))
    t = n.snapshots

    def series(x: Any) -> Any:
        return pd.Series(x, t)

    def free(name: str, unit: float = 1.0) -> dict[str, Any]:
        return {"p_nom_extendable": True, "capital_cost": H.COST[name] / unit, "p_nom_max": H.MOST[name] * unit}

    for bus in ("electricity", "hydrogen", "heat", "cells", "tank", "water"):
        n.add("Bus", bus)
    n.add("Generator", "grid", bus="electricity", p_nom=H.GRID_KW, marginal_cost=series(d.price))
    n.add("Generator", "pv", bus="electricity", p_max_pu=series(d.sun), **free("pv"))
    n.add("Generator", "waste", bus="heat", p_nom=1e6, p_min_pu=-1, p_max_pu=0)
    n.add("Load", "electricity", bus="electricity", p_set=series(d.electricity))
    n.add("Load", "hydrogen", bus="hydrogen", p_set=series(d.hydrogen * H.LHV))
    n.add("Load", "heat", bus="heat", p_set=series(d.heat))
    n.add(
        "Link",
        "electrolyser",
        bus0="electricity",
        bus1="hydrogen",
        efficiency=H.LHV / H.KWH_PER_KG,
        **free("electrolyser"),
    )
    n.add(
        "Link",
        "fuel_cell",
        bus0="hydrogen",
        bus1="electricity",
        bus2="heat",
        efficiency=H.FUEL_CELL_ELECTRIC,
        efficiency2=H.FUEL_CELL_HEAT,
        p_nom_extendable=True,
        capital_cost=H.COST["fuel_cell"] * H.FUEL_CELL_ELECTRIC,
        p_nom_max=H.MOST["fuel_cell"] / H.FUEL_CELL_ELECTRIC,
    )
    # capacities of the heat pump are of heat: a link that takes heat at bus1 is written from its output
    n.add(
        "Link",
        "heat_pump",
        bus0="heat",
        bus1="electricity",
        efficiency=series(1 / d.cop),
        p_min_pu=-1,
        p_max_pu=0,
        **free("heat_pump"),
    )
    n.add("Link", "boiler", bus0="electricity", bus1="heat", efficiency=H.BOILER, **free("boiler"))
    stores = (
        ("battery", "electricity", "cells", H.BATTERY_EACH_WAY, H.BATTERY_LOSS_PER_H, 1.0),
        ("tank", "hydrogen", "tank", 1.0, 0.0, H.LHV),
        ("hot_store", "heat", "water", 1.0, H.HOT_LOSS_PER_H, 1.0),
    )
    for name, bus, inside, each_way, loss, unit in stores:
        n.add("Link", f"{name}_in", bus0=bus, bus1=inside, efficiency=each_way, p_nom=H.RATE * unit)
        n.add(
            "Link",
            f"{name}_out",
            bus0=inside,
            bus1=bus,
            efficiency=each_way,
            p_nom=H.RATE * unit / each_way,
            marginal_cost=H.THROUGHPUT * each_way / unit,
        )
        n.add(
            "Store",
            name,
            bus=inside,
            e_cyclic=True,
            standing_loss=loss,
            e_nom_extendable=True,
            capital_cost=H.COST[name] / unit,
            e_nom_max=H.MOST[name] * unit,
        )
    return n


def solve(d: H.Hub, options: dict[str, Any]) -> tuple[float, dict[str, float]]:
    n = network(d)
    n.optimize(solver_name="highs", solver_options=options)
    return float(n.objective), {}

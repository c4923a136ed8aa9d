"""The hub as bare matrices for HiGHS: what no modelling layer can beat."""

from __future__ import annotations

from typing import Any

import hub as H
import numpy as np


def matrices(d: H.Hub) -> tuple[Any, ...]:
    """cost, lower, upper, row_lower, row_upper and A (csc) of the hub, written out by hand."""
    import scipy.sparse as sp

    n, names = H.HOURS, list(H.MOST)
    flows = ["grid", "pv", "ely", "fuel", "hp", "boiler", "waste"]
    flows += [f"{s}_{w}" for s in ("battery", "tank", "hot_store") for w in ("in", "out", "level")]
    at = {name: k * n for k, name in enumerate(flows)}
    first = len(flows) * n
    columns = first + len(names)
    cost, upper = np.zeros(columns), np.full(columns, np.inf)
    cost[at["grid"] : at["grid"] + n], upper[at["grid"] : at["grid"] + n] = d.price, H.GRID_KW
    for s in ("battery", "tank", "hot_store"):
        cost[at[f"{s}_out"] : at[f"{s}_out"] + n] = H.THROUGHPUT
        for w in ("in", "out"):
            upper[at[f"{s}_{w}"] : at[f"{s}_{w}"] + n] = H.RATE
    for k, name in enumerate(names):
        cost[first + k], upper[first + k] = H.COST[name], H.MOST[name]
    one, eye = np.ones(n), np.arange(n)
    blocks: list[Any] = []
    low: list[np.ndarray] = []
    high: list[np.ndarray] = []

    def rows(
        terms: dict[str, Any], lower: Any, upper_: Any, previous: tuple[str, float] | None = None, cap: Any = None
    ) -> None:
        i = [eye for _ in terms]
        j = [at[name] + eye for name in terms]
        v = [np.broadcast_to(np.asarray(x, float), (n,)) for x in terms.values()]
        if previous:
            i, j, v = [*i, eye], [*j, at[previous[0]] + (eye - 1) % n], [*v, previous[1] * one]
        if cap:
            i, j, v = [*i, eye], [*j, np.full(n, first + names.index(cap[0]))], [*v, np.asarray(cap[1]) * one]
        blocks.append(sp.coo_matrix((np.concatenate(v), (np.concatenate(i), np.concatenate(j))), shape=(n, columns)))
        low.append(np.broadcast_to(np.asarray(lower, float), (n,)))
        high.append(np.broadcast_to(np.asarray(upper_, float), (n,)))

    for s, loss, each_way in (
        ("battery", H.BATTERY_LOSS_PER_H, H.BATTERY_EACH_WAY),
        ("tank", 0.0, 1.0),
        ("hot_store", H.HOT_LOSS_PER_H, 1.0),
    ):
        rows({f"{s}_level": 1, f"{s}_in": -each_way, f"{s}_out": 1 / each_way}, 0, 0, (f"{s}_level", loss - 1))
        rows({f"{s}_level": 1}, -np.inf, 0, cap=(s, -1.0))
    rows({"pv": 1}, -np.inf, 0, cap=("pv", -d.sun))
    rows({"ely": 1}, -np.inf, 0, cap=("electrolyser", -1.0))
    rows({"fuel": H.FUEL_CELL_ELECTRIC}, -np.inf, 0, cap=("fuel_cell", -1.0))
    rows({"hp": d.cop}, -np.inf, 0, cap=("heat_pump", -1.0))
    rows({"boiler": 1}, -np.inf, 0, cap=("boiler", -1.0))
    taken = {"battery_out": 1, "battery_in": -1, "ely": -1, "hp": -1, "boiler": -1}
    rows({"grid": 1, "pv": 1, "fuel": H.FUEL_CELL_ELECTRIC, **taken}, d.electricity, d.electricity)
    rows({"ely": 1 / H.KWH_PER_KG, "fuel": -1 / H.LHV, "tank_out": 1, "tank_in": -1}, d.hydrogen, d.hydrogen)
    made = {"hp": d.cop, "boiler": H.BOILER, "fuel": H.FUEL_CELL_HEAT, "waste": -1}
    rows({**made, "hot_store_out": 1, "hot_store_in": -1}, d.heat, d.heat)
    a = sp.vstack(blocks).tocsc()
    return cost, np.zeros(columns), upper, np.concatenate(low), np.concatenate(high), a


def solve(d: H.Hub, options: dict[str, Any]) -> tuple[float, dict[str, float]]:
    import highspy

    cost, lower, upper, row_lower, row_upper, a = matrices(d)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cost), len(row_lower)
    lp.col_cost_, lp.col_lower_, lp.col_upper_, lp.row_lower_, lp.row_upper_ = cost, lower, upper, row_lower, row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = a.indptr, a.indices, a.data
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    for name, value in options.items():
        h.setOptionValue(name, value)
    h.passModel(lp)
    h.run()
    values = np.array(h.getSolution().col_value)
    assert len(values) == len(cost)
    return float(h.getInfo().objective_function_value), {}

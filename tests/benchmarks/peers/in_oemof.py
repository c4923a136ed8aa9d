"""The hub in oemof.solph, all carriers in kWh."""

from __future__ import annotations

from typing import Any

import hub as H


def system(d: H.Hub) -> Any:
    import pandas as pd
    from oemof import solph

    index = pd.date_range("2026-01-01", periods=H.HOURS + 1, freq="h")
    es = solph.EnergySystem(timeindex=index, infer_last_interval=False)

    def free(name: str, unit: float = 1.0) -> Any:
        return solph.Investment(ep_costs=H.COST[name] / unit, maximum=H.MOST[name] * unit)

    el, h2, heat = solph.Bus(label="el"), solph.Bus(label="h2"), solph.Bus(label="heat")
    flow, cmp = solph.Flow, solph.components
    es.add(el, h2, heat)
    es.add(
        cmp.Source(label="grid", outputs={el: flow(nominal_capacity=H.GRID_KW, variable_costs=d.price)}),
        cmp.Source(label="pv", outputs={el: flow(nominal_capacity=free("pv"), maximum=d.sun)}),
        cmp.Sink(label="waste", inputs={heat: flow()}),
        cmp.Sink(label="d_el", inputs={el: flow(nominal_capacity=1, fix=d.electricity)}),
        cmp.Sink(label="d_h2", inputs={h2: flow(nominal_capacity=1, fix=d.hydrogen * H.LHV)}),
        cmp.Sink(label="d_heat", inputs={heat: flow(nominal_capacity=1, fix=d.heat)}),
        cmp.Converter(
            label="electrolyser",
            inputs={el: flow(nominal_capacity=free("electrolyser"))},
            outputs={h2: flow()},
            conversion_factors={h2: H.LHV / H.KWH_PER_KG},
        ),
        cmp.Converter(
            label="fuel_cell",
            inputs={h2: flow()},
            outputs={el: flow(nominal_capacity=free("fuel_cell")), heat: flow()},
            conversion_factors={el: H.FUEL_CELL_ELECTRIC, heat: H.FUEL_CELL_HEAT},
        ),
        cmp.Converter(
            label="heat_pump",
            inputs={el: flow()},
            outputs={heat: flow(nominal_capacity=free("heat_pump"))},
            conversion_factors={heat: d.cop},
        ),
        cmp.Converter(
            label="boiler",
            inputs={el: flow(nominal_capacity=free("boiler"))},
            outputs={heat: flow()},
            conversion_factors={heat: H.BOILER},
        ),
    )
    for name, bus, each_way, loss, unit in (
        ("battery", el, H.BATTERY_EACH_WAY, H.BATTERY_LOSS_PER_H, 1.0),
        ("tank", h2, 1.0, 0.0, H.LHV),
        ("hot_store", heat, 1.0, H.HOT_LOSS_PER_H, 1.0),
    ):
        es.add(
            cmp.GenericStorage(
                label=name,
                nominal_capacity=free(name, unit),
                inputs={bus: flow(nominal_capacity=H.RATE * unit)},
                outputs={bus: flow(nominal_capacity=H.RATE * unit, variable_costs=H.THROUGHPUT / unit)},
                loss_rate=loss,
                inflow_conversion_factor=each_way,
                outflow_conversion_factor=each_way,
                balanced=True,
                initial_storage_level=None,
            )
        )
    return es


def solve(d: H.Hub, options: dict[str, Any]) -> tuple[float, dict[str, float]]:
    from oemof import solph
    from pyomo.contrib.appsi.solvers import Highs

    m = solph.Model(system(d))
    solver = Highs()  # the model's own solve() knows HiGHS only through an option that this interface refuses
    solver.highs_options = options
    solver.solve(m)
    solph.processing.results(m)
    return float(m.objective()), {}

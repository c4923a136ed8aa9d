"""The figures of a report in the order in which they are shown."""

from __future__ import annotations

from ems.report.balance import balance_charts
from ems.report.chart import Chart
from ems.report.grid_compared import grid_charts
from ems.report.marginal import marginal_charts
from ems.report.money import money_charts
from ems.report.raster import raster_charts
from ems.report.sankey import sankey_charts
from ems.report.stores import store_charts
from ems.report.view import PlanView


def figures(view: PlanView) -> list[Chart]:
    """All figures that have something to show; the same set in both languages."""
    balances = balance_charts(view)
    return [
        *balances[:1],
        *grid_charts(view),
        *balances[1:],
        *store_charts(view),
        *raster_charts(view),
        *sankey_charts(view),
        *money_charts(view),
        *marginal_charts(view),
    ]

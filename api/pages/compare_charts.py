"""Two plans over one another: grid power, stores, and the columns that differ most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from api.pages.environment import Words
from ems.report.chart import Chart, numbers, step_line, time_layout
from ems.report.formats import digits_for, plain, unit_name
from ems.report.palette import BETTER, WORSE
from ems.report.stores import whole_day
from ems.report.view import Floats, PlanView, Series

MOST_COLUMNS = 6
FLOOR = 1e-3


@dataclass(frozen=True)
class Pair:
    """Two plans of the same axis in one language."""

    a: PlanView
    b: PlanView
    w: Words


def compare_charts(pair: Pair) -> list[Chart]:
    """Grid and stores first, then what else differs, the greatest difference first."""
    shown = [*_grid(pair), *_stores(pair)]
    names = [name for name, _ in shown]
    others = [key for key in most_different(pair) if ".".join(key) not in names][:MOST_COLUMNS]
    return [*(chart for _, chart in shown), *(_overlaid(pair, key, wide=False) for key in others)]


def most_different(pair: Pair) -> list[tuple[str, str]]:
    """Series by the share of their own size in which the plans differ; tiny ones and equal ones left out."""
    found = {}
    for key, one in pair.a.series.items():
        other = pair.b.series.get(key)
        if other is None or one.at_end != other.at_end or (one.unit == "1" and one.quantity != "on_modules"):
            continue  # starts and stops say the same as what runs
        size = max(float(np.abs(one.values).max(initial=0)), float(np.abs(other.values).max(initial=0)))
        apart = float(np.abs(one.values - other.values).mean())
        if size > FLOOR and apart > 0.005 * size:
            found[key] = apart / size
    return sorted(found, key=lambda key: found[key], reverse=True)


def _grid(pair: Pair) -> list[tuple[str, Chart]]:
    keys = [
        (c, "import_kw") for c in pair.a.components if pair.a.kind(c) == "grid" and (c, "import_kw") in pair.b.series
    ]
    return [(".".join(key), _overlaid(pair, key, wide=True)) for key in keys]


def _stores(pair: Pair) -> list[tuple[str, Chart]]:
    """Levels of stores that move in either plan, as shares of their capacity where that is known."""
    found = []
    for key, level in pair.a.series.items():
        if level.at_end and key[1].startswith("level_") and key in pair.b.series:
            if level.is_zero and pair.b.series[key].is_zero:
                continue
            found.append((".".join(key), _overlaid(pair, key, wide=False, of=whole_day)))
    return found


def _overlaid(
    pair: Pair, key: tuple[str, str], *, wide: bool, of: Callable[[PlanView, Series], Floats] | None = None
) -> Chart:
    a, b = pair.a.series[key], pair.b.series[key]
    unit = unit_name(a.unit, pair.a.lang)
    layout = time_layout(pair.a, unit, bands=wide)
    layout["yaxis"]["rangemode"] = "tozero"
    looks: tuple[dict[str, Any], dict[str, Any]] = (
        {"line": {"color": BETTER, "width": 2.2}},
        {"line": {"color": WORSE, "width": 2.2, "dash": "dash"}},
    )
    data = []
    for view, series, name, look in zip((pair.a, pair.b), (a, b), ("cmp_a", "cmp_b"), looks, strict=True):
        trace = step_line(view, series.values, pair.w(name), a.unit, digits_for(a.unit), **look)
        if of is not None:  # a stock stands at the edges of the steps: straight lines between them
            trace |= {"y": numbers(of(view, series)), "line": trace["line"] | {"shape": "linear"}}
        data.append(trace)
    title = f"{pair.a.label(a.component)}: {plain(a.meaning)}"
    return Chart(f"compare-{a.component}-{a.quantity}", title, "", data, layout, 320 if wide else 260, wide=wide)

"""Toy parks for tests: a few components, a table of inputs written by hand, and the whole road from site to audit."""

from __future__ import annotations

import atexit
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from ems.audit import audit
from ems.build import Built, build
from ems.objective import Objective, ObjectiveName
from ems.problem import Answer, Limits
from ems.schedule import Schedule
from ems.site import Site
from ems.solve import Solver
from models import CARRIERS, AnyComponent, Component, Violation, Window
from models.storage import WASTE_COLUMN

TZ = "Asia/Shanghai"
DEFAULTS: dict[str, float] = {
    "import_cny_per_kwh": 1.0,
    "export_cny_per_kwh": 0.0,
    "grid_kgco2e_per_kwh": 0.6,
    "temperature_c": 20.0,
}
_COMPONENT: TypeAdapter[Component] = TypeAdapter(AnyComponent)


def part(**fields: Any) -> Component:
    """A component; its name is its kind unless given."""
    return _COMPONENT.validate_python({"name": fields["kind"], **fields})


def park(*parts: Component) -> Site:
    """A site of these components on the buses they name."""
    fed = [getattr(c, "export_limit_kw", 0.0) for c in parts]
    return Site.model_validate(
        {
            "name": "toy",
            "title": {"zh": "玩具", "en": "toy"},
            "place": {"latitude": 36, "longitude": 120, "altitude_m": 20, "timezone": TZ, "country": "CN"},
            "tariff": {
                "file": "none.yaml",
                "voltage": "1-10kV",
                "export": {"mode": "fixed", "price_cny_per_kwh": 0.0} if any(fed) else {"mode": "forbidden"},
            },
            "carbon": {"factors": "none.yaml", "grid": "none", "price_cny_per_t": 1000},
            "buses": {bus: q.carrier for c in parts for q, bus in c.ports},
            "components": [c.model_dump() for c in parts],
        }
    )


def mains(**more: Any) -> Component:
    """A grid connection that never binds."""
    return part(**{"kind": "grid", "name": "mains", "connection_kw": 1e5, **more})


def wants(carrier: str, **more: Any) -> Component:
    """A demand for a carrier, read from the column ``wanted_<carrier>_<unit>``."""
    column = f"wanted_{carrier}_{CARRIERS[carrier].rate}"
    return part(**{"kind": "demand", "name": f"users_{carrier}", "carrier": carrier, "column": column, **more})


def bottles(**more: Any) -> Component:
    """Hydrogen at 1 CNY/kg."""
    full = {
        "capacity_kg": 1e4,
        "rate_kg_per_h": 1e3,
        "start_share": 1.0,
        "end_short_cny_per_unit": 1,
        "end_surplus_cny_per_unit": 0,
    }
    return part(**{"kind": "hydrogen_tank", "name": "bottles", **full, **more})


def outlet(carrier: str, **more: Any) -> Component:
    """A way out for what no one wants, at 0.01 CNY a unit."""
    return part(
        **{
            "kind": "spill",
            "name": f"outlet_{carrier}",
            "carrier": carrier,
            "bus": carrier,
            "limit": 1e4,
            "price_cny_per_unit": 0.01,
            **more,
        }
    )


def table(columns: Mapping[str, Any], *, steps: int = 0, minutes: int = 60, start: str = "2026-03-02") -> pd.DataFrame:
    """Inputs: numbers hold for every step, sequences give one value per step."""
    given = {**DEFAULTS, **columns}
    n = steps or max(len(v) for v in given.values() if isinstance(v, Sequence | np.ndarray))
    index = pd.date_range(start, periods=n, freq=f"{minutes}min", tz=TZ)
    made = pd.DataFrame({k: np.broadcast_to(np.asarray(v, float), (n,)) for k, v in given.items()}, index=index)
    return made.assign(**{WASTE_COLUMN: (made["import_cny_per_kwh"] < 0).astype(float)})


@lru_cache(maxsize=1)
def solver() -> Solver:
    """One child process per test worker."""
    made = Solver()
    atexit.register(made.close)
    return made


@dataclass(frozen=True)
class Solved:
    """A toy park with its answer."""

    site: Site
    w: Window
    built: Built
    answer: Answer
    objective: Objective
    schedule: Schedule

    def __getitem__(self, column: str) -> list[float]:
        """A reported series by ``component.quantity``, rounded to what a meter shows."""
        name, quantity = column.split(".", 1)
        return [round(float(v), 6) + 0.0 for v in self.schedule.tables[name][quantity]]

    def violations(self) -> list[Violation]:
        return audit(self.site, self.w, self.schedule, self.objective, self.answer.objective)


def solve(
    site: Site,
    inputs: pd.DataFrame,
    state: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    objective: ObjectiveName = "cost",
    gap: float = 1e-7,
    seconds: float = 60.0,
) -> Solved:
    """Build, solve and read; the answer must exist."""
    w = Window(inputs, state or {}, step_minutes=0 if len(inputs) > 1 else 60)
    goal = Objective.of(objective, site.carbon.price_cny_per_t)
    built = build(site, w, goal)
    answer = solver().solve(built.problem, Limits(seconds, gap))
    assert answer.x is not None, f"{answer.status}: {answer.message}"
    return Solved(site, w, built, answer, goal, Schedule(*built.tables(answer.x, w)))


def clean(
    *parts: Component,
    state: Any = None,
    minutes: int = 60,
    start: str = "2026-03-02",
    objective: ObjectiveName = "cost",
    **columns: Any,
) -> Solved:
    """Solve a park and demand an audit without objections, money included; columns are those of `table`."""
    inputs = table(columns, minutes=minutes, start=start)
    solved = solve(park(*parts), inputs, state, objective=objective)
    assert solved.violations() == []
    return solved

"""The part of `plan.json` that tells of scenarios; its schema is in `ems.stochastic.schema`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ems.kpis import kpis
from ems.site import Site
from ems.stochastic.words import in_words

if TYPE_CHECKING:
    from ems.stochastic.plan import Outcome, StochasticPlan


def stochastic_dict(site: Site, plan: StochasticPlan) -> dict[str, Any]:
    """JSON-ready values; missing numbers are null."""
    value = plan.value
    return {
        "risk": {"weight": plan.risk.weight, "alpha": plan.risk.alpha},
        "expected_cny": _number(plan.expected_cny),
        "cvar_cny": _number(plan.cvar_cny),
        "objective_cny": _number(plan.objective_cny),
        "bound_cny": _number(plan.bound_cny),
        "gap": _number(plan.gap),
        "value": None if value is None else {name: _number(x) for name, x in vars(value).items()},
        "band": None if plan.band is None else dict(vars(plan.band)),
        "grids": {
            name: {"planned_kw": _values(g.planned_kw), "exchange_kw": [_values(x) for x in g.exchange_kw]}
            for name, g in plan.grids.items()
        },
        "scenarios": [_scenario(site, plan, s, o) for s, o in enumerate(plan.outcomes)],
        "decided_ahead": {"planned": sorted(plan.ahead.planned), "committed": sorted(plan.ahead.committed)},
        "text": [{"zh": n.zh, "en": n.en} for n in in_words(site, plan)],
    }


def _scenario(site: Site, plan: StochasticPlan, s: int, o: Outcome) -> dict[str, Any]:
    return {
        "weight": o.weight,
        "objective_cny": _number(o.objective_cny),
        "total_cny": _number(o.total_cny),
        "beyond_band_kwh": float(sum(g.beyond_kwh[s] for g in plan.grids.values())),
        "violations": len(o.violations),
        "kpis": {name: _number(x) for name, x in kpis(site, o.window, o.schedule).items()},
    }


def _number(x: float) -> float | None:
    return float(x) if math.isfinite(x) else None


def _values(x: np.ndarray) -> list[float]:
    return [float(f"{v:.9g}") for v in x]

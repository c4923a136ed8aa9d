"""The few figures of a study that lists show, from the content of its study.json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OF_DESIGN = {  # name -> where in an alternative
    "annual_cost_cny": ("money", "annual_cost_cny"),
    "life_cycle_cost_cny": ("money", "life_cycle_cost_cny"),
    "capex_cny": ("money", "capex_cny"),
    "emissions_t": ("kpis", "emissions_t"),
    "renewable_share": ("kpis", "renewable_share"),
    "hydrogen_cny_per_kg": ("levelised", "hydrogen_cny_per_kg"),
}
COMPARED = ("npv_cny", "irr", "payback_years", "abatement_cny_per_t")


def figures_of(content: Mapping[str, Any]) -> dict[str, float | None]:
    """Name -> number, null where it is undefined; those of the reference under ``reference_…``."""
    found = {name: _at(content["design"], path) for name, path in OF_DESIGN.items()}
    found |= {
        f"reference_{name}": _at(content["reference"], OF_DESIGN[name])
        for name in ("annual_cost_cny", "life_cycle_cost_cny", "emissions_t")
    }
    found |= {name: _at(content, ("compared", name)) for name in COMPARED}
    return found | {"truth_gap": _at(content, ("truth", "gap", "life_cycle"))}


def _at(node: Any, path: tuple[str, ...]) -> float | None:
    for key in path:
        node = node.get(key) if isinstance(node, Mapping) else None
    return None if node is None else float(node)

"""Plausibility of an inventory: general rules, each over everything it can be applied to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ems.inventory.checks.activities import factors_of_activities
from ems.inventory.checks.boundaries import boundaries_of_changes, scope_shift, unchanged_claims
from ems.inventory.checks.capacities import full_load_hours
from ems.inventory.checks.changes import changes
from ems.inventory.checks.claims import parts_of_claims
from ems.inventory.checks.context import Context
from ems.inventory.checks.conversions import conversions, streams
from ems.inventory.checks.entities import entities
from ems.inventory.checks.intensities import levels, products
from ems.inventory.checks.shares import shares, shares_together
from ems.inventory.checks.sums import sums
from ems.inventory.checks.transport import supply_left_out, transport
from ems.inventory.findings import GRADES, Finding
from ems.inventory.model import Inventory
from forecasting.factors import Factor

CHECKS: tuple[Callable[[Context], Iterator[Finding]], ...] = (
    sums,
    shares,
    shares_together,
    changes,
    products,
    levels,
    factors_of_activities,
    conversions,
    streams,
    full_load_hours,
    transport,
    supply_left_out,
    boundaries_of_changes,
    scope_shift,
    unchanged_claims,
    parts_of_claims,
    entities,
)


def check(inventory: Inventory, factors: Mapping[str, Factor]) -> list[Finding]:
    """Every finding, errors first."""
    context = Context(inventory, factors)
    found = [f for rule in CHECKS for f in rule(context)]
    return sorted(found, key=lambda f: GRADES.index(f.grade))

"""What the measures ledger of an inventory says to a pathway: tonnes that may be counted in the inventory's year.

A measure whose track has no value for that year takes the ledger's; one that has is held against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ems.inventory.checks import check
from ems.inventory.inventory_file import read_inventory
from ems.inventory.measures import measures_ledger
from ems.pathway.pathway import Pathway
from ems.site import sites_folder
from forecasting.factors import registry


@dataclass(frozen=True)
class Counted:
    """Tonnes of each measure of a pathway that its ledger counts, in the year of the inventory [tCO2e]."""

    year: int
    t: Mapping[str, float]
    digest: str  # of the inventory file


def counted(p: Pathway, folder: Path) -> Counted | None:
    """The ledger's tonnes; none where the pathway names no inventory. Raises `InputError` for an unusable one."""
    if p.inventory is None:
        return None
    file = read_inventory(folder / p.inventory)
    factors = registry(sites_folder() / "factors")
    entries = measures_ledger(file.inventory, factors, check(file.inventory, factors))
    by_kind: dict[str, float] = {}
    for entry in entries:
        by_kind[entry.measure.kind] = by_kind.get(entry.measure.kind, 0.0) + entry.counted_t
    told = {name: sum(by_kind.get(kind, 0.0) for kind in m.ledger) for name, m in p.measures.items() if m.ledger}
    return Counted(file.inventory.year, told, file.digest)


def fed(p: Pathway, found: Counted | None) -> Pathway:
    """The pathway whose measures have the ledger's tonnes where they tell none for its year."""
    if found is None:
        return p
    measures = {
        name: m.model_copy(update={"saves_t": {found.year: found.t[name], **m.saves_t}}) if name in found.t else m
        for name, m in p.measures.items()
    }
    return p.model_copy(update={"measures": measures})

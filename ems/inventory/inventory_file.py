"""Reading an inventory: YAML as site files are read, or a workbook; every figure with where it comes from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ems.inventory.model import Inventory
from ems.site_file import Figure, Provenance, figures_of, read_model
from ems.site_shape import Path_, lookup
from forecasting.errors import InputError
from forecasting.files import read_text
from forecasting.yaml_files import MAX_BYTES


@dataclass(frozen=True)
class InventoryFile:
    """An inventory, the file it was read from, its digest, and where its figures come from."""

    inventory: Inventory
    path: Path
    digest: str
    provenance: dict[Path_, Provenance]

    def figures(self) -> list[Figure]:
        """Every printed figure with its provenance; names such as ``figures.total.amount``."""
        every = figures_of(self.inventory, self.provenance, self._title)
        return [Figure(f.name.removesuffix(".value"), f.value, f.provenance) for f in every if f.name[-6:] == ".value"]

    def _title(self, path: Path_) -> str:
        """Members of lists by their id, or by the account they are of."""
        dumped = self.inventory.model_dump()
        words = [
            next(
                (x for n in ("id", "of", "line", "measure", "year") if (x := lookup(dumped, (*path[:k], key, n)))), key
            )
            if isinstance(key, int)
            else key
            for k, key in enumerate(path)
        ]
        return ".".join(map(str, words))


def read_inventory(path: Path) -> InventoryFile:
    """Read an inventory from ``.yaml`` or ``.xlsx``; every fault is an `InputError` with file, place and remedy."""
    if path.suffix.lower() == ".xlsx":
        from ems.inventory.workbook_reading import read_workbook

        return read_workbook(path)
    if path.suffix.lower() not in (".yaml", ".yml"):
        raise InputError(str(path), "file", path.suffix or path.name, "an inventory as .yaml or .xlsx")
    return inventory_of(read_text(path, MAX_BYTES, "YAML text"), path)


def inventory_of(text: str, path: Path) -> InventoryFile:
    """The inventory of a YAML text; raises `InputError` for its first fault."""
    _, inventory, provenance = read_model(text, path, Inventory, "a mapping with name, title, lines, figures …")
    return InventoryFile(inventory, path, hashlib.sha256(text.encode()).hexdigest()[:16], provenance)

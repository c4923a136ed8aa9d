"""Reading a pathway file: strict YAML, provenance of its numbers, errors that name file and line."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ems.pathway.ledger import Counted, counted, fed
from ems.pathway.pathway import Pathway
from ems.site_file import Figure, Provenance, figures_of, read_model
from ems.site_shape import Path_
from forecasting.files import read_text
from forecasting.yaml_files import MAX_BYTES


@dataclass(frozen=True)
class PathwayFile:
    """A pathway, its file, the digest of that, and where its numbers come from."""

    pathway: Pathway
    path: Path
    digest: str
    provenance: dict[Path_, Provenance]
    ledger: Counted | None

    def figures(self) -> list[Figure]:
        return figures_of(self.pathway, self.provenance, lambda path: ".".join(map(str, path)))


def read_pathway(path: Path) -> PathwayFile:
    """Read and check; raises `InputError` for the first fault."""
    text = read_text(path, MAX_BYTES, "YAML text")
    _, pathway, provenance = read_model(text, path, Pathway, "a mapping with name, title, first_year, sources …")
    ledger = counted(pathway, path.parent)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return PathwayFile(fed(pathway, ledger), path, digest, provenance, ledger)

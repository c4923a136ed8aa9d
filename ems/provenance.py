"""What a plan or a study rests on: weather, prices, emission factor, site file, software."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import pandas as pd

from ems.inputs import Inputs
from ems.site_file import Figure, SiteFile

PACKAGES = ("park-ems", "pyomo", "highspy", "pandas", "numpy", "pvlib")
STATUSES = ("sourced", "computed", "assumption", "default", "unmarked")


def provenance(file: SiteFile, inputs: Inputs) -> dict[str, Any]:
    """Of a result that was made from these inputs just now."""
    sky, factor = inputs.weather, inputs.factor
    return {
        "weather": {
            "kind": sky.kind,
            "source": sky.source,
            "issued_at": sky.issued_at.isoformat() if sky.issued_at else None,
        },
        "site_digest": file.digest,
        "site_figures": by_status(file.figures()),
        "tariff": inputs.tariff_id,
        "grid_factor": {
            "id": factor.id,
            "value": factor.value,
            "issuer": factor.issuer,
            "announcement": factor.announcement,
        }
        if factor
        else None,
        "versions": {name: version(name) for name in PACKAGES},
        "created_at": pd.Timestamp.now("UTC").isoformat(timespec="seconds"),
    }


def by_status(figures: Sequence[Figure]) -> dict[str, int]:
    """How many figures have each status."""
    return {s: sum(f.provenance.status == s for f in figures) for s in STATUSES}

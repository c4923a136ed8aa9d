"""The result of a pathway as plain data: what pages, tables and programs read."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from ems.pathway.findings import findings_of
from ems.pathway.lines import lines_of
from ems.pathway.pathway_file import PathwayFile
from models.window import Floats

SCHEMA_VERSION = "1.0"
LINE_TEXT = {
    "usual": ("基准情景", "business as usual"),
    "own": ("自身节能减排后", "after own measures"),
    "green": ("购买绿电后", "after green power"),
    "net": ("抵消后", "after offsets"),
}


def pathway_dict(file: PathwayFile) -> dict[str, Any]:
    """Content of pathway.json; tonnes of CO2e a year."""
    p, lines = file.pathway, lines_of(file.pathway)
    return {
        "kind": "pathway",
        "schema_version": SCHEMA_VERSION,
        "name": p.name,
        "title": p.title.model_dump(),
        "years": lines.years,
        "lines": {
            name: {"text": {"zh": zh, "en": en}, "t": _plain(lines.totals[name])}
            for name, (zh, en) in LINE_TEXT.items()
        },
        "sources": {
            name: {
                "text": s.title.model_dump(),
                "scope": s.scope,
                **{line: _plain(getattr(lines, line)[name]) for line in ("usual", "own", "green")},
            }
            for name, s in p.sources.items()
        },
        "measures": {
            name: {"text": m.title.model_dump(), "source": m.source, "t": _plain(lines.saved[name])}
            for name, m in p.measures.items()
        },
        "offsets": {
            name: {"text": o.title.model_dump(), "method": o.method, "t": _plain(lines.offsets[name])}
            for name, o in p.offsets.items()
        },
        "actuals": {str(year): a.model_dump() for year, a in sorted(p.actuals.items())},
        "reference": {"text": p.reference.title.model_dump(), "t": _plain(lines.reference)}
        if p.reference and lines.reference is not None
        else None,
        "targets": p.targets.model_dump(),
        "peak_year": lines.peak_year,
        "neutrality_year": lines.neutrality_year,
        "findings": [{"grade": f.grade, "zh": f.text.zh, "en": f.text.en} for f in findings_of(p, lines, file.ledger)],
        "assumptions": [
            {"name": f.name, "value": f.value, "status": f.provenance.status, "source": f.provenance.source}
            for f in file.figures()
        ],
        "provenance": {
            "file": file.path.name,
            "digest": file.digest,
            "inventory_digest": file.ledger.digest if file.ledger else None,
            "versions": {"park-ems": version("park-ems")},
        },
    }


def _plain(x: Floats) -> list[float]:
    return [float(v) for v in x]

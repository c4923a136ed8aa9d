"""`report.json`: the versioned emission report of a park, complete enough for its pages, its workbook and its auditor.

The JSON Schema is published as `docs/emission-report.schema.json`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ems.emissions import avoided as avoided_emissions
from ems.emissions import uncertainty, vehicles
from ems.emissions.accounted import Accounted, Side, accounted
from ems.emissions.accounting_file import Accounting
from ems.emissions.baselines import CAUSES, RULE_BASED
from ems.emissions.basis import Basis
from ems.emissions.eligibility import eligibility
from ems.emissions.figures import accounting_figures
from ems.emissions.formulas import formulas
from ems.emissions.indicators import indicators
from ems.emissions.ledger import Ledger
from ems.emissions.rows import METHODS, Texts, counted, gap_rows, inventory_rows, line_rows, plain, without
from ems.emissions.scopes import CAUSE_TEXT
from ems.state import load_json
from forecasting.errors import InputError
from forecasting.notes import Note
from models.window import Floats

KIND, SCHEMA_VERSION = "emission_report", "1.0"
Json = dict[str, Any]
METHOD_TEXT = {"location": ("基于位置", "location based"), "market": ("基于市场", "market based")}
RULES_TITLE = {"zh": "按规则运行", "en": "run by rules"}


def document(basis: Basis, made: Json) -> Json:
    """The report of a basis; ``made`` is its provenance, which says when and by which software it was made."""
    found = accounted(basis)
    labels, causes = _labels(basis), {**CAUSE_TEXT, **CAUSES}
    site, index, source = basis.file.site, found.park.index, basis.source
    named, fleets = basis.accounting.accounting, _vehicles(basis, found)
    return {
        "kind": KIND,
        "schema_version": SCHEMA_VERSION,
        "provenance": made,
        "site": {"name": site.name, "title": site.title.model_dump()},
        "period": {
            "from": basis.start.isoformat(),
            "to": basis.end.isoformat(),
            "hours": len(index),
            "timezone": site.place.timezone,
        },
        "baseline": basis.baselines[0],
        "coverage": _coverage(found.park),
        "gaps": gap_rows(source.park.gaps, source.park),
        "factors": found.factors.section(found.park, *(s.ledger for s in found.sides.values())),
        "inventory": inventory_rows(found.park, labels, causes),
        "lines": line_rows(found.park, labels, causes),
        "baselines": {name: _baseline(name, side, basis, labels, causes) for name, side in found.sides.items()},
        "avoided": {name: _avoided(side, found, basis, labels, causes) for name, side in found.sides.items()},
        "certificates": found.certificates.section(),
        "hydrogen": found.hydrogen.section() if found.hydrogen else {},
        "vehicles": fleets,
        "indicators": indicators(
            source.park, named.indicators, found.park, certified_kwh=float(found.certificates.covered.sum().sum())
        ),
        "eligibility": eligibility(
            source.park,
            found.hydrogen,
            named.project,
            certificates_issued=_issued(named),
            vehicle_km=sum(fleet["km"] for fleet in fleets),
        ),
        "uncertainty": uncertainty.section(_headlines(basis, found), named.uncertainty),
        "hours": _hours(found),
        "formulas": formulas(found),
        "assumptions": accounting_figures(basis.accounting),
        "notes": [_both(n) for n in (*source.notes, *found.factors.notes)],
        "difference": None,
    }


def _both(note: Note) -> dict[str, str]:
    return {"zh": note.zh, "en": note.en}


def _labels(basis: Basis) -> Texts:
    """Names of components and fleets."""
    site = basis.file.site
    return {
        **{c.name: (c.label("zh"), c.label("en")) for c in site.components},
        **{f.name: (f.title.zh, f.title.en) for f in basis.accounting.accounting.vehicles},
    }


def _coverage(ledger: Ledger) -> float:
    """Share of the hours in which every line of the inventory has its data."""
    known = [~np.isnan(line.activity) for line in ledger.lines if line.scope != "memo"]
    return float(np.logical_and.reduce(known).mean()) if known else 0.0


def _baseline(name: str, side: Side, basis: Basis, labels: Texts, causes: Texts) -> Json:
    named = basis.named.get(name)
    return {
        "title": named.baseline.title.model_dump() if named else RULES_TITLE,
        "assumptions": named.assumptions() if named else [],
        "lines": line_rows(side.ledger, labels, causes),
        "inventory": inventory_rows(side.ledger, labels, causes),
    }


def _avoided(side: Side, found: Accounted, basis: Basis, labels: Texts, causes: Texts) -> Json:
    """What is avoided, and the lines of both sides over the hours that count, from which it can be added up."""
    parts = {"baseline": side.ledger, "actual": found.park}
    out = side.avoided.left_out
    uses = avoided_emissions.by_use(
        side.avoided, (side.ledger, side.activity), (found.park, basis.source.park), found.factors
    )
    return avoided_emissions.section(side.avoided, uses, labels, causes) | {
        "parts": {name: _parts(without(ledger, out)) for name, ledger in parts.items()}
    }


def _parts(ledger: Ledger) -> list[Json]:
    keys = ("scope", "component", "cause", "carrier", "meter", "activity", "factor_id", "kg")
    return [{k: row[k] for k in keys} for row in line_rows(ledger, {}, {}) if row["scope"] != "memo"]


def _vehicles(basis: Basis, found: Accounted) -> list[Json]:
    """Fleets with the supply emissions of the hydrogen where they refuel."""
    rows = []
    fleets = basis.accounting.accounting.vehicles
    for station in dict.fromkeys(f.refuels_at for f in fleets):
        supply = {
            method: pd.Series(report.supplied_kgco2e_per_kg(station), index=report.index)
            for method, report in found.supply.items()
        }
        there = [f for f in fleets if f.refuels_at == station]
        rows += vehicles.section(there, basis.source.park, found.factors, supply)
    return rows


def _issued(accounting: Accounting) -> bool | None:
    """Whether certificates of own generation went to somebody else; not known where none are entered."""
    own = [c for c in accounting.certificates if c.kind == "own"]
    return any(c.sold_on for c in own) if own else None


def _headlines(basis: Basis, found: Accounted) -> dict[str, tuple[dict[str, str], list[uncertainty.Term]]]:
    """The park's own emissions and what it avoids, each by both methods, as terms over the hours that count."""
    given = basis.accounting.accounting.uncertainty
    named: dict[str, tuple[dict[str, str], list[uncertainty.Term]]] = {}
    for method in METHODS:
        zh, en = METHOD_TEXT[method]
        text = {"zh": f"园区排放,{zh}", "en": f"emitted by the park, {en}"}
        named[f"inventory.{method}"] = (text, uncertainty.terms(found.park, method, found.meters, given))
    for name, side in found.sides.items():
        title = RULES_TITLE if name == RULE_BASED else basis.named[name].baseline.title.model_dump()
        out = side.avoided.left_out
        for method in METHODS:
            zh, en = METHOD_TEXT[method]
            before = uncertainty.terms(without(side.ledger, out), method, side.meters, given)
            after = uncertainty.terms(without(found.park, out), method, found.meters, given, -1.0)
            text = {"zh": f"减排量,对比「{title['zh']}」,{zh}", "en": f"avoided against {title['en']}, {en}"}
            named[f"avoided.{name}.{method}"] = (text, before + after)
    return named


def _hours(found: Accounted) -> Json:
    """What a reader may want hour by hour; null in hours without data."""
    columns: Json = {}
    for method in METHODS:
        kg = [line.kg for line in found.park.lines if line.scope in counted(method)]
        zh, en = METHOD_TEXT[method]
        total = np.asarray(np.sum(kg, axis=0), np.float64) if kg else np.zeros(len(found.park.index))
        columns[f"inventory.{method}"] = _column("kgCO2e", f"园区排放,{zh}", f"emitted by the park, {en}", total)
    for name, side in found.sides.items():
        for method in METHODS:
            zh, en = METHOD_TEXT[method]
            column = np.asarray(side.avoided.by_hour(method), np.float64)
            columns[f"avoided.{name}.{method}"] = _column("kgCO2e", f"减排量,{zh}", f"avoided, {en}", column)
    if found.hydrogen:
        columns |= found.hydrogen.hourly_columns()
    start = found.park.index[0]
    return {"start": start.isoformat(), "timezone": str(found.park.index.tz), "columns": columns}


def _column(unit: str, zh: str, en: str, values: Floats) -> Json:
    return {"unit": unit, "text": {"zh": zh, "en": en}, "values": plain(values)}


def to_json(report: Json) -> str:
    """Compact JSON text; a NaN that slipped in is an error, not a token."""
    return json.dumps(report, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def read_report(path: Path) -> Json:
    """A stored report; raises `InputError` where it is none of a version that this software reads."""
    data = load_json(path)
    if data.get("kind") != KIND:
        raise InputError(str(path), "kind", data.get("kind"), KIND, "is this the report.json of an emission report?")
    found, own = str(data.get("schema_version", "")), SCHEMA_VERSION.split(".")[0]
    if found.split(".")[0] != own:
        raise InputError(str(path), "schema_version", found or None, f"{own}.x", "made by another version of the EMS")
    return data

"""Scenarios of studies as they end: each once, told to whoever listens to the job, kept for whoever comes later."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from api.clock import now
from api.contract.studies import StudyRow
from api.ids import digest
from api.job_events import add_event
from api.tables import study_rows as _table

_c = _table.c


def add(c: sa.Connection, job: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keep rows of a sweep; returns how many are new. One that is there already, as after a resume, changes nothing.

    Call it within the transaction in which the caller has proved to hold the job: that numbers rows and events.
    """
    known = set(c.execute(sa.select(_c.name).where(_c.job == job)).scalars())
    fresh = {name: row for row in rows if (name := _name(row)) not in known}
    at = now(c)
    for k, (name, row) in enumerate(fresh.items(), len(known) + 1):
        text = json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        content = gzip.compress(text, mtime=0)
        c.execute(sa.insert(_table).values(job=job, seq=k, name=name, content=content, created_at=at))
        add_event(c, job, "row", {"row": k} | few(row), at)
    return len(fresh)


def _name(row: Mapping[str, Any]) -> str:
    """What tells rows of a study apart: two of them may be the same scenario under different names."""
    return digest(f"{row['id']} {row['group']} {row['name']}".encode())


def few(row: Mapping[str, Any]) -> dict[str, Any]:
    """The few figures of a row that an event tells; null where it has none."""
    return {
        "id": row["id"],
        "name": row["name"],
        "group": row["group"],
        "status": row["status"],
        "annual_cny": (row.get("money") or {}).get("annual_cost_cny"),
        "emissions_t": (row.get("kpis") or {}).get("emissions_t"),
        "npv_cny": (row.get("compared") or {}).get("npv_cny"),
    }


def rows(c: sa.Connection, job: str, after: int = 0, limit: int | None = None) -> list[StudyRow]:
    """What has ended, oldest first; ``after``: only what came after that number."""
    found = sa.select(_c.seq, _c.content).where(_c.job == job, _c.seq > after).order_by(_c.seq)
    if limit is not None:
        found = found.limit(limit)
    return [_row(row.seq, row.content) for row in c.execute(found)]


def _row(seq: int, content: bytes) -> StudyRow:
    told = json.loads(gzip.decompress(content))
    given = {key: value for key, value in told.items() if value is not None or key in ("carbon_cap_t", "reason")}
    return StudyRow.model_validate(given | {"seq": seq})

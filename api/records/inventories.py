"""Corporate inventories that were checked; they never change."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from api.clock import now
from api.contract.inventories import InventorySummary
from api.ids import digest, new_id
from api.records.results import LEVEL
from api.tables import inventories as _table

_c = _table.c
_SUMMARY = sa.select(*(column for column in _c if column.name not in ("yaml", "content")))


def add(c: sa.Connection, site: str, label: str, yaml: str, content: Mapping[str, Any], text: bytes, who: str) -> str:
    """Keep an inventory: ``yaml`` as it was sent, ``content`` what ``text`` (inventory.json) says. Returns its id."""
    told = content["inventory"]
    row = {
        "id": new_id(),
        "site": site,
        "name": told["name"],
        "title": told["title"],
        "year": told["year"],
        "label": label,
        "counts": dict(content["counts"]),
        "yaml": yaml,
        "digest": digest(text),
        "content": gzip.compress(text, LEVEL, mtime=0),
        "created_at": now(c),
        "created_by": who,
    }
    c.execute(sa.insert(_table).values(row))
    return str(row["id"])


def inventory(c: sa.Connection, id: str) -> InventorySummary | None:
    row = c.execute(_SUMMARY.where(_c.id == id)).mappings().one_or_none()
    return None if row is None else InventorySummary.model_validate(dict(row))


def inventories(
    c: sa.Connection,
    *,
    sites: Sequence[str] | None,
    site: str | None = None,
    name: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[InventorySummary]:
    """Inventories of these sites (None: of all), newest first; ``before``: only those older than that id."""
    found = _SUMMARY.order_by(_c.id.desc()).limit(limit)
    if sites is not None:
        found = found.where(_c.site.in_(sites))
    for column, value in ((_c.site, site), (_c.name, name)):
        if value is not None:
            found = found.where(column == value)
    if before is not None:
        found = found.where(_c.id < before)
    return [InventorySummary.model_validate(dict(row)) for row in c.execute(found).mappings()]


def text(c: sa.Connection, id: str) -> bytes:
    """inventory.json; `LookupError` where there is none of that id."""
    found = c.execute(sa.select(_c.content).where(_c.id == id)).scalar_one_or_none()
    if found is None:
        raise LookupError(id)
    return gzip.decompress(found)


def parsed(c: sa.Connection, id: str) -> dict[str, Any]:
    """The content of inventory.json."""
    found: dict[str, Any] = json.loads(text(c, id))
    return found


def yaml(c: sa.Connection, id: str) -> str:
    """The text as it was sent."""
    return str(c.execute(sa.select(_c.yaml).where(_c.id == id)).scalar_one())

"""Stored measurements of a park as a file of meter readings, one line a reading."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from api.records import series
from api.tables import series as _table

HEAD = ("time", "meter", "value", "unit")


def readings(c: sa.Connection, site: str, meters: Mapping[str, str], start: datetime, end: datetime) -> str:
    """CSV of the usable values of [start, end); empty where there is none.

    Args:
        meters: what a series may be called -> the meter that it is then.
    """
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow(HEAD)
    named = sa.select(_table.c.name).where(
        _table.c.site == site, _table.c.kind == "measurement", _table.c.name.in_(list(meters))
    )
    found = 0
    for name, row in series.named(c, site, c.execute(named.order_by(_table.c.name)).scalars()).items():
        for p in series.read(c, row, start, end):
            if p.quality in series.USABLE and p.value is not None:
                write.writerow((p.time.isoformat(), meters[name], repr(p.value), row.unit))
                found += 1
    return out.getvalue() if found else ""

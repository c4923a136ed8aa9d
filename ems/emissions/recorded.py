"""Activities as text and back, to the last digit: amounts and levels as CSV, meters and gaps as JSON.

A float is written as the shortest text that reads back as the same float (`repr`); an hour without data is empty.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from ems.emissions.activity import Activity, Gap, Meter
from ems.site import Site
from forecasting.errors import InputError
from forecasting.notes import Note

CSV, METERS = "inputs.csv", "meters.json"
SIDE = "/"  # between the name of an activity and that of a meter


def recorded(activities: Mapping[str, Activity], tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Texts of activities and of tables without meters, all over the same hours, by the files that hold them."""
    index = next(iter(activities.values())).table.index
    frames = {**{side: a.table for side, a in activities.items()}, **tables}
    columns = {f"{side}{SIDE}{name}": t[name].to_numpy(float) for side, t in frames.items() for name in t}
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow(["time", *columns])
    for k, at in enumerate(index):
        write.writerow([at.isoformat(), *("" if math.isnan(x[k]) else repr(float(x[k])) for x in columns.values())])
    told = {
        side: {
            "meters": [asdict(m) for m in a.meters.values()],
            "gaps": [
                {
                    "meter": g.meter,
                    "start": g.start.isoformat(),
                    "end": g.end.isoformat(),
                    "why": {"zh": g.why.zh, "en": g.why.en},
                }
                for g in a.gaps
            ],
        }
        for side, a in activities.items()
    }
    return {CSV: out.getvalue(), METERS: json.dumps(told, ensure_ascii=False, indent=1) + "\n"}


def read_back(parts: Mapping[str, str], site: Site, source: str) -> tuple[dict[str, Activity], dict[str, pd.DataFrame]]:
    """What was recorded; raises `InputError` in the name of ``source`` for texts that are none."""
    table = _table(parts[CSV], site.place.timezone, f"{source}: {CSV}")
    try:
        told = json.loads(parts[METERS])
        activities = {side: _activity(side, x, table, site) for side, x in told.items()}
        others = dict.fromkeys(str(name).partition(SIDE)[0] for name in table)
        return activities, {side: _part(table, side) for side in others if side not in activities}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = " ".join(str(error).split())[:200]
        raise InputError(f"{source}: {METERS}", "content", None, "the meters and gaps of inputs.csv", why) from error


def _part(table: pd.DataFrame, side: str) -> pd.DataFrame:
    """Columns of one side under their own names."""
    own = table[[name for name in table if str(name).startswith(side + SIDE)]]
    return own.rename(columns=lambda name: str(name).removeprefix(side + SIDE))


def _activity(side: str, told: Mapping[str, Any], table: pd.DataFrame, site: Site) -> Activity:
    meters = {m["name"]: Meter(**m) for m in told["meters"]}
    own = _part(table, side)[list(meters)]
    zone = site.place.timezone
    gaps = tuple(
        Gap(
            g["meter"],
            pd.Timestamp(g["start"]).tz_convert(zone),
            pd.Timestamp(g["end"]).tz_convert(zone),
            Note(g["why"]["zh"], g["why"]["en"]),
        )
        for g in told["gaps"]
    )
    return Activity(site, meters, own, gaps)


def _table(text: str, timezone: str, source: str) -> pd.DataFrame:
    rows = list(csv.reader(io.StringIO(text)))
    if len(rows) < 2 or not rows[0] or rows[0][0] != "time":
        raise InputError(source, "header", None, "time and the names of meters, then a row for each hour")
    header, wide = rows[0][1:], len(rows[0])
    for line, row in enumerate(rows[1:], 2):
        if len(row) != wide:
            raise InputError(source, f"line {line}", f"{len(row)} cells", f"{wide} cells")
    try:
        index = pd.DatetimeIndex(pd.to_datetime([row[0] for row in rows[1:]], utc=True)).tz_convert(timezone)
        values = {n: [float(row[k]) if row[k] else math.nan for row in rows[1:]] for k, n in enumerate(header, 1)}
    except ValueError as error:
        raise InputError(source, "content", None, "times with offset and numbers", str(error)[:200]) from error
    return pd.DataFrame(values, index=index)

"""The energy analysis of an activity as plain data: the section of a report, and the content of `ems analyse`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ems.analysis.anomalies import Expected, Judged, find_anomalies
from ems.analysis.finding import METHODS, STATED_RATE, Finding
from ems.analysis.intensity import per_area, per_day, per_hydrogen
from ems.analysis.load import load
from ems.analysis.meters import expected_of, users
from ems.analysis.periods import Daily, Period, compared
from ems.analysis.usage import by_building, carriers, consumption
from ems.emissions.activity import Activity
from ems.inputs import calendar_of, tariff_of
from ems.report.names import CARRIER_TEXT
from ems.site_file import SiteFile
from forecasting.calendar import WorkCalendar
from forecasting.history.days import Days
from forecasting.notes import Note

NO_EXPECTATION = Note(
    "没有给出负荷模型的输入: 漂移与基荷以各表起始数周为参照。",
    "No inputs of the demand model are given: drift and base load are held against each meter's own first weeks.",
)


def analysis_section(
    activity: Activity,
    file: SiteFile,
    *,
    inputs: pd.DataFrame | None = None,
    weather_known: bool = False,
    others: Sequence[Activity] = (),
) -> dict[str, Any]:
    """Consumption, comparisons, intensity, load and anomalies of an activity of whole local days.

    Args:
        activity: what the meters counted.
        file: the site, for its calendar, tariff, areas and curves.
        inputs: table of `ems.inputs` on the hours of the activity, from which demands are expected.
        weather_known: whether their weather was measured; else heat, cold and COP are not held against it.
        others: earlier periods of the same meters, for year on year and period on period.
    """
    index = pd.DatetimeIndex(activity.table.index)
    calendar, tariff = calendar_of(file), tariff_of(file)
    prices = tariff.prices(index, file.site.tariff.voltage)
    rows = consumption(activity, [str(b) for b in prices["band"]])
    buildings = by_building(activity, rows)
    expected = expected_of(activity, inputs, weather_known=weather_known) if inputs is not None else Expected({})
    judged = find_anomalies(activity, calendar, expected)
    notes = (*tariff.notes(index, file.site.tariff.voltage), *calendar.notes(index))
    notes = (*notes, *(() if inputs is not None else (NO_EXPECTATION,)))
    return {
        "hours": len(index),
        "coverage": float(activity.table.notna().all(axis=1).mean()),
        "consumption": {"meters": rows, "buildings": buildings},
        "changes": [*_changes(activity, others, calendar)],
        "intensity": [*per_area(activity, buildings), *per_hydrogen(activity), *per_day(activity, calendar)],
        "load": [*_loads(activity)],
        "days": _days(activity),
        "profiles": [*_profiles(activity, Days.of(index, calendar))],
        "anomalies": _anomalies(judged, activity),
        "notes": [_both(n) for n in notes],
    }


def _both(note: Note) -> dict[str, str]:
    return {"zh": note.zh, "en": note.en}


def _carrier(carrier: str) -> dict[str, str]:
    zh, en = CARRIER_TEXT[carrier]
    return {"zh": f"{zh}合计", "en": f"{en}, all"}


def _changes(activity: Activity, others: Sequence[Activity], calendar: WorkCalendar) -> Iterator[dict[str, Any]]:
    """Each carrier's demand and each demand meter against the year and the period before."""
    dates = pd.DatetimeIndex(activity.table.index).date
    period = Period(dates[0], dates[-1])
    parts = [activity, *others]
    everything = [carriers(a) for a in parts]
    for carrier, (unit, _) in everything[0].items():
        series = [e[carrier][1] for e in everything if carrier in e]
        yield {"name": _carrier(carrier), "meter": None, "carrier": carrier, "unit": unit} | compared(
            _daily(series), period, calendar
        )
    for u in (u for u in users(activity) if u.is_demand):
        series = [a.table[u.meter] for a in parts if u.meter in a.table]
        yield {"name": _both(u.name), "meter": u.meter, "carrier": u.carrier, "unit": u.unit} | compared(
            _daily(series), period, calendar
        )


def _daily(parts: Sequence[pd.Series[float]]) -> Daily:
    joined = pd.concat(parts)
    return Daily.of(joined[~joined.index.duplicated()].sort_index())


def _loads(activity: Activity) -> Iterator[dict[str, Any]]:
    for carrier, (unit, hours) in carriers(activity).items():
        yield {
            "name": _carrier(carrier),
            "meter": None,
            "carrier": carrier,
            "unit": _rate(unit),
            "figures": load(hours),
        }
    for name, meter in activity.meters.items():
        if meter.unit in ("kWh", "kg") and (meter.component in _demands(activity) or name.endswith("import_kwh")):
            yield {
                "name": {"zh": meter.zh, "en": meter.en},
                "meter": name,
                "carrier": meter.carrier,
                "unit": _rate(meter.unit),
                "figures": load(activity.amount(name)),
            }


def _demands(activity: Activity) -> set[str]:
    return {u.component for u in users(activity) if u.is_demand}


def _rate(unit: str) -> str:
    return {"kWh": "kW", "kg": "kg/h"}[unit]


def _days(activity: Activity) -> dict[str, Any]:
    """Sums of the days of each consumption meter; None on a day without all readings."""
    dates = pd.DatetimeIndex(activity.table.index).date
    found = {u.meter: Daily.of(activity.amount(u.meter)).sums for u in users(activity)}
    return {
        "dates": [d.isoformat() for d in dict.fromkeys(dates)],
        "sums": {m: [None if np.isnan(x) else float(x) for x in s.to_numpy(float)] for m, s in found.items()},
    }


def _profiles(activity: Activity, days: Days) -> Iterator[dict[str, Any]]:
    """Median day of each demand meter, working and free."""
    for u in (u for u in users(activity) if u.is_demand):
        grid = days.grid(np.array(activity.amount(u.meter), float))
        part = {}
        for key, here in (("working", ~days.free), ("free", days.free)):
            middle = pd.DataFrame(grid[here]).median().reindex(range(24)).to_numpy(float)
            part[key] = [None if np.isnan(x) else float(x) for x in middle]
        yield {"meter": u.meter, "name": _both(u.name), "carrier": u.carrier, "unit": _rate(u.unit), **part}


def _anomalies(judged: Judged, activity: Activity) -> dict[str, Any]:
    names = {c.name: Note(c.label("zh"), c.label("en")) for c in activity.site.components}
    return {
        "findings": [_finding(f, activity) for f in judged.findings],
        "reference": dict(judged.reference),
        "not_judged": [{"meter": m, "why": _both(why)} for m, why in judged.not_judged],
        "machines": [{"component": c, "name": _both(names[c]), **about} for c, about in judged.machines.items()],
        "false_alarms_per_meter_year": STATED_RATE,
        "methods": [
            {"kind": m.kind, "name": _both(m.name), "rule": _both(m.rule), "source": m.source} for m in METHODS
        ],
    }


def _finding(f: Finding, activity: Activity) -> dict[str, Any]:
    meter = activity.meters[f.meter]
    return {
        "kind": f.kind,
        "meter": f.meter,
        "name": {"zh": meter.zh, "en": meter.en},
        "start": f.start.isoformat(),
        "end": f.end.isoformat(),
        "hours": f.hours,
        "known_from": f.alarm.isoformat(),
        "ratio": f.ratio,
        "text": _both(f.text),
    }

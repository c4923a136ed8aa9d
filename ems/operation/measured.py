"""What is measured of a running park, and the state that it opens a plan with.

A component is where its meters say, where all of them are fresh; else where the plan that stands leaves it; else as the
site file assumes. Starts and stops of a machine follow from what its modules were in the last hours, where that is
measured, else from the plan. Each is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ems.operation.live_words import bridged_note, events_note, peak_note, reckoned_note
from ems.operation.meters import bridged
from ems.operation.rolling import Replanned
from ems.site import Site
from ems.state import EVENTS, State, States, assumed_state, state_of
from forecasting.notes import Note
from models import Grid

PEAK = "peak_kw"


@dataclass(frozen=True)
class Peak:
    """Highest measured import of the month [kW], and from when on it was measured without a gap worth telling."""

    kw: float
    whole: bool  # from the month's first day on


@dataclass(frozen=True)
class Known:
    """What is measured of a running park.

    Attributes:
        latest: `component.quantity` of the state -> the fresh reading [unit of the quantity].
        recent: meter of a roof or a demand -> means of the last hours on the plan's step [kW or kg/h].
        peaks: grid -> highest import of the month so far.
        modules: machine -> modules that were hot at the end of the last hours' steps, gaps left out.
    """

    latest: Mapping[str, float] = field(default_factory=dict)
    recent: Mapping[str, pd.Series[float]] = field(default_factory=dict)
    peaks: Mapping[str, Peak] = field(default_factory=dict)
    modules: Mapping[str, pd.Series[float]] = field(default_factory=dict)


def _before(modules: pd.Series[float] | None, at: pd.Timestamp) -> pd.Series[float]:
    return pd.Series(dtype=float) if modules is None else modules[modules.index < at]


def _events(modules: pd.Series[float], at: pd.Timestamp) -> dict[str, list[list[float]]]:
    """Starts and stops of a machine as a state has them: hours before ``at``, modules."""
    changed = modules.diff().dropna()
    hours = (at - pd.DatetimeIndex(changed.index)) / pd.Timedelta(hours=1)
    pairs = list(zip(map(float, hours), changed.to_numpy(float).tolist(), strict=True))
    found = {"starts": [[h, n] for h, n in pairs if n > 0], "stops": [[h, -n] for h, n in pairs if n < 0]}
    return {key: events for key, events in found.items() if events}


def _planned_events(planned: States | None, name: str) -> dict[str, Any]:
    """Where one reading tells where a machine is and none how it came there: as it was planned."""
    values = {} if planned is None else planned.get(name, {})
    return {key: values[key] for key in EVENTS if key in values}


def state_series(site: Site) -> list[str]:
    """Names of the measured series that tell the state of a park: `battery.level_kwh`, `stack.hot_modules`."""
    return [f"{c.name}.{key}" for c in site.components if not isinstance(c, Grid) for key in c.state_bounds()]


def import_series(site: Site) -> dict[str, str]:
    """Measured series that tells what a grid's peak so far is -> grid."""
    return {f"{c.name}.import_kw": c.name for c in site.components if isinstance(c, Grid) and c.charges}


def opening(site: Site, at: pd.Timestamp, known: Known, standing: Replanned | None) -> tuple[State, list[Note]]:
    """The state at ``at`` and where it is from; readings out of bounds raise `InputError`."""
    expected = tuple(c.name for c in site.components if c.state_bounds())
    told: States = {}
    for c in site.components:
        readings = {key: known.latest.get(f"{c.name}.{key}") for key in c.state_bounds()}
        if not isinstance(c, Grid) and readings and None not in readings.values():
            told[c.name] = dict(readings)
    state_of(told, site, None, "measurements")
    planned = standing.state(site, at) if standing is not None else None
    seen = {name: x for name in told if len(x := _before(known.modules.get(name), at)) > 1}
    for name in told:
        told[name] |= _events(seen[name], at) if name in seen else _planned_events(planned, name)
    found = bridged(site, at, told, planned, expected)
    state, notes = {name: dict(values) for name, values in found.state.items()}, []
    for grid, peak in known.peaks.items():
        before = state.get(grid, {}).get(PEAK)
        state.setdefault(grid, {})[PEAK] = peak.kw if peak.whole or before is None else max(peak.kw, before)
        notes.append(peak_note(site.component(grid), peak.kw, peak.whole))
    assumed = tuple(name for name in found.missing if planned is None or name not in planned)
    notes.insert(0, bridged_note(site, tuple(told), tuple(n for n in found.missing if n not in assumed)))
    if seen:
        hours = {name: (at - x.index[0]) / pd.Timedelta(hours=1) for name, x in seen.items()}
        notes.insert(1, events_note(site, hours))
    opened = State(state, at, "measurements")
    return opened, [*notes, *assumed_state(site, opened)]


def reckoned_peaks(site: Site, state: States, known: Known) -> tuple[States, list[Note]]:
    """The state with no peak below what the site file expects, save one that is measured since the month began.

    A plan that looks ahead pays for every kW above the peak of its opening; what nobody has told may have been paid.
    """
    found, notes = {name: dict(values) for name, values in state.items()}, []
    for c in site.components:
        for key, charge in c.charges.items() if isinstance(c, Grid) else ():
            measured = key == PEAK and c.name in known.peaks and known.peaks[c.name].whole
            peaks = found.setdefault(c.name, {})
            if not measured and peaks.get(key, 0.0) < charge.expected_peak_kw:
                peaks[key] = charge.expected_peak_kw
                notes.append(reckoned_note(c, charge.expected_peak_kw))
    return found, notes

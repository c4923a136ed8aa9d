"""The park's state at the opening of a window: read from a file, checked against the components, written in plans."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ems.site import Site
from forecasting.errors import InputError, meant
from forecasting.files import read_text
from forecasting.notes import Note
from models import Component, Grid, unit_of

EVENTS = ("starts", "stops")
MAX_BYTES = 50_000_000
States = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class State:
    """Component -> quantity -> value; what is absent is assumed as the site file says."""

    components: States
    at: pd.Timestamp | None = None
    source: str = "site file"


def read_state(path: Path, site: Site) -> State:
    """From a state file or a plan (its `state_end`); raises `InputError` for anything that does not fit the site."""
    data = load_json(path)
    if "state_end" in data:
        data = data["state_end"]
    if not isinstance(data, dict) or not isinstance(data.get("components"), dict):
        raise InputError(
            str(path), "components", None, "a mapping component -> quantity -> value", "see docs/operator-guide.md"
        )
    return state_of(data["components"], site, data.get("at"), str(path))


def state_of(components: dict[str, Any], site: Site, at: object = None, source: str = "state") -> State:
    """A state that fits the site; ``at`` is its moment, a text with offset or an aware time.

    Raises `InputError` in the name of ``source`` for anything that does not fit.
    """
    for name, values in components.items():
        _check_component(source, site, name, values)
    return State(components, _moment(source, at), source)


def load_json(path: Path) -> dict[str, Any]:
    """A JSON object from a regular file of bounded size."""
    try:
        data = json.loads(read_text(path, MAX_BYTES, "JSON text"))
    except (ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(str(path), "content", None, "JSON text in UTF-8", str(error)) from error
    if not isinstance(data, dict):
        raise InputError(str(path), "content", type(data).__name__, "a JSON object")
    return data


def _moment(source: str, at: Any) -> pd.Timestamp | None:
    if at is None:
        return None
    try:
        moment = pd.Timestamp(at)
    except (ValueError, TypeError) as error:
        raise InputError(source, "at", at, "a time as 2026-11-23T00:00:00+08:00") from error
    if moment.tz is None:
        raise InputError(source, "at", at, "a time with its offset from UTC", "write 2026-11-23T00:00:00+08:00")
    return moment


def _check_component(source: str, site: Site, name: str, values: Any) -> None:
    known = {c.name: c for c in site.components}
    if name not in known:
        raise InputError(source, f"components.{name}", None, f"a component of {site.name}", meant(name, known))
    if not isinstance(values, dict):
        raise InputError(source, f"components.{name}", values, "a mapping quantity -> value")
    bounds = known[name].state_bounds()
    for key, value in values.items():
        field = f"components.{name}.{key}"
        if key in EVENTS and "hot_modules" in bounds:
            _check_events(source, field, value)
        elif key not in bounds:
            expected = ", ".join(bounds) or "no state: the component has none"
            raise InputError(source, field, value, expected, "delete it or correct its name")
        else:
            _check_value(source, field, value, bounds[key])


def _check_value(source: str, field: str, value: Any, bounds: tuple[float, float, float]) -> None:
    low, high, _ = bounds
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not low - 1e-6 <= value <= high + 1e-6:
        raise InputError(source, field, value, f"a number from {low:g} to {high:g}", "check the meter or the site file")
    if field.endswith("_modules") and value != int(value):
        raise InputError(source, field, value, "a whole number of modules")


def _check_events(source: str, field: str, value: Any) -> None:
    if not isinstance(value, list) or not all(
        isinstance(v, list) and len(v) == 2 and all(map(_counts, v)) for v in value
    ):
        raise InputError(source, field, value, "a list of [hours ago, modules]")


def _counts(x: Any) -> bool:
    return isinstance(x, int | float) and not isinstance(x, bool) and math.isfinite(x) and x >= 0


def assumed_state(site: Site, given: State) -> list[Note]:
    """What the plan assumes for want of a reading, in words."""
    missing = [
        (c, key, default)
        for c in site.components
        for key, (_, _, default) in c.state_bounds().items()
        if key not in given.components.get(c.name, {}) and _matters(c, key)
    ]
    if not missing:
        return []
    zh = [
        f"{c.label('zh')}{said.zh} {_reckoned(c, key, default):,.4g} {unit_of(key)}"
        for c, key, default in missing
        if (said := _assumed(c, key))
    ]
    en = [
        f"{c.label('en')} {said.en} {_reckoned(c, key, default):,.4g} {unit_of(key)}"
        for c, key, default in missing
        if (said := _assumed(c, key))
    ]
    if off := [c for c, key, _ in missing if key == "hot_modules"]:
        every = len(off) == sum("hot_modules" in c.state_bounds() for c in site.components)
        zh.append("全部机组停机" if every else f"停机: {'、'.join(c.label('zh') for c in off)}")
        en.append("all machines off" if every else f"off: {', '.join(c.label('en') for c in off)}")
    return [
        Note(
            f"未提供初始状态读数, 按站点文件假定: {'; '.join(zh)}。",
            f"No meter readings were given for the start; assumed from the site file: {'; '.join(en)}.",
        )
    ]


ASSUMED = {
    "level_kwh": Note("存量", "holds"),
    "level_kg": Note("存量", "holds"),
    "peak_kw": Note("本月最大需量", "with a month's peak of"),
    "month_kwh": Note("本月已购电量", "with a month's purchase so far of"),
}


def _assumed(c: Component, key: str) -> Note | None:
    """What is said of a quantity of the state before its value; None where nothing needs to be said."""
    if isinstance(c, Grid) and key != "peak_kw" and key in c.charges:
        name = c.charges[key].name
        return Note(f"计费最大需量({name})", f"with a billed peak ({name}) of")
    return ASSUMED.get(key)


def _matters(c: Component, key: str) -> bool:
    """A month's peak only where it is paid for; loads and shares of a day follow from what is said."""
    if isinstance(c, Grid):
        return key in c.charges or key == "month_kwh"
    return key in (*ASSUMED, "hot_modules")


def _reckoned(c: Component, key: str, default: float) -> float:
    """A grid without a reading is reckoned with the peak that is expected."""
    return max(default, c.charges[key].expected_peak_kw) if isinstance(c, Grid) and key in c.charges else default


def opening_note(given: State, start: pd.Timestamp) -> list[Note]:
    """Say so where the state belongs to another moment than the window's start."""
    if given.at is None or given.at == start:
        return []
    return [
        Note(
            f"初始状态时刻为 {given.at:%Y-%m-%d %H:%M}, 计划始于 {start:%Y-%m-%d %H:%M}: 按原值使用。",
            f"The state was taken at {given.at:%Y-%m-%d %H:%M}, the plan starts {start:%Y-%m-%d %H:%M}: used as it is.",
        )
    ]

"""A stored plan as what it was made of: site, window, schedule and objective, from the content of its file alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pydantic import ValidationError

from ems.objective import Objective
from ems.schedule import Schedule
from ems.site import Site
from forecasting.errors import InputError
from forecasting.horizon import checked_step
from forecasting.place import zone
from models import Window

MOST_STEPS = 110_000  # a year of five-minute steps


@dataclass(frozen=True)
class StoredPlan:
    """What the functions on plans ask for."""

    content: dict[str, Any]
    site: Site
    window: Window
    schedule: Schedule
    objective: Objective


def stored_plan(data: dict[str, Any], source: str) -> StoredPlan:
    """The parts of a plan's content; raises `InputError` in the name of ``source`` where one is not as it should be."""
    with part(source, "site.definition"):
        site = Site.model_validate(data["site"]["definition"])
    with part(source, "step_minutes"):
        minutes = checked_step(data["step_minutes"])
    with part(source, "steps"):
        steps = int(data["steps"])
        if not 1 <= steps <= MOST_STEPS:
            raise ValueError(f"{steps} is not from 1 to {MOST_STEPS}")
    with part(source, "timezone"):
        zone(data["timezone"])
    with part(source, "start"):
        if pd.Timestamp(data["start"]).tz is None:
            raise ValueError("a time with its offset from UTC is wanted")
        index = index_of(data)
    table = _table(data, source, "inputs", index)
    if table.isna().to_numpy().any():
        raise InputError(
            source, f"inputs.{table.columns[table.isna().any()][0]}", None, "a number in every step", "it has a gap"
        )
    frame = _table(data, source, "series", index)
    with part(source, "objective"):
        goal = Objective(**data["objective"])
    with part(source, "series"):
        if strange := sorted({str(c).split(".")[0] for c in frame} - {c.name for c in site.components}):
            raise ValueError(f"no component of the site is called {', '.join(strange)}")
        schedule = Schedule.from_frame(frame, data["sizes"])
    with part(source, "state_start"):
        w = Window(table, _state(data["state_start"]["components"]), step_minutes=minutes)
    return StoredPlan(data, site, w, schedule, goal)


def index_of(content: dict[str, Any]) -> pd.DatetimeIndex:
    """Starts of the steps, in the zone of the plan."""
    step = pd.Timedelta(minutes=int(content["step_minutes"]))
    start = pd.Timestamp(content["start"]).tz_convert("UTC")
    return pd.date_range(start, periods=int(content["steps"]), freq=step).tz_convert(content["timezone"])


@contextmanager
def part(source: str, field: str) -> Iterator[None]:
    """Whatever goes wrong inside is the fault of one field of the file."""
    try:
        yield
    except InputError as error:
        raise InputError(source, field, error.value, error.expected) from error
    except KeyError as error:
        missing = str(error.args[0])
        what = missing if " " in missing else f"{missing} is missing"
        raise InputError(source, field, None, "a complete plan.json", what) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InputError(source, f"{field}.{'.'.join(map(str, first['loc']))}", None, first["msg"]) from error
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InputError(source, field, None, "a complete plan.json", " ".join(str(error).split())[:300]) from error


def _table(data: dict[str, Any], source: str, section: str, index: pd.DatetimeIndex) -> pd.DataFrame:
    """The columns of one part of the file; null becomes NaN."""
    with part(source, section):
        columns = dict(data[section])
    found: dict[str, list[float]] = {}
    for name, column in columns.items():
        with part(source, f"{section}.{name}"):
            values = column["values"]
            if len(values) != len(index):
                raise ValueError(f"it holds {len(values)} values, the plan has {len(index)} steps")
            found[name] = [math.nan if v is None else finite(v) for v in values]
    return pd.DataFrame(found, index=index)


def finite(value: Any) -> float:
    """A number of the file; raises ``ValueError`` for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)


def _state(components: Any) -> dict[str, dict[str, Any]]:
    """The start state; its events are lists of pairs, all else are numbers."""
    return {
        str(name): {key: v if isinstance(v, list) else finite(v) for key, v in values.items()}
        for name, values in components.items()
    }

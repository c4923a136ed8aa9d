"""Machines against their data sheets: the COP of heat pumps and chillers, the kWh per kg of electrolysers.

    x[d] = log(electricity by the curve / electricity measured)    summed over the hours of the day that count

Zero is the data sheet; a fall is a machine that needs more. An hour counts when the machine ran in it, before it and
after it, above its minimum load: then the hour's mean tells the load. Of several modules as many are taken to run as
serve the load best, which is how they are planned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import exp

import numpy as np

from ems.analysis.finding import Finding
from ems.analysis.shifts import at_blocks, blocks, changes
from ems.emissions.activity import Activity, amount_name
from ems.site import Site
from forecasting.history.days import Days
from forecasting.notes import Note
from models.component import fixed
from models.curve import read_off
from models.electrolyser import Electrolyser
from models.vapour_compression import VapourCompression
from models.window import Floats

BLOCK = 3  # days
FIRST_BLOCKS = 10  # a month: what the machine is held against
LEAST_HOURS = 3  # a day
LEAST_CHANGE = 0.01


@dataclass(frozen=True)
class Machine:
    """A machine with two meters: what it took, what it made, and the electricity its curve gives for that."""

    component: str
    power: str  # meter
    output: str  # meter
    unit: str  # of the figure that readers know
    by_curve: Callable[[Floats, Floats], Floats]  # electricity for (power, output) [kWh]
    least_output: float  # an hour below it does not count


def machines(site: Site, activity: Activity, temperature_c: Floats | None) -> Iterator[Machine]:
    """Every machine whose curve and meters are known; heat pumps and chillers need the air temperature."""
    for c in site.components:
        power, made = amount_name(c.name, "power_kw"), ""
        if isinstance(c, Electrolyser):
            made = amount_name(c.name, "hydrogen_kg_per_h")
            least = float(fixed(c.size) / c.modules * c.min_load / c.curve.x[-1] * c.curve.y[0])
            machine = Machine(c.name, power, made, "kWh/kg", _electrolysis(c), least)
        elif isinstance(c, VapourCompression) and temperature_c is not None:
            made = amount_name(c.name, c.LOAD)
            least = float(fixed(c.size) / c.modules * max(c.min_load, 0.1))
            machine = Machine(c.name, power, made, "COP", _compression(c, temperature_c), least)
        if made and power in activity.table and made in activity.table:
            yield machine


def compression_meters(activity: Activity) -> list[str]:
    """Meters of the output of heat pumps and chillers."""
    found = [amount_name(c.name, c.LOAD) for c in activity.site.components if isinstance(c, VapourCompression)]
    return [name for name in found if name in activity.table]


def _electrolysis(c: Electrolyser) -> Callable[[Floats, Floats], Floats]:
    share, made = np.array(c.curve.x), np.array(c.curve.y)
    module = fixed(c.size) / c.modules

    def power(_: Floats, hydrogen: Floats) -> Floats:
        by_modules = []
        for n in range(1, c.modules + 1):
            per = hydrogen / (n * module)
            by = n * module * np.interp(per, made, share)
            by_modules.append(np.where((per >= made[0] * 0.999) & (per <= made[-1] * 1.1), by, np.inf))
        least = np.min(by_modules, axis=0)
        return np.where(np.isfinite(least), least, np.nan)

    return power


def _compression(c: VapourCompression, temperature_c: Floats) -> Callable[[Floats, Floats], Floats]:
    cop = read_off(c.cop, temperature_c)
    return lambda _, output: np.asarray(output / cop, float)


def daily(machine: Machine, y: Callable[[str], Floats], days: Days) -> Floats:
    """Logarithm of electricity by the curve over electricity measured, shape (days,)."""
    power, output = y(machine.power), y(machine.output)
    ran = (power > 0) & (output >= machine.least_output)
    steady = ran & np.roll(ran, 1) & np.roll(ran, -1)
    steady[[0, -1]] = False
    curve = machine.by_curve(power, output)
    steady &= np.isfinite(curve)
    by, took = (days.grid(np.where(steady, v, np.nan)) for v in (curve, power))
    counted = np.isfinite(took).sum(axis=1) >= LEAST_HOURS
    out = np.full(len(counted), np.nan)
    out[counted] = np.log(np.nansum(by[counted], axis=1) / np.nansum(took[counted], axis=1))
    return out


def efficiency(machine: Machine, y: Callable[[str], Floats], days: Days) -> Iterator[Finding]:
    """Stretches in which a machine needs more, or less, for its output than in its first month."""
    x = blocks(daily(machine, y, days), BLOCK, 1)
    for e, centre in changes(x, FIRST_BLOCKS, LEAST_CHANGE):
        part = x[e.begin : e.end]
        ratio = exp(float(np.median(part[np.isfinite(part)][-5:])) - centre)
        sheet = exp(centre) * ratio
        text = Note(
            f"能效为此前的 {100 * ratio:.1f}%, 为曲线值的 {100 * sheet:.1f}% ({machine.unit})",
            f"efficiency {100 * ratio:.1f}% of what it was, {100 * sheet:.1f}% of the curve's ({machine.unit})",
        )
        yield at_blocks("efficiency", machine.output, days, e, BLOCK, ratio, text)


def summary(machine: Machine, y: Callable[[str], Floats], days: Days) -> dict[str, float | None]:
    """Days that count and the median efficiency relative to the curve."""
    x = daily(machine, y, days)
    known = x[np.isfinite(x)]
    return {"days": float(len(known)), "of_curve": exp(float(np.median(known))) if len(known) else None}

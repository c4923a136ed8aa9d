"""Units as inventories print them: 万t, tCO2e, t/万元, 万m3, GJ, %; each with what it counts and its size.

Base units: kg, kWh, m3, km, CNY, m2, kW, h, 1. A Chinese multiplier (千, 万, 亿) stands before any unit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

MULTIPLIERS = {"": 1.0, "千": 1e3, "万": 1e4, "百万": 1e6, "亿": 1e8}
SHOWN = {"千": "10³ ", "万": "10⁴ ", "百万": "10⁶ ", "亿": "10⁸ "}  # multipliers for readers of English
UNITS: dict[str, tuple[float, str]] = {  # unit -> (size in base units, what it counts)
    "kg": (1.0, "mass"), "t": (1e3, "mass"), "kt": (1e6, "mass"), "Mt": (1e9, "mass"), "g": (1e-3, "mass"),
    "kWh": (1.0, "energy"), "MWh": (1e3, "energy"), "GWh": (1e6, "energy"), "TWh": (1e9, "energy"),
    "MJ": (1 / 3.6, "energy"), "GJ": (1e3 / 3.6, "energy"), "TJ": (1e6 / 3.6, "energy"),
    "m3": (1.0, "volume"), "L": (1e-3, "volume"),
    "km": (1.0, "distance"),
    "CNY": (1.0, "money"), "元": (1.0, "money"),
    "m2": (1.0, "area"),
    "kW": (1.0, "power"), "MW": (1e3, "power"),
    "h": (1.0, "time"),
    "%": (0.01, "1"), "1": (1.0, "1"),
    "家": (1.0, "count"), "辆": (1.0, "count"), "pieces": (1.0, "count"),
}  # fmt: skip
ENGLISH = {"元": "CNY", "家": "companies", "辆": "vehicles"}


@dataclass(frozen=True)
class Unit:
    """A unit: ``size`` in base units, and what it counts, such as ``mass`` or ``mass/money``."""

    text: str
    size: float
    counts: str


@cache
def unit_of(text: str) -> Unit | None:
    """The unit of a text, ``None`` where it is not known; ``CO2e`` after a mass says what is weighed."""
    sizes, kinds = [], []
    for part in text.strip().split("/"):
        known = _single(part)
        if known is None:
            return None
        sizes.append(known[0])
        kinds.append(known[1])
    if len(sizes) > 2:
        return None
    return Unit(text.strip(), sizes[0] / (sizes[1] if len(sizes) == 2 else 1.0), "/".join(kinds))


def _single(text: str) -> tuple[float, str] | None:
    multiplier, name = split(text)
    if name not in UNITS:
        return None
    size, counts = UNITS[name]
    return MULTIPLIERS[multiplier] * size, counts


def split(text: str) -> tuple[str, str]:
    """Multiplier and unit: ``万tCO2e`` -> ``万``, ``t``."""
    name = re.sub(r"CO2e?$", "", text.strip()) or text.strip()
    multiplier = next((m for m in sorted(MULTIPLIERS, key=len, reverse=True) if m and name.startswith(m)), "")
    return multiplier, name.removeprefix(multiplier)


def shown(text: str, lang: str) -> str:
    """A unit as the reader writes it: 万t/万元 is 10⁴ t/10⁴ CNY in English."""
    if lang == "zh":
        return "/".join(_chinese(p) for p in text.split("/"))
    return "/".join(_english(p) for p in text.split("/"))


def joined(number: str, unit: str) -> str:
    """A number before a unit as it is shown: 240.83 x 10⁴ t."""
    return f"{number} x {unit}" if unit.startswith("10") else f"{number} {unit}"


def _chinese(part: str) -> str:
    multiplier, name = split(part)
    return multiplier + {"t": "吨", "CNY": "元"}.get(name, name)


def _english(part: str) -> str:
    multiplier, name = split(part)
    return SHOWN.get(multiplier, "") + ENGLISH.get(name, name)


def variants(text: str) -> list[str]:
    """The same number in units that are easily taken for it: another multiplier, another unit of the same kind.

    What is most often meant comes first: no multiplier, 万, 亿, another unit, the multipliers that are seldom used.
    """
    parts = text.split("/")
    found: list[tuple[int, str]] = []
    for at, part in enumerate(parts):
        multiplier, name = split(part)
        tries = [(k, other + name) for k, other in ((0, ""), (1, "万"), (2, "亿"), (4, "千"), (5, "百万"))]
        tries += [(3, multiplier + other) for other, (_, counts) in UNITS.items() if counts == UNITS[name][1]]
        found += [(k, "/".join([*parts[:at], new, *parts[at + 1 :]])) for k, new in tries if new != part]
    return list(dict.fromkeys(unit for _, unit in sorted(found, key=lambda x: x[0])))

"""Units that peers send and units that series have."""

from __future__ import annotations

_OF: dict[str, tuple[str, float]] = {  # unit -> what it measures, how much of the first of its kind
    "W": ("power", 1.0),
    "kW": ("power", 1e3),
    "MW": ("power", 1e6),
    "Wh": ("energy", 1.0),
    "kWh": ("energy", 1e3),
    "MWh": ("energy", 1e6),
    "kg/h": ("mass flow", 1.0),
    "t/h": ("mass flow", 1e3),
    "kg/s": ("mass flow", 3600.0),
    "kg": ("mass", 1.0),
    "t": ("mass", 1e3),
    "share": ("share", 1.0),
    "%": ("share", 0.01),
    "Pa": ("pressure", 1.0),
    "kPa": ("pressure", 1e3),
    "bar": ("pressure", 1e5),
    "MPa": ("pressure", 1e6),
}


def factor(given: str, wanted: str) -> float:
    """What a number in ``given`` is multiplied by to be in ``wanted``; raises ValueError where nothing is known."""
    if given == wanted:
        return 1.0
    a, b = _OF.get(given), _OF.get(wanted)
    if a is None or b is None or a[0] != b[0]:
        raise ValueError(f"no way from {given} to {wanted} is known")
    return a[1] / b[1]

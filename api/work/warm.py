"""Imports that a first plan would wait for. The rest of this software defers them: most commands need none of them."""

from __future__ import annotations

from importlib import import_module

from models import pyo

DEFERRED = (
    *("ems.build", "forecasting.climatology", "forecasting.irradiance", "forecasting.open_meteo"),
    *("holidays", "pvlib"),
)


def warm() -> None:
    """Load what planning a day needs."""
    for name in DEFERRED:
        import_module(name)
    pyo.ConcreteModel()  # loads Pyomo

"""Pyomo, imported when a model is built and not before (it costs half a second).

Pyomo ships no types: whatever is taken from here is ``Any`` to the type checker.
"""

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    return getattr(import_module("pyomo.environ"), name)

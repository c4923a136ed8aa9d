"""Doing a task, in whatever process a worker is."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from api.sweep import reasons
from api.sweep.executor import Finished, Task
from forecasting.errors import InputError


def perform(task: Task) -> Finished:
    """Call the task's function; whatever goes wrong becomes a reason in words."""
    began = time.perf_counter()

    def ended(result: dict[str, Any] | None, reason: reasons.Failure | None = None) -> Finished:
        return Finished(task.id, result, reason, time.perf_counter() - began)

    try:
        return ended(function_of(task.kind)(task.payload))
    except InputError as error:
        return ended(None, reasons.unusable_input(str(error)))
    except MemoryError:
        return ended(None, reasons.OUT_OF_MEMORY)
    except Exception as error:
        traceback.print_exc()
        return ended(None, reasons.internal(error))


def function_of(kind: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """The function that ``module:function`` names."""
    module, _, name = kind.partition(":")
    function: Callable[[Mapping[str, Any]], dict[str, Any]] = getattr(import_module(module), name)
    return function

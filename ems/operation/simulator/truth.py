"""How the park that stands differs from its data sheets: worn stacks, soiled glass, fouled coils, faded cells.

A deviation multiplies one parameter; of a curve it multiplies the values, not the arguments. What comes out is a
`Site`, so that a simulated schedule is audited by the same laws with the parameters it really had.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from ems.site import Site
from forecasting.errors import InputError, meant


@dataclass(frozen=True)
class Deviation:
    """Parameter of a component times ``factor``; ``why`` says on what ground, such as "stack after 30 000 h"."""

    component: str
    parameter: str
    factor: float
    why: str


def true_site(site: Site, deviations: Iterable[Deviation]) -> Site:
    """The site as it is; raises `InputError` for what it does not have and for what no machine can be."""
    changes: dict[str, dict[str, Any]] = {}
    for d in deviations:
        names = [c.name for c in site.components]
        if d.component not in names:
            raise InputError("deviations", d.component, None, f"a component of {site.name}", meant(d.component, names))
        c = site.component(d.component)
        old = changes.get(d.component, {}).get(d.parameter, getattr(c, d.parameter, None))
        field = f"{d.component}.{d.parameter}"
        if d.parameter not in type(c).model_fields or not _multiplies(old):
            raise InputError("deviations", field, old, f"a number or a curve of {c.name}")
        changes.setdefault(d.component, {})[d.parameter] = _times(old, d.factor)
    try:
        return site.with_components(**changes)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        at = ".".join(map(str, fault["loc"]))
        raise InputError("deviations", at, fault.get("input"), fault["msg"], "take a smaller deviation") from error


def _multiplies(value: Any) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(isinstance(p, tuple) and len(p) == 2 for p in value)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _times(value: Any, factor: float) -> Any:
    return tuple((x, factor * y) for x, y in value) if isinstance(value, tuple) else factor * value

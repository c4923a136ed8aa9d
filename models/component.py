"""What every technology is: validated parameters, a Pyomo formulation, a NumPy check, its own bill."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np
import pandas as pd
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from models.operation import Merit, Run
from models.window import Expr, Floats, Window

Share = Annotated[float, Field(ge=0, le=1)]
Efficiency = Annotated[float, Field(gt=0, le=1)]
Positive = Annotated[float, Field(gt=0, le=1e6)]
NonNegative = Annotated[float, Field(ge=0, le=1e6)]
Flow = Any  # step -> Expr
Block = Any  # a Pyomo block, whose attributes no type checker can see
TOLERANCE = 1e-3  # kW, kg/h …: ten times the solver's feasibility tolerance at the largest coefficient


class Design(BaseModel):
    """A capacity left for the optimiser to choose, in the unit of the field that holds it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    min: NonNegative = 0.0
    max: Positive
    annual_cost_cny: float = Field(description="equivalent annual cost per unit of capacity [CNY/unit/a]")
    module: Positive | None = Field(None, description="capacity of one module; none: the largest size over the modules")

    @model_validator(mode="after")
    def _in_order(self) -> Design:
        if self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}")
        return self


Size = Annotated[float, Field(gt=0, le=1e6)] | Design


@dataclass(frozen=True)
class Quantity:
    """One reported series: its name ends in its unit; flows are >= 0 and named by direction.

    ``bus`` is the component's field that names the bus the flow goes to (``sign`` +1) or comes from (-1).
    ``at_end`` marks stocks: the value at the end of the interval. ``wish`` marks what is only priced, not forbidden.
    """

    name: str
    en: str
    zh: str
    bus: str = ""
    sign: int = 0
    carrier: str = ""
    at_end: bool = False
    wish: bool = False


class Port(NamedTuple):
    quantity: Quantity
    bus: str


@dataclass(frozen=True)
class Formulation:
    """What a built component hands to the system, and nothing else."""

    series: Mapping[str, Flow]  # quantity -> step -> expression
    cost: Mapping[str, Expr] = field(default_factory=dict)  # cause -> [CNY] over the window
    emissions: Mapping[str, Expr] = field(default_factory=dict)  # cause -> [kgCO2e] over the window
    sizes: Mapping[str, Expr] = field(default_factory=dict)


@dataclass(frozen=True)
class Violation:
    """A law that a schedule breaks: the worst residual and when."""

    component: str
    law: str
    worst: float
    at: pd.Timestamp


class Outage(BaseModel):
    """Modules out of service in ``[start, end)``; without times for the whole window, without modules all."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    modules: int | None = Field(None, ge=1)


class Component(BaseModel, ABC):
    """Base of all technologies; a subclass is one file, one catalogue line and one test."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: str
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label_en: str = ""
    label_zh: str = ""

    KIND_EN: ClassVar[str]
    KIND_ZH: ClassVar[str]
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = ()
    MERIT: ClassVar[Merit] = Merit.OWN
    FOLLOWS: ClassVar[str] = ""  # field of the bus whose merit is passed on: what a heat exchanger carries is as good
    example: ClassVar[dict[str, Any]]

    @abstractmethod
    def build(self, b: Block, w: Window) -> Formulation:
        """Declare variables and constraints on ``b``."""

    def size_key(self, field: str) -> str:
        """Name under which formulation and tables hold the size of a field."""
        return "capacity"

    def invested(self, s: pd.DataFrame, w: Window) -> dict[str, float]:
        """Cost of the sizes that were left to the optimiser, by cause, for the window's share of a year [CNY]."""
        found: dict[str, float] = {}
        for field_name in type(self).model_fields:
            if isinstance(size := getattr(self, field_name), Design):
                key = self.size_key(field_name)
                found[f"investment_{key}"] = size.annual_cost_cny * w.year_share * size_in(s, key, size)
        return found

    @abstractmethod
    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        """Re-derive the physics from the reported series, in NumPy, without Pyomo."""

    def bill(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        """Money by cause from the reported series, shape (steps,) [CNY in each step]."""
        return {}

    def emitted(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        """Greenhouse gases by cause from the reported series, shape (steps,) [kgCO2e in each step]."""
        return {}

    def limits(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        """Room left before each limit, by the limit's name (a key of ``ems.text``), shape (steps,)."""
        return {}

    def state_bounds(self) -> dict[str, tuple[float, float, float]]:
        """State variables: (low, high, value assumed where none is given)."""
        return {}

    def state_end(self, s: pd.DataFrame, w: Window) -> dict[str, Any]:
        """State after the last step of ``s``, to open the next window with."""
        return {key: float(s[key].iloc[-1]) for key in self.state_bounds()}

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The series this component reports; flows to buses it is not connected to are left out."""
        return tuple(q for q in self.QUANTITIES if not q.bus or getattr(self, q.bus))

    @property
    def ports(self) -> tuple[Port, ...]:
        return tuple(Port(q, str(getattr(self, q.bus))) for q in self.quantities if q.bus)

    def label(self, lang: Literal["zh", "en"]) -> str:
        given = self.label_zh if lang == "zh" else self.label_en
        return given or (self.KIND_ZH if lang == "zh" else self.KIND_EN)

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """Operation by rules: the quantities of step ``t`` that come nearest to ``want`` at the product's bus."""
        raise NotImplementedError(f"{self.kind} has no operation by rules")

    def violation(self, law: str, residual: Any, index: pd.Index[Any], tol: float = TOLERANCE) -> Iterator[Violation]:
        """Yield a violation where ``|residual|`` exceeds ``tol`` or is not a number."""
        r = np.abs(np.broadcast_to(np.asarray(residual, float), (len(index),)))
        r = np.where(np.isnan(r), np.inf, r)
        if r.max(initial=0) > tol:
            yield Violation(self.name, law, float(r.max()), index[int(r.argmax())])

    def between(self, law: str, x: Any, low: Any, high: Any, index: pd.Index[Any]) -> Iterator[Violation]:
        """Yield a violation where ``x`` leaves ``[low, high]``."""
        x = np.asarray(x, float)
        yield from self.violation(
            law, np.fmax(np.maximum(x - high, low - x), 0) + np.where(np.isnan(x), np.inf, 0), index
        )


def over(x: Any, limit: Any) -> Floats:
    """How far ``x`` lies above ``limit``."""
    return np.asarray(np.maximum(np.asarray(x, float) - np.asarray(limit, float), 0), float)


def declare(size: Size, b: Block, w: Window, name: str) -> tuple[Expr, float, dict[str, Expr]]:
    """(capacity, its upper bound, its cost): numbers in dispatch, a variable in sizing."""
    if isinstance(size, Design):
        from models import pyo

        var = pyo.Var(bounds=(size.min, size.max))
        b.add_component(name, var)
        return var, size.max, {f"investment_{name}": size.annual_cost_cny * w.year_share * var}
    return size, size, {}


def fixed(size: Size) -> float:
    """A capacity that is given: operation by rules cannot choose one."""
    if isinstance(size, Design):
        raise ValueError("operation by rules needs fixed sizes: choose them first")
    return size


def size_in(s: pd.DataFrame, name: str, size: Size) -> float:
    """The capacity that a schedule was made with: the fixed number or what sizing chose."""
    return float(s.attrs[name]) if isinstance(size, Design) else float(size)

"""Uncertainty of sums of activity x factor: error propagation and Monte Carlo, side by side.

A source of error (a meter, a factor, a model) errs by one relative amount wherever it is used, so lines that share it
err together:

    V = sum over lines k of sign_k kg_k prod over sources i of k of (1 + e_i),   e_i independent, of mean 0

Approach 1 takes V to first order, as the rules for sums and products together do (2006 IPCC Guidelines, volume 1,
chapter 3, equations 3.1 and 3.2), after the lines of one source have been added:

    half width of V = sqrt(sum over i of (u_i S_i)^2),   S_i = sum over lines k with source i of sign_k kg_k

The Monte Carlo method (approach 2 there) draws the e_i and takes the 2.5th and 97.5th percentile of V. Half widths
``u`` are those of 95 % intervals, relative: normal up to 30 %, log-normal of the same mean and spread above, since an
amount is not negative.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from ems.emissions.activity import Kind, Meter
from ems.emissions.ledger import Ledger, Method, Scope
from forecasting.errors import InputError
from forecasting.provenance import Strict
from models.window import Floats

HalfWidth = Annotated[float, Field(ge=0, le=3)]
COVERED = 1.959964  # half width of a 95 % interval over the standard deviation of a normal error
NORMAL_UP_TO = 0.3  # half widths above are drawn log-normal
DIGITS = 6  # of what is drawn: its last digits tell nothing and depend on the machine
METHOD = "IPCC 2006, volume 1, chapter 3: approach 1 (error propagation) and approach 2 (Monte Carlo), 95 %"


class Uncertainty(Strict):
    """Relative half widths of 95 % intervals, and how errors are drawn."""

    meters: dict[str, HalfWidth] = Field(default_factory=dict, description="of the amounts of a meter, by its name")
    kinds: dict[Kind, HalfWidth] = Field(
        description="of all other amounts, by how they are known: what a plan, a model or a meter is good for"
    )
    models: dict[str, HalfWidth] = Field(
        default_factory=dict, description="of amounts that a baseline computes, by the cause of their lines"
    )
    factors: dict[str, HalfWidth] = Field(default_factory=dict, description="of a factor by its id")
    other_factors: HalfWidth = Field(description="of factors of which neither this file nor the registry says one")
    draws: int = Field(10_000, ge=1000, le=1_000_000)
    seed: int = Field(1, ge=0)

    def of_meter(self, meter: Meter, cause: str) -> Source:
        """The source of error of the amounts of a meter; raises `InputError` where its kind has none.

        A meter errs for itself. What a baseline computes for one cause (all cooling by chillers of one COP) errs
        together, because it rests on the same assumptions.
        """
        key = ("computed", cause) if meter.kind == "computed" else (meter.kind, meter.name)
        told = self.models.get(cause) if meter.kind == "computed" else self.meters.get(meter.name)
        if told is None and meter.kind not in self.kinds:
            expected = f"a half width of amounts that are {meter.kind}, such as {meter.name}"
            raise InputError("uncertainty", f"kinds.{meter.kind}", None, expected)
        return Source(key, self.kinds[meter.kind] if told is None else told)

    def of_factor(self, id: str, told: float | None) -> float:
        """Half width of a factor: of this file, else as ``told`` by the registry, else that of other factors."""
        return self.factors.get(id, self.other_factors if told is None else told)


@dataclass(frozen=True)
class Source:
    """One thing that errs: a meter, a model or a factor."""

    key: tuple[str, str]  # (meter, grid.import_kwh), (computed, …), (factor, mee-nbs-2025-47.cn-sd.average)
    half_width: float  # relative, 95 %


@dataclass(frozen=True)
class Term:
    """A summand [kgCO2e] with the sources its relative error is made of."""

    kg: float
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Spread:
    """A sum with both of its 95 % intervals [kgCO2e]."""

    value: float
    half_width: float  # approach 1
    drawn_low: float  # Monte Carlo
    drawn_high: float
    shares: Mapping[Source, float]  # of the variance by approach 1; they sum to one

    @property
    def relative(self) -> float | None:
        """Half width over the value; None where the value is zero."""
        return self.half_width / abs(self.value) if self.value else None


def terms(
    ledger: Ledger, method: Method, meters: Mapping[str, Meter], given: Uncertainty, sign: float = 1.0
) -> list[Term]:
    """The lines of an inventory (scopes 1, 2 by one method, 3) as terms; meters must be known by their names."""
    scopes: tuple[Scope, ...] = ("1", "2_location" if method == "location" else "2_market", "3")
    return [
        Term(
            sign * float(np.nansum(line.kg)),
            (
                given.of_meter(meters[line.meter], line.cause),
                Source(("factor", line.factor.id), given.of_factor(line.factor.id, line.factor.uncertainty)),
            ),
        )
        for line in ledger.lines
        if line.scope in scopes
    ]


def propagated(parts: Iterable[Term]) -> dict[Source, float]:
    """Half widths that each source gives to the sum of some terms [kgCO2e]: ``u_i |S_i|``."""
    sums: dict[Source, float] = {}
    for part in parts:
        for source in part.sources:
            sums[source] = sums.get(source, 0.0) + part.kg
    return {source: source.half_width * abs(total) for source, total in sums.items()}


def spreads(sums: Sequence[Sequence[Term]], draws: int, seed: int) -> list[Spread]:
    """Both intervals of several sums, whose sources are drawn once: what they share errs alike in all of them."""
    sources = sorted({s for parts in sums for part in parts for s in part.sources}, key=lambda s: s.key)
    errors = dict(zip(sources, _errors(sources, draws, seed), strict=True))
    return [_spread(parts, errors, draws) for parts in sums]


def _errors(sources: Sequence[Source], draws: int, seed: int) -> list[Floats]:
    """Factors ``1 + e_i``, shape (draws,) for each source."""
    random = np.random.default_rng(seed)
    return [_factor(source.half_width, random.standard_normal(draws)) for source in sources]


def _factor(half_width: float, normal: Floats) -> Floats:
    """Errors of mean one and standard deviation ``half_width / 1.96``."""
    spread = half_width / COVERED
    if half_width <= NORMAL_UP_TO:
        return np.asarray(1.0 + spread * normal, float)
    sigma = math.sqrt(math.log1p(spread**2))
    return np.asarray(np.exp(sigma * normal - sigma**2 / 2), float)


def _spread(parts: Sequence[Term], errors: Mapping[Source, Floats], draws: int) -> Spread:
    by_source = propagated(parts)
    half = math.sqrt(sum(x**2 for x in by_source.values()))
    total = np.zeros(draws)
    for part in parts:
        product = np.full(draws, part.kg)
        for source in part.sources:
            product *= errors[source]
        total += product
    low, high = (float(f"{x:.{DIGITS}g}") for x in np.percentile(total, (2.5, 97.5)))
    shares = {s: (x / half) ** 2 if half else 0.0 for s, x in by_source.items()}
    return Spread(sum(part.kg for part in parts), half, low, high, shares)


def section(named: Mapping[str, tuple[dict[str, str], Sequence[Term]]], given: Uncertainty) -> dict[str, Any]:
    """The section of the report: every headline, its text and terms, with both intervals and where they come from."""
    found = spreads([parts for _, parts in named.values()], given.draws, given.seed)
    headline = [
        {
            "name": name,
            "text": text,
            "value_kg": s.value,
            "low_kg": s.value - s.half_width,
            "high_kg": s.value + s.half_width,
            "relative": s.relative,
            "drawn_low_kg": s.drawn_low,
            "drawn_high_kg": s.drawn_high,
            "contributions": _contributions(s),
        }
        for (name, (text, _)), s in zip(named.items(), found, strict=True)
    ]
    return {
        "headline": headline,
        "contributions": headline[0]["contributions"] if headline else [],
        "method": METHOD,
        "draws": given.draws,
        "seed": given.seed,
    }


KIND_TEXT = {
    "plan": ("计划值", "planned"),
    "baseline": ("规则运行计算值", "computed by rules"),
    "measured": ("计量", "metered"),
    "entered": ("填报", "entered"),
    "computed": ("模型计算值", "computed by a model"),
    "factor": ("排放因子", "factor"),
}


def _contributions(s: Spread) -> list[dict[str, Any]]:
    """Sources by their share of the variance, the largest first; those without a share are left out."""
    ordered = sorted(((x, source) for source, x in s.shares.items() if x > 0), key=lambda p: (-p[0], p[1].key))
    return [
        {
            "source": source.key[1],
            "kind": source.key[0],
            "text": dict(zip(("zh", "en"), (f"{t} {source.key[1]}" for t in KIND_TEXT[source.key[0]]), strict=True)),
            "half_width": source.half_width,
            "share": share,
        }
        for share, source in ordered
    ]

"""A design against its reference: what is gained by investing more, as a lender asks for it.

    incremental flow[y] = reference[y] - design[y]        first what is invested more, then what is saved
    NPV   = sum v(y) flow[y];     IRR: the rate at which it is 0

All rates are nominal and after tax. Payback counts from the start of operation to the time from which the flow
summed up stays above zero, straight lines within a year. Debt service cover: what the project gains in a year, tax
relief on interest included, over interest and repayment of the loan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ems.sizing.study import Study
from ems.sizing.worth import annuity
from forecasting.notes import Note
from models.window import Floats

LOWEST, HIGHEST = -0.95, 10.0  # rates of return that are looked for
EDGE = 1e-9  # of the largest payment: below it nothing flows


class Undefined(Exception):
    """A figure that these flows do not have, with the reason."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.note = Note(zh, en)


def compared(design: Mapping[str, Any], reference: Mapping[str, Any], study: Study) -> dict[str, Any]:
    """Figures of a design against a reference, both as `ems.sizing.alternative.alternative` tells them.

    A figure that is not defined is `None`; ``why`` then holds the reason, by the figure's name, in both languages.
    ``incremental`` counts what is gained as positive.
    """
    more = Incremental.of(design["cash_flow"], reference["cash_flow"])
    found: dict[str, Any] = {"npv_cny": float(more.discount @ more.project)}
    why: dict[str, dict[str, str]] = {}
    emitted = [float(side["kpis"]["emissions_t"]) for side in (reference, design)]
    cost = [annual_without_carbon(side["cash_flow"], study) for side in (design, reference)]
    figures: dict[str, Callable[[], float]] = {
        "irr": lambda: irr(more.project),
        "equity_irr": lambda: irr(more.equity),
        "payback_years": lambda: payback(more.project),
        "discounted_payback_years": lambda: payback(more.project * more.discount),
        "abatement_cny_per_t": lambda: abatement(cost[0] - cost[1], emitted[0] - emitted[1], emitted[0]),
        "min_dscr": lambda: min_dscr(more),
    }
    for name, figure in figures.items():
        try:
            found[name] = figure()
        except Undefined as reason:
            found[name] = None
            why[name] = {"zh": reason.note.zh, "en": reason.note.en}
    return found | {
        "abated_t_per_year": emitted[0] - emitted[1],
        "why": why,
        "incremental": {
            "project": more.project.tolist(),
            "equity": more.equity.tolist(),
            "cumulative": np.cumsum(more.project).tolist(),
        },
    }


@dataclass(frozen=True)
class Incremental:
    """What a design gains over a reference in each year 0 … N, shape (years + 1,) [CNY]."""

    project: Floats
    equity: Floats
    discount: Floats
    interest: Floats  # of the design's loan less the reference's
    principal: Floats
    tax_on_interest: Floats  # negative: it is relieved

    @classmethod
    def of(cls, design: Mapping[str, Any], reference: Mapping[str, Any]) -> Incremental:
        return cls(
            project=_series(reference["project"]) - _series(design["project"]),
            equity=_series(reference["equity"]) - _series(design["equity"]),
            discount=_series(design["discount"]),
            **{
                name: _series(design["lines"][line]) - _series(reference["lines"][line])
                for name, line in (
                    ("interest", "interest"),
                    ("principal", "principal"),
                    ("tax_on_interest", "interest_tax"),
                )
            },
        )


def _series(values: Any) -> Floats:
    return np.asarray(values, float)


def annual_without_carbon(flow: Mapping[str, Any], study: Study) -> float:
    """Annual cost after tax but for what is paid for emissions: what can be held against a price of carbon."""
    e = study.economics
    paid = _series(flow["project"]) - (1 - e.tax.rate) * _series(flow["lines"]["carbon"])
    return float(_series(flow["discount"]) @ paid) * annuity(e)


def irr(flow: Floats) -> float:
    """The one rate at which a flow is worth nothing; raises `Undefined` where there is none or more than one."""
    from scipy.optimize import brentq

    small = EDGE * float(np.abs(flow).max(initial=0.0))
    if flow[0] >= -small:
        raise Undefined("与基准方案相比没有追加投资", "nothing more is invested than in the reference")
    if not (flow[1:] > small).any():
        raise Undefined("追加投资没有任何收益", "what is invested more earns nothing in any year")
    years = np.arange(len(flow))

    def worth(rate: float) -> float:
        return float(((1 + rate) ** -years.astype(float)) @ flow)

    grid = np.exp(np.linspace(np.log(1 + LOWEST), np.log(1 + HIGHEST), 2001)) - 1
    sign = np.array([worth(float(r)) >= 0 for r in grid])
    found = [
        float(brentq(worth, grid[k], grid[k + 1], xtol=1e-12, rtol=1e-12))
        for k in np.flatnonzero(sign[1:] != sign[:-1])
    ]
    if not found:
        between = f"{LOWEST:.0%} … {HIGHEST:.0%}"
        raise Undefined(
            f"在 {between} 内没有收益率使净现值为零", f"no rate within {between} makes the flow worth nothing"
        )
    if len(found) > 1:
        rates = ", ".join(f"{r:.2%}" for r in found)
        changes = int((np.diff(np.sign(flow[np.abs(flow) > small])) != 0).sum())
        raise Undefined(
            f"现金流变号 {changes} 次, 有多个收益率 ({rates}): 请以净现值判断",
            f"the flow changes its sign {changes} times and has several rates ({rates}): the net present value judges",
        )
    return found[0]


def payback(flow: Floats) -> float:
    """Years of operation until the flow summed up stays above zero; raises `Undefined` where it never does."""
    total = np.cumsum(flow)
    small = EDGE * float(np.abs(flow).max(initial=0.0))
    if flow[0] >= -small:
        raise Undefined("与基准方案相比没有追加投资", "nothing more is invested than in the reference")
    if total[-1] < -small:
        raise Undefined("在评价期内收不回追加投资", "what is invested more is not earned back within the study's years")
    last = int(np.flatnonzero(total < -small)[-1])  # after this year nothing is owed any more
    return last + float(-total[last] / flow[last + 1])


def abatement(more_cny: float, abated_t: float, reference_t: float) -> float:
    """Cost of a tonne that is not emitted [CNY/t]; raises `Undefined` where nothing is abated."""
    if abated_t <= EDGE * max(1.0, abs(reference_t)):
        raise Undefined("与基准方案相比没有减排", "nothing is abated against the reference")
    return more_cny / abated_t


def min_dscr(more: Incremental) -> float:
    """Lowest debt service cover in the years of the loan; raises `Undefined` without a loan."""
    service = more.interest + more.principal
    owing = np.flatnonzero(service > EDGE * max(1.0, float(np.abs(more.project).max(initial=0.0))))
    if not len(owing):
        raise Undefined("没有追加贷款", "there is no loan beyond that of the reference")
    cover = (more.project - more.tax_on_interest)[owing] / service[owing]
    return float(cover.min())

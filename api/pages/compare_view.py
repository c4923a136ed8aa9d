"""What the page of two plans shows: their figures side by side, in which of them is better, and why they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.pages.environment import Words
from ems.report.formats import digits_for, number
from ems.report.key_figures import CARDS, KeyFigure, key_figures, percent, shown_unit
from ems.report.view import Lang, PlanView


@dataclass(frozen=True)
class Row:
    """One key figure of both plans."""

    label: str
    unit: str
    a: str
    b: str
    change: str
    share: str
    verdict: str  # better, worse, same: of b against a
    verdict_text: str
    card: bool


def rows(a: dict[str, Any], b: dict[str, Any], w: Words) -> list[Row]:
    """Key figures of plan ``b`` held against those of plan ``a``; those that are zero in both are left out."""
    view = PlanView({**b, "baseline": {"kpis": a["kpis"]}}, w.lang)  # key figures know how to be held against others
    return [_row(view, f, w) for f in key_figures(view)]


def _row(view: PlanView, f: KeyFigure, w: Words) -> Row:
    digits = digits_for(f.unit)
    change = number(f.change, digits, signed=True)
    return Row(
        label=f.label,
        unit=shown_unit(view, f),
        a=number(f.baseline, digits),
        b=number(f.plan, digits),
        change=change,
        share="" if f.verdict == "same" else percent(f.share),
        verdict=f.verdict,
        verdict_text=w(f"cmp_{f.verdict}"),
        card=f.key in CARDS,
    )


def account_rows(accounts: list[dict[str, Any]], b: dict[str, Any], lang: Lang) -> list[dict[str, str]]:
    """Money and emissions by component and cause, b minus a, the greatest change of money first."""
    view = PlanView(b, lang)
    shown = [x for x in accounts if abs(x.get("cny") or 0) >= 0.5 or abs(x.get("kgco2e") or 0) >= 0.5]
    shown.sort(key=lambda x: -abs(x.get("cny") or 0))
    return [
        {
            "component": view.label(x["component"]),
            "cause": _cause(b, x["cause"], lang),
            "cny": number(x.get("cny"), 0, signed=True),
            "kgco2e": number(x.get("kgco2e"), 0, signed=True),
        }
        for x in shown
    ]


def _cause(content: dict[str, Any], cause: str, lang: Lang) -> str:
    text = content["cause_text"].get(cause)
    return str(text[lang]) if text else cause

"""Key figures of the plan beside those of the baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ems.report.formats import digits_for, number, unit_name
from ems.report.view import PlanView

UNITS = (  # suffix of a key figure -> unit; the longest match counts
    ("_kwh_per_kg", "kWh/kg"), ("_cny_per_kwh", "CNY/kWh"), ("_cny_per_kg", "CNY/kg"), ("_kgco2e", "kgCO2e"),
    ("_share", "%"), ("_cny", "CNY"), ("_kwh", "kWh"), ("_kw", "kW"), ("_kg", "kg"), ("starts", "starts"),
)  # fmt: skip
MORE_IS_BETTER = ("pv_kwh", "pv_used_share", "renewable_share", "self_sufficiency_share", "self_use_share")
NEITHER = ("hydrogen_made_kg", "grid_export_kwh")
ALWAYS = ("total_cost_cny", "emissions_kgco2e", "unserved_kwh")  # shown even where plan and baseline are zero
CARDS = ("total_cost_cny", "paid_cny", "emissions_kgco2e", "grid_import_kwh", "grid_peak_kw", "renewable_share")
Verdict = Literal["better", "worse", "same"]


@dataclass(frozen=True)
class KeyFigure:
    """One line: values in the unit that is shown, so shares in per cent."""

    key: str
    label: str
    unit: str
    plan: float | None
    baseline: float | None

    @property
    def change(self) -> float | None:
        return None if self.plan is None or self.baseline is None else self.plan - self.baseline

    @property
    def share(self) -> float | None:
        """Change relative to the baseline; none for per cents and where the baseline is zero."""
        if self.change is None or self.unit == "%" or not self.baseline:
            return None
        return self.change / abs(self.baseline)

    @property
    def verdict(self) -> Verdict:
        if self.change is None or abs(self.change) < 0.5 * 10 ** -digits_for(self.unit) or self.key in NEITHER:
            return "same"
        return "better" if (self.change > 0) == (self.key in MORE_IS_BETTER) else "worse"


def key_figures(view: PlanView) -> list[KeyFigure]:
    """All figures of the plan in its own order; what is zero on both sides is left out."""
    plan, baseline = view.content["kpis"], view.content["baseline"]["kpis"]
    texts = view.content["kpi_text"]
    found = []
    for key in [*texts, *(k for k in plan if k not in texts)]:
        if key not in plan:
            continue
        unit = next((u for suffix, u in UNITS if key.endswith(suffix)), "1")
        scale = 100 if unit == "%" else 1
        a, b = plan[key], baseline.get(key)
        if key in ALWAYS or any(x is not None and abs(x) > 1e-6 for x in (a, b)):
            label = view.pick(texts[key]) if key in texts else key
            pair = [None if x is None else float(x) * scale for x in (a, b)]
            found.append(KeyFigure(key, label, unit, *pair))
    return found


def shown_unit(view: PlanView, figure: KeyFigure) -> str:
    return view.say("starts_unit") if figure.unit == "starts" else unit_name(figure.unit, view.lang)


def percent(share: float | None, digits: int = 1) -> str:
    return "" if share is None else f"{number(100 * share, digits, signed=True)}%"


def saving_text(view: PlanView) -> str:
    """One sentence: what the plan saves in money and in emissions against the baseline."""
    by_key = {f.key: f for f in key_figures(view)}
    cost, carbon = by_key["total_cost_cny"], by_key["emissions_kgco2e"]
    if is_baseline(view) or cost.change is None or carbon.change is None:
        return view.say("same_as_baseline")
    words = {}
    for name, figure in (("cost", cost), ("carbon", carbon)):
        change = figure.change or 0.0
        key = f"saving_{name}" if change <= 0 else f"saving_{name}_less"
        share = abs(change) / abs(figure.baseline) if figure.baseline else 0.0
        x = f"{number(abs(change))} {shown_unit(view, figure)}"
        words[name] = view.say(key, x=x, share=f"{share:.1%}")
    return view.say("saving", **words)


def is_baseline(view: PlanView) -> bool:
    """Whether the schedule shown is the rule-based one itself."""
    return view.content["outcome"] in ("fallback", "infeasible")

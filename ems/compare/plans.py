"""Two stored plans of the same day: what the second (B) does otherwise than the first (A), in numbers and in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from ems.compare.causes import changed_because
from ems.compare.money import cost
from ems.explain import TOUCH, spans
from ems.phrases import amount, listed, told
from ems.report.formats import number
from ems.report.text import say
from ems.stored_plan import index_of
from forecasting.errors import InputError
from forecasting.notes import Note

Content = dict[str, Any]
AXIS = ("start", "step_minutes", "steps")
MOST = 6  # machines that are told
FIGURES = {  # key figure -> unit, in the order in which they are told; money has sentences of its own
    "emissions_kgco2e": "kgCO2e",
    "grid_import_kwh": "kWh",
    "grid_peak_kw": "kW",
    "grid_export_kwh": "kWh",
    "pv_curtailed_kwh": "kWh",
    "hydrogen_made_kg": "kg",
    "unserved_kwh": "kWh",
    "unserved_kg": "kg",
    "starts": "",
}
ON_OR_OFF = Note("仅 B 运行", "runs in B only"), Note("仅 A 运行", "runs in A only")
MORE_OR_FEWER = Note("B 多开", "more modules in B"), Note("B 少开", "fewer modules in B")


def difference(a: Content, b: Content) -> dict[str, Any]:
    """B minus A: key figures, account lines, series, and sentences in both languages.

    ``series`` holds the columns that differ; one that only one plan has counts as zero in the other. Raises
    `InputError` where the plans are not of one site and one time axis.
    """
    for field, one, other in (("site.name", a["site"]["name"], b["site"]["name"]), *((f, a[f], b[f]) for f in AXIS)):
        if one != other and not (field == "start" and pd.Timestamp(one) == pd.Timestamp(other)):
            raise InputError("plan B", field, other, f"{one}, as in plan A", "compare plans of one site and one day")
    parts: list[Callable[[Content, Content], Iterator[Note]]] = [
        _outcomes, changed_because, cost, _figures, _machines, _stores, _wishes,
    ]  # fmt: skip
    sentences = [note for part in parts for note in part(a, b)]
    return {
        "kpis": {name: _less(b["kpis"].get(name), a["kpis"].get(name)) for name in {**a["kpis"], **b["kpis"]}},
        "accounts": _accounts(a, b),
        "series": dict(_series(a, b)),
        "sentences": [{"zh": n.zh, "en": n.en} for n in sentences],
    }


def _less(b: float | None, a: float | None) -> float | None:
    return None if a is None or b is None else b - a


def _accounts(a: Content, b: Content) -> list[dict[str, Any]]:
    """Lines that differ by more than half a fen or half a gram."""
    lines: dict[tuple[str, str], dict[str, Any]] = {}
    for sign, content in ((1, b), (-1, a)):
        for line in content["accounts"]:
            key = (line["component"], line["cause"])
            found = lines.setdefault(key, {**line, "cny": 0.0, "kgco2e": 0.0})
            found["cny"] += sign * line["cny"]
            found["kgco2e"] += sign * line["kgco2e"]
    return [x for x in lines.values() if max(abs(x["cny"]), abs(x["kgco2e"])) > 5e-3]


def _series(a: Content, b: Content) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in {**a["series"], **b["series"]}:
        delta = _values(b, name) - _values(a, name)
        if np.abs(delta).max() > TOUCH:
            unit = (b["series"].get(name) or a["series"][name])["unit"]
            yield name, {"unit": unit, "values": np.round(delta, 6).tolist()}


def _values(content: Content, name: str) -> np.ndarray:
    """A series; zeros where the plan has none of that name."""
    found = content["series"].get(name)
    return np.zeros(content["steps"]) if found is None else np.asarray(found["values"], float)


def _outcomes(a: Content, b: Content) -> Iterator[Note]:
    if a["outcome"] != b["outcome"]:
        one, other = (Note(say(c["outcome"], "zh"), say(c["outcome"], "en")) for c in (a, b))
        yield told("A: {one}; B: {other}。", "A: {one}; B: {other}.", one=one, other=other)


def _figures(a: Content, b: Content) -> Iterator[Note]:
    """Key figures that differ by more than their last digit, in one sentence."""
    found = []
    for name, unit in FIGURES.items():
        one, other = a["kpis"].get(name), b["kpis"].get(name)
        if one is None or other is None or abs(other - one) < (0.5 if unit != "kg" else 0.05):
            continue
        label = Note(**{lang: b["kpi_text"][name][lang] for lang in ("zh", "en")})
        share = f" ({number(100 * (other - one) / abs(one), 1, signed=True)}%)" if abs(one) > 0.5 else ""
        x = amount(other - one, unit or "1", 0 if not unit else None, signed=True)
        found.append(told("{who} {x}{share}", "{who} {x}{share}", who=label, x=x, share=share))
    if found:
        yield told("B 比 A: {x}。", "B against A: {x}.", x=listed(found))


def _machines(a: Content, b: Content) -> Iterator[Note]:
    """Machines of which more or fewer modules run, those that differ longest first."""
    found: list[tuple[int, Note]] = []
    for name, x in b["components"].items():
        series = f"{name}.on_modules"
        if series not in b["series"] or series not in a["series"]:
            continue
        delta = np.round(_values(b, series) - _values(a, series))
        several = max(_values(a, series).max(), _values(b, series).max()) > 1.5
        words = MORE_OR_FEWER if several else ON_OR_OFF
        when = [_when(b, delta > 0), _when(b, delta < 0)]
        said = [told("{t} {w}", "{w} {t}", t=t, w=w) for t, w in zip(when, words, strict=True) if t]
        if said:
            both = Note("; ".join(n.zh for n in said), "; ".join(n.en for n in said))
            label = Note(x["label"]["zh"], x["label"]["en"])
            found.append((int(np.abs(delta).sum()), told("{who}: {x}。", "{who}: {x}.", who=label, x=both)))
    yield from (note for _, note in sorted(found, key=lambda f: -f[0])[:MOST])


def _when(content: Content, hit: np.ndarray) -> str:
    return spans(index_of(content), np.flatnonzero(hit), content["step_minutes"] / 60)


def _stores(a: Content, b: Content) -> Iterator[Note]:
    """What stores give in all, where it differs by a twentieth of what the larger one gives."""
    hours, found = b["step_minutes"] / 60, []
    for name in b["series"]:
        component, quantity = name.split(".", 1)
        if quantity not in ("discharge_kw", "discharge_kg_per_h") or name not in a["series"]:
            continue
        one, other = float(_values(a, name).sum()) * hours, float(_values(b, name).sum()) * hours
        if abs(other - one) > max(1.0, 0.05 * max(one, other)):
            unit, text = "kWh" if quantity.endswith("kw") else "kg", b["components"][component]["label"]
            x, y = amount(other, unit), amount(one, unit)
            zh, en = "{who}放出 {x}, A 为 {y}", "{who} gives {x}, {y} in A"
            found.append(told(zh, en, who=Note(text["zh"], text["en"]), x=x, y=y))
    if found:
        yield told("储能: B 中{x}。", "Stores: in B {x}.", x=listed(found))


def _wishes(a: Content, b: Content) -> Iterator[Note]:
    """Wishes that only one of them leaves unmet."""
    for name, here, there in (("A", a, b), ("B", b, a)):
        known = {(w["component"], w["quantity"]) for w in there["wishes"]}
        for w in here["wishes"]:
            if (w["component"], w["quantity"]) not in known:
                text = Note(w["text"]["zh"], w["text"]["en"])
                yield told("仅在 {name}: {x}", "Only in {name}: {x}", name=name, x=text)

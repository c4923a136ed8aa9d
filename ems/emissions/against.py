"""What changed between two reports of a park, split exactly into factors, activity and method.

Lines of one key (scope, component, cause, carrier, meter) stand on both sides with activity A [unit] and mean factor
f [kgCO2e/unit], so that kg = A f. With 0 the older and 1 the newer report

    activity = (A1 - A0) (f0 + f1) / 2        factors = (f1 - f0) (A0 + A1) / 2        kg1 - kg0 = activity + factors

Both parts only change their sign when the reports change places. A side whose activity is zero has no factor of its
own: the other's serves, and all change is of activity. Lines that only one side has are of method, as is what the
software of today makes of the older inputs beyond what was printed then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Document = Mapping[str, Any]
Key = tuple[str, str, str, str, str]
PARTS = ("factors_kg", "activity_kg", "method_kg")
INVENTORY = {
    "location": ("1", "2_location", "3"),
    "market": ("1", "2_market", "3"),
}


def difference_of(printed: Document, recomputed: Document, new: Document) -> dict[str, Any]:
    """The change of every headline that both reports have, newer minus older [kgCO2e].

    ``printed`` is the older report as it was given out, ``recomputed`` what its inputs give today.
    """
    headlines = [_headline(name, printed, recomputed, new) for name in _shared(printed, new)]
    return {
        "against": {
            "created_at": printed["provenance"]["created_at"],
            "period": printed["period"],
            "inputs_digest": printed["provenance"]["inputs_digest"],
            "accounting_digest": printed["provenance"]["accounting_digest"],
        },
        "headlines": headlines,
        "factors": _changed_factors(printed, new),
        **{part: headlines[0][part] for part in PARTS},  # of the first: the location-based inventory
    }


def _shared(old: Document, new: Document) -> list[tuple[str, str | None]]:
    """(method, baseline) of the headlines of both: inventories, then avoided emissions of each baseline of both."""
    names = [name for name in new["baselines"] if name in old["baselines"]]
    return [(method, None) for method in INVENTORY] + [(method, name) for name in names for method in INVENTORY]


def _headline(which: tuple[str, str | None], printed: Document, recomputed: Document, new: Document) -> dict[str, Any]:
    method, baseline = which
    old_kg, again_kg, new_kg = (_total(d, which) for d in (printed, recomputed, new))
    factors = activity = 0.0
    lines = []
    for side, sign in _sides(baseline):
        left, right = (_by_key(_lines(d, baseline, side), method) for d in (recomputed, new))
        for key in [*left, *(k for k in right if k not in left)]:
            row = _split(left.get(key), right.get(key), sign)
            factors, activity = factors + row["factors_kg"], activity + row["activity_kg"]
            if row["change_kg"]:
                named = zip(("scope", "component", "cause", "carrier", "meter"), key, strict=True)
                lines.append({"side": side, **dict(named), **row})
    change = new_kg - old_kg
    return {
        "name": "inventory" if baseline is None else f"avoided.{baseline}",
        "method": method,
        "baseline": baseline,
        "old_kg": old_kg,
        "new_kg": new_kg,
        "change_kg": change,
        "factors_kg": factors,
        "activity_kg": activity,
        "method_kg": change - factors - activity,  # lines of one side only, and what is reckoned otherwise today
        "recomputed_kg": again_kg,
        "lines": lines,
    }


def _total(d: Document, which: tuple[str, str | None]) -> float:
    method, baseline = which
    if baseline is None:
        return float(d["inventory"][method]["total_kg"])
    return float(d["avoided"][baseline][method]["total_kg"])


def _sides(baseline: str | None) -> list[tuple[str, float]]:
    """Sides of a figure with their sign: avoided is baseline minus actual."""
    return [("actual", 1.0)] if baseline is None else [("baseline", 1.0), ("actual", -1.0)]


def _lines(d: Document, baseline: str | None, side: str) -> Sequence[Mapping[str, Any]]:
    """Lines of a side; those of avoided emissions over the hours that count."""
    found: Sequence[Mapping[str, Any]] = d["lines"] if baseline is None else d["avoided"][baseline]["parts"][side]
    return found


def _by_key(lines: Sequence[Mapping[str, Any]], method: str) -> dict[Key, tuple[float, float]]:
    """Activity and kg of the lines of an inventory by key; lines of one key under several factors are added."""
    found: dict[Key, tuple[float, float]] = {}
    for x in lines:
        if x["scope"] in INVENTORY[method]:
            key = (x["scope"], x["component"], x["cause"], x["carrier"], x["meter"])
            activity, kg = found.get(key, (0.0, 0.0))
            found[key] = activity + x["activity"], kg + x["kg"]
    return found


def _split(old: tuple[float, float] | None, new: tuple[float, float] | None, sign: float) -> dict[str, float]:
    """Parts of the change of one line; all zero for factors and activity where only one side has it."""
    (a0, kg0), (a1, kg1) = old or (0.0, 0.0), new or (0.0, 0.0)
    change = kg1 - kg0
    if old is None or new is None:
        return {"change_kg": sign * change, "factors_kg": 0.0, "activity_kg": 0.0, "method_kg": sign * change}
    if not a0 or not a1:  # no factor on one side: all of it is activity
        return {"change_kg": sign * change, "factors_kg": 0.0, "activity_kg": sign * change, "method_kg": 0.0}
    activity = (a1 - a0) * (kg0 / a0 + kg1 / a1) / 2
    return {
        "change_kg": sign * change,
        "factors_kg": sign * (change - activity),
        "activity_kg": sign * activity,
        "method_kg": 0.0,
    }


def _changed_factors(old: Document, new: Document) -> list[dict[str, Any]]:
    """Factors that only one report uses, or that have another value in each."""
    left, right = ({f["id"]: f for f in d["factors"]} for d in (old, new))
    return list(_changes(left, right))


def _changes(left: Mapping[str, Any], right: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in [*left, *(k for k in right if k not in left)]:
        a, b = left.get(name), right.get(name)
        if a is None or b is None or a["digest"] != b["digest"]:
            yield {
                "id": name,
                "old": a and a["value"],
                "new": b and b["value"],
                "unit": {**left, **right}[name]["unit"],
                "in": "both" if a and b else "old" if a else "new",
            }

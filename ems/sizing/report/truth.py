"""The promise of the design against a year of operation."""

from __future__ import annotations

from typing import Any

from ems.report.cells import Cells
from ems.report.formats import number
from ems.sizing.report.heading import KEEPS
from ems.sizing.report.pieces import Section, box, bullets, numbers, quiet, sheet, words
from ems.sizing.report.view import StudyView, unit_of_figure


def truth_section(view: StudyView) -> Section:
    truth, title = view.content["truth"], view.say("truth")
    if not truth:
        return Section("truth", title, before=box(view.say("truth_not_run"), "caution"))
    parts = [quiet(view.say("truth_caption")), verdict(view, truth), promise_table(view, truth)]
    if truth["why"]:
        parts.append(f'<h3 class="sub">{view.say("why_gap")}</h3>{bullets([view.pick(n) for n in truth["why"]])}')
    parts.append(devices_table(view, truth["devices"]))
    if values := truth.get("stock_values_cny"):  # studies made before it was told have none
        parts.append(f'<h3 class="sub">{view.say("stock_values")}</h3>{quiet(view.say("stock_values_caption"))}')
        parts.append(stock_values(view, values))
    if truth["tightened"]:
        parts.append(f'<h3 class="sub">{view.say("tightened")}</h3>{rounds(view, truth["tightened"])}')
    return Section("truth", title, before="".join(parts))


def keeps(truth: dict[str, Any]) -> bool:
    """Whether the promise of the design is kept."""
    gap = truth["gap"]["life_cycle"]
    return gap is not None and abs(gap) <= KEEPS


def verdict_text(view: StudyView, truth: dict[str, Any]) -> str:
    gap = truth["gap"]["life_cycle"]
    shown = number(None) if gap is None else f"{number(100 * gap, 2, signed=True)}%"
    return view.say("truth_within" if keeps(truth) else "truth_beyond", gap=shown, days=truth["days"])


def verdict(view: StudyView, truth: dict[str, Any]) -> str:
    outcomes = "; ".join(f"{view.word(name)} {n}" for name, n in truth["outcomes"].items())
    more = [f"{view.say('outcomes')}: {outcomes}", f"{view.say('violations')}: {truth['violations']}"]
    more += [
        f"{view.say(key)}: {number(truth[key], 1)} {unit_of_figure(key)}"
        for key in ("unserved_kwh", "unserved_kg")
        if truth[key]
    ]
    return box(verdict_text(view, truth), "good" if keeps(truth) and not truth["violations"] else "caution", more)


def promise_table(view: StudyView, truth: dict[str, Any]) -> str:
    promised, operated = truth["promised"], truth["operated"]
    names = [n for n in promised if all(isinstance(side.get(n), int | float) for side in (promised, operated))]
    gaps = [operated[n] / promised[n] - 1 if promised[n] else None for n in names]
    return sheet(
        [
            words(view.say("figure"), [view.word(n) for n in names]),
            numbers(view.say("promised"), [view.figure(n, promised[n]) for n in names]),
            numbers(view.say("operated"), [view.figure(n, operated[n]) for n in names]),
            Cells(view.say("gap"), "", [_share(g) for g in gaps], 1),
            words(view.say("unit"), [view.unit(unit_of_figure(n)) for n in names]),
        ],
        "keys",
    )


def _share(x: float | None) -> str:
    return number(None) if x is None else f"{number(100 * x, 2, signed=True)}%"


def devices_table(view: StudyView, devices: list[dict[str, Any]]) -> str:
    """Use of every device and its starts, promised and operated."""
    columns = [
        words(view.say("device"), [view.label(d["component"]) for d in devices]),
        words(view.say("unit"), [d["unit"] for d in devices]),
        numbers(view.say("promised"), [number(d["promised"]) for d in devices]),
        numbers(view.say("operated"), [number(d["operated"]) for d in devices]),
        numbers(
            view.say("gap"), [_share(d["operated"] / d["promised"] - 1 if d["promised"] else None) for d in devices]
        ),
    ]
    if any(d.get("starts_operated") is not None for d in devices):
        for key in ("starts_promised", "starts_operated"):
            columns.append(numbers(view.say(key), [_starts(d.get(key)) for d in devices]))
    return sheet(columns, "devices")


def _starts(x: float | None) -> str:
    return "" if x is None else number(x)


def stock_values(view: StudyView, values: dict[str, dict[str, float]]) -> str:
    """What a unit held at midnight is worth, store by store and month by month."""
    months = sorted({m for by_month in values.values() for m in by_month}, key=int)
    return sheet(
        [
            words(view.say("device"), [view.label(name) for name in values]),
            *(numbers(m, [_worth(by_month.get(m)) for by_month in values.values()]) for m in months),
        ],
        "stock_values",
    )


def _worth(x: float | None) -> str:
    return "" if x is None else number(x, 3 if x < 10 else 1)


def rounds(view: StudyView, tightened: list[dict[str, Any]]) -> str:
    """What was changed in each round, and the gap that came of it."""
    gaps = [_share(r["gap"]["life_cycle"]) if "gap" in r else r["failed"] for r in tightened]
    return sheet(
        [
            words(view.say("round"), [str(r["round"]) for r in tightened]),
            words(view.say("changes"), [" ".join(view.pick(n) for n in r["changes"]) for r in tightened]),
            numbers(view.say("gap"), gaps),
        ],
        "rounds",
    )

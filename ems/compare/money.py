"""What one plan costs more than another, by cause: purchases by tariff band, all else by account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ems.accounts import CAUSES
from ems.phrases import amount, band_label, listed, told
from forecasting.notes import Note

Content = dict[str, Any]
LINES = 5  # causes that are named; the rest is one sum
SMALL = 0.05  # of all changes together: smaller ones are part of the rest
FEN = 0.5  # CNY: less is no difference


def cost(a: Content, b: Content) -> Iterator[Note]:
    """Total cost with its largest causes, what other prices do to it, and whether the searches could tell it at all."""
    one, other = a["kpis"].get("total_cost_cny"), b["kpis"].get("total_cost_cny")
    if one is None or other is None:
        return
    delta = other - one
    share = f" ({abs(delta) / abs(one):.1%})" if abs(one) > 1 else ""
    causes = _named(a, b)
    parts: dict[str, Note | str] = {"x": amount(abs(delta), "CNY"), "share": share, "why": listed(causes)}
    if abs(delta) < FEN:
        zh, en = "B 与 A 总成本相同", "B costs as much as A"
    elif delta > 0:
        zh, en = "B 比 A 多支出 {x}{share}", "B costs {x} more than A{share}"
    else:
        zh, en = "B 比 A 少支出 {x}{share}", "B costs {x} less than A{share}"
    yield told(zh + (": {why}。" if causes else "。"), en + (": {why}." if causes else "."), **parts)
    yield from _prices(a, b)
    yield from _within_gaps(a, b, delta)
    penalty = (b["kpis"].get("penalty_cny") or 0.0) - (a["kpis"].get("penalty_cny") or 0.0)
    if abs(penalty) >= FEN:
        x = amount(penalty, "CNY", signed=True)
        yield told(
            "另有未满足愿望的罚项 {x}(不计入总成本)。", "Penalties of unmet wishes, not part of the cost: {x}.", x=x
        )


def _named(a: Content, b: Content) -> list[Note]:
    """The largest causes with their sign, and the sum of all others."""
    found = _causes(b)
    for key, (label, cny) in _causes(a).items():
        found[key] = (found.get(key, (label, 0.0))[0], found.get(key, (label, 0.0))[1] - cny)
    deltas = sorted(found.values(), key=lambda x: -abs(x[1]))
    total = sum(abs(cny) for _, cny in deltas)
    named = [(label, cny) for label, cny in deltas[:LINES] if abs(cny) >= max(FEN, SMALL * total)]
    rest = sum(cny for _, cny in deltas) - sum(cny for _, cny in named)
    if abs(rest) >= FEN and named:
        named.append((Note("其他", "all else"), rest))
    return [told("{who} {x}", "{x} {who}", who=label, x=amount(cny, "CNY", signed=True)) for label, cny in named]


def _causes(content: Content) -> dict[tuple[str, str], tuple[Note, float]]:
    """Total cost by cause: (kind, name) -> (label, CNY). Grid energy is split by tariff band."""
    found: dict[tuple[str, str], tuple[Note, float]] = {}

    def add(key: tuple[str, str], label: Note, cny: float) -> None:
        found[key] = (label, found.get(key, (label, 0.0))[1] + cny)

    for line in content["accounts"]:
        name, cause, cny = line["component"], line["cause"], line["cny"]
        en, zh, kind = CAUSES[cause]
        if kind not in ("paid", "wear", "stock"):
            continue
        if cause == "energy" and content["components"][name]["kind"] == "grid":
            for band, x in _by_band(content, name).items():
                label = told("{band}购电", "electricity in {band} hours", band=band_label(band))
                add((cause, band), label, x)
        elif kind == "paid" and cause == "energy":
            text = content["components"][name]["label"]
            add((cause, name), Note(text["zh"], text["en"]), cny)
        else:
            label = Note(zh, en) if kind == "paid" else WHOLE[kind]
            add((kind if kind != "paid" else cause, ""), label, cny)
    return found


WHOLE = {"wear": Note("设备与储能损耗", "wear"), "stock": Note("期末存量", "stock at the end")}


def _by_band(content: Content, grid: str) -> dict[str, float]:
    """What a grid's energy costs in each tariff band [CNY]."""
    money = _bought(content, grid) * _price(content, grid)
    bands = np.array([str(x) for x in content["bands"]])
    return {str(band): float(money[bands == band].sum()) for band in dict.fromkeys(bands)}


def _bought(content: Content, grid: str) -> np.ndarray:
    """Energy bought in each step [kWh]."""
    power = np.asarray(content["series"][f"{grid}.import_kw"]["values"], float)
    return power * float(content["step_minutes"]) / 60


def _price(content: Content, grid: str) -> np.ndarray:
    parts = content["site"]["definition"]["components"]
    column = next(c["import_price"] for c in parts if c["name"] == grid)
    return np.asarray(content["inputs"][column]["values"], float)


def _prices(a: Content, b: Content) -> Iterator[Note]:
    """What other prices alone do to the purchases of A."""
    for name, x in a["components"].items():
        if x["kind"] != "grid" or name not in b["components"]:
            continue
        effect = float((_bought(a, name) * (_price(b, name) - _price(a, name))).sum())
        if abs(effect) >= FEN:
            zh, en = "按 A 的购电计, 电价不同本身为 {x}。", "The other prices alone make {x} on what A buys."
            yield told(zh, en, x=amount(effect, "CNY", signed=True))


def _within_gaps(a: Content, b: Content, delta: float) -> Iterator[Note]:
    """A difference that two searches which stop short of the optimum may leave."""
    open_cny = [(c["gap"] or 0.0) * abs(c["objective_cny"] or 0.0) for c in (a, b)]
    if FEN <= abs(delta) <= sum(open_cny):
        yield told(
            "这一差额不大于两次求解各自未证明的余地({x}), 不宜当作差别。",
            "That is no more than what the two searches left unproven ({x}): take it for no difference.",
            x=listed(amount(x, "CNY") for x in open_cny),
        )

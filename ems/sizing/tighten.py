"""Where operation does not keep the promise: deratings, read from the operated year, for the design alone.

A design knows neither minimum loads of whole modules nor minimum times, and its stores foresee the year. What that
comes to is read from the truth test and put into the components that the linear program sees, never into those that
are operated:

    consumption     specific consumption * operated / promised                      standby and warm-up included
    wear            wear by the hour + what starts and hours cost more per unit made
    stores          minimum level so high that only the range is left which operation used
    demand missed   the store at its bus, where the study sizes one, at least as large as the most that was missed in a
                    day, and as fast: it bridges what machines between standstill and minimum load cannot follow
    demand charge   price * operated / promised charge

The park is then designed and operated again, at most `ROUNDS` times. What is not a matter of one device (hours of
purchase, sun not taken) is not derated; if the gap stays, the report says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ems.site import Site
from ems.sizing.design import Designed
from forecasting.errors import InputError
from forecasting.notes import Note
from models import Component, Design, Grid, Store
from models.cogeneration import Cogenerator
from models.commitment import Machine
from models.electrolyser import Electrolyser

TOLERATED = 0.03  # of the life-cycle cost
ROUNDS = 2
NOTICED = 0.005  # a derating below this share is none
WORST_KWH_PER_KG = 100.0  # what an electrolyser may take at most
WORST_EFFICIENCY = 0.05
Fields = dict[str, Any]


def tightened_site(site: Site, truth: Mapping[str, Any]) -> tuple[Site, list[Note]]:
    """The park as the next design shall see it, and what was changed; an empty list where nothing can be derated."""
    changes: dict[str, Fields] = {}
    notes: list[Note] = []
    devices = {d["component"]: d for d in truth["devices"]}
    for c in site.components:
        found = list(_deratings(c, devices.get(c.name, {}), truth))
        for fields, note in found:
            changes.setdefault(c.name, {}).update(fields)
            notes.append(note)
    return site.with_components(**changes), notes


def proven(
    first: Designed,
    design: Callable[[Site], Designed],
    operate: Callable[[Designed], dict[str, Any]],
) -> tuple[Designed, dict[str, Any]]:
    """Operate a design and, where the gap is too large, tighten, design and operate again.

    ``design`` sizes a site, ``operate`` runs a design on the park as it really is. Returned is the round whose promise
    is kept best, with the figures of all rounds under ``tightened``.
    """
    tried = [(first, operate(first))]
    rounds = [_round(0, *tried[0], [])]
    seen, ended = first.site, Note(f"已收紧 {ROUNDS} 轮", f"it was tightened {ROUNDS} times")
    while abs(_gap(tried[-1][1])) > TOLERATED and len(rounds) <= ROUNDS:
        seen, notes = tightened_site(seen, tried[-1][1])
        if not notes:
            ended = Note("各设备已无可折减之处", "no device is left to be derated")
            break
        try:
            again = design(seen)
        except InputError as error:
            rounds.append({"round": len(rounds), "changes": _plain(notes), "failed": str(error)})
            ended = Note("折减后的设计无解", "the derated park has no design")
            break
        tried.append((again, operate(again)))
        rounds.append(_round(len(rounds), *tried[-1], notes))
    kept, truth = min(tried, key=lambda t: abs(_gap(t[1])))
    if len(tried) == 1 and abs(_gap(truth)) <= TOLERATED:
        return kept, truth
    verdict = _plain([_verdict(truth, rounds[0], len(tried) - 1, ended)])
    return kept, {**truth, "tightened": rounds, "why": [*truth["why"], *verdict]}


def _gap(truth: Mapping[str, Any]) -> float:
    """Gap of the life-cycle cost; none where nothing was promised to cost anything."""
    return float(truth["gap"]["life_cycle"] or 0.0)


def _round(number: int, designed: Designed, truth: Mapping[str, Any], notes: list[Note]) -> dict[str, Any]:
    figures = ("operating_cny", "annual_cost_cny", "life_cycle_cost_cny")
    return {
        "round": number,
        "changes": _plain(notes),
        "sizes": dict(designed.sizes),
        "promised": {key: truth["promised"][key] for key in figures},
        "operated": {key: truth["operated"][key] for key in figures},
        "gap": dict(truth["gap"]),
    }


def _plain(notes: list[Note]) -> list[dict[str, str]]:
    return [{"zh": note.zh, "en": note.en} for note in notes]


def _verdict(truth: Mapping[str, Any], begun: Mapping[str, Any], times: int, ended: Note) -> Note:
    """What tightening came to; where the gap is still too large, what ended it."""
    first, last = begun["gap"]["life_cycle"], _gap(truth)
    saved = truth["operated"]["life_cycle_cost_cny"] - begun["operated"]["life_cycle_cost_cny"]
    zh = (
        f"按运行结果收紧设计 {times} 轮: 全寿命周期成本差由 {first:+.2%} 变为 {last:+.2%}, "
        f"运行后的全寿命周期成本变化 {saved:+,.0f} 元"
    )
    en = (
        f"The design was tightened {times} time{'s' * (times != 1)}: the gap of the life-cycle cost went from "
        f"{first:+.2%} to {last:+.2%}, the life-cycle cost as operated changed by {saved:+,.0f} CNY"
    )
    if abs(last) <= TOLERATED:
        return Note(f"{zh}。", f"{en}.")
    return Note(
        f"{zh}; 仍高于 {TOLERATED:.0%}({ended.zh}), 原因见上。",
        f"{en}; it stays above {TOLERATED:.0%} ({ended.en}), for the reasons above.",
    )


# ---- deratings -------------------------------------------------------------------------------------------------------


def _deratings(c: Component, told: Mapping[str, Any], truth: Mapping[str, Any]) -> list[tuple[Fields, Note]]:
    match c:
        case Machine() if told and told["promised"] > 0 and told["operated"] > 0:
            return [x for x in (_consumption(c, told), _wear(c, told)) if x]
        case Store():
            used = _range(c, told) if told and told["capacity_operated"] > 0 else None
            return [x for x in (used, _bridge(c, truth)) if x]
        case Grid():
            return [x for x in (_demand_charge(c, truth),) if x]
    return []


def _consumption(c: Machine, told: Mapping[str, Any]) -> tuple[Fields, Note] | None:
    """Consumption of machines with a part-load curve, whose mean depends on how they are run."""
    before, after = told["specific_promised"], told["specific_operated"]
    if not before or not after or after / before - 1 < NOTICED:
        return None
    worse = after / before
    fields: Fields
    if isinstance(c, Electrolyser):
        worse = min(worse, WORST_KWH_PER_KG / max(kwh for _, kwh in c.specific_kwh_per_kg))
        fields = {"specific_kwh_per_kg": [(load, worse * kwh) for load, kwh in c.specific_kwh_per_kg]}
    elif isinstance(c, Cogenerator):
        worse = min(worse, min(eta for _, eta in c.electric_efficiency) / WORST_EFFICIENCY)
        fields = {"electric_efficiency": [(load, eta / worse) for load, eta in c.electric_efficiency]}
    else:
        return None
    return fields, Note(
        f"{c.label('zh')}: 单耗按运行结果提高 {worse - 1:.1%}(含热备与预热)。",
        f"{c.label('en')}: consumption {worse - 1:.1%} higher, as operated, standby and warm-up included.",
    )


def _wear(c: Machine, told: Mapping[str, Any]) -> tuple[Fields, Note] | None:
    """What starts and running hours cost more per unit made, put on the hour that a module runs."""
    each = [told[f"wear_cny_{side}"] / told[side] for side in ("promised", "operated")]
    hours = told["capacity_hours_promised"] / told["module_promised"]  # of modules
    more = (each[1] - each[0]) * told["promised"]
    if hours <= 0 or more <= NOTICED * max(told["wear_cny_promised"], 1.0):
        return None
    added = more / hours
    return {"wear_cny_per_h": c.wear_cny_per_h + added}, Note(
        f"{c.label('zh')}: 启停与运行损耗每单位产量 {each[1]:.4g} 元(设计 {each[0]:.4g}), "
        f"折算为每台时加 {added:,.2f} 元。",
        f"{c.label('en')}: starts and running cost {each[1]:.4g} CNY per unit made ({each[0]:.4g} promised), "
        f"put on as {added:,.2f} CNY per hour of a module.",
    )


def _range(c: Store, told: Mapping[str, Any]) -> tuple[Fields, Note] | None:
    """A store of which operation uses a part has its minimum raised until the design can use no more."""
    used, meant = (told[f"range_{side}"] / told[f"capacity_{side}"] for side in ("operated", "promised"))
    lowest = 1 - max(used, 0.05)
    if meant - used < NOTICED or lowest <= c.min_share + NOTICED:
        return None
    ends = {"start_share": max(c.start_share, lowest)}
    if c.end_target_share is not None:
        ends["end_target_share"] = max(c.end_target_share, lowest)
    return {"min_share": lowest, **ends}, Note(
        f"{c.label('zh')}: 运行只用到容量的 {used:.0%}(设计 {meant:.0%}), 设计最低存量提到 {lowest:.0%}。",
        f"{c.label('en')}: operation uses {used:.0%} of the capacity ({meant:.0%} promised); "
        f"for the design its lowest level is raised to {lowest:.0%}.",
    )


def _bridge(c: Store, truth: Mapping[str, Any]) -> tuple[Fields, Note] | None:
    """A store that is sized where demand was missed holds at least what was missed on the worst day.

    It is as fast as the larger of what was missed and the minimum load of a machine, which it takes while the demand is
    smaller.
    """
    missed = truth["missed"].get(c.bus_name)
    if missed is None or not isinstance(c.capacity, Design):
        return None
    stock = missed["most_in_a_day"] / c.discharge_efficiency / (1 - c.min_share)
    rate = max(missed["highest_rate"], missed["minimum_load"])
    least = {field: size for field, size in _sized(c, stock, rate) if size.min > getattr(c, field).min * (1 + NOTICED)}
    if not least:
        return None
    unit, speed = ("kWh", "kW") if c.STOCK == "kwh" else ("kg", "kg/h")
    return dict(least), Note(
        f"{c.label('zh')}: 运行中有需求未满足(最差一日 {missed['most_in_a_day']:,.0f} {unit}); "
        f"设计中至少能存这么多, 充放不低于 {rate:,.0f} {speed}。",
        f"{c.label('en')}: demand at its bus was missed in operation ({missed['most_in_a_day']:,.0f} {unit} on the "
        f"worst day); for the design it holds at least that and takes {rate:,.0f} {speed}.",
    )


def _sized(c: Store, stock: float, rate: float) -> Iterator[tuple[str, Design]]:
    """Fields of a store that are sized, with their lower bounds raised as far as their upper bounds allow."""
    for field in type(c).model_fields:
        if isinstance(size := getattr(c, field), Design):
            least = stock if c.size_key(field) == "capacity" else rate
            yield field, size.model_copy(update={"min": min(size.max, max(size.min, least))})


def _demand_charge(c: Grid, truth: Mapping[str, Any]) -> tuple[Fields, Note] | None:
    """Peaks that operation could not avoid, as a higher price of the peaks of the design."""
    found = [x for x in truth["by_cause"] if (x["component"], x["cause"]) == (c.name, "demand_charge")]
    if not found or found[0]["promised_cny"] <= 0:
        return None
    higher = found[0]["operated_cny"] / found[0]["promised_cny"]
    if higher - 1 < NOTICED:
        return None
    own = [
        charge.model_copy(
            update={
                "price_cny_per_kw": higher * charge.price_cny_per_kw,
                "tiers": tuple(
                    t.model_copy(update={"price_cny_per_kw": higher * t.price_cny_per_kw}) for t in charge.tiers
                ),
            }
        )
        for charge in c.demand_charges
    ]
    fields = {
        "demand_charge_cny_per_kw_month": higher * c.demand_charge_cny_per_kw_month,
        "demand_charges": own,
    }
    return fields, Note(
        f"{c.label('zh')}: 运行的需量电费为设计的 {higher:.2f} 倍, 设计中按此提高需量电价。",
        f"{c.label('en')}: the demand charge as operated is {higher:.2f} times the promised; "
        "for the design its price is raised by that.",
    )

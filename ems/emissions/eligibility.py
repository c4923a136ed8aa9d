"""Which crediting and accounting methods cover what the park did, which do not, and why.

A method qualifies with ``yes`` only when every condition that can be checked is met, ``unknown`` where a condition is
not known, ``no`` where one fails. No tonnes are told as a credit: a credit takes a method in force, its baseline and
a registered project, and none of the methods here comes with all three.

Sources: CCER-01-004-V01 (MEE and NEA, 2025-12-26, applicability as reported by China Energy News, 2026-01-18); CDM
ACM0002, AMS-I.F, AM0124 (EB 119, 2023); the group standard on fuel-cell vehicles (2022).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import Field

from ems.emissions.activity import Activity
from ems.emissions.hydrogen import HydrogenReport
from ems.emissions.metered import Metered
from ems.emissions.mixture import AMOUNT, AT
from forecasting.provenance import Status, Strict

Qualifies = Literal["yes", "no", "unknown"]


class Project(Strict):
    """Facts about the project that no meter tells; what is left open stays unknown."""

    pv_owned: bool | None = Field(None, description="the electrolysis project owns the PV")
    new_build: bool | None = Field(None, description="newly built, no retrofit, replacement or extension")
    other_mechanism: bool | None = Field(
        None, description="PV or hydrogen takes part in another crediting mechanism or fills a mandatory quota"
    )


@dataclass(frozen=True)
class Condition:
    """One condition of a method: met, failed, or not known."""

    met: bool | None
    zh: str
    en: str


def eligibility(
    activity: Activity,
    hydrogen: HydrogenReport | None,
    project: Project,
    *,
    certificates_issued: bool | None = None,
    vehicle_km: float | None = None,
) -> list[dict[str, Any]]:
    """One entry per method: ``method``, ``qualifies``, ``quantity``, ``why``, ``needs``, ``source``, ``status``.

    Args:
        activity: hourly amounts of the park.
        hydrogen: account of its hydrogen; none where it makes none.
        project: what the user says of the project.
        certificates_issued: whether certificates of the own PV were sold or retired for someone; none: not known.
        vehicle_km: distance driven on the park's hydrogen; none where there is no fleet.
    """
    metered = Metered(activity)
    made = float(np.nansum(metered.total(metered.of_kind("pv"), "power_kw")))
    fed = float(np.nansum(metered.total(metered.of_kind("grid"), "export_kw")))
    return [
        _ccer_hydrogen(hydrogen, project, certificates_issued),
        _ccer_rooftop(made),
        _cdm_grid(fed),
        _cdm_captive(made, fed),
        _cdm_hydrogen(hydrogen),
        _vehicles(vehicle_km),
    ]


def _ccer_hydrogen(hydrogen: HydrogenReport | None, project: Project, issued: bool | None) -> dict[str, Any]:
    own = hydrogen.same_hour_pv_kg() if hydrogen else 0.0
    bought = float(hydrogen.power[:, AMOUNT, AT["certificates"]].sum()) if hydrogen else 0.0
    conditions = [
        Condition(own > 0, "有自有风电或光伏逐小时供给电解的氢", "hydrogen made of own wind or PV power, hour by hour"),
        Condition(project.pv_owned, "光伏归电解项目所有", "PV owned by the electrolysis project"),
        Condition(project.new_build, "新建, 非改造、更换或扩容", "newly built, no retrofit, replacement or extension"),
        Condition(
            _not(project.other_mechanism),
            "光伏与氢均未参加其他减排机制或强制使用要求",
            "neither PV nor hydrogen in another mechanism or under a mandatory quota",
        ),
        Condition(_not(issued), "光伏未核发并售出绿证", "no certificates issued and sold for the PV"),
    ]
    said = _said(conditions)
    excluded = (
        (f"; 另有 {bought:.0f} kWh 持绿证的网电, 不计入", f"; {bought:.0f} kWh of certified grid power are left out")
        if bought
        else ("", "")
    )
    return _entry(
        "CCER-01-004-V01",
        "可再生能源电解水制氢",
        "hydrogen from electrolysis with renewable power",
        _verdict(conditions),
        (own, "kg", "由同一小时自有光伏制得的氢", "hydrogen made of own PV of the same hour"),
        (
            f"{said[0]}{excluded[0]}。每千克氢的基准线排放未能查得, 故不计算减排量。",
            f"{said[1]}{excluded[1]}. The baseline per kg was not found, so no reduction is computed.",
        ),
        (
            "方法学原文(基准线、下网电比例上限)、氢表检定、项目审定与登记",
            "the text of the method (baseline, limit of grid power), calibrated meters, validation, registration",
        ),
        "CCER-01-004-V01, MEE and NEA, 2025-12-26",
        "sourced",
    )


def _ccer_rooftop(made: float) -> dict[str, Any]:
    return _entry(
        "CCER",
        "普通屋顶光伏",
        "ordinary rooftop PV",
        "no",
        (made, "kWh", "自有光伏发电量", "generation of own PV"),
        ("未查到适用的现行 CCER 方法学; 不得主张。", "No CCER method in force was found for it: no claim."),
        ("适用方法学发布之后", "a method in force"),
        "list of CCER methods, none found",
        "assumption",
    )


def _cdm_grid(fed: float) -> dict[str, Any]:
    return _entry(
        "CDM ACM0002",
        "并网可再生能源发电",
        "renewable power fed into the grid",
        "unknown" if fed > 0 else "no",
        (fed, "kWh", "上网电量", "electricity fed into the grid"),
        (
            "须为已注册项目, 并有组合边际因子; 公告的平均因子只可作替代说明, 不构成减排量。"
            if fed > 0
            else "没有上网电量, 方法学不适用。",
            "It takes a registered project and the combined margin; a published average only illustrates."
            if fed > 0
            else "Nothing was fed into the grid: the method does not apply.",
        ),
        ("项目注册、组合边际因子", "registration, combined margin"),
        "CDM ACM0002",
        "assumption",
    )


def _cdm_captive(made: float, fed: float) -> dict[str, Any]:
    used = max(made - fed, 0.0)
    return _entry(
        "CDM AMS-I.F",
        "自用可再生能源发电",
        "captive renewable power",
        "unknown" if used > 0 else "no",
        (used, "kWh", "自用光伏电量", "own PV used on site"),
        (
            "须为已注册的小规模项目(15 MW 以下), 并有组合边际因子; 系统不知是否注册, 不计算减排量。"
            if used > 0
            else "没有自用的可再生电量。",
            "It takes a registered small project (below 15 MW) and the combined margin; whether it is registered is "
            "not known here, so no reduction is computed."
            if used > 0
            else "No renewable power was used on site.",
        ),
        ("项目注册、组合边际因子", "registration, combined margin"),
        "CDM AMS-I.F",
        "assumption",
    )


def _cdm_hydrogen(hydrogen: HydrogenReport | None) -> dict[str, Any]:
    own = hydrogen.same_hour_pv_kg() if hydrogen else 0.0
    return _entry(
        "CDM AM0124",
        "电解制氢",
        "hydrogen from electrolysis",
        "unknown" if own > 0 else "no",
        (own, "kg", "由同一小时自有光伏制得的氢", "hydrogen made of own PV of the same hour"),
        (
            "印度版基准线为 9(天然气)或 19(煤)kgCO2e/kg, 不适用于此; 是否注册不明, 不计算减排量。"
            if own > 0
            else "没有由自有可再生电力制得的氢。",
            "The Indian version's baseline of 9 (gas) or 19 (coal) kgCO2e/kg is not for this place; whether the "
            "project is registered is not known, so no reduction is computed."
            if own > 0
            else "No hydrogen was made of own renewable power.",
        ),
        ("方法学原文、本地基准线、项目注册", "the text of the method, a baseline for this place, registration"),
        "CDM AM0124, EB 119 (2023); IEA policy 27982",
        "sourced",
    )


def _vehicles(km: float | None) -> dict[str, Any]:
    return _entry(
        "group standard, fuel-cell vehicles",
        "氢燃料电池汽车出行项目减排量评估",
        "assessment of trips with fuel-cell vehicles",
        "no" if not km else "unknown",
        (km or 0.0, "km", "以园区氢行驶的里程", "distance driven on the park's hydrogen"),
        (
            "没有行驶里程。"
            if not km
            else "团体标准给出评估办法, 可按其计算避免的排放(须扣除供氢排放), 但评估结果不是可交易的减排量。",
            "No distance was driven."
            if not km
            else "The standard tells how to assess avoided emissions (supply of the hydrogen subtracted); what it "
            "yields is no tradable credit.",
        ),
        (
            "车辆里程与加氢记录、基准车油耗、第三方评估",
            "records of distance and refuelling, baseline vehicle, assessment",
        ),
        "氢燃料电池汽车出行项目温室气体减排量评估技术规范 (2022)",
        "sourced",
    )


def _verdict(conditions: Iterable[Condition]) -> Qualifies:
    met = [c.met for c in conditions]
    if False in met:
        return "no"
    return "unknown" if None in met else "yes"


def _said(conditions: list[Condition]) -> tuple[str, str]:
    groups = ((True, "已满足", "met"), (False, "不满足", "not met"), (None, "未知", "not known"))
    zh, en = [], []
    for met, zh_word, en_word in groups:
        if found := [c for c in conditions if c.met is met]:
            zh.append(f"{zh_word}: {', '.join(c.zh for c in found)}")
            en.append(f"{en_word}: {', '.join(c.en for c in found)}")
    return "; ".join(zh), "; ".join(en)


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _entry(
    method: str,
    zh: str,
    en: str,
    qualifies: Qualifies,
    quantity: tuple[float, str, str, str],
    why: tuple[str, str],
    needs: tuple[str, str],
    source: str,
    status: Status,
) -> dict[str, Any]:
    value, unit, of_zh, of_en = quantity
    return {
        "method": method,
        "title": {"zh": zh, "en": en},
        "qualifies": qualifies,
        "quantity": {"value": value, "unit": unit, "text": {"zh": of_zh, "en": of_en}},
        "credit_kgco2e": None,
        "why": {"zh": why[0], "en": why[1]},
        "needs": {"zh": needs[0], "en": needs[1]},
        "source": source,
        "status": status,
    }

"""How many kilograms meet T/CAB 0078-2020 and the European rules on RFNBO, and on what conditions.

    intensity[P] = sum of kgCO2e in P / sum of kg in P            P: the averaging period of the standard
    class of a kg = the best class whose limit its period meets

T/CAB names no averaging period in what could be read: the account's matching period serves. Hydrogen is called
renewable only in periods whose power is wholly renewable; a mixture is clean, not partly renewable.
RFNBO: the same intensity for all that is made in a period; of it, the share that the renewable power has in the power.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ems.emissions.matching import PERIOD_TEXT, Period, by_period, labels
from ems.emissions.mixture import AMOUNT, AT, KGCO2E, Array, amount, over

LOW_CARBON, CLEAN = 14.51, 4.9  # kgCO2e/kg, T/CAB 0078-2020
RFNBO = 3.38  # kgCO2e/kg: 30 % of 94 gCO2e/MJ over 120 MJ/kg is 3.384
HOURLY_FROM = 2030
WHOLLY = 0.999  # share of renewable power that counts as all of it
RENEWABLE = ("own_pv", "matched_pv")
T_CAB_SOURCE = "T/CAB 0078-2020, 2020-12-29"
RFNBO_SOURCE = "(EU) 2023/1184 Art. 5-7, (EU) 2023/1185"
CLASS_TEXT = {
    "renewable": ("可再生氢: ≤4.9, 且制氢电力全部可再生", "renewable: at most 4.9 and made of renewable power alone"),
    "clean": ("清洁氢: ≤4.9", "clean: at most 4.9"),
    "low_carbon": ("低碳氢: ≤14.51", "low-carbon: at most 14.51"),
    "above": ("高于 14.51, 不入等级", "above 14.51: no class"),
}
T_CAB_CONDITIONS = (
    {
        "zh": "标准按全生命周期评价(原料、运输、制氢、现场储运); 此处只计用电, "
        "设备与光伏组件的制造、用水未计, 认定需由机构核查。",
        "en": "The standard asks for a life cycle (feed, transport, production, storage on site); only electricity is "
        "counted here, not the making of plant and panels nor water, and a body has to verify it.",
    },
)
RFNBO_CONDITIONS = (
    {
        "zh": "平均期: 至多一个自然月, 生产者可选更短(2023/1185 附件, 待核原文); 按小时平均的千克数列在旁边。",
        "en": "Averaging: at most one calendar month, shorter by the producer's choice (annex of 2023/1185, to be "
        "checked in the text); kilograms by hourly averages stand beside.",
    },
    {
        "zh": "额外性: 光伏投运不得早于电解槽 36 个月以上; "
        "经电网购电还须未获补贴(2028 年前投运的电解槽豁免至 2038 年)。系统无法证明。",
        "en": "Additionality: PV not in operation more than 36 months before the electrolyser; through the grid also "
        "without aid (electrolysers of before 2028 are exempt until 2038). The system cannot prove it.",
    },
    {
        "zh": "地理关联: 光伏与电解槽须在同一竞价区或直接连接; 中国是否有等效竞价区由认证机构判断, 系统无法证明。",
        "en": "Geographic correlation: same bidding zone or a direct line; whether China has an equal of a bidding "
        "zone is for the certifier to say; the system cannot prove it.",
    },
    {
        "zh": "直连时需智能电表证明电解槽未取网电的那部分; 经电网取电须有购电协议, 单独购买的绿证不算。",
        "en": "With a direct line a smart meter has to show what was not taken from the grid; through the grid a power "
        "purchase agreement is needed; certificates bought alone do not count.",
    },
)


def intensity(power: Array, kg: Array) -> Array:
    """Emissions per kilogram made, zero where nothing is made [kgCO2e/kg]."""
    return over(power[..., KGCO2E, :].sum(axis=-1), kg)


def largest_grid_share(limit: float, grid_factor: float, kwh_per_kg: float) -> float:
    """Share of grid power with which hydrogen just meets a limit, the rest being own PV.

    Args:
        limit: [kgCO2e/kg].
        grid_factor: [kgCO2e/kWh].
        kwh_per_kg: electricity per hydrogen.
    """
    grid_hydrogen = grid_factor * kwh_per_kg
    return min(1.0, limit / grid_hydrogen) if grid_hydrogen > 0 else 1.0


def t_cab_classes(power: Array, kg: Array, label: Array) -> dict[str, float]:
    """Kilograms by their best class; the sum is all that was made.

    Args:
        power: mixture of the power that made the hydrogen of each hour, shape (hours, 2, sources).
        kg: made, shape (hours,).
        label: number of the averaging period of each hour.
    """
    power_in, kg_in = by_period(power, label), by_period(kg, label)
    each = intensity(power_in, kg_in)
    wholly = renewable_share(power_in) >= WHOLLY
    renewable = (each <= CLEAN) & wholly
    clean, low = (each <= CLEAN) & ~renewable, (each > CLEAN) & (each <= LOW_CARBON)
    return {
        "renewable": float(kg[renewable].sum()),
        "clean": float(kg[clean].sum()),
        "low_carbon": float(kg[low].sum()),
        "above": float(kg[each > LOW_CARBON].sum()),
    }


def renewable_share(power: Array) -> Array:
    """Share of own PV, of the same or of a matched hour, in the power."""
    return over(power[..., AMOUNT, [AT[s] for s in RENEWABLE]].sum(axis=-1), amount(power))


def rfnbo_labels(index: pd.DatetimeIndex) -> Array:
    """Matching period of each hour: the calendar month to the end of 2029, the hour from 2030."""
    hourly = np.asarray(index.year >= HOURLY_FROM)
    return np.where(hourly, labels(index, "hour") + 1e6, labels(index, "month"))


def rfnbo_kg(power: Array, kg: Array, label: Array) -> Array:
    """Kilograms of each hour that meet the limit and are of renewable power, shape (hours,)."""
    power_in, kg_in = by_period(power, label), by_period(kg, label)
    return np.where(intensity(power_in, kg_in) <= RFNBO, kg * renewable_share(power_in), 0.0)


def t_cab_section(
    powers: Mapping[Period, Array], kg: Array, index: pd.DatetimeIndex, matching: Period, grid_factor: float
) -> dict[str, Any]:
    """What the standard says of this hydrogen, under the account's period and under the others beside it."""
    total, per_kg = float(kg.sum()), _kwh_per_kg(powers[matching], kg)
    found = {p: t_cab_classes(power, kg, labels(index, p)) for p, power in powers.items()}
    return {
        "standard": "t_cab_0078_2020",
        "title": {
            "zh": "T/CAB 0078—2020 低碳氢、清洁氢与可再生氢",
            "en": "T/CAB 0078-2020 low-carbon, clean, renewable hydrogen",
        },
        "averaging": {"zh": f"按{PERIOD_TEXT[matching][0]}平均", "en": f"average of each {PERIOD_TEXT[matching][1]}"},
        "classes": [
            {"class": c, "text": _text(c), "kg": found[matching][c], "share": _share(found[matching][c], total)}
            for c in CLASS_TEXT
        ],
        "kg_by_period": found,
        "limits": _limits({"low_carbon": LOW_CARBON, "clean": CLEAN}, grid_factor, per_kg),
        "conditions": list(T_CAB_CONDITIONS),
        "source": T_CAB_SOURCE,
        "status": "sourced",
    }


def rfnbo_section(power: Array, kg: Array, index: pd.DatetimeIndex, grid_factor: float) -> dict[str, Any]:
    """The same for RFNBO; ``power`` is matched by its own rule: month to the end of 2029, hour from 2030.

    ``kg_by_period`` tells what would qualify if the intensity were averaged by the hour throughout.
    """
    qualified, total = float(rfnbo_kg(power, kg, rfnbo_labels(index)).sum()), float(kg.sum())
    texts = {"rfnbo": ("温室气体与时间关联满足", "limit and temporal correlation met"), "other": ("其余", "all else")}
    return {
        "standard": "rfnbo",
        "title": {
            "zh": "欧盟 RFNBO: ≤3.38 kgCO2e/kg(较 94 g/MJ 减 70 %)",
            "en": "EU RFNBO: at most 3.38 kgCO2e/kg (70 % below 94 g/MJ)",
        },
        "averaging": {
            "zh": "2029 年底前按月匹配, 2030 年起按小时",
            "en": "matched by month to the end of 2029, by hour from 2030",
        },
        "classes": [
            {"class": c, "text": {"zh": zh, "en": en}, "kg": x, "share": _share(x, total)}
            for (c, (zh, en)), x in zip(texts.items(), (qualified, total - qualified), strict=True)
        ],
        "kg_by_period": {
            p: float(rfnbo_kg(power, kg, label).sum())
            for p, label in (("month", rfnbo_labels(index)), ("hour", labels(index, "hour")))
        },
        "limits": _limits({"rfnbo": RFNBO}, grid_factor, _kwh_per_kg(power, kg)),
        "conditions": list(RFNBO_CONDITIONS),
        "source": RFNBO_SOURCE,
        "status": "sourced",
    }


def _limits(limits: Mapping[str, float], grid_factor: float, kwh_per_kg: float) -> list[dict[str, Any]]:
    return [
        {"class": c, "kgco2e_per_kg": x, "largest_grid_share": largest_grid_share(x, grid_factor, kwh_per_kg)}
        for c, x in limits.items()
    ]


def _kwh_per_kg(power: Array, kg: Array) -> float:
    return _share(float(amount(power).sum()), float(kg.sum())) or 0.0


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def _text(name: str) -> dict[str, str]:
    return {"zh": CLASS_TEXT[name][0], "en": CLASS_TEXT[name][1]}

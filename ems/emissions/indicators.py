"""Indicators of zero-carbon parks (发改环资〔2025〕910号): one core indicator and five guiding ones, as a yardstick.

    carbon per energy [tCO2/tce] = (fuel burnt + net electricity and heat bought) / energy used in standard coal

Thresholds: at most 0.20 tCO2/tce in parks of 200 000 to 1 000 000 tce a year, at most 0.30 from 1 000 000 tce; clean
energy 90 %, product energy at level 2 of the national limits, solid waste 80 %, waste heat 50 %, water reuse 80 %.
Which grid factor its accounting method prescribes was not found: the indicator stands by both scope-2 methods.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ems.emissions.activity import HOUR, Activity
from ems.emissions.ledger import Ledger
from ems.emissions.metered import Metered
from ems.emissions.park_energy import COAL_SOURCE, KGCE_PER_KWH, Energy, WasteHeat, energy, waste_heat, water
from forecasting.provenance import Status, Strict

SOURCE = "发改环资〔2025〕910号, attachment 1"
SMALL_TCE, LARGE_TCE = 200_000.0, 1_000_000.0
CARBON_MEDIUM, CARBON_LARGE = 0.20, 0.30  # tCO2/tce
CLEAN_SHARE, SOLID_WASTE_SHARE, WASTE_HEAT_SHARE, WATER_SHARE = 0.90, 0.80, 0.50, 0.80
YEAR_H = 8760.0
Meets = Literal["yes", "no", "unknown"]
Tonnes = Annotated[float, Field(ge=0, le=1e9)]


class Reuse(Strict):
    """An amount and the part of it that was used again, in the same unit, over the period of the report."""

    total: Tonnes = Field(gt=0)
    used: Tonnes

    @model_validator(mode="after")
    def _part(self) -> Reuse:
        if self.used > self.total:
            raise ValueError(f"used {self.used:g} is more than the total {self.total:g}")
        return self

    @property
    def share(self) -> float:
        return self.used / self.total


class Indicators(Strict):
    """What no meter of the energy system tells; what is left out stays unknown."""

    solid_waste_t: Reuse | None = Field(None, description="industrial solid waste: made, used [t]")
    industrial_water_t: Reuse | None = Field(None, description="industrial water: all use, reused [t]")
    product_energy_at_level_2: bool | None = Field(
        None, description="whether the products' energy is at or better than level 2 of the national limits"
    )


def indicators(
    activity: Activity, inputs: Indicators, ledger: Ledger, *, certified_kwh: float = 0.0
) -> list[dict[str, Any]]:
    """One entry per indicator: value, threshold, whether it meets it, formula, what is needed to know more.

    Args:
        activity: hourly amounts of the park.
        inputs: what the user enters.
        ledger: emissions of the same hours: scope 1 and both scope-2 totals are taken from it.
        certified_kwh: grid power for which certificates were retired [kWh].
    """
    metered = Metered(activity)
    used, heat = energy(metered), waste_heat(metered)
    yearly = used.tce * YEAR_H / max(len(activity.table.index) * HOUR / HOUR, 1.0)
    found = [
        _scale(used, yearly),
        _carbon(used, ledger, "location", yearly),
        _carbon(used, ledger, "market", yearly),
        _clean(used, certified_kwh),
        _product(inputs),
        _reuse(
            "solid_waste",
            ("工业固体废物综合利用率", "use of industrial solid waste"),
            inputs.solid_waste_t,
            SOLID_WASTE_SHARE,
            ("固废产生量与利用量", "solid waste made and used"),
        ),
        _heat(heat),
        _reuse(
            "water_reuse",
            ("工业用水重复利用率", "reuse of industrial water"),
            inputs.industrial_water_t,
            WATER_SHARE,
            ("工业用水总量与重复利用量", "all industrial water and what of it was reused"),
        ),
    ]
    if part := _recovered_water(metered):
        found.append(part)
    return found


def _scale(used: Energy, yearly: float) -> dict[str, Any]:
    if yearly < SMALL_TCE:
        zh = f"折合每年约 {yearly:,.0f} 吨标准煤, 远低于 20 万吨标准煤的下限: 各项阈值对本园区只作标尺, 不构成评定。"
        en = (
            f"About {yearly:,.0f} tce a year, far below the 200 000 tce from which the thresholds hold: for this park "
            "they are a yardstick, not a rating."
        )
    else:
        zh, en = (
            f"折合每年约 {yearly:,.0f} 吨标准煤, 在适用范围内。",
            f"About {yearly:,.0f} tce a year, within the range.",
        )
    return {
        **_entry(
            "energy_used",
            ("园区综合能耗", "energy used in the park"),
            used.tce,
            "tce",
            f"(own PV used + bought - sold + gas + delivered hydrogen) [kWh] x {KGCE_PER_KWH:.5f} kgce/kWh / 1000",
            COAL_SOURCE,
            "computed",
        ),
        "remark": {"zh": zh, "en": en},
    }


def _carbon(used: Energy, ledger: Ledger, method: Literal["location", "market"], yearly: float) -> dict[str, Any]:
    burnt = ledger.total("1") / 1000
    bought = ledger.total("2_location" if method == "location" else "2_market") / 1000
    limit = CARBON_LARGE if yearly >= LARGE_TCE else CARBON_MEDIUM
    words = {"location": ("基于位置", "location based"), "market": ("基于市场", "market based")}[method]
    value = (burnt + bought) / used.tce if used.tce > 0 else None
    return {
        **_entry(
            f"carbon_per_energy_{method}",
            (f"单位能耗碳排放({words[0]})", f"carbon per energy ({words[1]})"),
            value,
            "tCO2/tce",
            f"(scope 1 {burnt:.3f} t + scope 2 {bought:.3f} t) / {used.tce:.3f} tce",
            SOURCE,
            "sourced",
        ),
        "threshold": limit,
        "meets": _at_most(value, limit),
        "needs": {
            "zh": "核算方法规定的电网因子(未查得); 因子取本报告所用, 上网电量不抵扣, 工艺排放为零。",
            "en": "the grid factor that the accounting method prescribes (not found); this report's is used, exports "
            "are not taken off, process emissions are none.",
        },
    }


def _clean(used: Energy, certified_kwh: float) -> dict[str, Any]:
    clean = used.own_pv + min(certified_kwh, used.bought)
    value = clean / used.kwh if used.kwh > 0 else None
    return {
        **_entry(
            "clean_energy_share",
            ("清洁能源消费占比", "share of clean energy"),
            value,
            "1",
            f"(own PV used {used.own_pv:.0f} + certified grid power {clean - used.own_pv:.0f}) / {used.kwh:.0f} kWh",
            SOURCE,
            "assumption",
        ),
        "threshold": CLEAN_SHARE,
        "meets": _at_least(value, CLEAN_SHARE),
        "needs": {
            "zh": "清洁能源的定义: 此处只计自用光伏与持绿证网电, 电网本身的非化石份额与燃气均不计, 偏保守。",
            "en": "what counts as clean: here own PV and certified power alone, not the grid's own non-fossil share "
            "nor gas, which is cautious.",
        },
    }


def _product(inputs: Indicators) -> dict[str, Any]:
    given = inputs.product_energy_at_level_2
    return {
        **_entry(
            "product_energy",
            ("园区企业产出产品单位能耗", "energy per product of the companies"),
            None if given is None else float(given),
            "1",
            "entered: 1 where at or better than level 2 of the national limits",
            SOURCE,
            "sourced",
        ),
        "threshold": 1.0,
        "meets": "unknown" if given is None else ("yes" if given else "no"),
        "needs": None if given is not None else _pair(("产品单位能耗及对应限额标准", "product energy and its limit")),
    }


def _reuse(
    name: str, text: tuple[str, str], given: Reuse | None, limit: float, needs: tuple[str, str]
) -> dict[str, Any]:
    value = given.share if given else None
    formula = f"{given.used:g} / {given.total:g}" if given else "used / total"
    return {
        **_entry(name, text, value, "1", formula, SOURCE, "sourced"),
        "threshold": limit,
        "meets": _at_least(value, limit),
        "needs": None if given else _pair(needs),
    }


def _heat(heat: WasteHeat) -> dict[str, Any]:
    value = min(heat.used / heat.recoverable, 1.0) if heat.recoverable > 0 else None
    return {
        **_entry(
            "waste_heat_use",
            ("余热利用率(电解槽与燃料电池)", "use of waste heat (electrolysers and fuel cells)"),
            value,
            "1",
            f"(recovered {heat.recovered:.0f} - rejected and lost {heat.wasted:.0f}) / recoverable "
            f"{heat.recoverable:.0f} kWh; given off in all {heat.given_off:.0f} kWh",
            SOURCE,
            "computed",
        ),
        "threshold": WASTE_HEAT_SHARE,
        "meets": _at_least(value, WASTE_HEAT_SHARE),
        "needs": _pair(("其他工艺余热、余冷、余压的计量", "meters of other waste heat, cold and pressure")),
    }


def _recovered_water(metered: Metered) -> dict[str, Any] | None:
    """Water of fuel cells over the purified water used: part of the indicator, not the indicator."""
    amounts = water(metered)
    whole = amounts["fresh"] + amounts["recovered"]
    if whole <= 0:
        return None
    return _entry(
        "purified_water_recovered",
        ("纯水中由燃料电池回收的份额", "share of purified water that fuel cells returned"),
        amounts["recovered"] / whole,
        "1",
        f"{amounts['recovered']:.0f} / ({amounts['fresh']:.0f} + {amounts['recovered']:.0f}) kg",
        "meters of the park",
        "computed",
    )


def _entry(
    name: str, text: tuple[str, str], value: float | None, unit: str, formula: str, source: str, status: Status
) -> dict[str, Any]:
    return {
        "name": name,
        "text": _pair(text),
        "value": value,
        "unit": unit,
        "threshold": None,
        "meets": "unknown",
        "formula": formula,
        "needs": None,
        "remark": None,
        "source": source,
        "status": status,
    }


def _at_most(value: float | None, limit: float) -> Meets:
    return "unknown" if value is None else ("yes" if value <= limit else "no")


def _at_least(value: float | None, limit: float) -> Meets:
    return "unknown" if value is None else ("yes" if value >= limit else "no")


def _pair(text: tuple[str, str]) -> dict[str, str]:
    return {"zh": text[0], "en": text[1]}

"""What the numeric parameters of components are called in both languages, and which a what-if may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ems.report.formats import unit_name
from ems.report.view import Lang
from models import unit_of

NAMES: Mapping[str, tuple[str, str]] = {  # field -> (Chinese, English); a new technology's own are shown as written
    "capacity_kg": ("容量", "capacity"),
    "capacity_kg_per_h": ("最大流量", "largest flow"),
    "capacity_kw": ("额定容量", "rated capacity"),
    "capacity_kwh": ("容量", "capacity"),
    "capacity_kwp": ("直流装机容量", "DC rating"),
    "charge_efficiency": ("充入效率", "charging efficiency"),
    "cold_start_kwh_per_kw": ("冷启动用电(每单位容量)", "electricity of a cold start per capacity"),
    "cold_start_min": ("冷启动时间", "time of a cold start"),
    "connection_kw": ("接入容量(购电上限)", "grid connection (import limit)"),
    "contract_kw": ("合同需量", "contracted demand"),
    "cop": ("制热(冷)系数", "coefficient of performance"),
    "demand_charge_cny_per_kw_month": ("需量电价", "demand charge"),
    "discharge_efficiency": ("放出效率", "discharging efficiency"),
    "drive_temperature_c": ("驱动热源温度", "drive temperature"),
    "efficiency": ("效率", "efficiency"),
    "electric_cop": ("电制冷系数", "cooling per electricity"),
    "end_short_cny_per_unit": ("期末缺额价", "price of missing stock at the end"),
    "end_short_kgco2e_per_unit": ("期末缺额碳排放", "emissions of missing stock at the end"),
    "end_surplus_cny_per_unit": ("期末余量价值", "worth of surplus stock at the end"),
    "end_target_share": ("期末目标存量", "target level at the end"),
    "expected_peak_kw": ("已发生的最大需量", "peak the month has anyway"),
    "export_limit_kw": ("上网功率上限", "export limit"),
    "fan_share": ("风机用电比", "fan electricity per heat"),
    "field_multiplier": ("压缩功修正系数", "real over ideal work"),
    "fixed_cny_per_month": ("每月固定费用", "fixed charge per month"),
    "heat_recoverable": ("余热可回收率", "recoverable share of heat"),
    "inlet_bar": ("进口压力", "inlet pressure"),
    "intensity_kgco2e_per_kg": ("生产与运输排放因子", "emission factor of making and delivering"),
    "intensity_kgco2e_per_kwh": ("燃烧排放因子", "emission factor of burning"),
    "limit": ("流量上限", "largest flow"),
    "min_down_h": ("最短停机时间", "minimum down time"),
    "min_load": ("最小负荷率", "minimum load"),
    "min_share": ("最低存量", "lowest level"),
    "min_up_h": ("最短运行时间", "minimum up time"),
    "modules": ("台数", "number of modules"),
    "outlet_bar": ("出口压力", "outlet pressure"),
    "over_contract_cny_per_kwh": ("超合同需量罚价", "penalty above the contract"),
    "power_kw": ("最大充放功率", "charging and discharging limit"),
    "price_cny_per_kg": ("价格", "price"),
    "price_cny_per_kwh": ("价格", "price"),
    "price_cny_per_unit": ("损失价", "price of what is lost"),
    "ramp_share_per_min": ("爬坡速率(每分钟)", "ramp per minute"),
    "rate_kg_per_h": ("最大充放流量", "filling and emptying limit"),
    "rate_limit": ("最大用能功率", "largest rate"),
    "recovered_water_kg_per_kg": ("回收水量(每千克氢)", "water recovered per kg of hydrogen"),
    "standby_share": ("热备用电比", "hot-standby electricity per capacity"),
    "standing_loss_per_h": ("每小时静置损失", "standing loss per hour"),
    "start_cny": ("启动损耗费用", "wear per start"),
    "start_share": ("初始存量", "level at the start"),
    "throughput_cny_per_unit": ("循环损耗费用", "wear per throughput"),
    "unserved_cny_per_unit": ("未满足需求罚价", "price of demand not served"),
    "warm_start_min": ("热启动时间", "time of a warm start"),
    "water_kg_per_kg": ("耗水量(每千克氢)", "water per kg of hydrogen"),
    "wear_cny_per_h": ("运行损耗费用", "wear per running hour"),
}
PLAIN_SHARES = ("min_load", "heat_recoverable", "efficiency", "cop", "electric_cop", "modules", "field_multiplier")
UNITS = {  # what a name may end in beyond the units of columns, longest first
    "_cny_per_kw_month": "CNY/(kW·month)", "_cny_per_month": "CNY/month",
    "_kgco2e_per_kg": "kgCO2e/kg", "_kwh_per_kw": "kWh/kW", "_kg_per_kg": "kg/kg", "_per_min": "1/min",
    "_cny_per_h": "CNY/h", "_standing_loss_per_h": "1/h", "_min": "min", "_bar": "bar",
    "_up_h": "h", "_down_h": "h",
}  # fmt: skip
IN_KG = ("hydrogen", "water", "hydrogen_tank", "water_tank")


@dataclass(frozen=True)
class Parameter:
    """One number of one component that may be changed; None where the site leaves it open."""

    component: str
    name: str
    machine: str  # label of the component for the reader
    title: str
    unit: str
    value: float | None


def parameter_title(name: str, lang: Lang) -> str:
    """The reader's word for a field; of a field that has none its own name, which engineers know."""
    return NAMES[name][lang == "en"] if name in NAMES else name


def parameter_unit(component: Mapping[str, Any], name: str, lang: Lang) -> str:
    """The unit of a field as readers write it; nothing for pure numbers."""
    shown = unit_name(_unit(component, name), lang)
    return shown.replace("month", "月") if lang == "zh" else shown


def _unit(component: Mapping[str, Any], name: str) -> str:
    """What a field's name ends in, or what its component deals in."""
    stock, rate = ("kg", "kg/h") if {component.get("carrier"), component["kind"]} & set(IN_KG) else ("kWh", "kW")
    if name in PLAIN_SHARES or name.endswith(("_share", "_efficiency")):
        return "1"
    if name in ("limit", "rate_limit"):
        return rate
    if name.endswith("_per_unit"):
        return f"{'kgCO2e' if 'kgco2e' in name else 'CNY'}/{stock}"
    for suffix, unit in UNITS.items():
        if f"_{name}".endswith(suffix):
            return unit
    try:
        return unit_of(name)
    except ValueError:  # a field of a technology that is not known here
        return "1"


def parameters(definition: Mapping[str, Any], labels: Mapping[str, str], lang: Lang) -> list[Parameter]:
    """Every plain number of every component, in the order of the site file; curves are none."""
    return [
        Parameter(
            component=c["name"],
            name=name,
            machine=labels.get(c["name"], c["name"]),
            title=parameter_title(name, lang),
            unit=parameter_unit(c, name, lang),
            value=None if value is None else float(value),
        )
        for c in definition["components"]
        for name, value in c.items()
        if (isinstance(value, int | float) and not isinstance(value, bool)) or (value is None and name in NAMES)
    ]

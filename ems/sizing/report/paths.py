"""What the paths of a study are called: ``economics/discount_rate``, ``costs/pv/capex_cny_per_unit`` …"""

from __future__ import annotations

from typing import Any

from ems.columns import input_meaning
from ems.report.formats import number
from ems.sizing.report.view import StudyView

FIELDS = {  # last part of a path -> (Chinese, English)
    "discount_rate": ("折现率", "discount rate"),
    "inflation": ("通货膨胀率", "inflation"),
    "years": ("年限", "years"),
    "base_year": ("基准年", "base year"),
    "rate": ("税率", "tax rate"),
    "depreciation_years": ("折旧年限", "depreciation years"),
    "share": ("贷款比例", "loan share"),
    "interest": ("贷款利率", "loan interest"),
    "capex_cny_per_unit": ("单位投资", "capex per unit"),
    "lifetime_years": ("寿命", "lifetime"),
    "replacement_share": ("更换费用占投资", "replacement, share of capex"),
    "fixed_om_share": ("固定运维占投资", "fixed O&M, share of capex"),
    "fixed_om_cny_per_unit_year": ("固定运维", "fixed O&M per unit and year"),
    "incentive_share": ("补贴比例", "incentive share"),
    "incentive_cny_per_unit": ("单位补贴", "incentive per unit"),
    "price_year": ("价格年份", "price year"),
    "max": ("上限", "max"),
    "min": ("下限", "min"),
    "connection_kw": ("接入容量", "connection"),
    "budget_cny": ("投资预算", "budget"),
    "renewable_share": ("可再生电力占比", "renewable share"),
    "hydrogen_kgco2e_per_kg": ("氢的碳强度上限", "carbon intensity of hydrogen"),
    "carbon_t_per_year": ("碳排放上限", "carbon cap"),
    "autonomy": ("离网自持", "autonomy without grid"),
    "roofs": ("屋顶面积", "roof area"),
}
CARRIERS = {
    "electricity": ("电价年涨幅", "rise of electricity prices"),
    "export": ("上网电价年涨幅", "rise of feed-in prices"),
    "gas": ("气价年涨幅", "rise of gas prices"),
    "hydrogen": ("氢价年涨幅", "rise of hydrogen prices"),
    "heat": ("热价年涨幅", "rise of heat prices"),
    "cooling": ("冷价年涨幅", "rise of cooling prices"),
    "water": ("水价年涨幅", "rise of water prices"),
}
PERCENT = ("rate", "share", "inflation", "interest")


def path_label(view: StudyView, path: str) -> str:
    """A path in the reader's words; the path itself where it is not known."""
    parts, en = path.split("/"), view.lang == "en"
    head, last = parts[0], parts[-1]
    if head == "factors":
        return f"{input_meaning(last)[view.lang]} ×"
    if parts[:2] == ["economics", "escalation"] and last in CARRIERS:
        return CARRIERS[last][en]
    if parts[:3] == ["economics", "carbon", "cny_per_t"]:
        return f"{('碳价', 'carbon price')[en]} {last}"
    if last not in FIELDS:
        return path
    name = FIELDS[last][en]
    if head == "costs" and len(parts) == 3:
        return f"{cost_label(view, parts[1])}: {name}"
    if head == "sizes" and len(parts) == 3:
        return f"{view.size_label(parts[1])}: {name}"
    return name


def cost_label(view: StudyView, cost: str) -> str:
    """A cost is called like what it is for, where that is one device or one kind."""
    owners = {s["component"] for n, s in view.sizes.items() if view.study["sizes"].get(n, {}).get("cost") == cost}
    kinds = {view.kind(c) for c in owners}
    if len(owners) == 1:
        return view.label(next(iter(owners)))
    return view.kind_label(next(iter(kinds))) if len(kinds) == 1 else cost


def path_value(path: str, value: Any) -> str:
    """The value of a path as shown; rates and shares in per cent."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return str(value)
    last = path.rsplit("/", 1)[-1]
    if any(word in last for word in PERCENT) or "/escalation/" in path:
        return f"{100 * value:.6g}%"
    if last.endswith("years") or last in ("base_year", "price_year"):
        return str(value)
    return number(value, 0 if value == round(value) else 2)


def limit_label(view: StudyView, name: str) -> str:
    """A limit of the study; a roof or the like by what follows the dot."""
    head, _, rest = name.removeprefix("limits/").replace("/", ".").partition(".")
    if head not in FIELDS:
        return name
    label = FIELDS[head][view.lang == "en"]
    return f"{label} ({rest.replace('_', ' ')})" if rest else label

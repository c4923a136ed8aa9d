"""What a comparison with a counterfactual leaves out, told with its amounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ems.emissions.activity import Activity, amount_name
from ems.emissions.baselines import Baseline
from ems.emissions.counterfactual import demands, exported
from ems.emissions.vehicles import Fleet, driven, served_name
from forecasting.notes import Note
from models.demand import DeferrableDemand, Demand
from models.storage import Store

NOTHING = 1e-6  # kWh or kg
WORTH_TELLING = 0.005  # of the capacity of a store


def not_counted(activity: Activity, baseline: Baseline, fleets: Sequence[Fleet]) -> tuple[Note, ...]:
    """Sentences for `avoided`, in the order in which a reader asks: power, demands, stores, vehicles, certificates."""
    return (
        *_power(activity, baseline),
        *_demands(activity),
        *_stores(activity),
        *_vehicles(activity, baseline, fleets),
        Note(
            "绿证只降低园区按市场法的排放; 购买绿证不是减排, 按位置法的数字不受其影响。",
            "Certificates lower the park's own emissions by the market-based method only; buying them abates nothing, "
            "and the location-based figure does not know them.",
        ),
    )


def _power(activity: Activity, baseline: Baseline) -> Iterator[Note]:
    names = (amount_name(c.name, "power_kw") for c in activity.site.components if c.kind == "pv")
    made = sum(activity.total(name) for name in names if name in activity.meters)
    sold = sum(activity.total(amount_name(name, "export_kw")) for name in exported(activity))
    if made > NOTHING:
        yield Note(
            f"自发光伏 {made:,.0f} kWh, 其中上网 {sold:,.0f} kWh; 自用部分只是不再外购, 不再另行扣减。",
            f"Own photovoltaics made {made:,.0f} kWh, of which {sold:,.0f} kWh were exported; what is used on site is "
            "simply not bought and is not subtracted a second time.",
        )
    if sold > NOTHING and baseline.export:
        yield Note(
            f"上网 {sold:,.0f} kWh 按 {baseline.export.method} 计为替代电网发电; 若其绿证已售出, 则不得主张。",
            f"{sold:,.0f} kWh exported count as displaced grid power after {baseline.export.method}; this may not be "
            "claimed where their certificates were sold.",
        )
    elif sold > NOTHING:
        yield Note(
            f"上网 {sold:,.0f} kWh 未计减排: 没有指定适用的方法学。",
            f"{sold:,.0f} kWh exported earn nothing here: no method that covers them is named.",
        )


def _demands(activity: Activity) -> Iterator[Note]:
    for c in demands(activity.site):
        if served_name(c) not in activity.meters:
            yield Note(
                f"{c.label('zh')}({c.name})没有计量, 基准情景不含它: 减排量因此偏低。",
                f"{c.label('en')} ({c.name}) has no meter and is not in the baseline: what is avoided is understated.",
            )
        name = amount_name(c.name, f"unserved_{c.unit}")
        if name in activity.meters and (missing := activity.total(name)) > NOTHING:
            unit = activity.meters[name].unit
            yield Note(
                f"{c.label('zh')}({c.name})有 {missing:,.1f} {unit} 未满足; 基准情景同样不供应, 不因此计减排。",
                f"{c.label('en')} ({c.name}): {missing:,.1f} {unit} were not served; the baseline does not serve them "
                "either, so nothing is gained by it.",
            )
    water = [c for c in activity.site.components if isinstance(c, Demand | DeferrableDemand) and c.carrier == "water"]
    if water:
        yield Note("用水不计排放。", "Water demands carry no emissions here, on neither side.")


def _stores(activity: Activity) -> Iterator[Note]:
    for c in activity.site.components:
        if isinstance(c, Store) and abs(gained := stored(c, activity)) > WORTH_TELLING * c.top:
            amount, worth = worth_of(c, gained)
            zh, en = ("多", "more") if gained > 0 else ("少", "less")
            yield Note(
                f"{c.label('zh')}({c.name})期末存量比期初{zh}约 {amount}, 按站点文件约合 {worth}; "
                "基准情景没有储存, 两侧均未计入。",
                f"{c.label('en')} ({c.name}) ended with about {amount} {en} than it began with, worth about {worth} by "
                "the site file; the baseline has no stores, and this counts on neither side.",
            )


def stored(c: Store, activity: Activity) -> float:
    """Level of a store at the end minus that at the start, from its flows; NaN where one is missing [kWh or kg]."""
    names = [amount_name(c.name, f"{way}_{c.RATE}") for way in ("charge", "discharge")]
    if not set(names) <= set(activity.meters):
        return float("nan")
    charge, discharge = (np.asarray(activity.amount(name), float) for name in names)
    start = level = c.start_share * c.top  # matters for the standing loss only
    for gain in c.charge_efficiency * charge - discharge / c.discharge_efficiency:
        level = (1 - c.standing_loss_per_h) * level + gain
    return float(level - start)


def worth_of(c: Store, amount: float) -> tuple[str, str]:
    """An amount of stock with its unit, and what replacing it would emit by the site file."""
    unit = {"kwh": "kWh", "kg": "kg"}[c.STOCK]
    return f"{abs(amount):,.1f} {unit}", f"{abs(amount) * c.end_short_kgco2e_per_unit:,.0f} kgCO2e"


def _vehicles(activity: Activity, baseline: Baseline, fleets: Sequence[Fleet]) -> Iterator[Note]:
    if baseline.vehicles == "none":
        yield Note(
            "该基准中车辆仍用外购氢, 不计柴油。",
            "In this baseline vehicles drive on bought hydrogen; no diesel is counted.",
        )
    elif not fleets:
        yield Note(
            "未录入车队: 车辆用氢在基准中按外购氢计, 不计柴油。",
            "No fleet is entered: hydrogen for vehicles counts as bought hydrogen in the baseline, and no diesel does.",
        )
    else:
        for d in driven(fleets, activity):
            yield Note(
                f"车队 {d.fleet.title.zh} 所用的 {d.hydrogen_kg.sum():,.1f} kg 氢由柴油基准替代, 不再计为外购氢。",
                f"The {d.hydrogen_kg.sum():,.1f} kg of hydrogen of fleet {d.fleet.title.en} are replaced by diesel "
                "in the baseline and are not bought there as well.",
            )
            if odd := d.implausible():
                yield odd

"""Hydrogen made in a park: kgCO2e per kg by hour, month and year, by source of its power, and what may be claimed.

    kgCO2e[h] = sum over sources of kWh[h] x factor          own PV 0; grid x its factor; a store carries its mixture
    kgCO2e per kg = sum of kgCO2e over a period / sum of kg made in it

Electricity is that of electrolysers, warm-up and standby included, and of hydrogen compressors. It is an allocation of
emissions that the inventory holds already: it adds nothing to them and takes nothing away.

Sources: matching and limits after (EU) 2023/1184 and 2023/1185 and T/CAB 0078-2020; GHG Protocol, Scope 2 Guidance
(2015), for certificates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from ems.emissions.activity import Activity
from ems.emissions.hydrogen_claims import claims
from ems.emissions.hydrogen_power import Attribution, Power, batteries, busbar, claimable, power
from ems.emissions.hydrogen_standards import rfnbo_labels, rfnbo_section, t_cab_section
from ems.emissions.hydrogen_supply import Dispensed, carried, dispensed, net, tanks
from ems.emissions.hydrogen_tables import by_source, figures, hourly_columns, per_period, pv_claims, uses_table
from ems.emissions.matching import PERIOD_TEXT, PERIODS, Period, labels, matched
from ems.emissions.metered import NOISE, Metered
from ems.emissions.mixture import AMOUNT, KGCO2E, PV, SOURCE_TEXT, Array, Mask, amount, over
from ems.site import Site
from forecasting.errors import InputError
from forecasting.notes import Note
from forecasting.provenance import Strict
from models.electrolyser import HHV_KWH_PER_KG

Standard = Literal["t_cab_0078_2020", "rfnbo"]
ROUNDS, SETTLED = 200, 1e-10  # power of fuel cells depends on hydrogen that depends on power: [kgCO2e/kWh]
ATTRIBUTION_TEXT = {
    "pro_rata": ("按比例: 同一小时各用途取同一混合", "pro rata: every use of an hour takes the same mixture"),
    "electrolyser_first": ("电解优先: 自有光伏先归制氢", "electrolyser first: own PV goes to hydrogen first"),
    "site_first": ("园区优先: 自有光伏先归其他用电", "site first: own PV goes to the other uses first"),
}
ATTRIBUTION_REASON = {
    "pro_rata": (
        "母线上的电无法区分; 按比例不以其他用途变脏为代价使氢变绿, 故为默认。",
        "On one busbar kilowatt-hours cannot be told apart; pro rata makes no use cleaner at the cost of another, so "
        "it is the default.",
    ),
    "electrolyser_first": (
        "按选择: 氢先占用光伏, 其他用途相应按网电计, 不得再宣称同一光伏。",
        "By choice: hydrogen takes PV first; the other uses then count as grid power and may not claim the same PV.",
    ),
    "site_first": (
        "按选择: 氢只取其他用途剩余的光伏, 三种规则中最保守。",
        "By choice: hydrogen takes what PV the other uses leave; the most cautious of the three rules.",
    ),
}


class HydrogenAccount(Strict):
    """How hydrogen is accounted."""

    matching: Period = Field("hour", description="own PV of another hour counts within the same hour, month or year")
    attribution: Attribution = Field("pro_rata", description="which use takes own PV first")
    standards: tuple[Standard, ...] = ("t_cab_0078_2020", "rfnbo")
    opening_kgco2e_per_kg: float | None = Field(
        None, ge=0, le=100, description="of hydrogen in the tank at the start; none: as made of grid power alone"
    )


def makes_hydrogen(site: Site) -> bool:
    """Whether there is anything to account for."""
    return any(c.kind == "electrolyser" for c in site.components)


@dataclass(frozen=True)
class HydrogenReport:
    """The account. Arrays by hour are zero in hours without data (``valid`` false); these are in no total."""

    index: pd.DatetimeIndex
    account: HydrogenAccount
    kg: Array  # made, shape (hours,)
    powers: Mapping[Period, Array]  # mixture of the power that made it, by matching period, (hours, 2, sources) [kWh]
    rfnbo_power: Array  # the same, matched as RFNBO asks for
    electricity: Power
    supply: Dispensed
    pv_kwh: Array  # made by own PV
    export_sold: Array  # share of PV fed in whose certificates were sold
    grid_factor: Array  # [kgCO2e/kWh]
    valid: Mask
    traced: Mask  # hours in which the way of the hydrogen to its users is known, too
    labels: Mapping[str, dict[str, str]]  # of components, zh and en
    missing: tuple[str, ...]  # meters that are not there and count as zero
    hours_short: int  # hours with less power metered than the hydrogen holds

    @property
    def power(self) -> Array:
        """Mixture of the power under the account's matching period, shape (hours, 2, sources)."""
        return self.powers[self.account.matching]

    @property
    def kgco2e(self) -> Array:
        """Emissions of the hydrogen made in each hour, shape (hours,) [kgCO2e]."""
        return np.asarray(self.power[:, KGCO2E].sum(axis=-1))

    @property
    def kgco2e_per_kg(self) -> float | None:
        """Mean of the period; none where nothing was made."""
        made = float(self.kg.sum())
        return float(self.kgco2e.sum()) / made if made else None

    def supplied_kgco2e_per_kg(self, use: str) -> Array:
        """Emissions per kilogram that a component took, shape (hours,), zero where it took none."""
        x = self.supply.shared.uses[use]
        return over(x[:, KGCO2E].sum(axis=-1), amount(x))

    def same_hour_pv_kg(self) -> float:
        """Hydrogen from own PV of the same hour alone: share of the power x kilograms, hour by hour [kg]."""
        hourly = self.powers["hour"]
        return float((over(hourly[:, AMOUNT, PV], amount(hourly)) * self.kg).sum())

    def months(self) -> list[dict[str, Any]]:
        return per_period(self.index, self.power, self.kg, "%Y-%m")

    def years(self) -> list[dict[str, Any]]:
        return per_period(self.index, self.power, self.kg, "%Y")

    def hourly_columns(self) -> dict[str, dict[str, Any]]:
        """Columns for the hours of a report."""
        return hourly_columns(self.power, self.kg, self.valid)

    def notes(self) -> list[Note]:
        return _notes(self)

    def section(self) -> dict[str, Any]:
        """The account as plain data."""
        a, factor = self.account, float(self.grid_factor.mean())
        standards = []
        if "t_cab_0078_2020" in a.standards:
            standards.append(t_cab_section(self.powers, self.kg, self.index, a.matching, factor))
        if "rfnbo" in a.standards:
            standards.append(rfnbo_section(self.rfnbo_power, self.kg, self.index, factor))
        return {
            "matching": a.matching,
            "matching_text": _pair(PERIOD_TEXT[a.matching]),
            "attribution": a.attribution,
            "attribution_text": _pair(ATTRIBUTION_TEXT[a.attribution]),
            "attribution_reason": _pair(ATTRIBUTION_REASON[a.attribution]),
            "sources": {name: _pair(text) for name, text in SOURCE_TEXT.items()},
            "totals": figures(self.power, self.kg),
            "by_matching": {p: figures(x, self.kg) for p, x in self.powers.items()},
            "months": self.months(),
            "years": self.years(),
            "supplied": uses_table(self.supply.shared, self.labels),
            "in_tank_at_end": by_source(self.supply.shared.left),
            "pv": pv_claims(
                self.electricity, self.power, self.pv_kwh, self.export_sold, labels(self.index, a.matching)
            ),
            "standards": standards,
            "claims": claims(self.power, self.kg, self.powers["hour"]),
            "hours_without_data": int((~self.valid).sum()),
            "hours_not_traced": int((self.valid & ~self.traced).sum()),
            "notes": [{"zh": n.zh, "en": n.en} for n in self.notes()],
        }


def hydrogen_account(
    activity: Activity,
    grid_factor: Array | float,
    certificates_share: Array | float,
    account: HydrogenAccount,
    levels: pd.DataFrame | None = None,
    *,
    sold_share: Array | float = 0.0,
    export_sold_share: Array | float = 0.0,
) -> HydrogenReport:
    """Follow the electricity of a park into its hydrogen, and the hydrogen to its users.

    Args:
        activity: hourly amounts of the park.
        grid_factor: of grid power, location based, one value or one per hour [kgCO2e/kWh].
        certificates_share: share of grid power for which certificates were retired, one value or one per hour.
        account: matching period, attribution, standards.
        levels: levels of batteries and tanks at the end of each hour, columns ``component.level_kwh`` and ``_kg``.
        sold_share: share of own PV used on site whose certificates were sold: it counts as grid power.
        export_sold_share: share of own PV fed in whose certificates were sold: it matches nothing.

    Raises:
        InputError: no electrolyser, a missing meter, a negative amount, a factor or a share that is none.
    """
    metered, index = Metered(activity), pd.DatetimeIndex(activity.table.index)
    if not makes_hydrogen(activity.site):
        raise InputError(activity.site.name, "components", None, "an electrolyser", "no hydrogen is made in this park")
    if not len(index):
        raise InputError("activity", "hours", 0, "at least one hour")
    factor = _hourly("grid_factor", grid_factor, len(index), 5.0)
    certificates = _hourly("certificates_share", certificates_share, len(index), 1.0)
    sold = _hourly("sold_share", sold_share, len(index), 1.0)
    export_sold = _hourly("export_sold_share", export_sold_share, len(index), 1.0)

    bus, hydrogen = busbar(metered), net(metered)
    stored, stored_known = batteries(metered, factor, levels)
    valid = bus.valid & np.isfinite(hydrogen.made) & stored_known
    opening = account.opening_kgco2e_per_kg
    if opening is None:
        opening = _grid_hydrogen(bus.only(valid).hydrogen, np.where(valid, hydrogen.made, 0.0), factor)
    tank, tank_known = tanks(metered, opening, levels)
    traced = valid & hydrogen.valid & tank_known
    valid &= traced | (bus.fuel_cell == 0)  # power of fuel cells is known as far as their hydrogen is
    kg, bus, stored = np.where(valid, hydrogen.made, 0.0), bus.only(valid), stored.only(valid)
    least = HHV_KWH_PER_KG * kg  # no electrolyser makes hydrogen of less: the meter has not seen the rest
    short = bus.hydrogen < least - NOISE
    bus = replace(bus, hydrogen=np.maximum(bus.hydrogen, least))
    hydrogen, tank = hydrogen.only(traced), tank.only(traced)

    of_cells = np.zeros(len(index))
    for _ in range(ROUNDS):
        found = power(bus, stored, factor, certificates, sold, of_cells, account.attribution)
        free, raw = claimable(found, account.attribution, export_sold), found.shared.uses["hydrogen"]
        powers = {p: carried(matched(raw, free, labels(index, p)), kg) for p in PERIODS}
        supply = dispensed(hydrogen, tank, powers[account.matching], opening)
        before, of_cells = of_cells, _of_cells(metered, supply, bus.fuel_cell)
        if np.abs(of_cells - before).max() <= SETTLED:
            break
    else:
        raise RuntimeError("emissions of power from fuel cells and of its hydrogen do not settle")
    return HydrogenReport(
        index=index,
        account=account,
        kg=kg,
        powers=powers,
        rfnbo_power=carried(matched(raw, free, rfnbo_labels(index)), kg),
        electricity=found,
        supply=supply,
        pv_kwh=bus.pv,
        export_sold=export_sold,
        grid_factor=factor,
        valid=valid,
        traced=traced,
        labels={c.name: {"zh": c.label("zh"), "en": c.label("en")} for c in activity.site.components},
        missing=tuple(sorted(metered.missing)),
        hours_short=int(short.sum()),
    )


def _grid_hydrogen(kwh: Array, kg: Array, factor: Array) -> float:
    """Hydrogen made of grid power alone, at the mean consumption and factor of the period [kgCO2e/kg]."""
    return float(factor.mean()) * float(kwh.sum() / kg.sum()) if kg.sum() > 0 else 0.0


def _of_cells(metered: Metered, supply: Dispensed, made: Array) -> Array:
    """Emissions of power from fuel cells, by the hydrogen they used, shape (hours,) [kgCO2e/kWh]."""
    kg = np.zeros(metered.hours)
    for cell in metered.of_kind("fuel_cell"):
        kg = kg + supply.shared.uses[cell.name][:, KGCO2E].sum(axis=-1)
    return over(kg, made)


def _hourly(name: str, value: Array | float, hours: int, most: float) -> Array:
    try:
        found = np.broadcast_to(np.asarray(value, float), (hours,)).copy()
    except ValueError as error:
        raise InputError(name, "hours", np.shape(value), f"one value or {hours}") from error
    if not (np.isfinite(found) & (found >= 0) & (found <= most)).all():
        worst = found[~(np.isfinite(found) & (found >= 0) & (found <= most))][0]
        unit = " kgCO2e/kWh" if name == "grid_factor" else ""
        raise InputError(name, "value", float(worst), f"a number from 0 to {most:g}{unit}", "check its unit")
    return found


def _notes(report: HydrogenReport) -> list[Note]:
    found = [
        Note(
            "氢的排放是对园区清单中已有排放的分摊, 不增不减总量; 光伏与设备的制造、用水、氢泄漏未计入。",
            "Emissions of hydrogen are a share of what the inventory holds already; making of PV and plant, water and "
            "hydrogen leakage are not in them.",
        ),
        Note(
            "压缩用电平摊到同一小时所产的氢; 无产氢小时的预热与备用电转入下一个产氢小时。",
            "Power of compression is spread over the hydrogen made in the same hour; warm-up and standby in hours "
            "without hydrogen go to the next hour that makes some.",
        ),
        Note(
            "期初电池与储氢罐中的存量来源不明, 按网电计。",
            "What batteries and tanks held at the start is of unknown origin and counts as grid power.",
        ),
    ]
    if report.hours_short:
        found.append(
            Note(
                f"有 {report.hours_short} 个小时的计量用电低于氢的高位热值 {HHV_KWH_PER_KG} kWh/kg, 按此值补足。",
                f"In {report.hours_short} hours less power was metered than the heating value of the hydrogen, "
                f"{HHV_KWH_PER_KG} kWh/kg: this is counted instead.",
            )
        )
    if report.missing:
        names = ", ".join(report.missing)
        found.append(Note(f"缺少下列计量, 按零计: {names}。", f"These meters are missing and count as zero: {names}."))
    return found


def _pair(text: tuple[str, str]) -> dict[str, str]:
    return {"zh": text[0], "en": text[1]}

"""Key figures of a schedule; every name ends in its unit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ems.accounts import accounts, money
from ems.schedule import Schedule
from ems.site import Site
from models import PV, Component, Window
from models.commitment import Machine
from models.electrolyser import Electrolyser
from models.grid import Grid
from models.machine import STARTS

KPI_TEXT = {
    "total_cost_cny": ("total cost, wear and stock included", "总成本(含损耗与存量)"),
    "paid_cny": ("bills: energy, demand charge, media", "账单:电量、需量与介质"),
    "wear_cny": ("wear of machines and stores", "设备损耗"),
    "stock_cny": ("stock missing at the end", "期末存量差额"),
    "penalty_cny": ("penalties of unmet wishes", "未满足愿望罚项"),
    "emissions_kgco2e": ("emissions, location based", "排放量(基于位置)"),
    "grid_import_kwh": ("electricity bought", "购电量"),
    "grid_export_kwh": ("electricity sold", "上网电量"),
    "grid_peak_kw": ("highest import", "最大购电功率"),
    "pv_kwh": ("solar electricity used", "光伏利用电量"),
    "pv_curtailed_kwh": ("solar electricity curtailed", "弃光电量"),
    "pv_used_share": ("share of the sun used", "光伏利用率"),
    "renewable_share": ("solar share of the electricity used", "绿电占比"),
    "hydrogen_made_kg": ("hydrogen made", "产氢量"),
    "hydrogen_kwh_per_kg": ("electricity per hydrogen, standby included", "制氢电耗(含热备)"),
    "starts": ("starts of machines", "启动次数"),
    "unserved_kwh": ("energy demand not served", "未满足能量需求"),
    "unserved_kg": ("hydrogen and water demand not served", "未满足氢、水需求"),
}


def kpis(site: Site, w: Window, schedule: Schedule) -> dict[str, float]:
    """Key figures over the whole window, names as in `KPI_TEXT`.

    Total cost is what is paid plus wear plus stock missing at the end; penalties stand beside it, not in it.
    """
    lines = accounts(site, w, schedule)
    of = _summer(site, schedule, w.step_h)
    pv, curtailed = of(PV, "power_kw"), of(PV, "curtailed_kw")
    bought, sold = of(Grid, "import_kw"), of(Grid, "export_kw")
    hydrogen = of(Electrolyser, "hydrogen_kg_per_h")
    electricity = of(Electrolyser, "power_kw") + of(Electrolyser, "auxiliary_kw")
    other = of(Component, "power_kw", made=True) - pv
    imports = [schedule.tables[c.name]["import_kw"] for c in site.components if isinstance(c, Grid)]
    starts = [schedule.tables[c.name][STARTS.name].sum() for c in site.components if isinstance(c, Machine)]
    paid, wear, stock = (money(lines, kind) for kind in ("paid", "wear", "stock"))
    used = pv + bought + other - sold
    return {
        "total_cost_cny": paid + wear + stock,
        "paid_cny": paid,
        "wear_cny": wear,
        "stock_cny": stock,
        "penalty_cny": money(lines, "wish"),
        "emissions_kgco2e": float(lines["kgco2e"].sum()),
        "grid_import_kwh": bought,
        "grid_export_kwh": sold,
        "grid_peak_kw": float(sum(imports).max()) if imports else 0.0,  # type: ignore[union-attr]
        "pv_kwh": pv,
        "pv_curtailed_kwh": curtailed,
        "pv_used_share": pv / (pv + curtailed) if pv + curtailed > 0 else 0.0,
        "renewable_share": (pv - min(sold, pv)) / used if used > 0 else 0.0,
        "hydrogen_made_kg": hydrogen,
        "hydrogen_kwh_per_kg": electricity / hydrogen if hydrogen > 0 else 0.0,
        "starts": float(sum(starts)),
        "unserved_kwh": of(Component, "unserved_kw"),
        "unserved_kg": of(Component, "unserved_kg_per_h"),
    }


def _summer(site: Site, schedule: Schedule, step_h: float) -> Callable[..., float]:
    def total(kind: type[Component], quantity: str, *, made: bool = False) -> float:
        """Sum of a quantity over time and components; ``made`` counts only what goes into an electricity bus."""
        found = 0.0
        for c in site.components:
            for q in c.quantities:
                if (
                    isinstance(c, kind)
                    and q.name == quantity
                    and (not made or (q.sign > 0 and q.carrier == "electricity"))
                ):
                    found += float(np.sum(schedule.tables[c.name][q.name].to_numpy(float))) * step_h
        return found

    return total

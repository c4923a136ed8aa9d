"""Money and emissions by component and cause: tables that can be subtracted, saving = baseline - plan."""

from __future__ import annotations

import pandas as pd

from ems.schedule import Schedule
from ems.site import Site
from models import Window

CAUSES = {  # cause -> (English, Chinese, what kind of money it is)
    "energy": ("energy bought", "购能费", "paid"),
    "export": ("energy sold", "上网收入", "paid"),
    "demand_charge": ("demand charge on a higher peak", "需量电费增量", "paid"),
    "tier": ("surcharge of energy blocks", "阶梯电价加价", "paid"),
    "fixed_charge": ("fixed charge", "固定费用", "paid"),
    "wear": ("wear of running", "运行损耗", "wear"),
    "start": ("wear of starts", "启停损耗", "wear"),
    "throughput": ("wear of storing", "储能损耗", "wear"),
    "end_stock": ("stock missing (+) or gained (-) at the end", "期末存量差额", "stock"),
    "unserved": ("penalty: demand not served", "罚项:未满足需求", "wish"),
    "over_contract": ("penalty: above contracted demand", "罚项:超合同需量", "wish"),
    "spill": ("penalty: released", "罚项:排放", "wish"),
    "tie_break": ("tie-break of part-load curves", "部分负荷曲线定序项", "tie"),
    "import": ("electricity bought", "购电", "emission"),
    "fuel": ("fuel burned", "燃料燃烧", "emission"),
    "delivered": ("making of what is delivered", "外购介质的生产与运输", "emission"),
}
COLUMNS = ["cny", "kgco2e"]


def accounts(site: Site, w: Window, schedule: Schedule) -> pd.DataFrame:
    """One line per component and cause: carrier, cny [CNY], kgco2e [kgCO2e]; index (component, cause).

    Emissions are location based: grid import x the grid's factor, fuel burned x its factor, and what replacing
    missing stock would emit. Own photovoltaic electricity is not bought and therefore not listed.
    """
    lines: dict[tuple[str, str], dict[str, object]] = {}
    for c in site.components:
        table = schedule.tables[c.name]
        carrier = next((q.carrier for q in c.quantities if q.carrier), "")
        for column, flows in (("cny", c.bill(table, w)), ("kgco2e", c.emitted(table, w))):
            for cause, x in flows.items():
                line = lines.setdefault((c.name, cause), {"carrier": carrier, "cny": 0.0, "kgco2e": 0.0})
                line[column] = float(x.sum())
    index = pd.MultiIndex.from_tuples(list(lines), names=["component", "cause"])
    return pd.DataFrame(list(lines.values()), index=index, columns=["carrier", *COLUMNS])


def saving(baseline: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """Baseline minus plan, line by line; a line that only one side has counts as zero on the other."""
    left, right = baseline[COLUMNS].align(plan[COLUMNS], fill_value=0.0)
    return left - right


def money(table: pd.DataFrame, kind: str) -> float:
    """Sum of the causes of one kind: paid, wear, stock or wish [CNY]."""
    causes = [cause for cause, (_, _, k) in CAUSES.items() if k == kind]
    return float(table.loc[table.index.get_level_values("cause").isin(causes), "cny"].sum())

"""Numbers of the accounting file with their status, as the document shows them."""

from __future__ import annotations

from typing import Any

from ems.emissions.accounting_file import AccountingFile
from ems.site_file import Figure

TEXT = {  # last word of a name -> (Chinese, English, unit)
    "cop": ("电制冷机能效比", "COP of electric chillers", "1"),
    "efficiency": ("供热效率", "efficiency of heating", "1"),
    "heating_value_kwh_per_m3": ("低位发热量", "lower heating value", "kWh/m3"),
    "round_trip_km": ("往返里程", "there and back", "km"),
    "kg_per_trip": ("每车次氢量", "hydrogen per trip", "kg"),
    "l_per_100km": ("百公里油耗", "diesel of trucks", "L/100 km"),
    "density_kg_per_l": ("柴油密度", "density of diesel", "kg/L"),
    "baseline_l_per_100km": ("被替代车辆百公里油耗", "diesel of the vehicles replaced", "L/100 km"),
    "kg_per_100km": ("百公里氢耗", "hydrogen per distance", "kg/100 km"),
    "opening_kgco2e_per_kg": ("期初存氢强度", "hydrogen in the tank at the start", "kgCO2e/kg"),
    "share": ("份额", "share", "1"),
    "mwh": ("绿证电量", "certificates", "MWh"),
    "vehicles": ("车辆数", "vehicles", "1"),
    "draws": ("抽样次数", "draws", "1"),
    "seed": ("随机种子", "seed", "1"),
}


def accounting_figures(file: AccountingFile) -> list[dict[str, Any]]:
    """Every number of the accounting file."""
    return [{**_row(f), "file": "accounting"} for f in file.figures()]


def _row(f: Figure) -> dict[str, Any]:
    last = f.name.rsplit(".", 1)[-1]
    zh, en, unit = TEXT.get(last, (f.name, f.name, ""))
    return {
        "name": f.name,
        "text": {"zh": zh, "en": en},
        "value": f.value,
        "unit": "1" if f.name.startswith("uncertainty.") else unit,
        "status": f.provenance.status,
        "source": f.provenance.source,
    }

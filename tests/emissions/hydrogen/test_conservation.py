"""Whatever is bought is emitted by someone: sources and opening stock equal uses and closing stock."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ems.emissions.activity import Activity
from ems.emissions.mixture import AMOUNT, KGCO2E
from tests.emissions.hydrogen.hand import account, activity, battery, electrolyser, roof, tank, users
from tests.toys import mains, part

HOURS = 24 * 14


def random_park(seed: int) -> tuple[Activity, pd.DataFrame]:
    """A park with both stores and a fuel cell whose electricity and hydrogen balance hour by hour."""
    rng = np.random.default_rng(seed)
    sun = rng.gamma(1.0, 100.0, HOURS) * (rng.random(HOURS) < 0.5)
    others, kwh = rng.gamma(2.0, 40.0, HOURS), rng.gamma(2.0, 60.0, HOURS) * (rng.random(HOURS) < 0.7)
    idle = rng.random(HOURS) * 5
    kg = kwh / rng.uniform(49, 56, HOURS)
    cell_kg = 0.3 * kg.mean() * (rng.random(HOURS) < 0.2)
    cell = cell_kg * 16
    charge, discharge, level = _store(rng, 400.0, 0.9, 100.0, 80.0)
    fill, draw, stock = _store(rng, 50.0, 1.0, 20.0, 2.0)
    fill = np.minimum(fill, kg)
    stock = 20.0 + np.cumsum(fill - draw)
    draw = np.where(stock < 0, 0, draw)
    stock = 60.0 + np.cumsum(fill - draw)
    short = sun + cell + discharge - charge - others - kwh - idle
    served = np.maximum(kg + draw - fill - cell_kg, 0)
    amounts = {
        "roof.power_kwh": sun,
        "mains.import_kwh": np.maximum(-short, 0),
        "mains.export_kwh": np.maximum(short, 0),
        "battery.charge_kwh": charge,
        "battery.discharge_kwh": discharge,
        "electrolyser.power_kwh": kwh,
        "electrolyser.auxiliary_kwh": idle,
        "electrolyser.hydrogen_kg": kg,
        "tank.charge_kg": fill,
        "tank.discharge_kg": draw,
        "cell.power_kwh": cell,
        "cell.hydrogen_kg": cell_kg,
        "users.served_kg": served,
    }
    parts = [
        roof(),
        mains(export_limit_kw=1e5),
        battery(),
        electrolyser(standby_share=0.02),
        tank(),
        part(kind="fuel_cell", name="cell", capacity_kw=100, electric_efficiency=[[0.5, 0.5], [1, 0.5]], heat_bus=None),
        users(),
    ]
    x = activity(parts, amounts)
    return x, pd.DataFrame({"battery.level_kwh": level, "tank.level_kg": stock}, index=x.table.index)


def _store(
    rng: np.random.Generator, top: float, efficiency: float, start: float, rate: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Charge, discharge and level of a store that is filled and emptied at random, both in some hours."""
    level, charge, discharge, levels = start, np.zeros(HOURS), np.zeros(HOURS), np.zeros(HOURS)
    for t in range(HOURS):
        charge[t] = min(rng.random() * rate * (rng.random() < 0.4), (top - level) / efficiency)
        level += efficiency * charge[t]
        discharge[t] = min(rng.random() * rate * (rng.random() < 0.4), level * efficiency)
        level -= discharge[t] / efficiency
        levels[t] = level
    return charge, discharge, levels


@pytest.mark.parametrize("rule", ["pro_rata", "electrolyser_first", "site_first"])
@pytest.mark.parametrize(("known", "seed"), [(True, 1), (False, 2)])
def test_nothing_is_lost_and_nothing_made_between_source_and_use(rule: str, known: bool, seed: int) -> None:
    x, levels = random_park(seed)
    factor = 0.4 + 0.4 * np.random.default_rng(seed).random(HOURS)
    r = account(x, factor, levels if known else None, attribution=rule, sold_share=0.1, certificates_share=0.2)
    for part_ in (r.electricity, r.supply):
        put = part_.sources.sum(axis=0) + part_.opening
        got = sum(u.sum(axis=0) for u in part_.shared.uses.values()) + part_.shared.left
        assert got == pytest.approx(put, rel=1e-9, abs=1e-6)
        for use in part_.shared.uses.values():
            assert use.min() > -1e-9
    made = r.electricity.shared.uses["hydrogen"]
    assert r.power[:, KGCO2E].sum() <= made[:, KGCO2E].sum() + 1e-6
    assert r.power[:, AMOUNT].sum() == pytest.approx(made[:, AMOUNT].sum(), rel=1e-12)
    assert r.kg.sum() == pytest.approx(x.total("electrolyser.hydrogen_kg"))


def test_bought_power_of_the_account_is_what_the_meter_counted() -> None:
    x, levels = random_park(3)
    r = account(x, 0.6, levels, certificates_share=0.3)
    sources = dict(zip(("certificates", "grid"), r.electricity.sources[:, AMOUNT, 2:4].sum(axis=0), strict=True))
    assert sources["certificates"] + sources["grid"] == pytest.approx(x.total("mains.import_kwh"))
    assert r.electricity.sources[:, KGCO2E, 2:4].sum() == pytest.approx(0.6 * x.total("mains.import_kwh"))


def test_months_add_up_to_the_period() -> None:
    x, levels = random_park(4)
    r = account(x, 0.6, levels)
    for rows in (r.months(), r.years()):
        assert sum(m["kg"] for m in rows) == pytest.approx(r.kg.sum())
        assert sum(m["kgco2e"] for m in rows) == pytest.approx(r.kgco2e.sum())


def test_shares_of_a_kilogram_sum_to_one() -> None:
    x, levels = random_park(5)
    s = account(x, 0.6, levels).section()
    for shares in [s["totals"]["shares"], *(row["shares"] for row in s["supplied"] if row["kg"] > 1e-6)]:
        assert sum(shares.values()) == pytest.approx(1.0, abs=1e-7)

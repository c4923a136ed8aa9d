"""Tariffs with known answers: the analytic cases of REopt.jl.

Numbers: REopt.jl, test/runtests.jl, "Rate Structures", "Fifteen minute load", "CHP Supplementary firing", commit
029db01d, licence Apache-2.0: numbers only, checked by hand below. Money of the cases is taken for CNY.

Every bill is computed twice where the year is cheap to solve: by the linear program of a closed year (grid and demand)
and by `bill` on the given series. Hours of the cases count from 1, January 1st. Two of them reach beyond what is
modelled here and are judged by what they share with it; each test says what is left out and why.
"""

import numpy as np
import pandas as pd
import pytest

from models import Window
from tests.closed import closed
from tests.toys import mains, outlet, park, part, table, wants

HOURS = 8760
START = "2025-01-01"  # no leap year


def load(kw: float, **at: float) -> np.ndarray:
    """A flat load with other values at some hours (``h22=200``), hours counted from 1."""
    x = np.full(HOURS, kw)
    for hour, value in at.items():
        x[int(hour[1:]) - 1] = value
    return x


def billed(kw: np.ndarray, energy_price: float = 0.0, **tariff: object) -> dict[str, float]:
    """The year's money by cause from the reported series alone."""
    w = Window(
        table({"import_cny_per_kwh": energy_price}, steps=HOURS, start=START), period_weights=(1.0,), design=True
    )
    s = pd.DataFrame({"import_kw": kw}, index=w.inputs.index)
    return {cause: float(x.sum()) for cause, x in mains(**tariff).bill(s, w).items()}


def designed(kw: np.ndarray, energy_price: float = 0.0, **tariff: object) -> float:
    """The year's cost by the linear program of a closed year, audited."""
    inputs = table({"wanted_electricity_kw": kw, "import_cny_per_kwh": energy_price}, start=START)
    s = closed(park(mains(**tariff), wants("electricity")), inputs, (1.0,))
    assert s.violations() == []
    return s.answer.objective


def test_blended():
    """10 000 kWh a year, flat, at 0.1 per kWh and 10 per kW and month: 1000 and 12 * 10 * 1.1416 kW."""
    kw, tariff = load(10_000 / HOURS), {"demand_charge_cny_per_kw_month": 10.0}
    bill = billed(kw, 0.1, **tariff)
    assert bill == pytest.approx({"energy": 1000.0, "demand_charge": 136.99}, abs=5e-3)
    assert designed(kw, 0.1, **tariff) == pytest.approx(1136.99, abs=5e-3)


def test_coincident_peak():
    """1 kW flat; hours 1, 2 and 100 at 10 per kW, hours 6000 and 7000 at 5 per kW: 15."""

    def hours(*found: int) -> list[str]:
        index = pd.date_range(START, periods=HOURS, freq="1h")
        return [f"{index[h - 1]:%m-%d %H:%M}" for h in found]

    charges = [
        {"name": "first", "price_cny_per_kw": 10, "coincident_hours": hours(1, 2, 100)},
        {"name": "second", "price_cny_per_kw": 5, "coincident_hours": hours(6000, 7000)},
    ]
    assert billed(load(1.0), demand_charges=charges)["demand_charge"] == pytest.approx(15.0)
    assert designed(load(1.0), demand_charges=charges) == pytest.approx(15.0)
    only = load(1.0, h2=3.0, h7000=4.0, h5000=50.0)
    assert billed(only, demand_charges=charges)["demand_charge"] == pytest.approx(3 * 10 + 4 * 5), (
        "no other hour counts"
    )


def test_lookback_of_all_months():
    """100 kW in hour 8, else 1 kW; 35 % ratchet; 10.5 per kW in the cold half of the year, 11.5 in the warm one.

    January 100 * 10.5, then 35 kW: 5 * 35 * 10.5 + 6 * 35 * 11.5; together 5302.5.
    """
    ratchet = {"share": 0.35, "months": list(range(1, 13))}
    cold = {"name": "cold", "price_cny_per_kw": 10.5, "months": [1, 2, 3, 10, 11, 12], "ratchet": ratchet}
    warm = {"name": "warm", "price_cny_per_kw": 11.5, "months": [4, 5, 6, 7, 8, 9], "ratchet": ratchet}
    kw = load(1.0, h8=100.0)
    assert billed(kw, demand_charges=[cold, warm])["demand_charge"] == pytest.approx(5302.5)
    assert designed(kw, demand_charges=[cold, warm]) == pytest.approx(5302.5)


PEAKS = load(100.0, h22=200.0, h2403=400.0, h4088=500.0, h8333=300.0)  # January, April, June, December
RATES = (10, 10, 20, 50, 20, 10, 20, 20, 20, 20, 20, 5)


def by_month(ratchet: dict[str, object]) -> list[dict[str, object]]:
    """One price in each month."""
    return [
        {"name": f"m{m}", "price_cny_per_kw": rate, "months": [m], "ratchet": ratchet}
        for m, rate in enumerate(RATES, 1)
    ]


@pytest.mark.parametrize(
    ("ratchet", "kw", "cost"),
    [
        ({"share": 0.75, "months": [1, 4, 12]}, [300, 300, 300, 400, 300, 500] + [300] * 6, 74_500),
        ({"share": 0.75, "lookback_months": 6}, [225, 225, 225, 400, 300, 500] + [375] * 6, 79_375),
    ],
)
def test_lookback_of_named_months_and_of_the_six_before(ratchet, kw, cost):
    """75 % of the highest of January, April and December, or of the six months before, round the year."""
    charges = by_month(ratchet)
    grid = mains(demand_charges=charges)
    w = Window(table({}, steps=HOURS, start=START), period_weights=(1.0,), design=True)
    assert [c.billed_closed(PEAKS, w)[m] for m, c in enumerate(grid.charges.values(), 1)] == pytest.approx(kw)
    assert billed(PEAKS, demand_charges=charges)["demand_charge"] == pytest.approx(cost)
    assert designed(PEAKS, demand_charges=charges) == pytest.approx(cost)


def test_tiered_demand():
    """1 000 000 kWh a year, flat: 12 * (50 r1 + (114.155 - 50) r2). REopt gives the formula; r1 6.5, r2 11 are ours."""
    kw = load(1_000_000 / HOURS)
    charges = [{"name": "tiers", "price_cny_per_kw": 6.5, "tiers": [{"above_kw": 50, "price_cny_per_kw": 11.0}]}]
    cost = 12 * (50 * 6.5 + (1_000_000 / HOURS - 50) * 11.0)
    assert billed(kw, demand_charges=charges)["demand_charge"] == pytest.approx(cost)
    assert designed(kw, demand_charges=charges) == pytest.approx(cost)


def test_tiered_demand_in_bands():
    """Where the tier belongs to a band, the formula holds for the highest import of the band, here all of it."""
    kw = load(1_000_000 / HOURS)
    tiers = [{"above_kw": 50, "price_cny_per_kw": 11.0}]
    bands = [
        {"name": "day", "price_cny_per_kw": 6.5, "tiers": tiers, "spans": ["08:00-20:00"]},
        {"name": "night", "price_cny_per_kw": 6.5, "tiers": tiers, "spans": ["00:00-08:00", "20:00-24:00"]},
    ]
    cost = 2 * 12 * (50 * 6.5 + (1_000_000 / HOURS - 50) * 11.0)
    assert billed(kw, demand_charges=bands)["demand_charge"] == pytest.approx(cost)


def test_cogeneration_that_carries_a_flat_load():
    """800 kW of electricity and 12 MMBtu/h of fuel for heat, an engine of 800 kW (0.3573 electric, 0.4418 thermal).

    It makes 7 008 000 kWh and 29 567.45 MMBtu of heat, and no demand is charged. One day stands for the year of
    constant load. The boiler (0.8 of the fuel, REopt's default) gives the rest of the heat. Left out: REopt's price of
    the engine and its standby charge; gas is made cheap so that the engine pays, as it does there.
    """
    kwh_per_mmbtu = 293.07107
    engine = part(
        kind="gas_engine", name="engine", capacity_kw=800, electric_efficiency=[[0.5, 0.3573], [1.0, 0.3573]],
        heat_recoverable=0.4418 / (1 - 0.3573), min_load=0.5,
    )  # fmt: skip
    heat = 12 * kwh_per_mmbtu * 0.8
    gas = part(kind="gas_supply", capacity_kw=1e5, price_cny_per_kwh=0.01, intensity_kgco2e_per_kwh=0.2)
    boiler = part(kind="gas_boiler", name="boiler", capacity_kw=1e4, efficiency=0.8)
    site = park(
        mains(demand_charge_cny_per_kw_month=10),
        gas,
        engine,
        boiler,
        outlet("heat"),
        wants("electricity"),
        wants("heat"),
    )
    columns = {"wanted_electricity_kw": [800.0] * 24, "wanted_heat_kw": heat, "import_cny_per_kwh": 0.1}
    s = closed(site, table(columns, start=START), (365.0,))
    assert s.violations() == []
    assert 365 * sum(s["engine.power_kw"]) == pytest.approx(7_008_000, rel=1e-6)
    made = 365 * sum(s["engine.heat_kw"]) / kwh_per_mmbtu
    assert made == pytest.approx(29_567.447786755565, rel=1e-6)
    assert s.site.component("mains").bill(s.schedule.tables["mains"], s.w)["demand_charge"].sum() == pytest.approx(0)


def test_stores_and_absorption_chiller_in_alternate_hours():
    """10 kW of heat and of cooling in even hours only; prices alternate 100 and 50; absorption COP 0.7.

    The load sits in the dear hours and the stores carry it over: 4380 h * 10 kW = 149.45 MMBtu of heat and 12 454.33
    ton hours of cooling leave the stores, which is what REopt finds. Its tank of 233 gal is 10 kWh between 74 and
    93.3 °C with what it keeps at least; in kWh it is 10, and that of cold water, 378 gal between 4 and 12 °C, too. Its
    chiller of 2.846 ton is 10.01 kW. Left out: the losses that REopt has switched off as well.
    """
    prices = np.tile([50.0, 100.0], 12)
    load = np.tile([0.0, 10.0], 12)
    stores = {"capacity_kwh": {"min": 0, "max": 100, "annual_cost_cny": 1.0}, "power_kw": 1000}
    worth = {"end_short_cny_per_unit": 0, "end_surplus_cny_per_unit": 0, "throughput_cny_per_unit": 1e-5}
    site = park(
        mains(),
        part(kind="electric_boiler", name="boiler", capacity_kw=1000, efficiency=1.0),
        part(
            kind="absorption_chiller", name="chiller", capacity_kw={"min": 0, "max": 100, "annual_cost_cny": 1.0},
            drive_temperature_c=90, thermal_cop=[[90, 0.7]], electric_cop=1e5,
        ),
        part(kind="hot_store", **stores, **worth),
        part(kind="cold_store", **stores, **worth),
        *(wants(carrier) for carrier in ("electricity", "heat", "cooling")),
    )  # fmt: skip
    wanted = {"electricity": 10.0, "heat": load, "cooling": load}
    columns = {f"wanted_{carrier}_kw": kw for carrier, kw in wanted.items()}
    s = closed(site, table({**columns, "import_cny_per_kwh": prices}, start=START), (365.0,))
    assert s.violations() == []
    hot, cold = (365 * sum(s[f"{store}.discharge_kw"]) for store in ("hot_store", "cold_store"))
    assert hot / 293.07107 == pytest.approx(149.45, abs=5e-3)
    assert cold / 3.51685 == pytest.approx(12_454.33, rel=1e-5)
    assert s.schedule.sizes["hot_store.capacity"] == pytest.approx(10)
    assert s.schedule.sizes["cold_store.capacity"] == pytest.approx(10)
    assert s.schedule.sizes["chiller.capacity"] / 3.51685 == pytest.approx(2.846, rel=1e-3)

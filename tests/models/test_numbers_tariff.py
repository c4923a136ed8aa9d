"""Tariffs by hand: bands, ratchets, coincident peaks, blocks and fixed fees, day by day and in a closed year."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from models import Window
from tests.bending import judged
from tests.closed import closed
from tests.toys import Solved, clean, mains, park, part, solve, table, wants

TZ = "Asia/Shanghai"
BAND = ["10:00-12:00", "18:00-22:00"]
ANY_TARIFF = {
    "demand_charge_cny_per_kw_month": 30.0,
    "demand_charges": [
        {"name": "summer", "price_cny_per_kw": 12, "months": [6, 7, 8], "spans": BAND, "days": "weekday"},
        {"name": "blocks", "price_cny_per_kw": 5, "tiers": [{"above_kw": 120, "price_cny_per_kw": 9}]},
        {"name": "ratchet", "price_cny_per_kw": 7, "ratchet": {"share": 0.8, "lookback_months": 2}},
        {"name": "named", "price_cny_per_kw": 3, "months": [7, 8], "ratchet": {"share": 0.5, "months": [6]}},
        {"name": "system", "price_cny_per_kw": 50, "coincident_hours": ["07-04 18:00", "07-29 17:00"]},
    ],
    "energy_tiers": [{"above_kwh": 20_000, "adder_cny_per_kwh": 0.1}, {"above_kwh": 45_000, "adder_cny_per_kwh": 0.3}],
    "fixed_cny_per_month": 620,
}  # fmt: skip


def year(start: str = "2026-01-01", hours: int = 8760) -> pd.DatetimeIndex:
    return pd.date_range(start, periods=hours, freq="1h", tz=TZ)


def billed(grid, load: np.ndarray, index: pd.DatetimeIndex, state=None, **window) -> dict[str, float]:
    """Money by cause for a series of imports."""
    inputs = pd.DataFrame({"import_cny_per_kwh": 0.0}, index=index)
    w = Window(inputs, state or {}, **window)
    s = pd.DataFrame({"import_kw": load}, index=index)
    return {cause: float(w.occurrences @ x) for cause, x in grid.bill(s, w).items()}


def in_a_year(grid, load: np.ndarray) -> dict[str, float]:
    return billed(grid, load, year(), period_weights=(1.0,), design=True)


def loads(index: pd.DatetimeIndex) -> np.ndarray:
    """A load that is never the same twice, larger on working days and in summer (made up)."""
    x = 60 + 25 * np.sin(np.arange(len(index)) / 7) + 30 * np.sin(np.arange(len(index)) / 190)
    return np.asarray(x * np.where(index.dayofweek < 5, 1.0, 0.6) * np.where(index.month == 7, 1.2, 1.0))


def formula(load: pd.Series, june: float, may: float) -> dict[str, float]:
    """The bill of July and August 2026 as a tariff sheet says it, month by month."""
    blocks = lambda e: 0.1 * max(e - 20_000, 0) + 0.2 * max(e - 45_000, 0)  # noqa: E731  one line of the sheet
    months = dict(iter(load.groupby(load.index.month)))
    peak = {5: may, 6: june} | {m: float(x.max()) for m, x in months.items()}
    charge = 0.0
    for m, x in months.items():
        clock, working = x.index.hour, x.index.dayofweek < 5
        in_band = working & (((clock >= 10) & (clock < 12)) | ((clock >= 18) & (clock < 22)))
        charge += 30 * peak[m] + 12 * float(x[in_band].max())
        charge += 5 * peak[m] + 4 * max(peak[m] - 120, 0)
        charge += 7 * max(peak[m], 0.8 * max(peak[m - 1], peak[m - 2]))
        charge += 3 * max(peak[m], 0.5 * june)
    hours = [f"2026-07-04 18:00{load.index[0]:%z}", f"2026-07-29 17:00{load.index[0]:%z}"]
    charge += 50 * float(load.loc[[pd.Timestamp(h).tz_convert(TZ) for h in hours]].max())
    return {"demand_charge": charge, "tier": sum(blocks(float(x.sum())) for x in months.values()), "fixed_charge": 1240}


@pytest.mark.parametrize("opening", [{}, {"june": 260.0, "may": 400.0}])
def test_days_of_two_months_add_up_to_their_bill(opening):
    """July and August day by day, each opened with the state the last one reported, against the tariff sheet."""
    grid = part(kind="grid", name="mains", connection_kw=1e4, **ANY_TARIFF)
    index = year("2026-07-01", 62 * 24)
    load = loads(index)
    june, may = opening.get("june", 0.0), opening.get("may", 0.0)
    state = {"peak_ratchet_m05_kw": may, "peak_ratchet_m06_kw": june, "peak_named_m06_kw": june}
    total = dict.fromkeys(("demand_charge", "tier", "fixed_charge"), 0.0)
    for day in range(62):
        steps = slice(24 * day, 24 * day + 24)
        w = Window(pd.DataFrame({"import_cny_per_kwh": 0.0}, index=index[steps]), {"mains": state})
        s = pd.DataFrame({"import_kw": load[steps]}, index=index[steps])
        s["peak_kw"] = grid.peak_so_far(load[steps], w)
        bill = grid.bill(s, w)
        total = {cause: total[cause] + float(bill[cause].sum()) for cause in total}
        state = grid.state_end(s, w)
        assert set(state) == set(grid.state_bounds())
    assert total == pytest.approx(formula(pd.Series(load, index), june, may))
    assert state["peak_kw"] == state["month_kwh"] == state["peak_blocks_kw"] == 0, "September opens with nothing"
    assert state["peak_system_kw"] > 0, "the coincident peak is that of the year"
    assert state["peak_ratchet_m08_kw"] == pytest.approx(load[index.month == 8].max())


def test_a_window_over_the_end_of_a_month_knows_both():
    """48 hours over 31 July: each month its own peak, energy and fee; the model says the same of money."""
    start = "2026-07-31"
    site = park(mains(**ANY_TARIFF), wants("electricity"))
    load = np.linspace(100, 195, 48)
    state = {"mains": {"peak_kw": 110.0, "month_kwh": 44_000.0, "peak_blocks_kw": 110.0, "peak_ratchet_m06_kw": 200.0}}
    s = solve(site, table({"wanted_electricity_kw": load}, start=start), state)
    assert s.violations() == []
    assert s["mains.peak_kw"][23:25] == pytest.approx([load[23], load[24]]), "August begins anew"
    bill = {
        cause: float(x.sum()) for cause, x in s.site.component("mains").bill(s.schedule.tables["mains"], s.w).items()
    }
    july, august = load[:24], load[24:]
    above = 44_000 + july.sum() - 45_000
    assert bill["tier"] == pytest.approx(0.1 * july.sum() + 0.2 * above)
    assert bill["fixed_charge"] == pytest.approx(2 * 620 / 31)
    charge = 30 * (july[-1] - 110 + august[-1])
    charge += 5 * (july[-1] - 110) + 4 * (july[-1] - 120) + 5 * august[-1] + 4 * (august[-1] - 120)
    charge += 12 * july[[10, 11, 18, 19, 20, 21]].max()  # 31 July 2026 is a Friday, 1 August a Saturday
    charge += 7 * (160 / 31) + 7 * (august[-1] - 160) + 7 * (160 / 31) + 3 * july[-1] + 3 * august[-1]
    assert bill["demand_charge"] == pytest.approx(charge)


def test_the_plan_shaves_where_it_is_charged():
    """40 kW for an hour in a full battery: the band's hour is shaved, the higher hour outside is not."""
    b = part(
        kind="battery",
        capacity_kwh=40,
        power_kw=40,
        start_share=1.0,
        end_short_cny_per_unit=0,
        end_surplus_cny_per_unit=0,
    )
    band = [{"name": "evening", "price_cny_per_kw": 40, "spans": ["01:00-02:00"]}]
    loads = [200.0, 100.0, 90.0]
    s = clean(mains(demand_charges=band), b, wants("electricity"), wanted_electricity_kw=loads)
    assert s["mains.import_kw"][1] == pytest.approx(60)
    s = clean(
        mains(demand_charges=band),
        b,
        wants("electricity"),
        wanted_electricity_kw=loads,
        state={"mains": {"peak_evening_kw": 100.0}},
    )
    assert s.answer.objective == pytest.approx(390 - 40, abs=0.1), "a peak that is paid for costs nothing"
    band[0]["expected_peak_kw"] = 80
    s = clean(mains(demand_charges=band), b, wants("electricity"), wanted_electricity_kw=loads)
    assert s.answer.objective == pytest.approx(390 - 40, abs=0.1)


def test_steps_of_a_quarter_of_an_hour_lie_in_their_coincident_hour():
    grid = mains(demand_charges=[{"name": "system", "price_cny_per_kw": 10, "coincident_hours": ["03-02 01:00"]}])
    s = clean(
        grid, wants("electricity"), minutes=15, wanted_electricity_kw=[9.0] * 4 + [1.0, 2.0, 3.0, 4.0] + [9.0] * 4
    )
    assert s.answer.objective == pytest.approx(10 * 4 + 82 / 4)


def test_blocks_are_climbed_in_a_day():
    """30 kWh used, blocks from 50 and 100 kWh: 20 free, 50 at 0.2, 30 at 0.5 on top of 1 CNY/kWh."""
    tiers = [{"above_kwh": 50, "adder_cny_per_kwh": 0.2}, {"above_kwh": 100, "adder_cny_per_kwh": 0.5}]
    s = clean(
        mains(energy_tiers=tiers),
        wants("electricity"),
        wanted_electricity_kw=[60.0, 40.0],
        state={"mains": {"month_kwh": 30.0}},
    )
    assert s.answer.objective == pytest.approx(100 + 50 * 0.2 + 30 * 0.5)
    assert s.site.component("mains").state_end(s.schedule.tables["mains"], s.w)["month_kwh"] == 130


# ---- a closed year -------------------------------------------------------------------------------------------------


def a_year(load: np.ndarray, **tariff) -> Solved:
    s = closed(
        park(mains(**tariff), wants("electricity")),
        table({"wanted_electricity_kw": load, "import_cny_per_kwh": 0.5}, start="2026-01-01"),
        (1.0,),
    )
    assert s.violations() == []
    return s


def test_a_year_of_any_tariff_is_the_sum_of_its_months():
    """The same year by the linear program, by `bill`, and day by day with a state that knows the year before."""
    load = loads(year())
    s = a_year(load, **ANY_TARIFF)
    whole = in_a_year(mains(**ANY_TARIFF), load)
    assert s.answer.objective == pytest.approx(0.5 * load.sum() + sum(whole.values()))
    grid, index = mains(**ANY_TARIFF), year()
    months = pd.Series(load, index).groupby(index.month).max()
    state = {f"peak_{name}_m{m:02d}_kw": float(x) for m, x in months.items() for name in ("ratchet", "named")}
    state = {key: x for key, x in state.items() if key in grid.state_bounds()}
    total = dict.fromkeys(whole, 0.0)
    for m in range(1, 13):
        steps = np.flatnonzero(index.month == m)
        w = Window(pd.DataFrame({"import_cny_per_kwh": 0.0}, index=index[steps]), {"mains": state})
        t = pd.DataFrame({"import_kw": load[steps], "peak_kw": grid.peak_so_far(load[steps], w)}, index=index[steps])
        total = {cause: total[cause] + float(x.sum()) for cause, x in grid.bill(t, w).items()}
        state = grid.state_end(t, w)
    assert total == pytest.approx(whole)


def test_a_month_is_designed_against_its_charge():
    """A battery for 1 CNY/kWh against 30 CNY/kW, one hour of 100 kW in a January of 50 kW.

    D kWh leave a peak of 100 - D, and the 743 other hours fill it again at 50 + D / 743.
    """
    load = np.full(744, 50.0)
    load[400] = 100.0
    size = {"min": 0, "max": 1000, "annual_cost_cny": 1.0}
    free = {"end_short_cny_per_unit": 0, "end_surplus_cny_per_unit": 0, "throughput_cny_per_unit": 1e-5}
    battery = part(kind="battery", capacity_kwh=size, power_kw=1000, **free)
    site = park(mains(demand_charge_cny_per_kw_month=30), wants("electricity"), battery)
    s = closed(site, table({"wanted_electricity_kw": load, "import_cny_per_kwh": 0.5}, start="2026-01-01"), (1.0,))
    assert s.violations() == []
    best = 50 / (1 + 1 / 743)
    assert s.schedule.sizes["battery.capacity"] == pytest.approx(best)
    assert s.answer.objective == pytest.approx(0.5 * load.sum() + 30 * (100 - best) + best + 1e-5 * best)


def test_a_part_of_a_month_pays_its_part():
    """A day that stands for a year: 365 days of March are 365 / 31 months of its charges, fees and blocks."""
    tariff = {
        "demand_charge_cny_per_kw_month": 10.0,
        "fixed_cny_per_month": 100.0,
        "energy_tiers": [{"above_kwh": 31 * 24 * 50, "adder_cny_per_kwh": 0.2}],
    }
    site = park(mains(**tariff), wants("electricity"))
    s = closed(site, table({"wanted_electricity_kw": [100.0] * 24}), (365.0,))
    assert s.violations() == []
    assert s.answer.objective == pytest.approx(365 * 2400 + 365 / 31 * (1000 + 100) + 0.2 * 365 * 24 * 50)


def test_typical_days_pay_the_charges_of_all_months():
    """Two typical days for the 59 days of January and February: fees and peaks by the month each day lies in."""
    from models import Chronology

    tariff = {
        "demand_charge_cny_per_kw_month": 10.0,
        "fixed_cny_per_month": 100.0,
        "energy_tiers": [{"above_kwh": 31 * 24, "adder_cny_per_kwh": 1.0}],
    }
    site = park(mains(**tariff), wants("electricity"))
    load = np.repeat([1.0, 3.0], 24)
    order = Chronology((0,) * 31 + (1,) * 28, (1,) * 31 + (2,) * 28)
    s = closed(site, table({"wanted_electricity_kw": load}, start="2026-01-05"), (31.0, 28.0), chronology=order)
    assert s.violations() == []
    energy = 31 * 24 + 28 * 72
    assert s.answer.objective == pytest.approx(energy + 10 * (1 + 3) + 200 + (28 * 72 - 31 * 24))


def test_coincident_peaks_need_the_year():
    from models import Chronology

    charge = [{"name": "system", "price_cny_per_kw": 10, "coincident_hours": ["03-02 01:00"]}]
    site = park(mains(demand_charges=charge), wants("electricity"))
    with pytest.raises(ValueError, match="take the full year"):
        closed(site, table({"wanted_electricity_kw": [1.0] * 24}), chronology=Chronology((0,) * 365, (3,) * 365))


# ---- what is sold --------------------------------------------------------------------------------------------------


def test_a_design_buys_its_connection():
    """100 kW wanted in one hour, 40 in the others: the grid as wide as the peak, 12 CNY/kW/a."""
    s = closed(
        park(mains(connection_kw={"min": 0, "max": 500, "annual_cost_cny": 12.0}), wants("electricity")),
        table({"wanted_electricity_kw": [100.0] + [40.0] * 23}),
        (365.0,),
    )
    assert s.violations() == []
    assert s.schedule.sizes["mains.capacity"] == pytest.approx(100)
    assert s.answer.objective == pytest.approx(365 * (100 + 23 * 40) + 1200)


@pytest.mark.parametrize(("sell", "earned"), [(0.2, 0.2), (0.5, 0.5), (0.9, 0.5)])
def test_a_design_sells_no_dearer_than_it_buys(sell, earned):
    """70 kW of sun beyond the demand: sold, at no more than the purchase price; nothing runs in a circle."""
    roof = part(kind="pv", name="roof", capacity_kwp=100, column="sun_share")
    site = park(mains(export_limit_kw=1000), roof, wants("electricity"))
    inputs = table(
        {
            "import_cny_per_kwh": 0.5,
            "export_cny_per_kwh": sell,
            "wanted_electricity_kw": 30.0,
            "sun_share": [1.0, 0.0] * 12,
        }
    )
    s = closed(site, inputs, (365.0,))
    assert s.violations() == []
    assert s["mains.export_kw"] == [70, 0] * 12
    assert s["mains.import_kw"] == [0, 30] * 12
    assert s.answer.objective == pytest.approx(365 * 12 * (30 * 0.5 - 70 * earned))
    assert site.component("mains").capped_hours(s.w) == (8760 if sell > 0.5 else 0)


def test_a_circle_that_weights_make_pay_is_told_by_the_audit():
    """Income that is weighted above expenses at one price invites to buy and sell: the money does not add up."""
    from dataclasses import replace

    from ems.audit import audit
    from ems.build import build
    from ems.objective import Objective
    from ems.problem import Limits
    from ems.schedule import Schedule
    from tests.toys import solver

    class Biased(Objective):
        def weight(self, cause: str, component: str = "") -> float:
            return 1.1 if cause == "export" else 1.0

    site = park(mains(export_limit_kw=100, connection_kw=300), wants("electricity"))
    w = Window(
        table({"export_cny_per_kwh": 1.0, "wanted_electricity_kw": [50.0] * 24}), period_weights=(365.0,), design=True
    )
    goal = Biased("cost", 0.0)
    built = build(site, w, goal)
    answer = solver().solve(built.problem, Limits(60.0, 1e-7))
    schedule = Schedule(*built.tables(answer.x, w))
    assert [v.law for v in audit(site, w, schedule, goal, answer.objective)] == ["objective computed again"]
    assert audit(site, w, schedule, replace(goal), None) == []


# ---- what is refused -----------------------------------------------------------------------------------------------


def charge(**fields) -> dict:
    return {"demand_charges": [{"name": "a", "price_cny_per_kw": 9, **fields}]}


def blocks(*tiers: tuple[float, float]) -> dict:
    return {"energy_tiers": [{"above_kwh": at, "adder_cny_per_kwh": adder} for at, adder in tiers]}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (blocks((0, 0.3), (10, 0.1)), "not convex"),
        (blocks((10, 0.1), (10, 0.2)), "not above"),
        (charge(tiers=[{"above_kw": 5, "price_cny_per_kw": 8}]), "not convex"),
        (charge(spans=["22:00-06:00"]), "split it at midnight"),
        (charge(coincident_hours=["01-01 00:00"], months=[1]), "hours alone"),
        (charge(ratchet={"share": 0.5}), "named months or"),
        ({"demand_charges": charge()["demand_charges"] * 2}, "one name"),
        (charge(price_cny_per_kw=-1), "greater than or equal to 0"),
        ({"fixed_cny_per_month": -1}, "greater than or equal to 0"),
    ],
)
def test_tariffs_that_no_plan_can_follow(fields, said):
    with pytest.raises(ValueError, match=said):
        mains(**fields)


# ---- the audit stays awake -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("year_long", [False, True])
def test_a_meter_read_too_low_is_noticed(year_long):
    """Any hour of import told lower by 2 kW, even if the bus were silent: energy, blocks or peaks do not add up."""
    site = park(mains(**ANY_TARIFF), wants("electricity"))
    inputs = table({"wanted_electricity_kw": loads(year("2026-07-06", 24))}, start="2026-07-06")
    s = closed(site, inputs, (365.0,)) if year_long else solve(site, inputs)
    for t in range(24):
        values = s.schedule.tables["mains"]["import_kw"].to_numpy(float).copy()
        values[t] -= 2.0
        assert "objective computed again" in [v.law for v in judged(s, "mains", "import_kw", values)]


def test_every_part_of_the_tariff_is_in_the_bill():
    """Leaving any of them out changes the bill: none is forgotten."""
    load = loads(year())
    full = sum(in_a_year(mains(**ANY_TARIFF), load).values())
    for part_of in ("demand_charge_cny_per_kw_month", "energy_tiers", "fixed_cny_per_month"):
        left = {k: v for k, v in ANY_TARIFF.items() if k != part_of}
        assert full - sum(in_a_year(mains(**left), load).values()) > 1
    charges = ANY_TARIFF["demand_charges"]
    for k in range(len(charges)):
        left = {**ANY_TARIFF, "demand_charges": charges[:k] + charges[k + 1 :]}
        assert full - sum(in_a_year(mains(**left), load).values()) > 1


def test_peaks_only_rise_in_a_month_and_begin_anew():
    grid, index = mains(**ANY_TARIFF), year()
    w = Window(pd.DataFrame({"import_cny_per_kwh": 0.0}, index=index))
    peak = grid.peak_so_far(loads(index), w)
    for (a, month), (b, same) in pairwise(zip(peak, index.month, strict=True)):
        assert b >= a or month != same

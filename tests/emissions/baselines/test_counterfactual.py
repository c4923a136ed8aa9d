"""The counterfactual serves what the park served, with what a baseline buys for it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ems.emissions.activity import HOUR, Gap
from ems.emissions.avoided import avoided, by_use
from ems.emissions.baselines import Baseline, grid_only
from ems.emissions.counterfactual import counterfactual
from ems.emissions.factor_set import FactorChoice, FactorSet, frozen_factors
from ems.emissions.ledger import Ledger
from ems.site import sites_folder
from forecasting.errors import InputError
from forecasting.factors import registry
from forecasting.notes import Note
from tests.emissions.baselines.parks import HAND_DAY, SITE, Round, activity, bought, fleet, hours

DAY = hours()


def shandong(index: pd.DatetimeIndex) -> FactorSet:
    """0.6191 by location, 0.6096 by market: announcement 47 of 2025."""
    choice = FactorChoice.model_validate(
        {
            "region": "CN-SD",
            "location": [{"from": "2026-01-01", "id": "mee-nbs-2025-47.cn-sd.average"}],
            "market": [{"from": "2026-01-01", "id": "mee-nbs-2025-47.cn.residual"}],
        }
    )
    return frozen_factors(choice, registry(sites_folder() / "factors"), index, SITE)


def of_line(ledger: Ledger, component: str, cause: str) -> float:
    return sum(
        float(x.kg.sum())
        for x in ledger.lines
        if (x.component, x.cause) == (component, cause) and x.scope != "2_market"
    )


def plain(**parts: object) -> Baseline:
    return Baseline.model_validate(
        {
            "title": {"zh": "自定", "en": "own"},
            "heat": {"technology": "gas_boiler", "efficiency": 0.92, "factor": "gas"},
            "cooling": {"cop": 4.5},
            "hydrogen": {"factor": "grey"},
            "vehicles": "diesel",
            **parts,
        }
    )


def test_a_day_by_grid_only_is_what_a_pocket_calculator_says() -> None:
    factors = shandong(DAY)
    park = activity(HAND_DAY, DAY)
    fleets = [fleet(diesel="diesel.cn.litre")]
    bought_there, ledger = counterfactual(park, grid_only().baseline, fleets, factors)

    # 24 h x 100 kWh; 24 x 45 / 4.5 kWh; 24 x 92 / 0.92 kWh of gas; 240 kg; 240/300 x 200 km x 0.35 L/km;
    # 120 kg / 0.1 kg/km x 0.3 L/km
    assert of_line(ledger, "users_electricity", "demand_power") == pytest.approx(2400 * 0.6191)
    assert of_line(ledger, "users_cooling", "demand_cooling") == pytest.approx(240 * 0.6191)
    assert of_line(ledger, "users_heat", "demand_heat") == pytest.approx(2400 * 0.19994)
    assert of_line(ledger, "users_hydrogen", "demand_hydrogen") == pytest.approx(240 * 9.0)
    assert of_line(ledger, "users_hydrogen", "hydrogen_truck") == pytest.approx(56 * 2.6006)
    assert of_line(ledger, "trucks", "vehicle_fuel") == pytest.approx(360 * 2.6006)
    assert ledger.inventory("location") == pytest.approx(5356.1296, abs=1e-9)
    assert ledger.inventory("market") == pytest.approx(5331.0496, abs=1e-9)
    assert bought_there.total("users_hydrogen.truck_l") == pytest.approx(56)

    # the park buys 24 x 70 kWh
    found = avoided(ledger, bought(park, factors))  # type: ignore[arg-type]
    assert found.total("location") == pytest.approx(5356.1296 - 1680 * 0.6191)
    assert found.total("market") == pytest.approx(5331.0496 - 1680 * 0.6096)


def test_uses_of_the_same_day_add_up_to_it() -> None:
    factors, park = shandong(DAY), activity(HAND_DAY, DAY)
    there, ledger = counterfactual(park, grid_only().baseline, [fleet(diesel="diesel.cn.litre")], factors)
    account = bought(park, factors)  # type: ignore[arg-type]
    found = avoided(ledger, account)
    uses = by_use(found, (ledger, there), (account, park), factors)["location"].sum()
    assert uses["power"] == pytest.approx(0, abs=1e-9)  # the same demand bought on both sides
    assert uses["own_pv"] == pytest.approx(21600 * 0.6191)
    assert uses["cooling"] == pytest.approx((240 - 360) * 0.6191)
    assert uses["heat"] == pytest.approx(2400 * 0.19994 - 720 * 0.6191)
    assert uses["hydrogen"] == pytest.approx(240 * 9 + 56 * 2.6006 - 19800 * 0.6191)
    assert uses["vehicles"] == pytest.approx(360 * 2.6006)
    assert uses.sum() == pytest.approx(found.total("location"))


def test_every_technology_of_heat_buys_what_it_needs() -> None:
    park, factors = activity({"users_heat.served_kwh": 92.0}, DAY), Round(DAY)

    def heat(**how: object) -> Ledger:
        return counterfactual(park, plain(heat=how), [], factors)[1]

    electric = heat(technology="electric_boiler", efficiency=0.98)
    assert electric.inventory("location") == pytest.approx(24 * 92 / 0.98 * 0.6)
    assert electric.inventory("market") == pytest.approx(24 * 92 / 0.98 * 0.7)
    district = heat(technology="district", efficiency=0.92, factor="heat")
    for method in ("location", "market"):
        assert district.inventory(method) == pytest.approx(24 * 100 * 0.0036 * 110)  # type: ignore[arg-type]
    gas = heat(technology="gas_boiler", efficiency=0.92, factor="gas")
    assert gas.total("1") == pytest.approx(24 * 100 * 0.2)
    with pytest.raises(InputError, match=r"baseline.heat.factor.*kgCO2e/kWh"):
        heat(technology="gas_boiler", efficiency=0.92, factor="heat")
    with pytest.raises(ValueError, match="electric_boiler takes none"):
        plain(heat={"technology": "electric_boiler", "efficiency": 0.98, "factor": "gas"})


def test_hydrogen_of_a_fleet_is_replaced_by_diesel_and_not_bought_as_well() -> None:
    park, factors = activity({"refuelling.served_kg": 5.0}, DAY), Round(DAY)
    whole = counterfactual(park, plain(), [fleet()], factors)[1]
    half = counterfactual(park, plain(), [fleet(hydrogen={"share": 0.5})], factors)[1]
    none = counterfactual(park, plain(vehicles="none"), [fleet()], factors)[1]
    assert of_line(whole, "refuelling", "demand_hydrogen") == 0
    assert whole.inventory("location") == pytest.approx(120 / 10 * 30 * 2.6)
    assert of_line(half, "refuelling", "demand_hydrogen") == pytest.approx(60 * 9)
    assert of_line(half, "trucks", "vehicle_fuel") == pytest.approx(60 / 10 * 30 * 2.6)
    assert none.inventory("location") == pytest.approx(120 * 9)


def test_diesel_of_vehicles_that_others_run_is_scope_3() -> None:
    park, factors = activity({"refuelling.served_kg": 5.0}, DAY), Round(DAY)
    own = counterfactual(park, plain(), [fleet()], factors)[1]
    others = counterfactual(park, plain(), [fleet(operator="others")], factors)[1]
    assert (own.total("1"), own.total("3")) == (pytest.approx(936.0), 0)
    assert (others.total("1"), others.total("3")) == (0, pytest.approx(936.0))


def test_what_was_not_served_is_not_served_by_the_baseline_either() -> None:
    full = activity({"users_heat.served_kwh": 92.0}, DAY)
    short = activity({"users_heat.served_kwh": 46.0, "users_heat.unserved_kwh": 46.0}, DAY)
    kg = [counterfactual(a, plain(), [], Round(DAY))[1].inventory("location") for a in (full, short)]
    assert kg[1] == pytest.approx(kg[0] / 2)


def test_plant_and_import_of_the_park_leave_the_baseline_alone() -> None:
    served = {name: x for name, x in HAND_DAY.items() if "served" in name}
    kg = [
        counterfactual(activity(amounts, DAY), plain(), [fleet()], Round(DAY))[1].inventory("market")
        for amounts in (served, HAND_DAY)
    ]
    assert kg[0] == kg[1]


def test_export_earns_only_by_a_named_method() -> None:
    park = activity({"users_electricity.served_kwh": 1.0, "mains.export_kwh": 10.0}, DAY)
    without = counterfactual(park, plain(), [], Round(DAY))[1]
    covered = counterfactual(park, plain(export={"method": "AMS-I.D", "factor": "displaced"}), [], Round(DAY))[1]
    assert covered.inventory("location") - without.inventory("location") == pytest.approx(240 * 0.5)
    with pytest.raises(ValueError, match="method"):
        plain(export={"factor": "displaced"})


def test_gaps_of_a_demand_are_gaps_of_what_is_bought_for_it() -> None:
    amount = np.full(24, 92.0)
    amount[3:5] = np.nan
    gap = Gap("users_heat.served_kwh", DAY[3], DAY[4] + HOUR, Note("停表", "meter stood still"))
    there, ledger = counterfactual(activity({"users_heat.served_kwh": amount}, DAY, (gap,)), plain(), [], Round(DAY))
    assert [(g.meter, g.hours) for g in there.gaps] == [("users_heat.gas_kwh", 2.0)]
    line = next(x for x in ledger.lines if x.component == "users_heat")
    assert np.flatnonzero(np.isnan(line.kg)).tolist() == [3, 4]


def test_upstream_is_counted_where_the_park_counts_it() -> None:
    park = activity({"users_electricity.served_kwh": 100.0, "users_heat.served_kwh": 92.0}, DAY)
    plainly = counterfactual(park, plain(), [], Round(DAY))[1]
    chain = counterfactual(park, plain(), [], Round(DAY), {"mains": "displaced"})[1]
    assert chain.total("3") - plainly.total("3") == pytest.approx(2400 * 0.5)
    assert chain.total("1", "2_location", "2_market") == plainly.total("1", "2_location", "2_market")


def test_a_served_carrier_that_the_baseline_does_not_know_is_told() -> None:
    with pytest.raises(InputError, match="how cooling is had there, because users_cooling"):
        counterfactual(activity({}, DAY), plain(cooling=None), [], Round(DAY))


def test_an_activity_without_any_demand_meter_is_told() -> None:
    park = activity({}, DAY)
    kept = {name: m for name, m in park.meters.items() if "served" not in name}
    bare = type(park)(park.site, kept, park.table[list(kept)])
    with pytest.raises(InputError, match="meter of at least one demand"):
        counterfactual(bare, plain(), [], Round(DAY))

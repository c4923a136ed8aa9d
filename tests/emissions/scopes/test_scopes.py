"""The account of an hour by hand, and what must not be in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from ems.emissions.activity import Activity, Meter
from ems.emissions.certificates import certificate_ledger
from ems.emissions.ledger import Ledger
from ems.emissions.scopes import BOUGHT, CAUSE_TEXT, SupplyChain, actual
from ems.site import Site
from forecasting.errors import InputError
from models import CATALOGUE, Store
from models.component import Component
from tests.emissions.scopes.scopes_toy import SUPPLY, activity, factors
from tests.toys import part

DAY = (date(2026, 1, 5), date(2026, 1, 5))
HOUR = {
    "grid.import_kwh": [1000.0],
    "grid.export_kwh": [50.0],
    "roof.power_kwh": [300.0],
    "gas_main.gas_kwh": [2000.0],
    "trailer.hydrogen_kg": [10.0],
    "water_main.water_kg": [400.0],
    "electrolyser.hydrogen_kg": [20.0],
    "vent.lost_kg": [1.0],
}


def account(a: Activity, supply: SupplyChain = SUPPLY, **choice: Any) -> Ledger:
    return actual(a, factors(a, **choice), certificate_ledger((), a, DAY), supply)


def test_an_hour_by_hand() -> None:
    ledger = account(activity(HOUR))
    assert ledger.total("1") == pytest.approx(399.88)  # 2 000 kWh x 0.19994
    assert ledger.total("2_location") == pytest.approx(619.1)  # 1 000 kWh x 0.6191; neither sun nor export counts
    assert ledger.total("2_market") == pytest.approx(609.6)  # 1 000 kWh x 0.6096
    assert ledger.total("3") == pytest.approx(219.8)  # 10 kg x 15 + 2 000 kWh x 0.0349
    assert ledger.total("memo") == pytest.approx(16.24)  # 20 kg x 2 % x 11.6 + 1 kg x 11.6
    assert ledger.inventory("location") == pytest.approx(399.88 + 619.1 + 219.8)  # without the memo lines
    assert ledger.inventory("market") == pytest.approx(399.88 + 609.6 + 219.8)


def test_scope_3_is_what_is_chosen() -> None:
    plain = account(activity(HOUR), SupplyChain())
    assert plain.total("3") == pytest.approx(150)
    assert plain.total("memo") == 0
    more = account(activity(HOUR), SupplyChain(), delivered={"trailer": "hydrogen.coal"})
    assert more.total("3") == pytest.approx(190)


def gas_vented(**choice: Any) -> Ledger:
    vent = part(kind="spill", name="gas_vent", carrier="gas", bus="gas", limit=500, price_cny_per_unit=1)
    there = activity(HOUR)
    of = Site.model_validate({**dict(there.site), "components": (*there.site.components, vent)})
    meter = Meter("gas_vent.lost_kwh", "gas_vent", "gas", "kWh", "x", "x", "entered")
    a = Activity(of, there.meters, there.table).with_meters([(meter, there.table["gas_main.gas_kwh"] * 0 + 100.0)])
    return account(a, **choice)


def test_gas_let_go_warms_as_methane_on_top_of_its_carbon() -> None:
    """100 of 2 000 kWh are let go: 7.2 kg of methane x 28 more than if they had been burnt."""
    ledger = gas_vented(fuels={"gas_main": "natural-gas.cn.lhv", "gas_vent": "methane.vented.lhv"})
    assert ledger.total("1") == pytest.approx(399.88 + 7.2 * 28)
    with pytest.raises(InputError, match=r"such as methane\.vented\.lhv"):
        gas_vented()


def test_stock_missing_at_the_end_of_a_day_emits_nothing() -> None:
    """The tank prices a missing kg with 35 kgCO2e in a plan; an account knows what was bought and burnt, no more."""
    assert any(isinstance(c, Store) and c.end_short_kgco2e_per_unit for c in activity(HOUR).site.components)
    assert not [line for line in account(activity(HOUR)).lines if line.component == "tank"]


def test_hours_without_data_count_nothing_and_are_not_filled() -> None:
    ledger = account(activity({"grid.import_kwh": [100.0, np.nan, 100.0]}))
    assert ledger.total("2_location") == pytest.approx(200 * 0.6191)
    (line,) = [x for x in ledger.lines if x.scope == "2_location"]
    assert np.isnan(line.kg).tolist() == [False, True, False]


def test_every_technology_that_emits_has_its_line() -> None:
    """What a component tells a plan about its emissions must be known here; stores are told apart above."""
    emitting = {kind for kind in CATALOGUE if kind.emitted is not Component.emitted}
    assert {kind for kind in emitting if not issubclass(kind, Store)} == set(BOUGHT)


def test_every_cause_has_its_words() -> None:
    assert {line.cause for line in account(activity(HOUR)).lines} <= set(CAUSE_TEXT)


def faulty(**changes: Any) -> Activity:
    return activity({**HOUR, **changes})


def without(a: Activity, meter: str) -> Activity:
    return Activity(a.site, {n: m for n, m in a.meters.items() if n != meter}, a.table.drop(columns=meter))


def in_unit(a: Activity, meter: str, unit: str) -> Activity:
    return Activity(a.site, {**a.meters, meter: replace(a.meters[meter], unit=unit)}, a.table)


@pytest.mark.parametrize(
    ("a", "supply", "says"),
    [
        (faulty(**{"grid.import_kwh": [-5.0]}), SUPPLY, r"grid.import_kwh is '-5 kWh at 2026-01-05T00:00"),
        (without(activity(HOUR), "gas_main.gas_kwh"), SUPPLY, "gas_main.gas_kwh"),
        (in_unit(activity(HOUR), "gas_main.gas_kwh", "m3"), SUPPLY, "in m3.*natural-gas.cn.lhv, kgCO2e/kWh"),
        (activity(HOUR), SupplyChain(upstream={"gasmain": "natural-gas.upstream.lhv"}), "did you mean gas_main"),
        (activity(HOUR), SupplyChain(upstream={"gas_main": "diesel.upstream.litre"}), "a factor in kgCO2e/kWh"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_a_sentence(a: Activity, supply: SupplyChain, says: str) -> None:
    with pytest.raises(InputError, match=says):
        account(a, supply)


def test_factors_and_certificates_must_be_of_the_same_hours_and_activity() -> None:
    a, other = activity(HOUR), activity({"grid.import_kwh": [1.0, 2.0]})
    held = certificate_ledger((), a, DAY)
    with pytest.raises(InputError, match="the same period"):
        actual(a, factors(other), held, SUPPLY)
    with pytest.raises(InputError, match="for the whole period"):
        actual(other, factors(other), held, SUPPLY)
    with pytest.raises(InputError, match="of another activity"):
        actual(faulty(**{"grid.import_kwh": [1.0]}), factors(a), held, SUPPLY)

"""Battery and combined heat and power against prices, known answers of energy-py-linear.

Numbers: energy-py-linear v1.4.1, documentation (battery, price and carbon) and test of the CHP asset, licence GPL-3.0:
numbers only. Reproduced with an independent formulation.

How it maps: MW are kW, MWh kWh, and a price per MWh is one per kWh. The grid buys and sells at one price, so every step
carries the binary against doing both. All losses sit in charging (0.9). There is no value of stock and next to no wear.
The original ends with an empty battery; ours may end as it likes, so in a last hour with a negative price buying is
priced out, which is what an empty end means there. Its emissions credit what is sold at the same intensity; ours count
what is bought. They are computed here from the reported flows; the carbon optimum is found by intensities as prices.
"""

import numpy as np
import pytest

from tests.toys import Solved, clean, mains, part, wants

PRICES = [100, 50, 200, -100, 0, 200, 100, -100]
CARBON = [0.1, 0.2, 0.1, 0.15, 0.01, 0.7, 0.5, 0.01]  # t per MWh


def battery_against(prices: list[float], last_buy: float | None = None) -> Solved:
    battery = part(
        kind="battery",
        capacity_kwh=4,
        power_kw=2,
        charge_efficiency=0.9,
        start_share=0.0,
        end_short_cny_per_unit=0,
        end_surplus_cny_per_unit=0,
        throughput_cny_per_unit=1e-5,
    )
    buy = [*prices[:-1], prices[-1] if last_buy is None else last_buy]
    return clean(mains(export_limit_kw=1e5), battery, import_cny_per_kwh=buy, export_cny_per_kwh=prices)


def net_import(s: Solved) -> np.ndarray:
    return np.array(s["mains.import_kw"]) - np.array(s["mains.export_kw"])


def test_battery_for_money():
    net = net_import(battery_against(PRICES, last_buy=1e3))
    assert -net @ PRICES == pytest.approx(1037.78, abs=5e-3)
    assert net @ CARBON == pytest.approx(-1.6578, abs=5e-5)


def test_battery_for_the_climate():
    net = net_import(battery_against(CARBON))
    assert net @ CARBON == pytest.approx(-2.2733, abs=5e-5)
    assert -net @ PRICES == pytest.approx(134.44, abs=5e-3)


def test_abatement_cost():
    """(1037.78 - 134.44) / (2.2733 - 1.6578) = 1467.5 per t."""
    money, climate = net_import(battery_against(PRICES, last_buy=1e3)), net_import(battery_against(CARBON))
    assert (climate - money) @ PRICES / ((money - climate) @ CARBON) == pytest.approx(1467.51, abs=5e-2)


def test_battery_over_five_hours():
    net = net_import(battery_against([10, -50, 200, -50, 200]))
    assert net == pytest.approx([0.444444, 2, -2, 2, -2], abs=1e-5)


def test_gas_turbine():
    """Heat that no one wants is dumped by the turbine's own cooler: what it could have given less what it gave."""
    gas = part(kind="gas_supply", capacity_kw=1e5, price_cny_per_kwh=20, intensity_kgco2e_per_kwh=0)
    turbine = part(
        kind="gas_engine",
        name="turbine",
        capacity_kw=100,
        electric_efficiency=[[0.5, 0.3], [1.0, 0.3]],
        heat_recoverable=0.5 / 0.7,
        min_load=0.5,
    )
    boiler = part(kind="gas_boiler", name="boiler", capacity_kw=1e5, efficiency=0.8)
    s = clean(
        mains(export_limit_kw=1e5),
        gas,
        turbine,
        boiler,
        wants("heat", unserved_cny_per_unit=1e4),
        import_cny_per_kwh=[1000, -100, 1000],
        export_cny_per_kwh=[1000, -100, 1000],
        wanted_heat_kw=[20, 20, 1000],
    )
    assert s["turbine.power_kw"] == [100, 0, 100]
    assert s["boiler.heat_kw"][1:] == pytest.approx([20, 1000 - 100 * 0.5 / 0.3])
    assert 100 * 0.5 / 0.3 - s["turbine.heat_kw"][0] == pytest.approx(146.6666667)

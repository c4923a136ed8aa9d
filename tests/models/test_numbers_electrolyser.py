"""Electrolysers by hand, with the curves of the alkaline and PEM machines of the park Qingdao."""

import pytest

from tests.toys import clean, mains, outlet, part, wants

# Ulleberg's (2003) alkaline model at 80 °C with rectifier and 3 % balance of plant; load share -> kWh/kg
ALKALINE = [
    [0.25, 51.2],
    [0.3, 50.5],
    [0.4, 50.0],
    [0.5, 50.0],
    [0.6, 50.2],
    [0.7, 50.5],
    [0.8, 50.9],
    [0.9, 51.3],
    [1.0, 51.8],
]
# NREL H2Integrate's PEM stack plus 4.5 kWh/kg for rectifier, drying and cooling
PEM = [[0.1, 49.55], [0.3, 51.9], [0.5, 53.25], [0.7, 54.27], [1.0, 55.5]]


def alkaline(**more):
    return part(
        **{
            "kind": "electrolyser",
            "name": "ely",
            "capacity_kw": 1000,
            "specific_kwh_per_kg": ALKALINE,
            "min_load": 0.25,
            **more,
        }
    )


def test_half_load_of_the_alkaline_curve():
    """50.0 kWh/kg at half load: 500 kW make 10.0 kg/h; water 10 kg/kg makes 100 kg/h.

    The tie-break adds 0.2 CNY for each kg that the steepest chord (25 to 30 % load) would have made more.
    """
    steepest = (300 / 50.5 - 250 / 51.2) / 50
    well = part(kind="water_supply", capacity_kg_per_h=1000, price_cny_per_kg=0.01)
    s = clean(mains(), well, alkaline(water_bus="water"), wants("hydrogen"), wanted_hydrogen_kg_per_h=[10.0])
    assert s["ely.power_kw"] == [500.0]
    assert s["ely.hydrogen_kg_per_h"] == [10.0]
    assert s["ely.water_kg_per_h"] == [100.0]
    assert s.answer.objective == pytest.approx(500 * 1.0 + 100 * 0.01 + 0.2 * (500 * steepest - 10.0))


def test_full_load():
    """1000 kW / 51.8 kWh/kg = 19.305 kg/h; one kg/h more goes unserved."""
    s = clean(mains(), alkaline(), wants("hydrogen"), wanted_hydrogen_kg_per_h=[20.305])
    assert s["ely.power_kw"] == [1000.0]
    assert s["users_hydrogen.unserved_kg_per_h"][0] == pytest.approx(20.305 - 1000 / 51.8)


def test_between_points_output_is_linear_in_input():
    """Halfway between 0.5 (500 kW, 10.0 kg/h) and 0.6 (600 kW, 11.952 kg/h): 550 kW and 10.976 kg/h."""
    made = (10.0 + 600 / 50.2) / 2
    s = clean(mains(), alkaline(), wants("hydrogen"), wanted_hydrogen_kg_per_h=[made])
    assert s["ely.power_kw"][0] == pytest.approx(550.0, rel=1e-3)  # the hull spares corners worth less than 0.1 %


def test_minimum_load():
    """2 kg/h are wanted, a quarter load makes 250 / 51.2 = 4.883: the rest is released under its name."""
    s = clean(mains(), alkaline(), wants("hydrogen"), outlet("hydrogen"), wanted_hydrogen_kg_per_h=[2.0])
    assert s["ely.power_kw"] == [250.0]
    assert s["outlet_hydrogen.lost_kg_per_h"][0] == pytest.approx(250 / 51.2 - 2)


def test_recovered_heat():
    """What is not heating value (39.41 kWh/kg HHV) is heat: 0.7 x (500 - 39.41 x 10) = 74.13 kW.

    The plan counts on the line through 70 and 80 % load, which makes 10.150 kg/h at half load: 69.99 kW.
    """
    line = 700 / 50.5 - 2 * (800 / 50.9 - 700 / 50.5)
    users = wants("hydrogen"), wants("heat"), part(kind="electric_boiler", capacity_kw=1000)
    s = clean(
        mains(),
        alkaline(heat_recoverable=0.7, heat_bus="heat"),
        *users,
        wanted_hydrogen_kg_per_h=[10.0],
        wanted_heat_kw=[100.0],
    )
    assert s["ely.heat_kw"][0] == pytest.approx(0.7 * (500 - 39.41 * line))
    assert s["ely.heat_kw"][0] == pytest.approx(69.99, abs=0.01)


def test_heat_no_one_wants_stays_in_its_own_cooler():
    users = wants("hydrogen"), wants("heat")
    s = clean(
        mains(),
        alkaline(heat_recoverable=0.7, heat_bus="heat"),
        *users,
        wanted_hydrogen_kg_per_h=[10.0],
        wanted_heat_kw=[5.0],
    )
    assert s["ely.heat_kw"] == [5.0]


def test_cold_start_of_45_minutes():
    """Three steps of 15 min without gas; 0.1 kWh/kW of 1000 kW spread over them: 100 kWh / 0.75 h = 133.33 kW."""
    ely = alkaline(cold_start_min=45, cold_start_kwh_per_kw=0.1)
    s = clean(mains(), ely, wants("hydrogen"), minutes=15, wanted_hydrogen_kg_per_h=[10.0] * 6)
    assert s["ely.hydrogen_kg_per_h"] == [0, 0, 0, 10, 10, 10]
    assert s["ely.auxiliary_kw"] == pytest.approx([400 / 3] * 3 + [0] * 3, abs=1e-5)
    assert s["ely.warming_modules"] == [1, 1, 1, 0, 0, 0]


def test_cold_start_that_ends_within_a_step():
    """50 min are three steps and a third: full load gives 2/3 of 19.305 kg/h in the fourth; energy in all 100 kWh."""
    ely = alkaline(cold_start_min=50, cold_start_kwh_per_kw=0.1)
    s = clean(mains(), ely, wants("hydrogen"), minutes=15, wanted_hydrogen_kg_per_h=[30.0] * 5)
    full = 1000 / 51.8
    assert s["ely.hydrogen_kg_per_h"] == pytest.approx([0, 0, 0, full * 2 / 3, full], rel=1e-5)
    assert s["ely.auxiliary_kw"] == pytest.approx([120, 120, 120, 40, 0], abs=1e-5)
    assert sum(s["ely.auxiliary_kw"]) * 0.25 == pytest.approx(100.0)


def test_a_start_before_the_window_counts():
    """Started 30 min ago, 45 min needed: gas from the second step on."""
    ely = alkaline(cold_start_min=45, cold_start_kwh_per_kw=0.1)
    state = {"ely": {"hot_modules": 1.0, "starts": [[0.5, 1.0]]}}
    s = clean(mains(), ely, wants("hydrogen"), state=state, minutes=15, wanted_hydrogen_kg_per_h=[10.0] * 3)
    assert s["ely.hydrogen_kg_per_h"] == [0, 10, 10]


def test_hot_standby_takes_three_percent():
    """An hour without demand between two with: 30 kW of standby cost less than 200 CNY for a start."""
    ely = alkaline(standby_share=0.03, start_cny=200)
    s = clean(mains(), ely, wants("hydrogen"), wanted_hydrogen_kg_per_h=[10.0, 0.0, 10.0])
    assert s["ely.standby_modules"] == [0, 1, 0]
    assert s["ely.auxiliary_kw"] == [0, 30, 0]
    assert s["ely.started_modules"] == [1, 0, 0]


def test_standby_ends_where_a_start_is_cheaper():
    """Ten hours of 30 kW cost 300 CNY, more than a start for 200."""
    ely = alkaline(standby_share=0.03, start_cny=200)
    s = clean(mains(), ely, wants("hydrogen"), wanted_hydrogen_kg_per_h=[10.0, *[0.0] * 10, 10.0])
    assert sum(s["ely.standby_modules"]) == 0
    assert sum(s["ely.started_modules"]) == 2


def test_warm_start_of_five_minutes():
    """A third of the 15-minute step after standby is lost: 2/3 of full load."""
    ely = alkaline(standby_share=0.03, warm_start_min=5, start_cny=1000)
    state = {"ely": {"hot_modules": 1.0, "on_modules": 0.0}}
    s = clean(mains(), ely, wants("hydrogen"), state=state, minutes=15, wanted_hydrogen_kg_per_h=[30.0] * 3)
    full = 1000 / 51.8
    assert s["ely.hydrogen_kg_per_h"] == pytest.approx([full * 2 / 3, full, full], rel=1e-5)
    assert s["ely.resumed_modules"] == [1, 0, 0]


def test_two_modules_at_half_load_beat_one_at_full_load():
    """PEM, 2 x 500 kW: 9.390 kg/h take 500 kW at 53.25 kWh/kg on two modules, 521 kW at 55.5 on one."""
    pem = part(kind="electrolyser", name="ely", capacity_kw=1000, modules=2, specific_kwh_per_kg=PEM, min_load=0.1)
    s = clean(mains(), pem, wants("hydrogen"), wanted_hydrogen_kg_per_h=[500 / 53.25])
    assert s["ely.on_modules"] == [2]
    assert s["ely.power_kw"][0] == pytest.approx(500.0, rel=1e-3)


def test_wear_may_tell_one_module_from_two():
    """The same with 30 CNY/h of wear: 21 kW saved at 1 CNY/kWh are worth less, one module does it alone."""
    pem = part(
        kind="electrolyser",
        name="ely",
        capacity_kw=1000,
        modules=2,
        specific_kwh_per_kg=PEM,
        min_load=0.1,
        wear_cny_per_h=30,
    )
    s = clean(mains(), pem, wants("hydrogen"), wanted_hydrogen_kg_per_h=[500 / 55.5])
    assert s["ely.on_modules"] == [1]
    assert s["ely.power_kw"][0] == pytest.approx(500.0)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"specific_kwh_per_kg": [[0.1, 38.0], [1.0, 50.0]]}, "heating value"),
        ({"specific_kwh_per_kg": [[0.1, 50.0], [0.9, 50.0]]}, "end at 1.0"),
        ({"specific_kwh_per_kg": [[0.25, 50.0], [0.6, 60.0], [1.0, 50.0]]}, "bends the wrong way"),
        ({"min_load": 0.1}, "minimum load 0.1 lies outside"),
    ],
)
def test_impossible_curves_are_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        alkaline(**wrong)

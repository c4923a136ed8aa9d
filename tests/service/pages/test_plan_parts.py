"""Devices, stores and cards of the sample plan, against numbers added up by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.pages.cards import hydrogen_cost, self_use
from api.pages.devices import STATES, Device, devices
from api.pages.environment import Words, safe_json
from api.pages.freshness import ages, ago
from api.pages.gauges import gauges
from api.pages.language import Lang
from api.pages.words import BASE
from api.pages.words_plan import PLAN
from ems.report import PlanView
from tests.test_report_sample import SERIES, tiny_plan

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def words(lang: Lang = "en") -> Words:
    return Words(lang, BASE, PLAN)


def of(name: str, **changes: Any) -> Device:
    return next(d for d in devices(PlanView(tiny_plan(**changes), "en"), words()) if d.name == name)


def states(d: Device) -> list[str]:
    return [STATES[s] for s in d.states]


def test_a_machine_is_off_ready_warming_or_on() -> None:
    stack = of("stack")
    assert states(stack) == ["on", "on", "standby", "off"]
    assert stack.modules == [1, 2, 0, 0]
    assert stack.module_count == 2
    assert list(stack.main) == [200, 200, 0, 0]
    assert stack.size == 400
    assert [label for label, _, _ in stack.more] == ["flow", "flow", "flow"]  # auxiliary, hydrogen, heat
    assert stack.summary == "on 00:00–01:00; hot standby 01:00–01:30"


def test_a_machine_that_only_warms_up_says_so() -> None:
    series = tiny_plan()["series"]
    series["stack.on_modules"] = series["stack.on_modules"] | {"values": [0, 2, 0, 0]}
    assert states(of("stack", series=series)) == ["warming", "on", "standby", "off"]


def test_a_store_charges_discharges_or_waits_and_tells_its_level() -> None:
    battery = of("battery")
    assert states(battery) == ["charging", "idle", "idle", "discharging"]
    assert list(battery.main) == [-40, 0, 0, 30]
    assert battery.more[-1][:2] == ("level", "%")
    assert list(battery.more[-1][2]) == [28, 28, 28, 12]


def test_what_only_makes_up_for_losses_is_no_charging() -> None:
    site = tiny_plan()["site"]
    for component in site["definition"]["components"]:
        if component["name"] == "battery":
            component["power_kw"] = 50_000.0
    assert states(of("battery", site=site)) == ["idle"] * 4


def test_a_grid_buys_or_sells() -> None:
    grid = of("grid")
    assert states(grid) == ["importing", "importing", "exporting", "exporting"]
    assert list(grid.main) == [370, 308, -90, -120]


def test_a_load_is_a_share_of_what_the_site_says_and_of_nothing_else() -> None:
    assert of("stack").size == 400
    assert of("grid").size is None
    site = tiny_plan()["site"]
    site["definition"]["components"] += [{"name": "grid", "kind": "grid", "connection_kw": 500.0, "contract_kw": 450.0}]
    assert of("grid", site=site).size == 500


def test_what_stands_still_all_day_says_so() -> None:
    assert of("chiller").summary == "off all day"
    assert of("chiller").rests
    assert not of("stack").rests


def test_demands_are_no_devices() -> None:
    names = {d.name for d in devices(PlanView(tiny_plan(), "en"), words())}
    assert names == {name.split(".")[0] for name in SERIES} - {"load", "rooms"}


def test_a_gauge_holds_the_planned_range_and_every_level() -> None:
    battery, tank = gauges(PlanView(tiny_plan(), "en"), words())
    assert list(battery.levels) == [10, 28, 28, 28, 12]  # opens at a tenth
    assert (battery.left, battery.width, battery.lowest) == (10, 18, 10)
    assert battery.range_text == "today 10%–28% · 100 kWh"
    assert list(tank.levels) == [10, 11.5, 13.5, 12, 10.5]  # opens at its reading
    assert tank.lowest_text == ""


def test_self_consumption_is_what_is_not_sold() -> None:
    view = PlanView(tiny_plan(), "en")
    assert self_use(view, view.series) == pytest.approx(1 - (90 + 120) / 300)
    assert self_use(view, {}) is None


def test_hydrogen_costs_what_its_electricity_does() -> None:
    view = PlanView(tiny_plan(), "en")
    assert hydrogen_cost(view, view.series) == pytest.approx((220 + 200) * 0.3 / 7)
    assert hydrogen_cost(view, {}) is None


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "just now"),
        (1, "1 min ago"),
        (119, "119 min ago"),
        (120, "2 h ago"),
        (47 * 60, "47 h ago"),
        (48 * 60, "2 days ago"),
    ],
)
def test_ages_are_told_in_the_unit_that_fits(minutes: int, text: str) -> None:
    assert ago(words(), NOW - timedelta(minutes=minutes), NOW) == text


@pytest.mark.parametrize(("hours", "ends_in", "stale"), [(23, 1, False), (25, 1, True), (25, -1, False)])
def test_a_plan_and_its_weather_grow_stale_after_a_day_until_their_day_is_over(
    hours: int, ends_in: int, stale: bool
) -> None:
    found = ages(
        words(),
        NOW,
        ZoneInfo("Asia/Shanghai"),
        weather="weather forecast",
        issued=NOW - timedelta(hours=hours),
        made=NOW - timedelta(hours=hours),
        ends=NOW + timedelta(hours=ends_in),
        measured=None,
        stale_after=timedelta(hours=1),
    )
    assert [a.stale for a in found] == [stale, stale, False]


def test_json_in_a_page_cannot_end_its_script() -> None:
    assert "<" not in safe_json({"x": "</script><!--"})
    assert "\u2028" not in safe_json("\u2028")
    with pytest.raises(ValueError, match="JSON compliant"):
        safe_json(float("nan"))

"""Changes by paths: what they reach, what they refuse, and what stands there now."""

from __future__ import annotations

from typing import Any

import pytest

from ems.site_file import read_site
from ems.sizing.overrides import value_at, with_set
from ems.sizing.study import Study
from forecasting.errors import InputError
from forecasting.yaml_files import parse_yaml
from tests.sizing.study.texts import STUDY


def read() -> Study:
    plain = parse_yaml(STUDY, "study")
    plain["costs"]["pv"]["capex_cny_per_unit"] = 3000
    plain.pop("note")
    return Study.model_validate(plain)


REACHED: dict[str, tuple[Any, Any]] = {  # path -> value now, another value
    "economics/discount_rate": (0.07, 0.05),
    "economics/escalation/gas": (None, 0.03),
    "economics/carbon/cny_per_t/2040": (200, 250),
    "economics/carbon/cny_per_t/2050": (None, 400),
    "costs/pv/capex_cny_per_unit": (3000, 2500),
    "costs/pv/replacement_share": (1.0, 0.5),
    "sizes/battery.capacity_kwh/max": (2000, 4000),
    "factors/import_cny_per_kwh": (1.0, 1.3),
    "factors/grid_kgco2e_per_kwh": (1.0, 0.5),
    "limits/carbon_t_per_year": (500, None),
    "limits/roofs/hall/area_m2": (6000, 100),
    "limits/autonomy/hours": (2, 6),
    "change/electrolyser/min_load": (0.1, 0.2),
    "change/battery/charge_efficiency": (0.95, 0.9),
    "reference/sizes/tank.capacity_kg": (None, 10),
    "weather": ("synthetic", "climatology"),
}


@pytest.mark.parametrize("path", REACHED)
def test_a_path_reaches_one_value_and_leaves_the_rest(path: str) -> None:
    now, value = REACHED[path]
    study, site = read(), read_site("demo").site
    before = study.model_dump()
    assert value_at(study, path, site) == now
    changed = with_set(study, {path: value})
    if value is not None:
        assert value_at(changed, path, site) == value
    assert study.model_dump() == before, "the study that was given stays as it was"
    back = with_set(changed, {path: now}) if now is not None and path != "factors/grid_kgco2e_per_kwh" else None
    if back is not None and not path.startswith("change/battery"):
        assert back == study
    first = path.partition("/")[0]
    rest = {key: part for key, part in changed.model_dump().items() if key != first}
    assert rest == {key: part for key, part in before.items() if key != first}
    assert changed != study


def test_several_paths_are_set_at_once_and_judged_together() -> None:
    """A least size above the old largest one is fine when the largest grows with it."""
    low, high = "sizes/roof.capacity_kwp/min", "sizes/roof.capacity_kwp/max"
    assert with_set(read(), {low: 1500, high: 2000}).sizes["roof.capacity_kwp"].min == 1500
    with pytest.raises(InputError, match="min 1500 is above max 1200"):
        with_set(read(), {low: 1500})


def test_a_limit_that_there_is_not_may_be_set() -> None:
    study = with_set(read(), {"limits/autonomy": None})
    assert (
        with_set(study, {"limits/autonomy/hours": 3}).limits.autonomy
        == with_set(study, {"limits/autonomy": {"hours": 3}}).limits.autonomy
    )


def test_entries_of_lists_go_by_their_name() -> None:
    part = {"kind": "battery", "name": "second", "capacity_kwh": 100, "power_kw": 50}
    study = read().model_copy(update={"add": (part,)})
    assert with_set(study, {"add/second/power_kw": 80}).add[0]["power_kw"] == 80
    assert part["power_kw"] == 50


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("economics/discount", "economics/discount_rate"),
        ("costs/pvs/capex_cny_per_unit", "costs/pv/capex_cny_per_unit"),
        ("costs/pv/capex", "costs/pv/capex_cny_per_unit"),
        ("sizes/batery.capacity_kwh/max", "sizes/battery.capacity_kwh/max"),
        ("sizes/battery.capacity_kwh/max/more", "sizes/battery.capacity_kwh/max"),
        ("limits/roofs/hal/area_m2", "limits/roofs/hall/area_m2"),
        ("limit/carbon_t_per_year", "limits/carbon_t_per_year"),
        ("limits/autonomy/ours", "limits/autonomy/hours"),
        ("economics//years", "economics/years"),
    ],
)
def test_an_unknown_path_is_refused_with_the_nearest(path: str, meant: str) -> None:
    with pytest.raises(InputError, match=f"did you mean {meant}\\?"):
        with_set(read(), {path: 1})


@pytest.mark.parametrize("path", ["name", "scenarios/cheap-cells/set", "front/points", "grid", ""])
def test_what_no_result_depends_on_cannot_be_set(path: str) -> None:
    with pytest.raises(InputError, match="a path of the study"):
        with_set(read(), {path: 1})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("economics/discount_rate", 9),
        ("economics/discount_rate", "much"),
        ("economics/discount_rate", True),
        ("economics/discount_rate", float("nan")),
        ("economics/years", None),
        ("factors/import_cny_per_kwh", "x"),
        ("economics/carbon/cny_per_t/soon", 100),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_path(path: str, value: Any) -> None:
    with pytest.raises(InputError) as caught:
        with_set(read(), {path: value})
    assert caught.value.source == "study"
    assert "/".join(path.split("/")[:2]) in str(caught.value)

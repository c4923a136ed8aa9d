"""The inputs of a day as they are stored and sent."""

from __future__ import annotations

import json
import math

import pytest

from ems.forecast_file import forecast_dict
from ems.inputs import make_inputs
from ems.site_file import read_site
from tests.plan.parks import DAY, SITES, shipped


@pytest.mark.parametrize("site", SITES)
def test_a_forecast_holds_the_columns_of_a_plan(site: str) -> None:
    plan = shipped(site)
    data = json.loads(json.dumps(forecast_dict(plan.file, DAY, plan.inputs), allow_nan=False))
    assert (data["start"], data["step_minutes"], data["steps"]) == ("2026-11-23T00:00:00+08:00", 60, 24)
    assert (data["site"]["name"], data["date"], data["timezone"]) == (site, "2026-11-23", "Asia/Shanghai")
    assert set(data["inputs"]) == set(plan.inputs.table)
    for name, column in data["inputs"].items():
        assert column["values"] == plan.inputs.table[name].tolist()
        assert all(map(math.isfinite, column["values"]))
    assert data["inputs"]["import_cny_per_kwh"]["unit"] == "CNY/kWh"
    assert data["bands"] == list(plan.inputs.bands)
    assert data["weather"]["kind"] == "climatology"
    assert all(n["zh"] and n["en"] for n in data["notes"])


def test_quarter_hours() -> None:
    file = read_site("demo")
    data = forecast_dict(file, DAY, make_inputs(file, DAY, weather="climatology"))
    assert (data["step_minutes"], data["steps"], len(data["bands"])) == (15, 96, 96)

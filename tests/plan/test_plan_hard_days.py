"""Parks that cannot do what is asked of them: a usable plan all the same, with what is missing, when and why."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest

from ems.changes import Changes, OutageChange, changed_site
from ems.plan import Plan
from ems.plan_file import audit_plan, to_dict, to_json
from ems.plan_schema import plan_schema
from ems.site_file import SiteFile, read_site
from ems.state import State
from tests.plan.parks import changed, part, planned


def without(site: str, **machines: int | None) -> SiteFile:
    """A park with modules of machines out of service all day; None: all of them."""
    outages = [OutageChange(component=name, modules=modules) for name, modules in machines.items()]
    return changed_site(read_site(site), Changes(outages=outages))


def checked(plan: Plan) -> dict[str, Any]:
    """The content of a plan that leaves wishes open, after what holds for every such plan."""
    assert plan.outcome in ("relaxed", "fallback"), plan.outcome_text.en
    assert plan.released.violations == ()
    assert plan.released.wishes
    data: dict[str, Any] = json.loads(to_json(to_dict(plan)))
    jsonschema.validate(data, plan_schema(), cls=jsonschema.Draft202012Validator)
    assert audit_plan(data, "plan") == []
    for wish in plan.released.wishes:
        assert plan.outcome_text.en.count(wish.text.en) == plan.outcome_text.zh.count(wish.text.zh) == 1
        if wish.quantity.startswith("level") or wish.component == "refuelling":
            continue
        x = plan.released.schedule.tables[wish.component][wish.quantity]
        step = pd.Timedelta(hours=plan.window.step_h)
        hit = x[x > 1e-3]
        assert wish.amount == pytest.approx(x.sum() * plan.window.step_h)
        assert wish.worst == pytest.approx(x.max())
        assert (wish.first, wish.last) == (hit.index[0], hit.index[-1] + step)
        assert f"{wish.first:%H:%M}-" in wish.text.en
        told = f"{wish.amount:,.0f}" if wish.amount >= 99.5 else f"{wish.amount:.3g}"
        assert told in wish.text.en
        assert told in wish.text.zh
    return data


def reasons(plan: Plan, lang: str = "en") -> str:
    return " ".join(getattr(w.text, lang) for w in plan.released.wishes if w.quantity.startswith("unserved"))


def test_a_connection_far_too_small(tmp_path: Path) -> None:
    def small(data: dict[str, Any]) -> None:
        grid = part(data, "grid")
        grid["connection_kw"] = 300
        grid.pop("contract_kw")
        grid.pop("expected_peak_kw")

    plan = planned(changed(tmp_path, small, "qingdao"))
    checked(plan)
    assert "10 kV grid at its connection limit" in reasons(plan)
    assert "10 kV 电网达到接入容量上限" in reasons(plan, "zh")
    assert "lacking electricity" in reasons(plan)
    assert "缺电" in reasons(plan, "zh")
    assert len(plan.outcome_text.en) < 900, "each cause is told once"
    assert plan.released.kpis["grid_peak_kw"] == pytest.approx(300, abs=1e-3)


def test_far_too_much_hydrogen_wanted(tmp_path: Path) -> None:
    def much(data: dict[str, Any]) -> None:
        data["demands"]["production"]["amount_per_working_day"] = 5000

    plan = planned(changed(tmp_path, much, "qingdao"))
    checked(plan)
    wish = next(w for w in plan.released.wishes if w.component == "production_hydrogen")
    assert wish.amount > 3000
    assert "production and testing" in wish.text.en
    assert "alkaline electrolysers, PEM electrolyser" in wish.text.en
    assert "at full capacity" in wish.text.en
    assert "碱性电解槽、PEM 电解槽、减压阀满负荷" in wish.text.zh
    kg = plan.released.kpis["unserved_kg"]
    assert kg == pytest.approx(
        sum(w.amount for w in plan.released.wishes if w.quantity.startswith("unserved")), rel=1e-6
    )


def test_all_electrolysers_out() -> None:
    """A full day of hydrogen cannot come from a tank at half."""
    file = without("qingdao", alkaline=None, pem=None)
    plan = planned("", file=file)
    checked(plan)
    assert plan.released.kpis["hydrogen_made_kg"] == 0
    missing = [w for w in plan.released.wishes if w.quantity in ("level_kg", "unserved_kg_per_h")]
    assert missing
    (late,) = [w for w in plan.released.wishes if w.component == "refuelling"]
    assert "100 kg not served within 17:00-21:00" in late.text.en, "the window, not its last hour"
    assert "时间窗 17:00-21:00 内缺供 100 kg" in late.text.zh
    assert late.worst == pytest.approx(25)
    for name in ("alkaline", "pem"):
        assert (plan.released.schedule.tables[name]["power_kw"] == 0).all()


def test_an_empty_tank_and_an_outage() -> None:
    file = without("demo", electrolyser=None)
    plan = planned("", file=file, state=State({"tank": {"level_kg": 3.0}}))
    checked(plan)
    said = reasons(plan)
    assert "electrolyser out of service" in said
    assert "hydrogen tank at its lowest level" in said
    assert "电解槽停运" in reasons(plan, "zh")
    assert "储氢罐已到最低存量" in reasons(plan, "zh")
    short = next(w for w in plan.released.wishes if w.component == "forklifts")
    assert short.amount == pytest.approx(30, abs=1e-3), "the whole working day"
    assert f"{short.first:%H:%M}" == "08:00"
    assert f"{short.last:%H:%M}" == "18:00"


def test_one_module_of_two_out() -> None:
    plan = planned("", file=without("qingdao", alkaline=1))
    assert plan.outcome in ("optimal", "relaxed")
    assert plan.released.schedule.tables["alkaline"]["on_modules"].max() <= 1
    assert plan.released.violations == ()


def test_ten_times_the_heat(tmp_path: Path) -> None:
    def cold(data: dict[str, Any]) -> None:
        for name in ("halls", "exhibition", "offices", "dormitories"):
            data["demands"][name]["heat_loss_w_per_m2_k"] *= 10

    plan = planned(changed(tmp_path, cold, "qingdao"))
    checked(plan)
    said = reasons(plan)
    assert re.search(r"air-source heat pump[^.(]*at full capacity", said)
    assert re.search(r"空气源热泵[^。(]*满负荷", reasons(plan, "zh"))
    assert plan.released.kpis["unserved_kwh"] > 1000


def test_nobody_supplies(tmp_path: Path) -> None:
    def nobody(data: dict[str, Any]) -> None:
        data["components"] = [c for c in data["components"] if c["name"] not in ("electrolyser", "tank", "vent")]

    plan = planned(changed(tmp_path, nobody))
    checked(plan)
    assert "no machine supplies it" in reasons(plan)
    assert "没有设备能供应" in reasons(plan, "zh")


def test_less_than_a_machine_can_make(tmp_path: Path) -> None:
    """Neither grid nor sun is to blame where a machine cannot run so low."""

    def low(data: dict[str, Any]) -> None:
        data["demands"]["forklifts"] |= {"amount_per_working_day": 1}
        part(data, "electrolyser")["min_load"] = 0.5
        data["components"] = [c for c in data["components"] if c["name"] not in ("tank", "vent")]

    plan = planned(changed(tmp_path, low))
    checked(plan)
    assert "electrolyser not running (minimum load" in reasons(plan)
    assert "电解槽未运行(受最小负荷" in reasons(plan, "zh")
    assert "lacking" not in reasons(plan)


def test_above_the_contract(tmp_path: Path) -> None:
    def tight(data: dict[str, Any]) -> None:
        part(data, "grid")["contract_kw"] = 20

    plan = planned(changed(tmp_path, tight))
    checked(plan)
    wish = next(w for w in plan.released.wishes if w.quantity == "over_contract_kw")
    bought = plan.released.schedule.tables["grid"]["import_kw"]
    assert wish.worst == pytest.approx(bought.max() - 20, abs=1e-3)
    assert "contracted demand" in wish.text.en
    assert "合同需量" in wish.text.zh


def test_spans_are_right_to_the_minute(tmp_path: Path) -> None:
    """Fork lifts that want hydrogen from 08:10 to 09:50 in five-minute steps, and none can be had."""

    def nobody(data: dict[str, Any]) -> None:
        data["demands"]["forklifts"] |= {"start": "08:10", "end": "09:50"}
        data["components"] = [c for c in data["components"] if c["name"] not in ("electrolyser", "tank", "vent")]

    plan = planned(changed(tmp_path, nobody), step=5)
    checked(plan)
    (wish,) = plan.released.wishes
    assert "08:10-09:50" in wish.text.en
    assert "08:10-09:50" in wish.text.zh
    assert "30 kg not served" in wish.text.en
    assert "18 kg/h" in wish.text.en
    assert np.isclose(wish.amount, 30)

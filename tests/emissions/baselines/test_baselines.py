"""Baselines as data: every number visible with its status, names that are taken, what is left out told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ems.emissions.baselines import CAUSES, FORMULAS, Baseline, chosen, grid_only, named_baselines
from ems.emissions.not_counted import not_counted
from ems.emissions.uses import USES, purpose
from ems.site_file import Provenance, read_page, read_site
from forecasting.errors import InputError
from forecasting.provenance import Strict
from tests.emissions.baselines.parks import HAND_DAY, SITE, activity, fleet, hours
from tests.emissions.baselines.test_counterfactual import plain

DAY = hours()
OWN = """
note: {status: assumption, source: "for the whole file"}
baselines:
  note: {status: computed, source: "for all baselines"}
  gas_town:
    title: {zh: 燃气, en: gas}
    heat: {technology: gas_boiler, efficiency: {value: 0.9, status: sourced, source: "test of the boiler"}, factor: gas}
    cooling: {cop: 4}
    vehicles: none
"""


class _File(Strict):
    baselines: dict[str, Baseline]


def test_every_number_of_grid_only_is_told_with_status_and_source() -> None:
    told = [a for a in grid_only().assumptions() if a["value"] is not None]
    assert {a["status"] for a in told} <= {"sourced", "computed", "assumption"}
    assert all(a["source"] and a["text"]["zh"] and a["text"]["en"] for a in told)
    assert {a["value"] for a in told} == {0.92, 4.5, 200.0, 300.0, 35.0}


def test_what_serves_the_demands_is_told_in_words() -> None:
    texts = [a["text"]["en"] for a in grid_only().assumptions() if a["value"] is None]
    assert "heat from a gas boiler" in texts
    assert "vehicles drive the same distance on diesel" in texts


def test_a_baseline_of_the_park_keeps_the_provenance_of_its_file() -> None:
    page, notes, found = read_page(OWN, Path("emissions.yaml"), _File, "baselines")
    assert not found
    own = {"gas_town": Baseline.model_validate(page.plain["baselines"]["gas_town"])}
    known = named_baselines(own, notes)
    assert list(known) == ["grid_only", "gas_town"]
    told = {a["value"]: (a["status"], a["source"]) for a in chosen("gas_town", known).assumptions()}
    assert told[0.9] == ("sourced", "test of the boiler")
    assert told[4.0] == ("computed", "for all baselines")


def test_built_in_names_are_taken_and_unknown_ones_told() -> None:
    for name in ("grid_only", "rule_based"):
        with pytest.raises(InputError, match="a name other than grid_only and rule_based"):
            named_baselines({name: plain()}, {})
    with pytest.raises(InputError, match=r"one of grid_only, rule_based\); did you mean grid_only"):
        chosen("grid_onli", named_baselines({}, {("x",): Provenance("assumption", "none")}))


def test_texts_of_causes_and_uses_come_in_both_languages() -> None:
    assert all(zh and en for zh, en, *_ in [*CAUSES.values(), *USES.values()])
    assert len({name for name, *_ in FORMULAS}) == len(FORMULAS)


def told(amounts: dict[str, float | np.ndarray], baseline: Baseline | None = None, fleets: tuple = ()) -> str:  # type: ignore[type-arg]
    return "\n".join(note.en for note in not_counted(activity(amounts, DAY), baseline or plain(), list(fleets)))


def test_own_photovoltaics_and_export_are_told_with_their_amounts() -> None:
    text = told({"roof.power_kwh": 900.0, "mains.export_kwh": 100.0})
    assert "made 21,600 kWh, of which 2,400 kWh were exported" in text
    assert "not subtracted a second time" in text
    assert "2,400 kWh exported earn nothing here" in text
    covered = told({"mains.export_kwh": 100.0}, plain(export={"method": "AMS-I.D", "factor": "displaced"}))
    assert "displaced grid power after AMS-I.D" in covered
    assert "earn nothing" not in covered


def test_unserved_demand_is_told() -> None:
    assert "12.0 kWh were not served" in told({"users_heat.unserved_kwh": 0.5})
    assert "were not served" not in told(HAND_DAY)


def test_a_demand_without_meter_is_told() -> None:
    park = activity(HAND_DAY, DAY)
    kept = {name: m for name, m in park.meters.items() if name != "users_heat.served_kwh"}
    bare = type(park)(park.site, kept, park.table[list(kept)])
    assert any("users_heat" in n.en and "understated" in n.en for n in not_counted(bare, plain(), []))


def test_stock_that_was_filled_or_emptied_is_told_with_its_worth() -> None:
    # 24 h x 10 kg/h in, of 10 000 kg; 36 kgCO2e/kg by the site file
    text = told({"bottles.charge_kg": 10.0})
    assert "240.0 kg more than it began with, worth about 8,640 kgCO2e" in text
    assert "240.0 kg less" in told({"bottles.discharge_kg": 10.0})
    assert "began with" not in told({"bottles.charge_kg": 10.0, "bottles.discharge_kg": 10.0})


def test_what_vehicles_do_is_told() -> None:
    assert "No fleet is entered" in told(HAND_DAY)
    assert "no diesel is counted" in told(HAND_DAY, plain(vehicles="none"))
    assert "120.0 kg of hydrogen of fleet trucks are replaced by diesel" in told(HAND_DAY, fleets=(fleet(),))


def test_every_component_of_the_shipped_parks_has_a_use() -> None:
    found = {
        c.name: purpose(c) for name in ("qingdao", "coal_mine", "office_park") for c in read_site(name).site.components
    }
    assert set(found.values()) <= set(USES)
    wanted = {
        "pv_offices": "own_pv",
        "fuel_cell": "generation",
        "alkaline": "hydrogen",
        "compressor": "hydrogen",
        "heat_pump": "heat",
        "electric_boiler": "heat",
        "dry_cooler": "heat",
        "chillers": "cooling",
        "adsorption": "cooling",
        "battery": "stores",
        "offices_electricity": "power",
    }
    assert {name: found[name] for name in wanted} == wanted
    assert {c.name: purpose(c) for c in SITE.components}["electrolyser"] == "hydrogen"

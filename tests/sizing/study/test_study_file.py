"""Study files: what is read, where its numbers come from, and what is said of a bad one."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import pytest

from ems.site_file import SiteFile, read_site
from ems.sizing.study_file import StudyFile, default_study, read_study, study_of
from forecasting.errors import InputError
from tests.plan.parks import text_of
from tests.sizing.study.texts import STUDY

PATH = Path("study.yaml")


@cache
def site() -> SiteFile:
    return read_site("demo")


def with_text(old: str = "", new: str = "") -> StudyFile:
    assert STUDY.count(old) == 1 or not old, f"{old!r} is found {STUDY.count(old)} times"
    return study_of(STUDY.replace(old, new) if old else STUDY, PATH, site())


def test_a_complete_study_is_read_with_the_provenance_of_its_numbers() -> None:
    read = with_text()
    assert read.digest == hashlib.sha256(STUDY.encode()).hexdigest()[:16]
    assert read.study.costs["pv"].capex_cny_per_unit == 3000
    figures = {f.name: f for f in read.figures()}
    pv = figures["costs.pv.capex_cny_per_unit"]
    assert (pv.value, pv.provenance.status, pv.provenance.source) == (3000, "sourced", "a tender")
    assert figures["costs.pv.price_year"].provenance.source == "invented for the tutorial"
    assert figures["costs.pv.replacement_share"].provenance.status == "default"
    assert figures["scenarios.cheap-cells.set.costs/cells/capex_cny_per_unit"].value == 500
    assert figures["economics.carbon.cny_per_t.2040"].value == 200
    assert len(figures) == len(read.figures()), "names are unique"


def test_a_study_beside_the_site_is_its_default(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(text_of(), encoding="utf-8")
    file = read_site(str(path))
    with pytest.raises(InputError, match=r"study.yaml.*beside the site file.*sizes, costs, economics"):
        default_study(file)
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
    assert default_study(file) == read_study(tmp_path / "study.yaml", file)


def test_wear_of_the_site_and_replacement_of_the_study_are_told() -> None:
    (note,) = with_text().notes
    assert note.en.startswith("battery.capacity_kwh: the site file charges wear by use (throughput_cny_per_unit)")
    assert "30%" in note.zh
    assert with_text("replacement_share: 0.3", "replacement_share: 0").notes == ()
    assert with_text("lifetime_years: 12", "lifetime_years: 20").notes == ()
    assert with_text("inflation: 0.02", "count_wear: false").notes == ()
    worn = with_text("electrolyser, module: 100", "inverter, module: 100").notes
    assert [n.en.partition(":")[0] for n in worn] == ["battery.capacity_kwh", "electrolyser.capacity_kw"]


BAD: dict[str, tuple[str, str, tuple[str, ...]]] = {  # old, new, words of the sentence
    "bounds crossed": ("{max: 1200,", "{min: 1500, max: 1200,", ("sizes.roof.capacity_kwp", "min 1500")),
    "negative cost": ("value: 3000", "value: -3000", ("costs.pv.capex_cny_per_unit", "-3000")),
    "no number": ("value: 3000", "value: .nan", ("finite")),
    "yes for a number": ("capex_cny_per_unit: 800", "capex_cny_per_unit: yes", ("finite number")),
    "slip in a field": ("lifetime_years: 12", "lifetyme_years: 12", ("did you mean lifetime_years?")),
    "slip in a section": ("economics:", "economy:", ("economy", "did you mean economics?")),
    "missing field": ("  discount_rate: 0.07\n", "", ("economics.discount_rate", "required")),
    "no such component": ("roof.capacity_kwp: {max", "rof.capacity_kwp: {max", ("'rof'", "mean roof?")),
    "no such size": ("tank.capacity_kg: {", "tank.capacity_kwh: {", ("mean capacity_kg?")),
    "no such cost": ("cost: inverter", "cost: invertor", ("battery.power_kw.cost", "'invertor'")),
    "module of a roof": ("{max: 1200,", "{max: 1200, module: 5,", ("sizes.roof", "module")),
    "whole without module": ("module: 100, whole", "whole", ("give module")),
    "module too large": ("module: 100,", "module: 700, min: 10,", ("whole number")),
    "reference of nothing": ("{roof.capacity_kwp: 0,", "{wind.capacity_kw: 0,", ("'wind'")),
    "roof of no pv": ("components: [roof]", "components: [battery]", ("'battery'", "roof")),
    "a roof twice": (
        "components: [roof]}}",
        "components: [roof]}, annex: {area_m2: 9, m2_per_kwp: 5, components: [roof]}}",
        ("limits.roofs.annex", "it is on hall already"),
    ),
    "scenario to nonsense": (
        "{costs/cells/capex_cny_per_unit: 500}",
        "{change/electrolyser/min_load: 1.5}",
        ("scenarios.[cheap-cells] is 1.5", "change/electrolyser/min_load"),
    ),
    "a scenario's name twice": ("{name: dear-power", "{name: cheap-cells", ("'cheap-cells'", "a name of its own")),
    "factor of no column": ("{import_cny_per_kwh: 1.0}", "{import_cny: 1.0}", ("import_cny_per_kwh")),
    "change of nothing": ("electrolyser: {min_load", "electroliser: {min_load", ("mean electrolyser?")),
    "change of no field": ("{min_load: 0.1}", "{min_lod: 0.1}", ("mean min_load?")),
    "change to nonsense": ("{min_load: 0.1}", "{min_load: 1.5}", ("change.electrolyser.min_load")),
    "scenario of no path": ("{costs/cells/capex_cny", "{costs/cell/capex_cny", ("costs/cells/capex_cny")),
    "scenario out of bounds": ("_unit: 500}}", "_unit: -5}}", ("costs/cells/capex_cny_per_unit")),
    "grid of no path": ("economics/discount_rate: [", "economics/discount: [", ("economics/discount_rate",)),
    "grid beyond what can be": ("[0.05, 0.09]", "[0.05, 9]", ("economics/discount_rate")),
    "grid of bounds crossed": ("[1000, 4000]", "[0, 4000]", ("sizes/battery.capacity_kwh")),
    "sensitivity of no path": ("costs/pv/capex_cny_per_unit: [", "costs/pv/capx: [", ("costs/pv/capex")),
    "front of one": ("points: 8", "points: 1", ("front.points")),
    "shown of nothing": ("battery.level_kwh]", "battery.level_kw]", ("did you mean battery.level_kwh?")),
    "bad provenance": ("status: sourced, source", "status: heard, source", ("a status")),
    "two faults": ("{zh: 教程园区选型, en: What", "{zh: 教程园区选型, e: What", ("title", "2 faults in all")),
}


ELSEWHERE = {"missing field": "economics:"}  # what is told at another line than that which was changed


@pytest.mark.parametrize("what", BAD)
def test_a_bad_study_is_refused_with_line_field_and_remedy(what: str) -> None:
    old, new, words = BAD[what]
    with pytest.raises(InputError) as caught:
        with_text(old, new)
    for word in words:
        assert word in str(caught.value)
    line = STUDY.partition(old)[0].count("\n") + 1
    if what in ELSEWHERE:
        line = 1 + STUDY.partition(ELSEWHERE[what])[0].count("\n")
    assert str(caught.value).startswith(f"study.yaml, line {line}:")


ADDED = """\
add:
  - {kind: battery, name: second, capacity_kwh: 100, power_kw: 50,
     end_short_cny_per_unit: 1, end_surplus_cny_per_unit: 0}
sizes:
  second.capacity_kwh: {max: 500, cost: cells}
"""


def test_components_may_be_added_and_sized() -> None:
    text = STUDY.replace("sizes:\n  roof.cap", ADDED + "  roof.cap").replace(
        "{roof.capacity_kwp: 0,", "{second.power_kw: 0,"
    )
    read = study_of(text, PATH, site())
    assert read.study.add[0]["name"] == "second"
    assert {f.name: f.value for f in read.figures()}["add.second.power_kw"] == 50


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("kind: battery", "kind: batery", ("did you mean battery?")),
        ("power_kw: 50", "powr_kw: 50", ("add.[second].powr_kw", "did you mean power_kw?")),
        ("name: second", "name: battery", ("battery")),
        ("{roof.capacity_kwp: 0,", "{", ("second.capacity_kwh", "0 for none")),
        ("power_kw: 50", "power_kw: 50, electricity_bus: elsewhere", ("'elsewhere'")),
    ],
)
def test_an_added_component_is_checked_field_by_field(old: str, new: str, words: tuple[str, ...]) -> None:
    text = STUDY.replace("sizes:\n  roof.cap", ADDED + "  roof.cap")
    if "roof.capacity_kwp: 0" not in old:
        text = text.replace("{roof.capacity_kwp: 0,", "{second.power_kw: 0,")
    assert text.count(old) == 1
    with pytest.raises(InputError) as caught:
        study_of(text.replace(old, new), PATH, site())
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("limit", "lacks"), [("hydrogen_kgco2e_per_kg: 5", "electrolyser"), ("autonomy: {hours: 1}", "battery")]
)
def test_a_limit_needs_what_it_limits(tmp_path: Path, limit: str, lacks: str) -> None:
    path = tmp_path / "site.yaml"
    lines = [line for line in text_of().splitlines() if "kind: battery" not in line and "kind: electro" not in line]
    drop = ("     min_share: 0.1, start", "     end_short_kgco2e_per_unit: 0.7", "     min_load: 0.1, start_cny")
    path.write_text("\n".join(line for line in lines if not line.startswith(drop)), encoding="utf-8")
    file = read_site(str(path))
    head, _, _ = STUDY.partition("change:")
    costs = "costs: {pv: {capex_cny_per_unit: 1, price_year: 2025, lifetime_years: 25}}\n"
    rest = "economics: {base_year: 2026, discount_rate: 0.07}\nreference: {title: {zh: 无, en: none}}\n"
    text = head + "sizes: {roof.capacity_kwp: {max: 12, cost: pv}}\n" + costs + rest
    assert study_of(text, PATH, file).study.limits.autonomy is None
    with pytest.raises(InputError, match=lacks):
        study_of(text + f"limits: {{{limit}}}\n", PATH, file)

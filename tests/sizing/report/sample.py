"""A whole study of the tutorial park, one week that stands for the year, made by the code that makes real ones.

Every number is invented. Rows of the sweep are designs and alternatives of their own; one of them has failed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ems.build import build
from ems.problem import Limits
from ems.schedule import Schedule
from ems.site import Site
from ems.site_file import SiteFile, read_site
from ems.sizing.alternative import alternative
from ems.sizing.compared import compared
from ems.sizing.design import Designed, design
from ems.sizing.document import study_dict
from ems.sizing.overrides import with_set
from ems.sizing.parks import built_park, with_candidates
from ems.sizing.row import figures, reference_sizes
from ems.sizing.study import Study
from ems.sizing.study_file import StudyFile, study_of
from ems.sizing.worth import carriers_bought, worth_of
from ems.sizing.year import Year, year_of
from forecasting.notes import Note
from tests.toys import solver

STUDY = """
name: tutorial
title: {zh: 教程园区扩建, en: Extending the tutorial park}
year: 2026
horizon: {start: 2026-04-27, days: 7, per_year: 52.14}
note: {status: assumption, source: "invented for the tutorial"}
sizes:
  roof.capacity_kwp: {max: 400, cost: pv}
  battery.capacity_kwh: {max: 4000, cost: cells}
  battery.power_kw: {max: 800, cost: inverter}
  electrolyser.capacity_kw: {min: 50, max: 400, cost: stack}
  tank.capacity_kg: {max: 200, cost: tank}
costs:
  pv: {capex_cny_per_unit: {value: 2700, status: sourced, source: "a price list"}, price_year: 2025, lifetime_years: 25,
       fixed_om_share: 0.012}
  cells: {capex_cny_per_unit: 700, price_year: 2024, lifetime_years: 8, replacement_share: 0.7, fixed_om_share: 0.01,
          incentive_share: 0.05}
  inverter: {capex_cny_per_unit: 250, price_year: 2025, lifetime_years: 15, fixed_om_cny_per_unit_year: 4}
  stack: {capex_cny_per_unit: 4200, price_year: 2025, lifetime_years: 10, replacement_share: 0.5, fixed_om_share: 0.03,
          incentive_cny_per_unit: 300}
  tank: {capex_cny_per_unit: 3800, price_year: 2025, lifetime_years: 20, residual: none}
economics:
  base_year: 2026
  years: 12
  discount_rate: 0.065
  inflation: 0.02
  escalation: {electricity: 0.03, export: 0}
  tax: {rate: 0.25, depreciation_years: 10}
  loan: {share: 0.6, interest: 0.045, years: 8}
  carbon: {cny_per_t: {2026: 80, 2035: 200}}
limits:
  connection_kw: 700
  carbon_t_per_year: 700
  roofs: {hall: {area_m2: 4500, m2_per_kwp: 5, components: [roof]}}
reference:
  title: {zh: 现状, en: the park as it is}
  sizes: {battery.capacity_kwh: 0, battery.power_kw: 0, roof.capacity_kwp: 0}
scenarios:
  - {name: cheap_cells, title: {zh: 电池降价, en: cheap cells}, set: {costs/cells/capex_cny_per_unit: 300}}
  - {name: impossible, set: {limits/carbon_t_per_year: 1}}
grid: {economics/discount_rate: [0.05, 0.065], costs/pv/capex_cny_per_unit: [2000, 3400]}
sensitivity: {economics/discount_rate: [0.05, 0.08], costs/cells/capex_cny_per_unit: [500, 900]}
"""
QUICK = Limits(seconds=60, method="simplex")


@cache
def parts() -> tuple[SiteFile, StudyFile, Year]:
    file = read_site("demo")
    studied = study_of(STUDY, Path("study.yaml"), file)
    return file, studied, year_of(file, studied.study)


@cache
def base() -> tuple[Designed, dict[str, Any], dict[str, Any]]:
    """The design, its alternative, and the reference."""
    file, studied, year = parts()
    designed = design(with_candidates(file.site, studied.study), studied.study, year.window, solver(), QUICK)
    return designed, told(designed, studied.study), reference(studied.study)


def told(designed: Designed, study: Study) -> dict[str, Any]:
    return alternative(designed.site, designed.window, designed.schedule, study, designed.sizes)


def reference(study: Study) -> dict[str, Any]:
    park, schedule, sizes = reference_run(study)
    return alternative(park, parts()[2].window, schedule, study, sizes)


def reference_run(study: Study) -> tuple[Site, Schedule, dict[str, float]]:
    """The reference as it is built, its year, its sizes."""
    file, _, year = parts()
    site = with_candidates(file.site, study)
    sizes = reference_sizes(site, study)
    park = built_park(site, sizes)
    built = build(park, year.window, worth_of(study.economics, carriers_bought(park)))
    answer = solver().solve(built.problem, QUICK)
    assert answer.x is not None
    return park, Schedule(*built.tables(answer.x, year.window)), sizes


def row(group: str, name: str, changes: dict[str, Any], cap: float | None = None) -> dict[str, Any]:
    """One scenario, computed as a worker computes it."""
    file, studied, year = parts()
    study = with_set(studied.study, changes | ({"limits/carbon_t_per_year": cap} if cap else {}))
    found = design(with_candidates(file.site, study), study, year.window, solver(), QUICK)
    made = told(found, study)
    head = {"id": f"{group}-{name}", "name": name, "group": group, "set": changes, "carbon_cap_t": cap}
    head |= {"objective": "cost", "status": "done", "reason": None, "seconds": 0.1}
    return head | figures(made, compared(made, reference(study), study))


def failed(group: str, name: str, changes: dict[str, Any]) -> dict[str, Any]:
    head = {"id": f"{group}-{name}", "name": name, "group": group, "set": changes, "carbon_cap_t": None}
    empty: dict[str, Any] = {"sizes": {}, "kpis": {}, "money": {}, "levelised": {}, "compared": {}}
    reason = {"zh": "碳排放上限 1 t 无法达到", "en": "a cap of 1 t cannot be met"}
    return head | {"objective": "cost", "status": "failed", "reason": reason, "seconds": 0.1} | empty


@cache
def rows() -> tuple[dict[str, Any], ...]:
    _, studied, _ = parts()
    study = studied.study
    emitted = base()[1]["kpis"]["emissions_t"]
    found = [row("front", f"front_{k}", {}, emitted * share) for k, share in enumerate((1.0, 0.97, 0.94), 1)]
    for path, (low, high) in study.sensitivity.items():
        found += [row("sensitivity", f"{path}={x}", {path: x}) for x in (low, high)]
    (a, xs), (b, ys) = study.grid.items()
    found += [row("grid", f"{x}-{y}", {a: x, b: y}) for x in xs for y in ys]
    first, second = study.scenarios
    return (*found, row("scenario", first.name, first.set), failed("scenario", second.name, second.set))


def truth() -> dict[str, Any]:
    """A truth test as it is told; operating it for real is tested elsewhere."""
    promised = base()[1]
    money, kpis = promised["money"], promised["kpis"]
    side = {
        "operating_cny": 300_000.0,
        "annual_cost_cny": money["annual_cost_cny"],
        "life_cycle_cost_cny": money["life_cycle_cost_cny"],
        "emissions_t": kpis["emissions_t"],
        "grid_import_kwh": kpis["grid_import_kwh"],
        "grid_peaks_kw": kpis["grid_peaks_kw"],
    }
    more = {k: v * 1.012 if isinstance(v, float) else v for k, v in side.items()}
    machine = {"component": "electrolyser", "kind": "electrolyser", "quantity": "hydrogen_kg_per_h", "unit": "kg"}
    label = {"zh": "电解槽", "en": "electrolyser"}
    amounts = {"promised": 9000.0, "operated": 8950.0, "starts_promised": 200.4, "starts_operated": 243.0}
    return {
        "days": 7,
        "outcomes": {"optimal": 6, "relaxed": 1},
        "violations": 0,
        "broken": [],
        "failed_days": [],
        "seconds": 12.0,
        "promised": side,
        "operated": more,
        "gap": {"operating": 0.012, "life_cycle": 0.012},
        "unserved_kwh": 0.0,
        "unserved_kg": 0.4,
        "why": [{"zh": "电解槽最低负荷", "en": "minimum load of the electrolyser"}],
        "by_cause": [],
        "devices": [machine | {"label": label} | amounts],
        "tightened": [{"round": 0, "changes": [], "gap": {"operating": 0.012, "life_cycle": 0.012}}],
    }


@cache
def sample() -> dict[str, Any]:
    """The content of a `study.json`."""
    file, studied, year = parts()
    designed, made, against = base()
    return study_dict(
        file,
        studied,
        year,
        "full",
        designed,
        made,
        against,
        compared(made, against, studied.study),
        truth=truth(),
        rows=rows(),
        notes=[Note("一周代表全年。", "One week stands for the year.")],
        timings={"total": 1.0},
    )

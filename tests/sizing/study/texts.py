"""A complete study of the tutorial park as text; its numbers are invented."""

STUDY = """\
# What to build in the tutorial park. Every number is invented.
name: demo
title: {zh: 教程园区选型, en: What to build in the tutorial park}
note: {status: assumption, source: "invented for the tutorial"}
year: 2026
weather: synthetic
factors: {import_cny_per_kwh: 1.0}
change:
  electrolyser: {min_load: 0.1}
sizes:
  roof.capacity_kwp: {max: 1200, cost: pv}
  battery.capacity_kwh: {max: 2000, cost: cells}
  battery.power_kw: {max: 1000, cost: inverter}
  electrolyser.capacity_kw: {max: 600, cost: electrolyser, module: 100, whole: true}
  tank.capacity_kg: {max: 300, cost: tank}
costs:
  pv:
    capex_cny_per_unit: {value: 3000, status: sourced, source: "a tender"}
    price_year: 2025
    lifetime_years: 25
    fixed_om_share: 0.01
  cells: {capex_cny_per_unit: 800, price_year: 2025, lifetime_years: 12, replacement_share: 0.3}
  inverter: {capex_cny_per_unit: 300, price_year: 2025, lifetime_years: 15}
  electrolyser: {capex_cny_per_unit: 3000, price_year: 2025, lifetime_years: 20, fixed_om_share: 0.02}
  tank: {capex_cny_per_unit: 4000, price_year: 2025, lifetime_years: 25}
economics:
  base_year: 2026
  years: 20
  discount_rate: 0.07
  inflation: 0.02
  escalation: {electricity: 0.02}
  tax: {rate: 0.25, depreciation_years: 10}
  loan: {share: 0.6, interest: 0.04, years: 10}
  carbon: {cny_per_t: {2027: 80, 2040: 200}}
limits:
  roofs: {hall: {area_m2: 6000, m2_per_kwp: 5.5, components: [roof]}}
  connection_kw: 500
  budget_cny: 8000000
  renewable_share: 0.3
  hydrogen_kgco2e_per_kg: 30
  carbon_t_per_year: 500
  autonomy: {hours: 2, demand_share: 0.5}
reference:
  title: {zh: 不建光伏与储能, en: without PV and battery}
  sizes: {roof.capacity_kwp: 0, battery.capacity_kwh: 0}
scenarios:
  - {name: cheap-cells, title: {zh: 电芯便宜, en: cheap cells}, set: {costs/cells/capex_cny_per_unit: 500}}
  - {name: dear-power, set: {factors/import_cny_per_kwh: 1.3, economics/carbon/cny_per_t/2035: 300}}
grid:
  economics/discount_rate: [0.05, 0.09]
  sizes/battery.capacity_kwh/max: [1000, 4000]
sensitivity:
  costs/pv/capex_cny_per_unit: [2400, 3600]
  factors/import_cny_per_kwh: [0.8, 1.2]
front: {points: 8}
shown: [grid.import_kw, battery.level_kwh]
"""

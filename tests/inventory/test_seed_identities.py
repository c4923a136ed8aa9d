"""Every figure of the group's report that follows from others: restated, computed by the product, within its tolerance.

Numbers: Meijin Energy, Carbon Neutrality and Green Development Report 2023 (sections 1.2, 2.2, 3.3, 4.1-4.5). ``told``
is what the report prints, ``computed`` an independent calculation; units are 10 000 t CO2e and per cent unless said.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ems.inventory.checks import check
from ems.inventory.checks.capacities import energy_of
from ems.inventory.checks.context import Context
from ems.inventory.checks.conversions import implied_contents
from ems.inventory.document import inventory_document
from ems.inventory.findings import Finding
from ems.inventory.inventory_file import read_inventory
from ems.inventory.measures import computed_t
from ems.inventory.ranges import ranges
from ems.inventory.totals import largest_remainder
from forecasting.factors import registry

ROOT = Path(__file__).parents[2]
FILE = read_inventory(ROOT / "sites/meijin_group/inventory-2022.yaml")
FACTORS = registry(ROOT / "sites/factors")
CONTEXT = Context(FILE.inventory, FACTORS)
BOOK = CONTEXT.books[2022]
CONTENT = inventory_document(FILE, FACTORS)
FINDINGS = check(FILE.inventory, FACTORS)
W = 1e7  # kg in 10 000 t


def amount(account: str) -> float:
    value = BOOK.value(account)
    assert value is not None
    return value.kg / W


def share(account: str) -> float:
    value = BOOK.share(account)
    assert value is not None
    return 100 * value


def row(of: str) -> dict[str, float]:
    return next(r for r in CONTENT["changes"] if r["of"] == of)


def found(rule: str, about: str) -> Finding:
    return next(f for f in FINDINGS if f.rule == rule and about in f.about)


def expected(name: str) -> float:
    return next(c["expected_kg"] for c in CONTENT["comparisons"] if c["id"] == name) / W


def parts_of(account: str) -> float:
    """Sum of the printed shares of the sources of a scope [%]."""
    p = next(p for p in BOOK.partitions if p.whole == account)
    return sum(f.share.value for x in p.parts if (f := BOOK.figure(x)) and f.share)


def kwh_factor(name: str) -> float:
    return 907_800 * FACTORS[name].value / 1000


METHANE = ranges().methane
VOLUME = 5_607_200.0


def net_t(gwp: float) -> float:
    """All of the gas methane: what burning it keeps from the air [t]."""
    return VOLUME * METHANE.kg_per_m3 * (gwp - METHANE.kgco2_per_kg) / 1000


IDENTITIES = [  # (id, told or independently computed, by the product, tolerance)
    ("T1", 240.83, lambda: amount("scope-1") + amount("scope-2") + amount("scope-3"), 0.01),
    ("P_S1", 32.55, lambda: share("scope-1"), 0.005),
    ("P_S2", 49.50, lambda: share("scope-2"), 0.005),
    ("P_S3", 17.95, lambda: share("scope-3"), 0.005),
    ("G1", 85.05, lambda: 100 * amount("coke-gas") / amount("scope-1"), 0.005),
    ("G2", 27.68, lambda: share("coke-gas"), 0.005),
    ("E1", 30.33, lambda: share("power"), 0.005),
    ("E2 heat", 46.16, lambda: amount("heat"), 1e-9),
    ("E2", 19.17, lambda: share("heat"), 0.005),
    ("S3u", 17.95, lambda: parts_of("scope-3"), 0.005),
    ("S3u upstream", 15.61, lambda: amount("upstream"), 0.005),
    ("S3u downstream", 27.62, lambda: amount("downstream"), 0.005),
    ("S1pie", 32.56, lambda: parts_of("scope-1"), 0.005),
    ("S1pie against scope 1", 32.55, lambda: parts_of("scope-1"), 0.0101),
    ("SEG", 240.83, lambda: sum(amount(s.id) for s in FILE.inventory.segments), 0.01),
    ("P_coke", 46.43524, lambda: share("coke"), 0.00001),
    ("P_chem", 41.37, lambda: share("chemicals"), 0.005),
    ("P_coal", 10.92, lambda: share("coal"), 0.005),
    ("P_office", 0.91351, lambda: share("office"), 0.00001),
    ("P_H2", 0.36, lambda: share("hydrogen"), 0.005),
    ("SEGP", 100.0, lambda: sum(f.share.value for s in FILE.inventory.segments
                                if (f := BOOK.figure(s.id)) and f.share), 0.001),
    ("YoY203", 18.63547, lambda: 100 * row("total")["relative"], 0.00001),
    ("YoY203 base low", 202.676, lambda: 240.83 / 1.18825, 0.0005),
    ("YoY203 base", 202.685, lambda: (found("change-rounding", "total").computed["base_low"]
                                      + found("change-rounding", "total").computed["base_high"]) / 2, 0.0005),
    ("S1d", 45.1, lambda: -100 * row("scope-1")["relative"], 0.05),
    ("S1d base", 142.78, lambda: row("scope-1")["before"] / W, 1e-9),
    ("S23 growth", 171.18058, lambda: found("scope-shift", "scope-1").computed["rest_change"], 0.00001),
    ("S23 2020", 59.90, lambda: found("scope-shift", "scope-1").computed["rest_before"], 0.005),
    ("S23 2022", 162.45, lambda: found("scope-shift", "scope-1").computed["rest_after"], 1e-9),
    ("EXP", 338.00, lambda: expected("expected"), 0.01),
    ("FC", 300.49, lambda: expected("forecast"), 0.01),
    ("FC abatement", 37.51, lambda: expected("expected") - expected("forecast"), 0.01),
    ("INT1", -37.953, lambda: found("intensity-change", "intensity").computed["change"], 0.0005),
    ("INT1 needed", 95.27, lambda: found("intensity-change", "intensity").computed["needed_change_of_quantity"], 0.005),
    ("INT2", 301.0375, lambda: found("unit-of-intensity", "intensity").computed["implied_100m_cny_with_unit"], 1e-6),
    ("INT2 as printed", 301.0375, lambda: found("unit-of-intensity", "intensity").computed["implied_10k_cny"], 1e-6),
    ("INT3", 1.31471, lambda: row("intensity")["implied_before"] / 1e3, 0.00001),
    ("HS", 517.71834, lambda: sum(x * 0.5 for x in (r.low, r.high)) if (r := computed_t(
        FILE.inventory, CONTEXT.measure("oven-equipment"), FACTORS)) else 0.0, 0.00001),
    ("HS told", 517.70, lambda: kwh_factor("mee-2023-43.cn.ets"), 0.05),
    ("HS_0.5810", 527.4318, lambda: kwh_factor("mee-2022-111.cn.ets"), 0.00001),
    ("HS_0.5568", 505.46304, lambda: kwh_factor("mee-nbs-2024-12.cn.average"), 0.00001),
    ("HS_0.5366", 487.12548, lambda: kwh_factor("mee-nbs-2024-33.cn.average"), 0.00001),
    ("GAS", 41.30435, lambda: -100 * row("mine-intensity")["relative"], 0.00001),
    ("GAS low", 39.6, lambda: -found("change-rounding", "mine-intensity").computed["high"], 0.05),
    ("GAS high", 43.0, lambda: -found("change-rounding", "mine-intensity").computed["low"], 0.05),
    ("CH4_21 net", 68562, lambda: net_t(21), 0.5),
    ("CH4_25 net", 83589, lambda: net_t(25), 0.5),
    ("CH4_28 net", 94860, lambda: net_t(28), 0.5),
    ("CH4_21 gross", 78_893.304, lambda: VOLUME * METHANE.kg_per_m3 * 21 / 1000, 0.001),
    ("CH4_25 gross", 93_920.6, lambda: VOLUME * METHANE.kg_per_m3 * 25 / 1000, 0.001),
    ("CH4_28 gross", 105_191.072, lambda: VOLUME * METHANE.kg_per_m3 * FACTORS["ipcc-ar5.ch4"].value / 1000, 0.001),
    ("CH4_21 content", 0.219, lambda: 15_000 / net_t(21), 0.0005),
    ("CH4_25 content", 0.179, lambda: 15_000 / net_t(25), 0.0005),
    ("CH4_28 content", 0.158, lambda: 15_000 / net_t(28), 0.0005),
    ("CH4_el", 190_001, lambda: 720_000 / 0.38 / METHANE.kwh_per_m3, 50),
    ("CH4_el content", 3.4, lambda: 100 * 720_000 / 0.38 / METHANE.kwh_per_m3 / VOLUME, 0.05),
    ("CH4_el ten times", 33.9, lambda: 1000 * 720_000 / 0.38 / METHANE.kwh_per_m3 / VOLUME, 0.05),
    ("CH4_grid", 410.616, lambda: 720 * FACTORS["mee-2023-43.cn.ets"].value, 1e-9),
    ("CH4_pie", 5057, lambda: amount("gas-power") * 1e4, 0.5),
    ("CH4_pie m3", 2_744_874, lambda: amount("gas-power") * W / METHANE.burnt_kg_per_m3, 1),
    ("OIL", 3_405_490, lambda: 1.1e6 * FACTORS["diesel.cn"].value, 1e-6),
    ("OIL litres", 2_861, lambda: 1.1e6 * FACTORS["diesel.cn.litre"].value / 1000, 1),
    ("OIL tonnes of diesel", 872, lambda: 2_700 / FACTORS["diesel.cn"].value, 0.5),
    ("FLEET", 512, lambda: sum(q.value for q in FILE.inventory.sums[0].parts), 0),
    ("FCEV", 0.71591, lambda: found("supply-left-out", "sold-vehicles").computed["kg_per_km"], 0.00001),
    ("FCEV litres", 27, lambda: found("supply-left-out", "sold-vehicles").computed["litres_per_100km"], 0.5),
    ("OFF", 407.64, lambda: found("additive-claims", "green-office").computed["parts_t"], 1e-9),
    ("OFF whole", 197.04, lambda: found("additive-claims", "green-office").computed["whole_t"], 1e-9),
    ("WORLD", 0.87996, lambda: 100 * row("world")["relative"], 0.00001),
    ("CN", -0.18972, lambda: 100 * row("china")["relative"], 0.00001),
    ("PEAK", 1.94743, lambda: CONTEXT.value("peak", 2026).kg / W / amount("total"), 0.00001),  # type: ignore[union-attr]
    ("HEATREC kW", 5575, lambda: CONTEXT.measure("mine-waste-heat").capacity.base, 0),  # type: ignore[union-attr]
    ("HEATREC GJ", 1970, lambda: energy_of(CONTEXT, CONTEXT.measure("mine-waste-heat"))[0] * 0.0036, 0.5),  # type: ignore[index]
    ("HEATREC hours", 98, lambda: found("full-load-hours", "mine-waste-heat").computed["hours"], 0.5),
]  # fmt: skip


@pytest.mark.parametrize(("told", "made", "tolerance"), [x[1:] for x in IDENTITIES], ids=[x[0] for x in IDENTITIES])
def test_identity_of_the_report(told: float, made: object, tolerance: float) -> None:
    assert made() == pytest.approx(told, abs=max(tolerance, 1e-9))  # type: ignore[operator]


def test_the_sources_of_scope_1_close_with_the_used_co2_added_and_not_subtracted() -> None:
    """32.56 against 32.55 is rounding of eight slices; 32.50 is not."""
    subtracted = FILE.inventory.model_copy(
        update={"lines": tuple(x.model_copy(update={"removal": x.id == "co2-use"}) for x in FILE.inventory.lines)}
    )
    f = next(f for f in check(subtracted, FACTORS) if f.rule == "shares-sum")
    assert (f.grade, f.computed["sum"]) == ("error", pytest.approx(32.50))
    assert not [f for f in FINDINGS if f.rule == "shares-sum"]


def test_largest_remainder_of_the_printed_amounts_differs_from_what_is_printed() -> None:
    """46.44 and 0.91 follow from the printed amounts; 46.43 and 0.92 need unrounded ones, and the file keeps both."""
    made = largest_remainder([26.30, 111.83, 99.63, 0.87, 2.20], 2)
    assert made == [10.92, 46.44, 41.37, 0.36, 0.91]
    rows = {r["account"]: r for r in CONTENT["years"]["2022"]["segment"]}
    assert (rows["coke"]["share_shown"], rows["coke"]["told_share"]) == (46.44, pytest.approx(0.4643))
    assert sum(r["share_shown"] for a, r in rows.items() if a != "total") == pytest.approx(100, abs=1e-9)


def test_residuals_are_rows() -> None:
    left = {r["account"]: r["kg"] / W for r in CONTENT["years"]["2022"]["scope"] if r["residual"]}
    assert left == {"scope-1": pytest.approx(-0.0325, abs=1e-4), "scope-3": pytest.approx(0.0110, abs=1e-4)}


def test_the_mine_gas_has_three_contents() -> None:
    """3.4 % by its power, 15.8 % by its tonnes (GWP 28), 49 % by its slice of the inventory: each in its interval."""
    m = CONTEXT.measure("mine-gas-power")
    told = implied_contents(CONTEXT, m, FILE.inventory.flows_of(m.id)[0])
    for name, content in (("generated", 0.034), ("destroyed", 0.158), ("burnt", 0.49)):
        assert told[name][1].low < content < told[name][1].high
    assert not told["generated"][1].meets(told["destroyed"][1])
    assert not told["destroyed"][1].meets(told["burnt"][1])


SLIPS = {
    ("unit-of-intensity", "error", "intensity"): ("0.80 万吨/万元", "301.04 万元", "吨/万元则为 301.04 亿元"),
    ("unit-of-activity", "error", "own-vehicles"): ("110 万吨", "2,700", "万L", "2.455"),
    ("conversion", "error", "mine-gas-power"): ("72 万kWh", "5,607,200 m3", "720 万kWh"),
    ("intensity-change", "error", "intensity"): ("1.1882 / 1.915", "-37.95 %", "-39.15 %", "+95.27 %"),
    ("stream", "warning", "gas-power"): ("5,057 吨", "15,000 吨", "72 万kWh"),
    ("boundary", "warning", "total"): ("57 → 88", "不能读作减排"),
    ("boundary-claim", "warning", "boundary"): ("57 → 88",),
    ("scope-shift", "warning", "scope-1"): ("64.4 万吨", "162.45", "+171 %"),
    ("additive-claims", "warning", "green-office"): ("368.06 + 39.58 = 407.64", "197.04", "不能相加"),
    ("full-load-hours", "warning", "mine-waste-heat"): ("216.71", "1,970 GJ", "98.2"),
    ("supply-left-out", "warning", "sold-vehicles"): ("0.716 kg/km", "27 L/100 km", "未扣除"),
    ("supply-left-out", "warning", "own-vehicles"): ("2,700", "未扣除"),
}


@pytest.mark.parametrize("slip", SLIPS, ids=lambda s: f"{s[0]}-{s[2]}")
def test_slip_of_the_report_is_found_with_its_arithmetic(slip: tuple[str, str, str]) -> None:
    rule, grade, about = slip
    f = found(rule, about)
    assert f.grade == grade
    assert [x for x in SLIPS[slip] if x not in f.zh] == []
    digits = {x for x in SLIPS[slip] if x.replace(",", "").replace(".", "").isdigit()}
    assert [x for x in digits if x not in f.en] == []


def test_nothing_else_is_called_an_error_or_a_warning() -> None:
    assert {(f.rule, f.grade) for f in FINDINGS if f.grade != "rounding"} == {(r, g) for r, g, _ in SLIPS}
    assert len([f for f in FINDINGS if f.grade != "rounding"]) == len(SLIPS)


def test_every_figure_has_a_source() -> None:
    marks = {f.provenance.status for f in FILE.figures()}
    assert marks == {"sourced", "computed"}
    assert [
        f.name for f in FILE.figures() if "p. " not in f.provenance.source and "section" not in f.provenance.source
    ] == []


def test_the_ledger_counts_only_what_stands() -> None:
    by = {m["id"]: m for m in CONTENT["measures"]}
    assert {k: m["counted_t"] for k, m in by.items() if m["counted_t"]} == {
        "oven-equipment": 517.70, "mine-waste-heat": 216.71, "green-office": 197.04,
    }  # fmt: skip
    kinds = {m["kind"] for m in by.values()}
    assert len(kinds) == 9
    assert all(m["guard"] for k, m in by.items() if not m["counted_t"])
    assert all(m["method"] for m in by.values())

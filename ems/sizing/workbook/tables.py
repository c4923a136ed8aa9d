"""Sheets without money formulas of their own: key figures, balances by month, front, sensitivity, scenarios, notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ems.sizing.report.key_figures import KPIS
from ems.sizing.report.rows import PARTS, result
from ems.sizing.report.scenarios import COLUMNS
from ems.sizing.report.view import unit_of_figure
from ems.sizing.workbook.known import Known
from ems.sizing.workbook.levelised import bus_name
from ems.sizing.workbook.page import Both, Pages, cell

FRONT = ("emissions_t", *(c for c in COLUMNS if c != "emissions_t"), "abatement_cny_per_t", "hydrogen_kgco2e_per_kg")
TITLES: dict[str, Both] = {
    "front": ("前沿", "Front"),
    "sensitivity": ("敏感性", "Sensitivity"),
    "grid": ("情景网格", "Grid"),
    "scenario": ("情景", "Scenarios"),
}


def figures_page(pages: Pages, known: Known) -> None:
    """Energy figures of the simulated year, design beside reference, with the difference as a formula."""
    page = pages.add(("指标", "Key figures"), (34, 36, 14, 18, 18, 18))
    page.title(("模拟年的指标", "Key figures of the simulated year"))
    heads: list[Both | str] = [("指标", "figure (zh)"), ("指标(英)", "figure (en)"), known.both("unit")]
    page.head([*heads, known.both("design"), known.both("reference"), known.both("difference")], freeze=2)
    for name in (*KPIS, "pv_curtailed_kwh"):
        pair = [known.content[side]["kpis"].get(name) for side in ("design", "reference")]
        if all(x is None for x in pair):
            continue
        unit = unit_of_figure(name)
        look = "share" if unit == "%" else "number"
        page.names(page.row, known.both(name))
        page.text(page.row, 2, unit)
        for k, x in enumerate(pair):
            page.number(page.row, 3 + k, x, look)
        if None not in pair:
            page.formula(page.row, 5, f"{cell(page.row, 3)}-{cell(page.row, 4)}", pair[0] - pair[1], look)
        page.row += 1


def balances_page(pages: Pages, known: Known) -> None:
    """Every bus by month: flows in, flows out, sums, and the difference, which is nothing."""
    page = pages.add(("逐月平衡", "Balances"), (34, 36, 9, 15))
    page.title(("逐月能量与质量平衡", "Balances of energy and mass by month"))
    design = known.content["design"]
    months = [str(m) for m in design["months"]]
    heads: list[Both | str] = [("流", "flow (zh)"), ("流(英)", "flow (en)"), known.both("unit")]
    page.head([*heads, *months, ("合计", "sum")], freeze=3)
    for bus, flows in design["buses"].items():
        if not any(map(any, (*flows["in"].values(), *flows["out"].values()))):
            continue
        page.names(page.row, bus_name(known, bus), "part")
        page.row += 1
        for side, word in (("in", ("流入合计", "sum of inflows")), ("out", ("流出合计", "sum of outflows"))):
            first = page.row
            for name, values in flows[side].items():
                owner, _, quantity = name.partition(".")
                zh, en = known.component(owner)
                page.names(page.row, (f"    {zh} · {quantity}", f"    {en} · {quantity}"))
                page.text(page.row, 2, flows["unit"])
                for k, x in enumerate(values):
                    page.number(page.row, 3 + k, x, "amount")
                _row_sum(page, len(months), sum(values), "amount")
                page.row += 1
            page.names(page.row, word)
            for k in range(len(months) + 1):
                column = [(*v, sum(v))[k] for v in flows[side].values()]
                total = f"SUM({cell(first, 3 + k)}:{cell(page.row - 1, 3 + k)})" if column else "0"
                page.formula(page.row, 3 + k, total, float(sum(column)), "money_sum")
            page.row += 1
        page.row += 1


def _row_sum(page: Any, many: int, value: float, look: str) -> None:
    page.formula(page.row, 3 + many, f"SUM({cell(page.row, 3)}:{cell(page.row, 2 + many)})", value, look)


def rows_pages(pages: Pages, known: Known) -> None:
    """One sheet for each group of the sweep: what is set, results, sizes; what failed with its reason."""
    for group, key in PARTS.items():
        rows = known.content[key]
        if rows:
            _rows(pages, known, group, rows)


def _rows(pages: Pages, known: Known, group: str, rows: Sequence[dict[str, Any]]) -> None:
    zh, en = TITLES[group]
    page = pages.add((zh, en), (34, 16))
    page.title((zh, en), ("每行都重新优化了规模。", "Sizes are chosen anew in every row."))
    paths = list(dict.fromkeys(p for r in rows for p in r["set"]))
    sizes = list(known.study.sizes)
    heads: list[Both | str] = [("名称", "name")]
    heads += [f"{p}\n{known.path(p)[0]}" for p in paths]
    heads += [("碳排放上限 [tCO₂e/a]", "carbon cap [tCO₂e/a]")] if group == "front" else []
    for name in FRONT:
        unit = unit_of_figure(name)
        one, other = known.both(name)
        heads.append((f"{one} [{unit}]", f"{other} [{unit}]") if unit else (one, other))
    heads += [(f"{known.size(n)[0]} [{_unit(known, n)}]", f"{known.size(n)[1]} [{_unit(known, n)}]") for n in sizes]
    heads.append(("失败原因", "why it failed"))
    page.head(heads)
    for r in rows:
        page.text(page.row, 0, r["name"])
        column = 1
        for p in paths:
            value = r["set"].get(p)
            if isinstance(value, int | float) and not isinstance(value, bool):
                page.number(page.row, column, value, "any")
            else:
                page.text(page.row, column, "" if value is None else str(value))
            column += 1
        if group == "front":
            page.number(page.row, column, r["carbon_cap_t"], "amount")
            column += 1
        for name in FRONT:
            look = "share" if unit_of_figure(name) == "%" else "number"
            page.number(page.row, column, result(r, name), look)
            column += 1
        for name in sizes:
            page.number(page.row, column, r["sizes"].get(name), "number")
            column += 1
        if r["status"] != "done" and r["reason"]:
            page.text(page.row, column, f"{r['reason']['zh']} {r['reason']['en']}")
        page.row += 1


def _unit(known: Known, name: str) -> str:
    return str(known.content["design"]["sizes"][name]["unit"])


def notes_page(pages: Pages, known: Known) -> None:
    """What the reader should know, and what the result rests on."""
    page = pages.add(("说明", "Notes"), (60, 90))
    page.title(("说明与来源", "Notes and provenance"))
    for note in known.content["notes"]:
        page.text(page.row, 0, note["zh"], "wrap")
        page.text(page.row, 1, note["en"], "wrap")
        page.row += 1
    page.row += 1
    p = known.content["provenance"]
    told = {
        "p_site": known.content["site"]["name"],
        "p_weather": f"{p['weather']['kind']}: {p['weather']['source']}",
        "p_tariff": p["tariff"],
        "p_site_digest": p["site_digest"],
        "p_study_digest": p["study_digest"],
        "p_versions": ", ".join(f"{k} {v}" for k, v in p["versions"].items()),
        "p_schema": known.content["schema_version"],
        "p_created": p["created_at"],
    }
    for key, text in told.items():
        page.text(page.row, 0, " ".join(known.both(key)))
        page.text(page.row, 1, str(text), "wrap")
        page.row += 1

"""Sheets of words: gaps, assumptions, formulas, notes and digests."""

from __future__ import annotations

from collections.abc import Mapping

from ems.emissions.page.evidence import gap_meter
from ems.emissions.page.view import EmissionView
from ems.sizing.workbook.page import Page


def write_gaps(page: Page, view: EmissionView) -> None:
    page.title(
        ("数据缺口", "Gaps in the data"),
        (
            "只列出, 不填补; 缺数的小时不计入合计。",
            "Listed and not filled; hours without data count as nothing in the totals.",
        ),
    )
    page.text(page.row, 0, view.say("fact_coverage", share=view.percent(view.content["coverage"], 2)))
    page.row += 1
    page.head(
        [("计量点", "meter"), ("名称", "name"), ("开始", "from"), ("结束", "to"), ("小时", "hours"), ("原因", "why")]
    )
    for g in view.content["gaps"]:
        texts = {0: g["meter"], 1: gap_meter(view, g), 2: view.moment(g["start"]), 3: view.moment(g["end"])}
        for column, text in (texts | {5: view.pick(g["why"])}).items():
            page.text(page.row, column, text)
        page.number(page.row, 4, g["hours"], "any")
        page.row += 1


def write_assumptions(page: Page, view: EmissionView) -> None:
    page.title(("假设与数据来源", "Assumptions and their sources"))
    page.head([("名称", "name"), ("数值", "value"), ("单位", "unit"), ("状态", "status"), ("出处", "source")])
    for f in view.content["assumptions"]:
        page.text(page.row, 0, f["name"])
        page.number(page.row, 1, f["value"], "any")
        for column, text in enumerate((f.get("unit") or "", view.word(f["status"]), f["source"] or ""), 2):
            page.text(page.row, column, text)
        page.row += 1


def write_evidence(page: Page, view: EmissionView) -> None:
    """What the evidence bundle is recomputed against, the formulas, and the notes."""
    page.title(
        ("证据", "Evidence"),
        ("证据包可用 ems report --verify 重新计算。", "The evidence bundle is recomputed by ems report --verify."),
    )
    p = view.content["provenance"]
    told: Mapping[str, str] = {
        "p_source": view.word(f"source_{p['source']}"),
        "p_inputs": p["inputs_digest"],
        "p_accounting": p["accounting_digest"],
        "p_site": p["site_digest"],
        "p_versions": view.listed(f"{k} {v}" for k, v in p["versions"].items()),
        "p_schema": view.content["schema_version"],
        "p_created": view.moment(p["created_at"]),
    }
    for key, text in told.items():
        page.text(page.row, 0, view.say(key))
        page.text(page.row, 1, text)
        page.row += 1
    page.row += 1
    page.head([("公式", "formula"), ("", ""), ("出处", "source")])
    for f in view.content["formulas"]:
        for column, text in enumerate((view.pick(f["text"]), f["formula"], f["source"] or "")):
            page.text(page.row, column, text, "wrap")
        page.row += 1
    page.row += 1
    page.text(page.row, 0, view.say("notes"), "part")
    page.row += 1
    for note in view.content["notes"]:
        page.text(page.row, 1, view.pick(note), "wrap")
        page.row += 1

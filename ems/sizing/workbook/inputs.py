"""Every number that went in, with unit, status and source; the cells that formulas refer to."""

from __future__ import annotations

from typing import Any

from ems.sizing.workbook.known import Known
from ems.sizing.workbook.page import Both, Page, Pages

HEADS: list[Both | str] = [
    ("路径", "path"),
    ("含义", "meaning (zh)"),
    ("含义(英)", "meaning (en)"),
    ("数值", "value"),
    ("单位", "unit"),
    ("状态", "status"),
    ("出处", "source"),
]
FIRST = ("economics", "costs", "sizes", "limits", "reference")  # the order of the list
PRICES = ("electricity", "export", "gas", "hydrogen", "heat", "cooling", "water")
WITH_INFLATION: Both = ("未给出: 随通货膨胀", "not given: with inflation")
VALUE = 3  # column


def assumptions_page(pages: Pages, known: Known) -> None:
    """Numbers of the study, changeable; ``refs`` then holds the cell of each by its path."""
    page = pages.add(("假设", "Assumptions"), (44, 26, 30, 14, 12, 12, 70))
    page.title(
        ("假设", "Assumptions"),
        (
            "底色单元格可以改动, 现金流随之重算。年限、基准年和规模的选择不随之改变: 那需要重新优化。",
            "Shaded cells may be changed and the cash flow follows. The number of years, the base year and the sizes "
            "chosen do not follow: that takes a new study.",
        ),
    )
    page.head(HEADS)
    figures = [f for f in known.content["assumptions"] if f["file"] == "study"]
    for f in sorted(figures, key=lambda f: _rank(f["name"])):
        _line(page, known, f["name"], f["value"], f["unit"], known.both(f["status"]), f["source"])
    _not_numbers(page, known)


def _rank(name: str) -> int:
    head = name.partition(".")[0]
    return FIRST.index(head) if head in FIRST else len(FIRST)


def _line(page: Page, known: Known, name: str, value: Any, unit: str, status: Both, source: str) -> None:
    row, (zh, en) = page.row, known.path(name.replace(".", "/"))
    for column, text in enumerate((name, zh, en)):
        page.text(row, column, text)
    if isinstance(value, str):
        page.text(row, VALUE, value, "input")
    else:
        page.number(row, VALUE, value, "input")
    known.refs[name] = page.ref(row, VALUE)
    page.text(row, 4, unit)
    page.text(row, 5, " ".join(dict.fromkeys(status)))
    page.text(row, 6, source)
    page.row += 1


def _not_numbers(page: Page, known: Known) -> None:
    """What the cash flow needs besides: choices in words, and prices that rise with inflation."""
    default, e = known.both("default"), known.study.economics
    for name, cost in known.study.costs.items():
        _line(page, known, f"costs.{name}.residual", cost.residual, "linear | none", default, "")
    for carrier in PRICES:
        name = f"economics.escalation.{carrier}"
        if name in known.refs:
            continue
        row, (zh, en) = page.row, known.path(name.replace(".", "/"))
        for column, text in enumerate((name, zh, en)):
            page.text(row, column, text)
        known.refs[name] = page.formula(row, VALUE, known.refs["economics.inflation"], e.inflation, "any")
        page.text(row, 4, "1/a")
        page.text(row, 5, " ".join(default))
        page.text(row, 6, " ".join(WITH_INFLATION))
        page.row += 1


def site_page(pages: Pages, known: Known) -> None:
    """Numbers of the site file: what the simulated year rests on."""
    page = pages.add(("站点数据", "Site data"), (44, 14, 14, 14, 90))
    page.title(
        ("站点数据", "Site data"),
        ("模拟年份所依据的数据。", "What the simulated year rests on; results do not follow when they are changed."),
    )
    page.head([("路径", "path"), ("数值", "value"), ("单位", "unit"), ("状态", "status"), ("出处", "source")])
    for f in (f for f in known.content["assumptions"] if f["file"] == "site"):
        page.text(page.row, 0, f["name"])
        page.number(page.row, 1, f["value"], "any")
        for column, text in enumerate((f["unit"], " ".join(dict.fromkeys(known.both(f["status"]))), f["source"]), 2):
            page.text(page.row, column, text)
        page.row += 1

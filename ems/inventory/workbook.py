"""An inventory as a workbook: sheets to fill in, one a list, then what the checks and the totals make of them.

The sheets to fill in are read back by `ems.inventory.workbook_reading`: the second line of each holds the names of the
fields. Figures are texts with their unit, as printed: 240.83 万t.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from unicodedata import east_asian_width

import xlsxwriter

from ems.inventory.findings import GRADE_TEXT
from ems.inventory.inventory_file import InventoryFile
from ems.inventory.model import Inventory
from ems.inventory.page import account_cells, change_cells, comparison_cells, measure_cells
from ems.inventory.records import ABOUT, LISTS, Cell, columns, own_notes, row
from ems.report.cells import Cells
from ems.report.formats import Lang

SHEETS = {  # list -> (Chinese, English) on the tab
    ABOUT: ("基本信息", "about"),
    "segments": ("板块", "segments"),
    "lines": ("排放源", "lines"),
    "boundaries": ("边界", "boundaries"),
    "entities": ("公司", "entities"),
    "figures": ("排放数据", "figures"),
    "activities": ("活动数据", "activities"),
    "quantities": ("其他数量", "quantities"),
    "intensities": ("强度", "intensities"),
    "changes": ("变化", "changes"),
    "comparisons": ("与预期比较", "comparisons"),
    "sums": ("合计", "sums"),
    "claims": ("声明", "claims"),
    "measures": ("措施", "measures"),
    "flows": ("措施流量", "flows"),
}
FIELDS = {
    "id": "编号", "name": "名称", "title": "标题", "organisation": "组织", "standard": "标准",
    "consolidation": "合并方法", "year": "年份", "base_year": "基准年", "unit": "显示单位", "scope": "范围",
    "segment": "板块", "carrier": "能源品种", "removal": "清除量", "entities": "公司数", "scopes": "所含范围",
    "restated": "已重算", "held": "持股比例", "financial_control": "财务控制", "operational_control": "运营控制",
    "counted": "计入比例", "emissions": "排放或减排量", "counted_emissions": "计入量", "of": "所属项目",
    "amount": "数量", "share": "占总量", "share_of_scope": "占本范围", "line": "排放源", "factor": "因子编号",
    "value": "数值", "per": "分母", "since": "自", "until": "至", "before": "期初", "after": "期末",
    "relative": "相对变化", "absolute": "绝对变化", "read_as": "解读", "against": "比较对象", "difference": "差值",
    "total": "合计", "parts": "各部分", "kind": "类别", "who": "实施单位", "method": "方法", "baseline": "基准",
    "part_of": "属于", "inside": "边界之内", "overlaps": "可能重叠", "capacity": "功率", "technology": "技术",
    "distance": "里程", "vehicles": "车型", "replaced_by": "替代品种", "supply_emissions": "供应排放",
    "measure": "措施", "role": "方向", "status": "状态", "source": "来源", "zh": "中文", "en": "英文",
}  # fmt: skip
RESULTS = {
    "scope": "结果 by scope",
    "segment": "结果 by segment",
    "changes": "结果 changes",
    "comparisons": "结果 expected",
    "measures": "结果 measures",
    "findings": "结果 findings",
}
WIDEST = 60


def tab(name: str) -> str:
    """Name of a sheet to fill in."""
    zh, en = SHEETS[name]
    return f"{zh} {en}"


def inventory_workbook(file: InventoryFile, content: Mapping[str, Any], lang: Lang) -> bytes:
    """The workbook; results are shown in one language, the sheets to fill in are labelled in both."""
    out = BytesIO()
    made = datetime.fromisoformat(content["provenance"]["created_at"]).astimezone(UTC).replace(tzinfo=None)
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"title": content["inventory"]["title"][lang], "created": made})
        looks = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#e8edf2"}),
            "field": book.add_format({"font_color": "#5b6673", "bottom": 1}),
            "input": book.add_format({"bg_color": "#fff7e0", "valign": "top"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _about(book, looks, file)
        for name in LISTS:
            _list(book, looks, file, name)
        _results(book, looks, content, lang)
    return out.getvalue()


def _about(book: Any, looks: Mapping[str, Any], file: InventoryFile) -> None:
    page = book.add_worksheet(tab(ABOUT))
    _heads(page, looks, ["name", "value"], [("项目", "item"), ("内容", "value")])
    for k, (name, value) in enumerate(
        zip(columns(Inventory), row(file.inventory, (), file.provenance, ()), strict=True)
    ):
        page.write_string(2 + k, 0, name, looks["text"])
        _put(page, 2 + k, 1, value, looks["input"])
    page.set_column(0, 0, 22)
    page.set_column(1, 1, WIDEST)


def _list(book: Any, looks: Mapping[str, Any], file: InventoryFile, name: str) -> None:
    page, kind = book.add_worksheet(tab(name)), LISTS[name]
    extra = own_notes(name, file.provenance)
    names = columns(kind, extra)
    records: Sequence[Any] = getattr(file.inventory, name)
    rows = [row(r, (name, k), file.provenance, extra) for k, r in enumerate(records)]
    _heads(page, looks, names, [_label(n) for n in names])
    for k, cells in enumerate(rows):
        for column, value in enumerate(cells):
            _put(page, 2 + k, column, value, looks["input"])
    for column, field in enumerate(names):
        texts = [field, *(str(cells[column]) for cells in rows if cells[column] is not None)]
        page.set_column(column, column, min(WIDEST, max(map(_letters, texts)) + 2))


def _label(name: str) -> tuple[str, str]:
    return " ".join(FIELDS[p] for p in name.split(".")), name.replace("_", " ").replace(".", " ")


def _heads(page: Any, looks: Mapping[str, Any], names: Sequence[str], labels: Sequence[tuple[str, str]]) -> None:
    for column, (name, (zh, en)) in enumerate(zip(names, labels, strict=True)):
        page.write_string(0, column, f"{zh}\n{en}", looks["head"])
        page.write_string(1, column, name, looks["field"])
    page.set_row(0, 32)
    page.freeze_panes(2, 1)


def _put(page: Any, at: int, column: int, value: Cell, look: Any) -> None:
    if value is None:
        page.write_blank(at, column, None, look)
    elif isinstance(value, int | float):
        page.write_number(at, column, value, look)
    else:
        page.write_string(at, column, value, look)


def _results(book: Any, looks: Mapping[str, Any], content: Mapping[str, Any], lang: Lang) -> None:
    year = content["years"][str(content["inventory"]["year"])]
    findings = content["findings"]
    found: dict[str, list[Cells]] = {
        "scope": account_cells(content, year["scope"], lang),
        "segment": account_cells(content, year["segment"], lang),
        "changes": change_cells(content, lang),
        "comparisons": comparison_cells(content, lang),
        "measures": measure_cells(content, lang),
        "findings": [
            Cells("", "", [GRADE_TEXT[f["grade"]][lang == "en"] for f in findings], 0, words=True),
            Cells("中文", "", [f["text"]["zh"] for f in findings], 0, words=True),
            Cells("English", "", [f["text"]["en"] for f in findings], 0, words=True),
        ],
    }
    for name, cells in found.items():
        page = book.add_worksheet(RESULTS[name])
        for column, c in enumerate(cells):
            page.write_string(0, column, f"{c.title} [{c.unit}]" if c.unit else c.title, looks["head"])
            texts = [str(t) for t in c.cells]
            for k, text in enumerate(texts):
                _result(page, 1 + k, column, text, c, looks["text"])
            page.set_column(column, column, min(WIDEST, max([_letters(t) for t in (c.title, *texts)]) + 4))
        page.freeze_panes(1, 1)


def _result(page: Any, at: int, column: int, text: str, cells: Cells, look: Any) -> None:
    """Numbers as numbers, with the digits that are shown; everything else as text."""
    plain = text.replace(",", "").replace("−", "-")
    try:
        page.write_number(at, column, float(plain)) if not cells.words else page.write_string(at, column, text, look)
    except ValueError:
        page.write_string(at, column, text, look)


def _letters(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)

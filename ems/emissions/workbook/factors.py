"""The sheet of factors; formulas of all other sheets take their factors from it."""

from __future__ import annotations

from ems.emissions.page.view import EmissionView
from ems.sizing.workbook.page import Both, Page

HEADS: list[Both | str] = [
    ("编号", "id"),
    ("数值", "value"),
    ("单位", "unit"),
    ("地区", "region"),
    ("数据年份", "year of data"),
    ("发布机构", "issuer"),
    ("公告", "announcement"),
    ("发布日期", "published"),
    ("状态", "status"),
    ("不确定度(95%)", "uncertainty (95 %)"),
    ("出处", "source"),
    ("摘要", "digest"),
]


class FactorCells:
    """Where each factor stands that is one number."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, float]] = {}

    def add(self, factor_id: str, value: float, ref: str) -> None:
        self._found[factor_id] = (ref, value)

    def ref(self, factor_id: str, value: float) -> str | None:
        """The cell of a factor; None where it varies or is in another unit: the line's own mean is written then."""
        if factor_id not in self._found:
            return None
        ref, told = self._found[factor_id]
        return ref if abs(value - told) <= 1e-9 * abs(told) else None


def write_factors(page: Page, view: EmissionView) -> FactorCells:
    found = FactorCells()
    page.title(
        ("排放因子", "Emission factors"),
        (
            "数值可改, 各表随之重算。随时间变化的因子没有单一数值。",
            "Change a value and all sheets follow. A factor that varies has no single value.",
        ),
    )
    page.head(HEADS)
    for f in view.content["factors"]:
        row = page.row
        ref = page.number(row, 1, f["value"], "input")
        if f["value"] is not None:
            found.add(f["id"], f["value"], ref)
        texts = {0: f["id"], 2: f["unit"], 3: f["region"], 5: f["issuer"], 6: f["announcement"], 7: f["published"]}
        texts |= {8: view.word(f["status"]), 10: f["source"], 11: f["digest"]}
        for column, text in texts.items():
            page.text(row, column, str(text or ""))
        page.number(row, 4, f["data_year"], "year")
        page.number(row, 9, f["uncertainty"], "share")
        page.row += 1
    return found

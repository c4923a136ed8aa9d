"""Claims that contain each other: the parts cannot exceed the whole, and different baselines do not add."""

from __future__ import annotations

from collections.abc import Iterator

from ems.inventory.checks.context import Context
from ems.inventory.findings import Finding, n
from ems.inventory.quantity import Range

BASELINE_TEXT = {
    "measure": ("措施节约量", "saving of the measure"),
    "previous_year": ("较上年变化", "change on the year before"),
    "base_year": ("较基准年变化", "change on the base year"),
    "other_technology": ("较替代技术", "against another technology"),
    None: ("未说明", "not told"),
}


def parts_of_claims(context: Context) -> Iterator[Finding]:
    for whole in context.inventory.measures:
        parts = [m for m in context.inventory.measures if m.part_of == whole.id and m.emissions]
        if not parts or whole.emissions is None:
            continue
        total = Range(0.0, 0.0)
        for m in parts:
            total = total + m.emissions.range if m.emissions else total
        exact = sum(m.emissions.base for m in parts if m.emissions) / 1000
        told = whole.emissions.base / 1000
        mixed = {m.baseline for m in parts} != {whole.baseline}
        arithmetic = f"{' + '.join(n(m.emissions.base / 1000) for m in parts if m.emissions)} = {n(exact)}"
        if total.low > whole.emissions.range.high or mixed:
            exceeds = total.low > whole.emissions.range.high
            bases = (BASELINE_TEXT[parts[0].baseline], BASELINE_TEXT[whole.baseline])
            zh = f"; 基准不同({bases[0][0]} 与 {bases[1][0]}), 不能相加" if mixed else "; 部分大于整体"
            en = f"; the baselines differ ({bases[0][1]}, {bases[1][1]}): never add them" if mixed else ""
            more = ("大于", "more than") if exceeds else ("对比", "beside")
            yield Finding(
                "additive-claims", "warning" if mixed else "error", (whole.id, *(m.id for m in parts)),
                f"{whole.title.zh}: 各部分 {arithmetic} 吨, {more[0]}整体 {n(told)} 吨{zh}。",
                f"{whole.title.en}: its parts make {arithmetic} t, {more[1]} the whole of {n(told)} t{en}.",
                {"parts_t": exact, "whole_t": told},
            )  # fmt: skip

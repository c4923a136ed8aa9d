"""What a reader of a pathway should know: targets met or missed, what is counted twice, what actuals say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from ems.pathway.ledger import Counted
from ems.pathway.lines import Lines
from ems.pathway.pathway import Pathway, along
from forecasting.notes import Note

APART = 0.01  # of the larger: below it two figures are the same
Grade = Literal["error", "caution", "fact"]


@dataclass(frozen=True)
class Finding:
    grade: Grade
    text: Note


def findings_of(p: Pathway, lines: Lines, ledger: Counted | None = None) -> list[Finding]:
    """Errors first, then cautions, then facts."""
    found = [
        *_targets(p, lines),
        *_measures(p, lines),
        *_ledger(p, ledger),
        *_offsets(p, lines),
        *_actuals(p, lines),
        *_reference(p, lines),
    ]
    order: dict[Grade, int] = {"error": 0, "caution": 1, "fact": 2}
    return sorted(found, key=lambda f: order[f.grade])


def _targets(p: Pathway, lines: Lines) -> Iterator[Finding]:
    peak, totals = lines.peak_year, lines.totals
    most = totals["green"][lines.years.index(peak)]
    yield Finding(
        "fact", Note(f"排放在 {peak} 年达峰, {most:,.0f} t。", f"Emissions peak in {peak}, at {most:,.0f} t.")
    )
    if (target := p.targets.peak_year) is not None and peak > target:
        yield Finding(
            "error",
            Note(
                f"达峰目标 {target} 年未实现: 路径在 {peak} 年达峰。",
                f"The target to peak in {target} is missed: it is {peak}.",
            ),
        )
    neutral = lines.neutrality_year
    if neutral is None:
        left = totals["net"][-1]
        yield Finding(
            "fact",
            Note(
                f"到 {lines.years[-1]} 年未实现中和, 尚余 {left:,.0f} t。",
                f"Not neutral by {lines.years[-1]}: {left:,.0f} t are left.",
            ),
        )
    else:
        gross = totals["green"][lines.years.index(neutral)]
        share = gross / totals["green"].max()
        yield Finding(
            "fact",
            Note(
                f"{neutral} 年起净排放为零; 其中 {gross:,.0f} t(峰值的 {share:.0%})靠抵消, 而非减排。",
                f"Nothing is left net from {neutral} on; {gross:,.0f} t of that ({share:.0%} of the peak) by "
                "offsets, not by reduction.",
            ),
        )
    if (target := p.targets.neutrality_year) is not None and (neutral is None or neutral > target):
        came_zh, came = (
            ("期内不实现", "not in the years shown") if neutral is None else (f"{neutral} 年", f"in {neutral}")
        )
        yield Finding(
            "error",
            Note(
                f"中和目标 {target} 年未实现: {came_zh}。", f"The target to be neutral in {target} is missed: {came}."
            ),
        )


def _measures(p: Pathway, lines: Lines) -> Iterator[Finding]:
    for name, beyond in lines.unsaved.items():
        if beyond.max() > 0:
            year = lines.years[int(np.argmax(beyond))]
            m = p.measures[name]
            source = p.sources[m.source].title
            yield Finding(
                "error",
                Note(
                    f"措施“{m.title.zh}”在 {year} 年的减排比“{source.zh}”所余多 {beyond.max():,.0f} t; 只计可减部分。",
                    f"The measure “{m.title.en}” promises {beyond.max():,.0f} t more in {year} than “{source.en}” "
                    "has left; only what there is to save is counted.",
                ),
            )


def _ledger(p: Pathway, ledger: Counted | None) -> Iterator[Finding]:
    for name, t in ledger.t.items() if ledger else ():
        m, year = p.measures[name], ledger.year if ledger else 0
        told = float(along(m.saves_t, [year], before=0.0)[0])
        if abs(told - t) > APART * max(told, t):
            yield Finding(
                "caution",
                Note(
                    f"措施“{m.title.zh}”{year} 年按 {told:,.0f} t 计, 清单的措施台账只认 {t:,.0f} t。",
                    f"The measure “{m.title.en}” is taken at {told:,.0f} t in {year}; the measures ledger of the "
                    f"inventory counts {t:,.0f} t.",
                ),
            )


def _offsets(p: Pathway, lines: Lines) -> Iterator[Finding]:
    gross, given = lines.totals["green"], sum(lines.offsets.values(), np.zeros(len(lines.years)))
    if (over := given - gross).max() > 0:
        year = lines.years[int(np.argmax(over))]
        yield Finding(
            "caution",
            Note(
                f"{year} 年抵消量比所余排放多 {over.max():,.0f} t; 多余部分不计, 路径不为负。",
                f"Offsets exceed what is left by {over.max():,.0f} t in {year}; the rest is not counted.",
            ),
        )
    for o in p.offsets.values():
        if not o.supply_subtracted:
            yield Finding(
                "error",
                Note(
                    f"抵消“{o.title.zh}”未扣除替代能源(如氢气)自身的供应排放, 抵消量偏高。",
                    f"The offset “{o.title.en}” does not subtract the emissions of supplying what replaces "
                    "the old (such as hydrogen): it is too high.",
                ),
            )
        if not o.method:
            yield Finding(
                "caution",
                Note(
                    f"抵消“{o.title.zh}”没有可签发减排量的方法学, 在其出现之前不能主张。",
                    f"No method issues credits for the offset “{o.title.en}”; until there is one it cannot be claimed.",
                ),
            )


def _actuals(p: Pathway, lines: Lines) -> Iterator[Finding]:
    totals = lines.totals
    for year, a in sorted(p.actuals.items()):
        if year in lines.years:
            at = lines.years.index(year)
            usual, own = totals["usual"][at] - a.total_t, totals["own"][at] - a.total_t
            yield Finding(
                "fact",
                Note(
                    f"{year} 年实际 {a.total_t:,.0f} t, 比基准情景{_less_zh(usual)}, 比自身措施情景{_less_zh(own)}。",
                    f"Actual emissions of {year}: {a.total_t:,.0f} t, {_less(usual)} than business as usual, "
                    f"{_less(own)} than with own measures.",
                ),
            )
    known = [(year, a.companies) for year, a in sorted(p.actuals.items()) if a.companies]
    for (first, few), (second, many) in pairwise(known):
        if few != many:
            yield Finding(
                "caution",
                Note(
                    f"{first} 与 {second} 年的边界不同({few} 与 {many} 家公司), 差额不能当作增长或减排。",
                    f"{first} and {second} have different boundaries ({few} and {many} companies): their difference is "
                    "neither growth nor abatement.",
                ),
            )


def _less(t: float) -> str:
    return f"{abs(t):,.0f} t {'less' if t >= 0 else 'more'}"


def _less_zh(t: float) -> str:
    return f"{'少' if t >= 0 else '多'} {abs(t):,.0f} t"


def _reference(p: Pathway, lines: Lines) -> Iterator[Finding]:
    if p.reference is None or lines.reference is None:
        return
    above = lines.totals["green"] - lines.reference
    years = [y for y, x in zip(lines.years, above, strict=True) if x > 0 and y > p.reference.base_year]
    if years:
        worst = lines.years[int(np.argmax(above))]
        title = p.reference.title
        yield Finding(
            "caution",
            Note(
                f"{len(years)} 年的排放高于“{title.zh}”, 最多在 {worst} 年高出 {above.max():,.0f} t; 抵消不计入。",
                f"Emissions lie above “{title.en}” in {len(years)} years, at most by {above.max():,.0f} t in {worst}; "
                "offsets do not count.",
            ),
        )

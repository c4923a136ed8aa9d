"""The formulas of a report, each with its source."""

from __future__ import annotations

from typing import Any

from ems.emissions import baselines
from ems.emissions.accounted import Accounted

GHG_PROTOCOL = "GHG Protocol, Corporate Standard (2004) and Scope 2 Guidance (2015)"
PROJECT = "GHG Protocol for Project Accounting (2005); ISO 14064-2"
FORMULAS = (  # name, Chinese, English, formula, source
    ("line", "每一行", "every line", "kg[h] = activity[h] * factor[h]", GHG_PROTOCOL),
    ("scope_1", "范围一", "scope 1", "gas [kWh LHV] * factor of burning it", GHG_PROTOCOL),
    ("location", "范围二,基于位置", "scope 2, location based", "import * average of the grid", GHG_PROTOCOL),
    (
        "market",
        "范围二,基于市场",
        "scope 2, market based",
        "(import - covered by retired certificates + own use with certificates sold) * residual mix",
        GHG_PROTOCOL,
    ),
    ("scope_3", "范围三", "scope 3", "delivered hydrogen and water * factor of making and carrying", GHG_PROTOCOL),
    ("inventory", "清单合计", "inventory", "scope 1 + scope 2 by one method + scope 3", GHG_PROTOCOL),
    ("memo", "单列", "beside all totals", "hydrogen made * share leaked * GWP100", "Sand et al. (2023)"),
    ("avoided", "减排量", "avoided", "avoided[h] = baseline kg[h] - actual kg[h]", PROJECT),
    (
        "hydrogen",
        "每千克氢的排放",
        "emissions per kg of hydrogen",
        "sum over sources of kWh * factor / kg made, in a matching period",
        "(EU) 2023/1184 and 2023/1185; T/CAB 0078-2020",
    ),
    (
        "uncertainty",
        "不确定度",
        "uncertainty",
        "half width = sqrt(sum over sources i of (u_i * sum of the kg that rest on i)^2)",
        "2006 IPCC Guidelines, volume 1, chapter 3, equations 3.1 and 3.2",
    ),
)


def formulas(found: Accounted) -> list[dict[str, Any]]:
    """General formulas, those of baselines, then one for each line of the park."""
    rows = [_row(*f) for f in FORMULAS]
    rows += [_row(name, zh, en, formula, baselines.SOURCE) for name, zh, en, formula in baselines.FORMULAS]
    for line in found.park.lines:
        rows.append(_row(f"line.{'.'.join(line.key)}", line.meter, line.meter, line.formula, line.factor.source))
    return rows


def _row(name: str, zh: str, en: str, formula: str, source: str) -> dict[str, Any]:
    return {"name": name, "text": {"zh": zh, "en": en}, "formula": formula, "source": source}

"""What may be said of the hydrogen, and what must not."""

from __future__ import annotations

from typing import Any

from ems.emissions.mixture import AMOUNT, AT, KGCO2E, PV, Array, amount, over


def claims(power: Array, kg: Array, same_hour: Array) -> list[dict[str, Any]]:
    """Sentences with their quantity: ``may`` is yes, conditional or no.

    Args:
        power: mixture of the power under the account's matching period, shape (hours, 2, sources).
        kg: hydrogen made, shape (hours,).
        same_hour: the same mixture with the hour as matching period.
    """
    made, total = float(kg.sum()), amount(power)
    own = float((over(same_hour[:, AMOUNT, PV], amount(same_hour)) * kg).sum())
    moved = float((over(power[:, AMOUNT, AT["matched_pv"]], total) * kg).sum())
    bought = float((over(power[:, AMOUNT, AT["certificates"]], total) * kg).sum())
    sold = float((over(power[:, AMOUNT, AT["sold_pv"]], total) * kg).sum())
    emitted = float(power[:, KGCO2E].sum())
    found = [
        _claim(
            "yes",
            own,
            f"{own:.1f} kg 由同一小时的自有光伏制得(按所选归属规则, 有表计)。",
            f"{own:.1f} kg were made of own PV of the same hour (by the rule of attribution chosen, metered).",
        ),
        _claim(
            "yes",
            made,
            f"全部 {made:.1f} kg 的平均排放为 {_mean(emitted, made)} kgCO2e/kg。",
            f"All {made:.1f} kg have emissions of {_mean(emitted, made)} kgCO2e/kg in the mean.",
        ),
        _claim(
            "no",
            made - own - moved,
            f"不得把全部产量称为可再生氢: {max(made - own - moved, 0.0):.1f} kg 的电力不是自有光伏。",
            f"All of it must not be called renewable: {max(made - own - moved, 0.0):.1f} kg were not made of own PV.",
        ),
        _claim(
            "no",
            None,
            "不得把最好小时的数值用于其他小时的氢; 储罐中的氢是混合物, 出罐按罐内平均计。",
            "The figure of the best hours must not be told of other hydrogen; what leaves the tank is its mixture.",
        ),
        _claim(
            "no",
            None,
            "不得由此再计一次减排量: 自用光伏已体现在较低的外购电中。",
            "It must not be counted as avoided a second time: PV used on site shows already in the power not bought.",
        ),
    ]
    if moved > 0:
        found.append(
            _claim(
                "conditional",
                moved,
                f"{moved:.1f} kg 由匹配期内其他小时的光伏余电抵匹配; 只在接受该匹配期的标准下可称。",
                f"{moved:.1f} kg are matched with PV of other hours; this may be said only under a standard that takes "
                "the matching period.",
            )
        )
    if bought > 0:
        found.append(
            _claim(
                "conditional",
                bought,
                f"{bought:.1f} kg 的网电有已注销绿证: 可在基于市场的数字中称零排放, "
                "不得用于 CCER-01-004, 单独绿证不满足 RFNBO。",
                f"Grid power of {bought:.1f} kg has retired certificates: zero in market-based figures; not for "
                "CCER-01-004, and certificates alone do not meet RFNBO.",
            )
        )
    if sold > 0:
        found.append(
            _claim(
                "no",
                sold,
                f"{sold:.1f} kg 所用光伏的绿证已售出, 绿色属性归买方, 不得再称可再生。",
                f"The certificates of the PV behind {sold:.1f} kg were sold: the buyer claims it, no one here may.",
            )
        )
    return found


def _claim(may: str, kg: float | None, zh: str, en: str) -> dict[str, Any]:
    return {"may": may, "kg": kg, "text": {"zh": zh, "en": en}}


def _mean(emitted: float, made: float) -> str:
    return f"{emitted / made:.2f}" if made > 0 else "-"

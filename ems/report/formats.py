"""Numbers for readers: thousands separators, as many digits as mean something, units in the reader's language."""

from __future__ import annotations

import html
import math
import re
from typing import Literal

Lang = Literal["zh", "en"]
UNIT_ZH = {"CNY": "元"}
MINUS = "\u2212"


def unit_name(unit: str, lang: Lang) -> str:
    """``CNY/kWh`` becomes 元/kWh for Chinese readers; a pure number has no unit."""
    if unit == "1":
        return ""
    shown = unit.replace("CO2e", "CO₂e")
    return shown.replace("CNY", UNIT_ZH["CNY"]) if lang == "zh" else shown


def digits_for(unit: str) -> int:
    """Decimals that are worth reading for a unit."""
    if unit.startswith("CNY/"):
        return 3 if unit.endswith("kWh") else 2
    return {"kg/h": 1, "kg": 1, "kWh/kg": 2, "%": 1, "kgCO2e/kWh": 4, "°C": 1}.get(unit, 0)


def number(x: float | None, digits: int = 0, *, signed: bool = False) -> str:
    """A number with thousands separators and a true minus sign; a dash where there is none."""
    if x is None or not math.isfinite(x):
        return "–"
    text = f"{abs(x):,.{digits}f}"
    zero = not any(c in text for c in "123456789")
    sign = "" if zero else MINUS if x < 0 else "+" if signed else ""
    return f"{sign}{text}"


def quantity(x: float | None, unit: str, lang: Lang, *, digits: int | None = None, signed: bool = False) -> str:
    """A number with its unit; shares of one are shown in per cent elsewhere."""
    name = unit_name(unit, lang)
    shown = number(x, digits_for(unit) if digits is None else digits, signed=signed)
    return f"{shown} {name}".strip()


def broken(text: str, width: int) -> str:
    """Text for a figure in lines of about ``width`` letters, a Chinese character counting as two."""
    lines, room = [""], width
    for piece in re.findall(r"[\u3000-\u9fff]|[^ \u3000-\u9fff]+ *| +", text):
        need = 2 if piece >= "\u3000" else len(piece.rstrip(" "))
        if need > room and lines[-1]:
            lines.append("")
            room = width
        lines[-1] += piece
        room -= need if piece >= "\u3000" else len(piece)
    return "<br>".join(plain(line.strip(" ")) for line in lines if line.strip(" "))


def plain(text: object) -> str:
    """Text that can neither become a tag of the page nor of a figure."""
    return html.escape(str(text), quote=True)

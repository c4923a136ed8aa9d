"""Colours: one hue per kind of component, kept apart also for readers with colour blindness.

Hues follow Okabe and Ito (2008) and Tol's muted scheme; kinds that meet on one bus are told apart by lightness as well
(`tests/test_report_palette.py` holds them to it). Stores are hatched, so that charging and discharging stand out.
"""

from __future__ import annotations

KIND_COLOUR = {
    "pv": "#f0b400",
    "grid": "#555f6b",
    "demand": "#b9c2cc",
    "deferrable_demand": "#7f8fa3",
    "electrolyser": "#0072b2",
    "fuel_cell": "#009e73",
    "gas_engine": "#3f2a1a",
    "compressor": "#999933",
    "hydrogen_tank": "#88ccee",
    "battery": "#cc79a7",
    "hot_store": "#e8928f",
    "cold_store": "#332288",
    "water_tank": "#6699cc",
    "heat_pump": "#d55e00",
    "electric_boiler": "#5c0f3c",
    "gas_boiler": "#8c510a",
    "electric_chiller": "#56b4e9",
    "absorption_chiller": "#117733",
    "waste_heat": "#7a1f10",
    "heat_rejection": "#123a5e",
    "transfer": "#e0b070",
    "gas_supply": "#c2a5cf",
    "water_supply": "#9fc3e6",
    "hydrogen_supply": "#b3e2cd",
    "spill": "#222222",
}
STORES = frozenset({"battery", "hydrogen_tank", "hot_store", "cold_store", "water_tank"})
CARRIER_COLOUR = {
    "electricity": "#e6a800",
    "heat": "#d55e00",
    "cooling": "#56b4e9",
    "hydrogen": "#009e73",
    "gas": "#8c510a",
    "water": "#4477aa",
}
BAND_COLOUR = {  # behind the curves: dear is warm, cheap is cool, the letter at the top says the same
    "S": "rgba(200, 60, 30, 0.17)",
    "P": "rgba(230, 140, 30, 0.14)",
    "F": "rgba(0, 0, 0, 0)",
    "V": "rgba(50, 130, 200, 0.10)",
    "D": "rgba(40, 80, 170, 0.19)",
}
OUTCOME_COLOUR = {  # badge: (background, text)
    "optimal": ("#0b6e4f", "#ffffff"),
    "time_limit": ("#1f5fa8", "#ffffff"),
    "relaxed": ("#f0b400", "#1d232b"),
    "fallback": ("#d55e00", "#ffffff"),
    "infeasible": ("#9b1c31", "#ffffff"),
}
INK, QUIET, LINE, PAPER = "#1d232b", "#5b6673", "#d7dde4", "#ffffff"
BETTER, WORSE, TOTAL = "#0072b2", "#d55e00", "#555f6b"
UNKNOWN = ("#7a5195", "#ef5675", "#003f5c", "#ffa600")


def colour(kind: str, nth: int = 0) -> str:
    """The colour of a kind; the second and third of a kind are lighter shades of it."""
    base = KIND_COLOUR.get(kind) or UNKNOWN[sum(map(ord, kind)) % len(UNKNOWN)]
    return mix(base, "#ffffff", min(0.38 * nth, 0.57))


def mix(a: str, b: str, share: float) -> str:
    """``a`` with a share of ``b`` in it."""
    pair = [(int(a[k : k + 2], 16), int(b[k : k + 2], 16)) for k in (1, 3, 5)]
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in pair)


def faint(colour_hex: str, alpha: float) -> str:
    """A colour that lets what lies behind it through."""
    r, g, b = (int(colour_hex[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({r}, {g}, {b}, {alpha})"

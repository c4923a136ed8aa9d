"""The content of a `study.json` in one language: names, units and money as a reader wants them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

from ems.report.formats import digits_for, number, unit_name
from ems.report.names import bus_name, kind_name
from ems.sizing.report.text import TEXT, say
from ems.sizing.study import Study

Lang = Literal["zh", "en"]
UNITS = (  # end of a figure's name -> unit; the first match counts
    ("_cny_per_kwh", "CNY/kWh"), ("_cny_per_kg", "CNY/kg"), ("_cny_per_t", "CNY/t"), ("_kwh_per_kg", "kWh/kg"),
    ("_kgco2e_per_kg", "kgCO2e/kg"), ("_cny", "CNY"), ("_kwh", "kWh"), ("_kw", "kW"), ("_kg", "kg"),
    ("_t_per_year", "tCO2e/a"), ("emissions_t", "tCO2e/a"), ("_share", "%"), ("irr", "%"), ("_years", "years"),
    ("_dscr", "1"),
)  # fmt: skip
MONEY_SCALE = {"zh": (1e4, "万元"), "en": (1e6, "million CNY")}


def unit_of_figure(name: str) -> str:
    """Unit of a key figure from the end of its name; shares are shown in per cent."""
    return next((unit for end, unit in UNITS if name.endswith(end)), "")


@dataclass(frozen=True)
class StudyView:
    """The content of a study's result and the language to show it in."""

    content: Mapping[str, Any]
    lang: Lang

    def say(self, key: str, **values: object) -> str:
        return say(key, self.lang, **values)

    def word(self, key: str) -> str:
        """A word of the report, or the key itself where there is none."""
        return say(key, self.lang) if key in TEXT else key.replace("_", " ")

    def pick(self, both: Mapping[str, str]) -> str:
        """The reader's language out of ``{"zh": …, "en": …}``."""
        return both[self.lang]

    @property
    def design(self) -> dict[str, Any]:
        return dict(self.content["design"])

    @property
    def reference(self) -> dict[str, Any]:
        return dict(self.content["reference"])

    @property
    def study(self) -> dict[str, Any]:
        return dict(self.content["study"])

    @cached_property
    def model(self) -> Study:
        """The study as it was read."""
        return Study.model_validate(self.content["study"])

    @property
    def economics(self) -> dict[str, Any]:
        return dict(self.study["economics"])

    @property
    def reference_title(self) -> str:
        return self.pick(self.study["reference"]["title"])

    def label(self, component: str) -> str:
        known = self.content["components"].get(component)
        return self.pick(known["label"]) if known else component

    def kind(self, component: str) -> str:
        known = self.content["components"].get(component)
        return str(known["kind"]) if known else ""

    def nth(self, component: str) -> int:
        """Which of its kind a component is, for its shade."""
        same = [c for c, x in self.content["components"].items() if x["kind"] == self.kind(component)]
        return same.index(component) if component in same else 0

    def kind_label(self, kind: str) -> str:
        return kind_name(kind, self.lang)

    @cached_property
    def sizes(self) -> dict[str, dict[str, Any]]:
        return dict(self.design["sizes"])

    def size_label(self, name: str) -> str:
        """The component, with what is sized of it where that is more than one thing."""
        if name not in self.sizes:
            return name
        size = self.sizes[name]
        label = self.label(size["component"])
        if sum(s["component"] == size["component"] for s in self.sizes.values()) == 1:
            return label
        return f"{label} · {self.word(str(size['field']).partition('_')[0])}"

    def cause(self, cause: str) -> str:
        known = self.content["cause_text"].get(cause)
        return self.pick(known) if known else self.word(cause)

    def bus(self, bus: str) -> str:
        return bus_name(bus, str(self.design["buses"][bus]["carrier"]), self.lang)

    def unit(self, unit: str) -> str:
        return self.say("years") if unit == "years" else unit_name(unit, self.lang)

    # numbers
    def figure(self, name: str, x: float | None, *, signed: bool = False, like: float | None = None) -> str:
        """A key figure without its unit, with as many digits as ``like`` would have."""
        unit = unit_of_figure(name)
        if x is None:
            return number(None)
        if unit == "%":
            return number(100 * x, 1, signed=signed)
        digits = 2 if unit == "1" else 1 if unit == "years" else digits_of(unit, x if like is None else like)
        return number(x, digits, signed=signed)

    def with_unit(self, name: str, x: float | None, *, signed: bool = False) -> str:
        unit = unit_of_figure(name)
        shown = self.figure(name, x, signed=signed)
        if x is None:
            return shown
        return f"{shown}%" if unit == "%" else f"{shown} {self.unit(unit)}".strip()

    @property
    def money_scale(self) -> float:
        """CNY in one unit of large money."""
        return MONEY_SCALE[self.lang][0]

    @property
    def money_unit(self) -> str:
        """万元 for Chinese readers, million CNY for others."""
        return MONEY_SCALE[self.lang][1]

    def money(self, cny: float | None, *, signed: bool = False) -> str:
        """Money in words: 2,310 万元, 23.1 million CNY."""
        if cny is None:
            return number(None)
        x = cny / self.money_scale
        size = abs(x)
        digits = 2 if size < 10 else 1 if size < 1000 else 0
        return f"{number(x, digits, signed=signed)} {self.money_unit}"

    def scaled(self, cny: Iterable[float]) -> list[float]:
        return [float(f"{x / self.money_scale:.6g}") for x in cny]

    def moment(self, iso: str) -> str:
        zone = ZoneInfo(str(self.design["series"]["timezone"]))
        return f"{datetime.fromisoformat(iso).astimezone(zone):%Y-%m-%d %H:%M}"


def digits_of(unit: str, x: float) -> int:
    """Decimals worth reading: those of the unit, more where the number is small."""
    least = 0 if unit == "CNY/t" else digits_for(unit)
    if unit in ("kgCO2e/kg", "tCO2e/a"):
        least = 2 if abs(x) < 100 else 1 if abs(x) < 1000 else 0
    return least if abs(x) >= 100 or least >= 2 else max(least, 1)


def digits_beside(peak: float) -> int:
    """Decimals of numbers that stand beside a largest one, so that this has three digits that count."""
    return 0 if peak >= 1000 else 1 if peak >= 10 else 2 if peak >= 1 else 3


def size_number(x: float) -> str:
    """A size with as many digits as an order needs."""
    if abs(x) < 0.005:
        return "0"
    return number(x, 0 if abs(x) >= 1000 or x == round(x) else 1 if abs(x) >= 10 else 2)

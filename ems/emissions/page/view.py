"""The content of a `report.json` in one language: names, tonnes and months as a reader wants them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from ems.emissions.page.text import TEXT, say
from ems.report.formats import Lang, number

METHODS = ("location", "market")
Both = Mapping[str, str]  # {"zh": …, "en": …}
Line = Mapping[str, Any]


@dataclass(frozen=True)
class EmissionView:
    """The content of an emission report and the language to show it in."""

    content: Mapping[str, Any]
    lang: Lang

    def say(self, key: str, **values: object) -> str:
        return say(key, self.lang, **values)

    def word(self, key: str) -> str:
        """A word of the report, or the key itself where there is none."""
        return say(key, self.lang) if key in TEXT else key.replace("_", " ")

    def pick(self, both: Both) -> str:
        return both[self.lang]

    def listed(self, parts: Iterable[str]) -> str:
        return ("、" if self.lang == "zh" else ", ").join(parts)

    @property
    def site_title(self) -> str:
        return self.pick(self.content["site"]["title"])

    @property
    def period(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.content["period"]
        return found

    @cached_property
    def months(self) -> list[str]:
        """Months of the period that any line has, in order."""
        lines = [*self.content["lines"], *(x for b in self.content["baselines"].values() for x in b["lines"])]
        return sorted({month for line in lines for month in line["months"]})

    @property
    def baseline(self) -> str:
        """The baseline that stands in the headline."""
        return str(self.content["baseline"])

    @property
    def baselines(self) -> list[str]:
        """Baselines with avoided emissions, that of the headline first."""
        return sorted(self.content["avoided"], key=lambda name: name != self.baseline)

    def baseline_title(self, name: str) -> str:
        return self.pick(self.content["baselines"][name]["title"])

    def avoided_kg(self, name: str, method: str) -> float:
        return float(self.content["avoided"][name][method]["total_kg"])

    def inventory_kg(self, method: str, part: str = "total_kg") -> float:
        return float(self.content["inventory"][method][part])

    def headline(self, name: str) -> Mapping[str, Any] | None:
        """Value and interval of a figure; none where its uncertainty is not known."""
        found = (x for x in self.content["uncertainty"]["headline"] if x["name"] == name)
        return next(found, None)

    def tonnes(self, kg: float | None, *, signed: bool = False, like: float | None = None) -> str:
        """Kilograms as tonnes, without their unit, with the digits of ``like`` [kg]."""
        return number(None if kg is None else kg / 1000, tonne_digits(kg if like is None else like), signed=signed)

    def tonnes_with_unit(self, kg: float | None, *, signed: bool = False) -> str:
        return f"{self.tonnes(kg, signed=signed)} {TONNES}"

    def percent(self, x: float | None, digits: int = 1) -> str:
        return number(None) if x is None else f"{number(100 * x, digits)}%"

    def moment(self, iso: str) -> str:
        """A time on the site's clock."""
        zone = ZoneInfo(str(self.period["timezone"]))
        return f"{datetime.fromisoformat(iso).astimezone(zone):%Y-%m-%d %H:%M}"


TONNES = "tCO₂e"


def tonne_digits(kg: float | None) -> int:
    """Decimals of tonnes that are worth reading."""
    size = abs(kg or 0.0) / 1000
    return 3 if size < 1 else 2 if size < 10 else 1 if size < 1000 else 0


def value_digits(x: float) -> int:
    """Decimals of an amount or a factor of any size: four digits that count, less where the last ones are zero."""
    size = abs(x)
    digits = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 10 else 4
    return next(d for d in range(digits + 1) if round(x, d) == round(x, digits))


def amount(x: float | None) -> str:
    return number(None) if x is None else number(x, value_digits(x))

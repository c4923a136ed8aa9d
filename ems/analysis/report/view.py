"""The content of an analysis document in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ems.analysis.report.text import Lang, say
from ems.report.formats import number
from ems.report.names import carrier_name


@dataclass(frozen=True)
class AnalysisView:
    """The document and the language to show it in."""

    content: Mapping[str, Any]
    lang: Lang

    def say(self, key: str, **values: object) -> str:
        return say(key, self.lang, **values)

    def pick(self, both: Mapping[str, str]) -> str:
        return both[self.lang]

    def carrier(self, carrier: str) -> str:
        return carrier_name(carrier, self.lang)

    @property
    def analysis(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.content["analysis"]
        return found

    def title(self) -> str:
        return f"{self.say('title')} · {self.pick(self.content['site']['title'])}"


def share(x: float | None, *, signed: bool = False) -> str:
    """A share in per cent."""
    return number(None) if x is None else f"{number(100 * x, 1, signed=signed)}%"


def amount(x: float | None) -> str:
    """An amount with three digits that count, or as many as it has before the point."""
    return number(x, 0 if x is None or abs(x) >= 100 else 1 if abs(x) >= 10 else 2)


def moment(iso: str) -> str:
    return f"{iso[:10]} {iso[11:16]}"

"""The four lines of a pathway, year by year and source by source.

    usual[s]   = emissions[s] * intensity index[s]
    own[s]     = usual[s] - sum of the measures on s, as far as there is something to save
    green[s]   = own[s] * (1 - green share)                    where s is purchased electricity, else own[s]
    net        = sum of green - offsets, as far as something is left

The peak is that of what is emitted (green); offsets do not move it. Neutral is a year from which net stays 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ems.pathway.pathway import Pathway, along
from models.window import Floats

NEUTRAL = 1e-6  # of the largest emissions: what a sum of rounded figures may leave


@dataclass(frozen=True)
class Lines:
    """Emissions [tCO2e/a], shape (years,) each."""

    years: list[int]
    usual: Mapping[str, Floats]  # by source
    own: Mapping[str, Floats]
    green: Mapping[str, Floats]
    saved: Mapping[str, Floats]  # by measure, as far as there was something to save
    unsaved: Mapping[str, Floats]  # by measure, what it promises beyond its source
    offsets: Mapping[str, Floats]  # by offset, as given
    reference: Floats | None

    @property
    def totals(self) -> dict[str, Floats]:
        gross = _sum(self.green, self.years)
        return {
            "usual": _sum(self.usual, self.years),
            "own": _sum(self.own, self.years),
            "green": gross,
            "net": gross - np.minimum(gross, _sum(self.offsets, self.years)),
        }

    @property
    def peak_year(self) -> int:
        """First year of the highest emissions after own measures and green power."""
        return self.years[int(np.argmax(self.totals["green"]))]

    @property
    def neutrality_year(self) -> int | None:
        """First year from which nothing is left to the end; none where something is."""
        totals = self.totals
        left = totals["net"] > NEUTRAL * totals["usual"].max()
        if left[-1]:
            return None
        return self.years[int(np.flatnonzero(left)[-1]) + 1] if left.any() else self.years[0]


def lines_of(p: Pathway) -> Lines:
    years = p.years
    usual = {
        name: along(s.emissions_t, years) * (along(s.intensity_index, years) if s.intensity_index else 1.0)
        for name, s in p.sources.items()
    }
    own = {name: x.copy() for name, x in usual.items()}
    saved: dict[str, Floats] = {}
    unsaved: dict[str, Floats] = {}
    for name, measure in p.measures.items():  # in the order of the file: the first takes what there is
        promised = along(measure.saves_t, years, before=0.0)
        saved[name] = np.minimum(promised, own[measure.source])
        unsaved[name] = promised - saved[name]
        own[measure.source] -= saved[name]
    share = along(p.green_power.share, years, before=0.0) if p.green_power else np.zeros(len(years))
    green = {name: x * (1 - share) if p.sources[name].purchased_electricity else x for name, x in own.items()}
    offsets = {name: along(o.tonnes_t, years, before=0.0) for name, o in p.offsets.items()}
    return Lines(years, usual, own, green, saved, unsaved, offsets, _reference(p, _sum(usual, years)))


def _reference(p: Pathway, usual: Floats) -> Floats | None:
    """Linear reduction from the base year's actual emissions, or from business as usual where there is no inventory."""
    r = p.reference
    if r is None:
        return None
    base = p.actuals[r.base_year].total_t if r.base_year in p.actuals else float(usual[p.years.index(r.base_year)])
    passed = np.array([max(0, year - r.base_year) for year in p.years])
    return np.asarray(base * np.maximum(1 - r.annual_share * passed, r.floor_share), float)


def _sum(parts: Mapping[str, Floats], years: list[int]) -> Floats:
    return np.asarray(sum(parts.values(), np.zeros(len(years))), float)

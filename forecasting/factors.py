"""Emission factors, each under the announcement it comes from.

Grid factors of different years are often mixed up, so a factor is asked for by announcement and region, never by year.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from forecasting.errors import InputError, meant
from forecasting.provenance import Sourced, Strict
from forecasting.yaml_files import read_yaml

Unit = Literal["kgCO2e/kWh", "kgCO2e/kg", "kgCO2e/L", "kgCO2e/m3", "kgCO2e/GJ"]
WORLD = "World"
# Provinces of China by ISO 3166-2 under the grid region of the announcements that give regional averages. Inner
# Mongolia is part of two of them and stands under the country.
GRID_REGIONS = {
    "CN-North": ("BJ", "TJ", "HE", "SX", "SD"),
    "CN-Northeast": ("LN", "JL", "HL"),
    "CN-East": ("SH", "JS", "ZJ", "AH", "FJ"),
    "CN-Central": ("JX", "HA", "HB", "HN"),
    "CN-Northwest": ("SN", "GS", "QH", "NX", "XJ"),
    "CN-South": ("GD", "GX", "HI", "GZ", "YN"),
    "CN-Southwest": ("CQ", "SC", "XZ"),
}
WITHIN = {"CN-NM": "CN"} | {  # region -> the next larger one
    place: larger
    for region, provinces in GRID_REGIONS.items()
    for place, larger in ((region, "CN"), *((f"CN-{p}", region) for p in provinces))
}


def around(region: str) -> tuple[str, ...]:
    """A region and all that it lies in, the smallest first: CN-SD, CN-North, CN, World.

    Raises ``ValueError`` for what is neither an ISO 3166 country nor a region of `WITHIN`.
    """
    found = [region]
    while found[-1] in WITHIN:
        found.append(WITHIN[found[-1]])
    last = found[-1]
    if last != WORLD and not (len(last) == 2 and last.isalpha() and last.isupper()):
        raise ValueError(
            f"the region {region!r} is not known: name a country (CN), a grid region (CN-North), a province (CN-SD) "
            f"or {WORLD}; {meant(region, WITHIN)}".rstrip("; ")
        )
    return (*found, WORLD) if last != WORLD else tuple(found)


class Factor(Sourced):
    """Emissions per unit of an energy or a substance; ``source`` tells how the value was had."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    value: float = Field(ge=0)
    unit: Unit
    use: str = Field(min_length=1, description="what the factor stands for")
    region: str | None = None
    data_year: int | None = Field(None, ge=1990, le=2100, description="year the statistics are of")
    issuer: str = Field(min_length=1)
    announcement: str = Field(min_length=1)
    published: str | None = Field(
        None, pattern=r"^\d{4}(-\d\d(-\d\d)?)?$", description="day, month or year of publication"
    )
    uncertainty: float | None = Field(
        None, ge=0, le=5, description="half width of the 95 % interval over the value; empty: not published"
    )
    uncertainty_source: str = ""

    @field_validator("region")
    @classmethod
    def _known(cls, region: str | None) -> str | None:
        if region is not None:
            around(region)
        return region

    @model_validator(mode="after")
    def _uncertainty_told(self) -> Factor:
        if (self.uncertainty is None) != (not self.uncertainty_source):
            raise ValueError("uncertainty and uncertainty_source belong together: give both or neither")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of all fields, its first 16 digits: the version of this entry."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return sha256(text.encode()).hexdigest()[:16]

    @property
    def series(self) -> str:
        """What stays the same from announcement to announcement: region and use, as cn-sd.average."""
        return self.id.partition(".")[2]


class _FactorFile(Strict):
    factors: tuple[Factor, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> _FactorFile:
        ids = [f.id for f in self.factors]
        double = sorted({i for i in ids if ids.count(i) > 1})
        if double:
            raise ValueError(f"ids given twice: {', '.join(double)}")
        return self


def load_factors(path: Path) -> dict[str, Factor]:
    """All factors of a file by their id."""
    return {factor.id: factor for factor in read_yaml(path, _FactorFile).factors}


def registry(folder: Path) -> dict[str, Factor]:
    """All factors of the YAML files of a folder by their id; raises `InputError` for an id in two of them."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise InputError(str(folder), "files", "none", "one or more .yaml files with emission factors")
    found: dict[str, Factor] = {}
    for path in files:
        read = load_factors(path)
        if double := sorted(set(read) & set(found)):
            raise InputError(path.name, "id", double[0], "an id that no other file of the folder has")
        found |= read
    return found


def newest(factor: Factor, known: Mapping[str, Factor]) -> Factor:
    """The factor of the same region and use with the latest statistics; the factor itself where there is no later."""
    if not factor.series or factor.data_year is None:
        return factor
    same = [f for f in known.values() if (f.series, f.unit) == (factor.series, factor.unit) and f.data_year]
    return max([factor, *same], key=lambda f: (f.data_year or 0, f.published or ""))

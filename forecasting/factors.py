"""Emission factors, each under the announcement it comes from.

Grid factors of different years are often mixed up, so a factor is asked for by announcement and region, never by year.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from forecasting.provenance import Sourced, Strict
from forecasting.yaml_files import read_yaml

Unit = Literal["kgCO2e/kWh", "kgCO2e/kg", "kgCO2e/m3", "kgCO2e/GJ"]


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

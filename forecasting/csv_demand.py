"""Demands that are read from a file instead of being modelled."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field

from forecasting.files import Reference
from forecasting.provenance import Strict
from forecasting.resample import on_index
from forecasting.tables import read_series_csv

HIGHEST = 1e7  # in the unit of the column; a slip by a factor of a thousand stands out


class CsvColumn(Strict):
    """One column of a CSV file, in the unit of the result it stands for."""

    file: Annotated[Path, Reference()]
    column: str = Field(min_length=1)
    label: Literal["left", "right"] = "left"
    how: Literal["hold", "linear"] = "hold"

    def read(self, index: pd.DatetimeIndex, base_dir: Path) -> pd.Series[float]:
        """Interval means on ``index``; the file must cover it."""
        path = self.file if self.file.is_absolute() else base_dir / self.file
        frame = read_series_csv(path, {self.column: (0.0, HIGHEST)}, str(index.tz), label=self.label)
        return on_index(frame, index, self.how, path.name)[self.column]


class CsvDemand(Strict):
    """Demands from files: name of the result (with unit, such as ``electricity_kw``) -> column."""

    recipe: Literal["csv"]
    columns: dict[str, CsvColumn] = Field(min_length=1)

    def demand(self, index: pd.DatetimeIndex, base_dir: Path) -> pd.DataFrame:
        """One column per entry."""
        return pd.DataFrame({name: column.read(index, base_dir) for name, column in self.columns.items()}, index=index)

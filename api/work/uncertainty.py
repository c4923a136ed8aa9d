"""Quantiles of a day's inputs within a planning process: as `ems forecast --quantiles` makes them."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from api.measured_past import History
from ems.forecasts.document import uncertainty_dict
from ems.forecasts.make import park_forecast
from ems.forecasts.targets import targets
from ems.inputs import Inputs
from ems.site_file import SiteFile
from forecasting.history.measured import Measured
from forecasting.history.reader import read_history

SOURCE = "measurements of the service"


def uncertainty(file: SiteFile, inputs: Inputs, past: History, folder: Path) -> dict[str, Any]:
    """Quantiles by column, issued now; by the history where there is one, else by assumed errors."""
    measured = _measured(file, past, folder)
    found = park_forecast(file, inputs, measured, None)
    issued_at = datetime.now(UTC).astimezone(ZoneInfo(file.site.place.timezone))
    told = uncertainty_dict(found, SOURCE if measured else None, issued_at)
    told["notes"] += [
        {"zh": f"测量序列 {name} 未用于预测: {zh}。", "en": f"The measured series {name} is not used: {en}."}
        for name, (zh, en) in past.left_out.items()
    ]
    return told


def _measured(file: SiteFile, past: History, folder: Path) -> dict[str, Measured]:
    if not past.readings:
        return {}
    known = [t.meter for t in targets(file) if t.meter is not None]
    with tempfile.TemporaryDirectory(dir=folder) as own:
        path = Path(own) / "measurements.csv"
        path.write_text(past.readings, encoding="utf-8")
        return read_history(path, known, file.site.place.timezone)

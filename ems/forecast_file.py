"""The inputs of a day as JSON-ready values: what a forecast is stored and sent as."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ems.inputs import Inputs
from ems.site_file import SiteFile
from forecasting.horizon import step_of
from models import unit_of

SCHEMA_VERSION = "1.1"


def forecast_dict(
    file: SiteFile, day: date, inputs: Inputs, uncertainty: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Site, time axis, every column with its unit, tariff bands, where the weather comes from, and notes.

    ``uncertainty`` is that of `ems.forecasts.document.uncertainty_dict`: quantiles of what is uncertain.
    """
    table, sky, title = inputs.table, inputs.weather, file.site.title
    return {
        "schema_version": SCHEMA_VERSION,
        "site": {"name": file.site.name, "title": title.model_dump()},
        "date": day.isoformat(),
        "timezone": file.site.place.timezone,
        "start": table.index[0].isoformat(),
        "step_minutes": step_of(table.index),
        "steps": len(table),
        "inputs": {str(c): {"unit": unit_of(str(c)), "values": table[c].astype(float).tolist()} for c in table},
        "bands": list(inputs.bands),
        "weather": {
            "kind": sky.kind,
            "source": sky.source,
            "issued_at": sky.issued_at.isoformat() if sky.issued_at else None,
        },
        "tariff": inputs.tariff_id,
        "uncertainty": uncertainty,
        "notes": [{"zh": n.zh, "en": n.en} for n in inputs.notes],
    }

"""A forecast with its uncertainty into the archive of a park."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ems.forecasts.make import ParkForecast
from forecasting.history.archive import Archive, Issued


def keep(path: Path, found: ParkForecast, now: datetime) -> int:
    """Write every series down as issued ``now``; returns how many there were."""
    assert found.inputs is not None
    sky, archive = found.inputs.weather, Archive(path)
    for s in found.series:
        assert s.table is not None
        quality = "assumed" if s.scored is None else "scored"
        archive.add(
            Issued(s.target.column, s.target.unit, s.model, now, sky.source, sky.issued_at, quality, s.table), now
        )
    return len(found.series)

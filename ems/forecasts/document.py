"""Forecasts and scores as one JSON document: what pages show, files hold and programs read."""

from __future__ import annotations

from datetime import date, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from ems.forecasts.courses import Courses
from ems.forecasts.make import ASSUMED, ParkForecast, SeriesForecast
from ems.forecasts.past import ISSUE
from ems.forecasts.series import Scored
from forecasting.horizon import step_of
from forecasting.ladder.cases import MEASURED
from forecasting.ladder.quantiles import LEVELS, MEAN, QUANTILES
from forecasting.ladder.score_table import ScoreTable
from forecasting.ladder.scores import crps_quantiles
from forecasting.notes import Note

SCHEMA_VERSION = "1.0"
USED = ("park-ems", "numpy", "pandas", "pvlib", "scikit-learn")
RECENT_DAYS = 7
COUNTED = {
    "pv": Note("太阳高度角大于 5° 且实测有效", "sun above 5° and a usable measurement"),
    "demand": Note("实测有效的全部时段", "every interval with a usable measurement"),
}


def forecast_document(
    found: ParkForecast, made: Courses | None, history: str | None, issued_at: datetime
) -> dict[str, Any]:
    """The document of a day's forecast."""
    assert found.inputs is not None
    index, sky = pd.DatetimeIndex(found.inputs.table.index), found.inputs.weather
    scenarios = None
    if made is not None:
        scenarios = {
            "weights": _numbers(made.weights),
            "series": {column: [_numbers(row) for row in x] for column, x in made.columns.items()},
            "kept": {"mean": _numbers(made.kept.mean), "std": _numbers(made.kept.std), "distance": made.kept.distance},
        }
    return {
        **_head(found, "probabilistic_forecast", history),
        "period": {"from": str(index[0].date()), "to": str(index[-1].date())},
        "issued_at": issued_at.isoformat(),
        "step_minutes": step_of(index),
        "weather": {
            "kind": sky.kind,
            "source": sky.source,
            "issued_at": sky.issued_at.isoformat() if sky.issued_at else None,
        },
        "series": {s.target.column: _series(s, index) for s in found.series},
        "scenarios": scenarios,
        "notes": [_note(n) for n in (*found.notes, *found.inputs.notes)],
    }


def uncertainty_dict(found: ParkForecast, history: str | None, issued_at: datetime) -> dict[str, Any]:
    """The part of the document that stands beside the inputs of a day where these are stored themselves."""
    whole = forecast_document(found, None, history, issued_at)
    told = [_note(n) for n in found.notes]  # those of the inputs stand with the inputs
    return {name: whole[name] for name in ("issued_at", "history", "protocol", "series")} | {"notes": told}


def score_document(found: ParkForecast, history: str, first: date, last: date) -> dict[str, Any]:
    """The document of the scores of a period."""
    return {
        **_head(found, "forecast_score", history),
        "period": {"from": first.isoformat(), "to": last.isoformat()},
        "issued_at": None,
        "step_minutes": None,
        "weather": {"kind": "forecast", "source": found.runs.source, "issued_at": None} if found.runs else None,
        "series": {s.target.column: _series(s, None) for s in found.series},
        "scenarios": None,
        "notes": [_note(n) for n in found.notes],
    }


def _head(found: ParkForecast, kind: str, history: str | None) -> dict[str, Any]:
    site = found.file.site
    return {
        "kind": kind,
        "schema_version": SCHEMA_VERSION,
        "provenance": {"versions": {name: version(name) for name in USED}, "site_digest": found.file.digest},
        "site": {"name": site.name, "title": site.title.model_dump()},
        "timezone": site.place.timezone,
        "protocol": {"issue_hour": ISSUE.hour, "days_before": ISSUE.days_before},
        "history": _history(found, history),
    }


def _history(found: ParkForecast, file: str | None) -> dict[str, Any] | None:
    reports = [s.measured.report for s in found.series if s.measured is not None]
    if file is None or not reports:
        return None
    return {"file": file, "from": str(min(r.first for r in reports)), "to": str(max(r.last for r in reports))}


def _series(s: SeriesForecast, index: pd.DatetimeIndex | None) -> dict[str, Any]:
    t = s.table
    told: dict[str, Any] = {
        "title": _note(s.target.title),
        "unit": s.target.unit if t is not None or s.measured is None else s.measured.unit,
        "kind": s.target.kind,
        "model": s.model,
        "model_title": _note(s.model_title),
        "source": "assumed" if s.model == ASSUMED else "mean_by_history" if s.mean_only else "history",
        "why": None if s.scored is None else _note(s.scored.why),
        "times": None if index is None else _times(index),
        "mean": None if t is None else _numbers(t[MEAN]),
        "quantiles": None if t is None else {q: _numbers(t[q]) for q in QUANTILES},
        "recent": None if s.scored is None or s.model not in s.scored.tables else _recent(s, s.scored),
        "score": None if s.scored is None or s.scored.scores is None else _score(s.scored, s.scored.scores, s.model),
        "left_out": [] if s.scored is None else _left_out(s.scored),
        "quality": None,
    }
    if s.measured is not None:
        level = "refused" if s.scored is None else "used"
        words = (*s.measured.report.sentences, *s.refused)
        told["quality"] = {"level": level, "sentences": [_note(n) for n in words]}
    return told


def _recent(s: SeriesForecast, got: Scored) -> dict[str, Any]:
    """The last days that were measured, beside what the model used would have forecast, in the unit of the column."""
    table = got.tables[s.model]
    measured = got.cases.table[MEASURED].reindex(table.index)
    days = pd.DatetimeIndex(table.index[measured.notna()]).normalize().unique()[-RECENT_DAYS:]
    rows = pd.DatetimeIndex(table.index).normalize().isin(days)
    scale = s.target.scale if s.table is not None else 1.0
    return {
        "times": _times(pd.DatetimeIndex(table.index[rows])),
        "measured": _numbers(scale * measured[rows]),
        **{name: _numbers(scale * table.loc[rows, name]) for name in (MEAN, "q10", "q90")},
    }


def _score(got: Scored, told: ScoreTable, used: str) -> dict[str, Any]:
    capacity = got.cases.capacity
    rows = got.cases.learnable.index
    rows = rows[(rows >= told.first) & (rows < told.last + pd.DateOffset(days=1))]
    for name in told.table.index:
        t = got.tables[name]
        rows = rows.intersection(t.index[t[MEAN].notna()])
    measured = got.cases.table.loc[rows, MEASURED].to_numpy(float)
    reliability, found = {}, []
    for name, r in told.table.iterrows():
        name = str(name)
        quantiles = got.tables[name].loc[rows, list(QUANTILES)].to_numpy(float)
        whole = bool(np.isfinite(quantiles).all())
        if whole:
            observed = (measured[:, None] <= quantiles).mean(axis=0)
            reliability[name] = {
                "title": _note(got.titles[name]),
                "levels": list(LEVELS),
                "observed": _numbers(observed),
            }
        crps = float(crps_quantiles(measured, quantiles, np.array(LEVELS)).mean()) / capacity if whole else None
        found.append(
            {
                "rung": name,
                "title": _note(got.titles[name]),
                "n": len(rows),
                **{key: _share(r[key]) for key in ("rmse", "mae", "bias", "pinball")},
                "crps": crps,
                "skill": _number(r["skill"]),
                "coverage_80": _share(r["coverage"]),
                "width_80": _share(r["width"]),
                "chosen": name == used,
            }
        )
    return {
        "reference": told.reference,
        "reference_title": _note(got.titles[told.reference]),
        "capacity": capacity,
        "unit": got.cases.unit,
        "counted": _note(COUNTED[got.cases.kind]),
        "from": str(told.first.date()),
        "to": str(told.last.date()),
        "rows": found,
        "reliability": reliability,
    }


def _left_out(got: Scored) -> list[dict[str, Any]]:
    return [
        {"rung": name, "title": _note(got.titles[name]), "reason": _note(reason)}
        for name, reason in got.left_out.items()
    ]


def _note(n: Note) -> dict[str, str]:
    return {"zh": n.zh, "en": n.en}


def _times(index: pd.DatetimeIndex) -> list[str]:
    return [t.isoformat() for t in index]


def _numbers(values: Any) -> list[float | None]:
    return [_number(v) for v in np.asarray(values, float)]


def _number(value: float) -> float | None:
    return float(f"{value:.7g}") if np.isfinite(value) else None


def _share(percent: float) -> float | None:
    """Per cent as a share of one."""
    return _number(percent / 100.0)

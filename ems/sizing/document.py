"""`study.json`: the versioned result of a study, complete enough for its report and its workbook.

The JSON Schema is published as `docs/study.schema.json`; `tests/sizing/report` holds results against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ems.plan_file import to_json
from ems.provenance import by_status, provenance
from ems.site_file import Figure, SiteFile
from ems.sizing.design import Bound, Designed
from ems.sizing.gap import CAUSE_TEXT
from ems.sizing.laws import laws_of
from ems.sizing.parks import sized_field
from ems.sizing.series import study_series
from ems.sizing.study import Study
from ems.sizing.study_file import StudyFile
from ems.sizing.year import Year
from ems.state import load_json
from forecasting.errors import InputError
from forecasting.notes import Note
from models import unit_of

__all__ = ["GROUPS", "SCHEMA_VERSION", "read_study_result", "study_dict", "to_json"]

KIND, SCHEMA_VERSION = "study", "1.0"
GROUPS = {"front": "front", "sensitivity": "sensitivity", "grid": "grid", "scenarios": "scenario"}  # key -> group
TOUCHES = 1e-4  # of the largest size: so near to a bound a size lies on it
BINDS = 1e-6  # of the annual cost: a limit that is worth less does not bind


def study_dict(
    file: SiteFile,
    studied: StudyFile,
    year: Year,
    resolution: str,
    designed: Designed,
    design: Mapping[str, Any],
    reference: Mapping[str, Any],
    compared: Mapping[str, Any],
    *,
    truth: Mapping[str, Any] | None = None,
    rows: Iterable[Mapping[str, Any]] = (),
    notes: Sequence[Note] = (),
    timings: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """The result of a study as JSON-ready values.

    ``design`` and ``reference`` are alternatives (`ems.sizing.alternative`), ``rows`` those of the sweep in the order
    in which they are to be shown. Raises `InputError` where the study shows a series there is not.
    """
    study, made = studied.study, list(rows)
    start = pd.Timestamp(year.inputs.table.index[0])
    figures = studied.figures()
    return {
        "kind": KIND,
        "schema_version": SCHEMA_VERSION,
        "site": {"name": file.site.name, "title": file.site.title.model_dump()},
        "study": study.model_dump(mode="json"),
        "resolution": resolution,
        "weather": study.weather,
        "components": {
            c.name: {"kind": c.kind, "label": {"zh": c.label("zh"), "en": c.label("en")}}
            for c in designed.site.components
        },
        "cause_text": {cause: {"zh": zh, "en": en} for cause, (zh, en) in CAUSE_TEXT.items()},
        "assumptions": [
            *(_figure(f, "study", _study_unit(designed, study, f.name)) for f in figures),
            *(_figure(f, "site", _unit(f.name)) for f in file.figures()),
        ],
        "notes": [{"zh": n.zh, "en": n.en} for n in (*studied.notes, *year.inputs.notes, *notes)],
        "design": {
            **design,
            "bounds": {name: _bound(b) for name, b in designed.bounds.items()},
            "limits": limits(designed, study),
            "series": study_series(designed, study, start),
        },
        "reference": dict(reference),
        "compared": dict(compared),
        "truth": dict(truth) if truth else None,
        "resolution_error": year.resolution_error,
        **{key: [dict(r) for r in made if r["group"] == group] for key, group in GROUPS.items()},
        "timings": {f"{phase}_s": round(s, 3) for phase, s in {**designed.seconds, **(timings or {})}.items()},
        "provenance": provenance(file, year.inputs)
        | {"study_digest": studied.digest, "study_figures": by_status(figures)},
    }


def limits(designed: Designed, study: Study) -> list[dict[str, Any]]:
    """Every limit of the study with what one more unit of it is worth; null where the solver gave no duals."""
    found = []
    for law in laws_of(designed.site, study, designed.window):
        worth = designed.limits.get(law.name)
        least = BINDS * abs(designed.annual_cny)
        binding = None if worth is None else abs(worth * law.value) > least
        found.append({"name": law.name, "unit": law.unit, "limit": law.value, "worth_cny": worth, "binding": binding})
    return found


def _bound(b: Bound) -> dict[str, Any]:
    """A size between its bounds has no worth of its own: what the solver says of it is its tolerance."""
    near = TOUCHES * b.max
    at = "max" if b.value >= b.max - near else "min" if b.value <= b.min + near else "free"
    worth = (
        b.worth_cny if at == "max" else 0.0
    )  # at a lower bound its dual is shared with those of the flows: it tells little
    return {"value": b.value, "min": b.min, "max": b.max, "at": at, "worth_cny": worth}


def _figure(f: Figure, file: str, unit: str) -> dict[str, Any]:
    told = {"name": f.name, "value": f.value, "unit": unit}
    return {**told, "status": f.provenance.status, "source": f.provenance.source, "file": file}


def _study_unit(designed: Designed, study: Study, name: str) -> str:
    """Unit of a number of the study: costs and bounds are in that of the capacity they speak of."""
    head, _, rest = name.partition(".")
    last = name.rsplit(".", 1)[-1]
    if head == "sizes" and last in ("min", "max", "module"):
        return _size_unit(designed, rest.rpartition(".")[0])
    if head == "costs":
        cost = rest.partition(".")[0]
        sized = {_size_unit(designed, n) for n, s in study.sizes.items() if s.cost == cost}
        unit = sized.pop() if len(sized) == 1 else "unit"
        return {
            "capex_cny_per_unit": f"CNY/{unit}",
            "incentive_cny_per_unit": f"CNY/{unit}",
            "fixed_om_cny_per_unit_year": f"CNY/{unit}/a",
        }.get(last) or _unit(name)
    if name.startswith("reference.sizes."):
        return _size_unit(designed, name.removeprefix("reference.sizes."))
    if name.startswith("economics.carbon.cny_per_t."):
        return "CNY/t"
    return _unit(name)


def _size_unit(designed: Designed, name: str) -> str:
    _, field = sized_field(designed.site, name)
    try:
        return unit_of(field)
    except ValueError:
        return "unit"


YEARS = ("years", "lifetime_years", "depreciation_years")


def _unit(name: str) -> str:
    """Unit of a number from the last word of its path; empty where it tells none."""
    words = [w for w in name.split(".") if not w.isdigit()]
    last = words[-1] if words else ""
    if last in YEARS:
        return "a"
    if last in ("discount_rate", "inflation", "interest") or "escalation" in words:
        return "1/a"
    if last.endswith(("share", "rate")):
        return "1"
    try:
        return unit_of(last)
    except ValueError:
        return ""


def read_study_result(path: Path) -> dict[str, Any]:
    """A stored result; raises `InputError` where it is no result of a study of a version this software reads."""
    data = load_json(path)
    if data.get("kind") != KIND:
        remedy = "this is a plan.json" if "marginal_values" in data else "is this a study.json?"
        raise InputError(str(path), "kind", data.get("kind"), KIND, remedy)
    found, own = str(data.get("schema_version", "")), SCHEMA_VERSION.split(".")[0]
    if found.split(".")[0] != own:
        raise InputError(str(path), "schema_version", found or None, f"{own}.x", "made by another version of the EMS")
    return data

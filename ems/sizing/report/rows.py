"""Rows of a sweep: those that have a result, and why the others have none."""

from __future__ import annotations

from typing import Any

from ems.sizing.report.paths import path_label, path_value
from ems.sizing.report.pieces import box
from ems.sizing.report.view import StudyView

PARTS = {"front": "front", "sensitivity": "sensitivity", "grid": "grid", "scenario": "scenarios"}


def rows_of(view: StudyView, group: str) -> list[dict[str, Any]]:
    return list(view.content[PARTS[group]])


def done(view: StudyView, group: str) -> list[dict[str, Any]]:
    return [r for r in rows_of(view, group) if r["status"] == "done"]


def failed_html(view: StudyView, group: str) -> str:
    """What has no result, each with its reason."""
    lost = [r for r in rows_of(view, group) if r["status"] != "done"]
    texts = [f"{row_name(view, r)}: {view.pick(r['reason']) if r['reason'] else ''}" for r in lost]
    return box(view.say("failed"), "caution", texts) if texts else ""


def differs(view: StudyView, row: dict[str, Any]) -> str:
    """What a row changes, in words."""
    comma = "; "
    return comma.join(f"{path_label(view, p)} = {path_value(p, x)}" for p, x in row["set"].items())


def row_name(view: StudyView, row: dict[str, Any]) -> str:
    """The title of a scenario, else what it changes, else its name."""
    titles = {s["name"]: s.get("title") for s in view.study.get("scenarios", ())}
    if title := titles.get(row["name"]):
        return view.pick(title)
    return row["name"] if row["group"] == "scenario" or not row["set"] else differs(view, row)


def result(row: dict[str, Any], name: str) -> float | None:
    """A figure of a row, wherever it stands."""
    for part in ("compared", "money", "levelised", "kpis"):
        if name in row[part]:
            x = row[part][name]
            return None if x is None else float(x)
    return None

"""Parks for the tests of plans and of the command line: shipped sites, changed by text or by value."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from api.cli import main
from ems.plan import Plan, make_plan
from ems.plan_file import to_dict, to_json
from ems.problem import Limits
from ems.site import sites_folder
from ems.site_file import read_site
from ems.solve import Solver
from forecasting.yaml_files import load_yaml

DAY = date(2026, 11, 23)  # a Monday in the heating season
SITES = ("demo", "qingdao", "office_park", "coal_mine")
_open = ExitStack()
_solvers: list[Solver] = []


def solver() -> Solver:
    """One solver for all tests of a process; it ends with its parent's pipes."""
    if not _solvers:
        _solvers.append(_open.enter_context(Solver()))
    return _solvers[0]


def text_of(site: str = "demo") -> str:
    """The text of a shipped site that may lie anywhere."""
    folder = sites_folder()
    text = (folder / site / "site.yaml").read_text(encoding="utf-8")
    text = text.replace("climatology: climatology.yaml", f"climatology: {folder / site}/climatology.yaml")
    return text.replace("../", f"{folder}/")


def written(tmp_path: Path, old: str = "", new: str = "", site: str = "demo") -> Path:
    """A shipped site in which one piece of text is replaced."""
    text = text_of(site)
    assert text.count(old) == 1 or not old, f"{old!r} is found {text.count(old)} times"
    path = tmp_path / "site.yaml"
    path.write_text(text.replace(old, new) if old else text, encoding="utf-8")
    return path


def changed(tmp_path: Path, change: Callable[[dict[str, Any]], None], site: str = "demo") -> Path:
    """A shipped site whose content was changed by a function."""
    source = tmp_path / "source.yaml"
    source.write_text(text_of(site), encoding="utf-8")
    data, _ = load_yaml(source)
    change(data)
    path = tmp_path / "changed.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def part(data: dict[str, Any], name: str) -> dict[str, Any]:
    """A component of a site file's content."""
    return next(c for c in data["components"] if c["name"] == name)


def planned(site: str | Path, day: date = DAY, *, step: int = 60, gap: float = 1e-3, **how: Any) -> Plan:
    how.setdefault("limits", Limits(60.0, gap))
    file = how.pop("file", None) or read_site(str(site))
    return make_plan(file, day, how.pop("solver", None) or solver(), weather="climatology", step_minutes=step, **how)


def ems(*words: object) -> int:
    """The command line, in this process; what argparse ends with is returned as well."""
    try:
        return main([str(w) for w in words])
    except SystemExit as end:
        return int(end.code or 0)


@cache
def shipped(site: str) -> Plan:
    """The plan of a shipped site, made once per process; not to be changed."""
    return planned(site)


def stored(plan: Plan) -> Any:
    """The content of a plan as it is read back from its file."""
    return json.loads(to_json(to_dict(plan)))

"""The commands that only look: sites, check, audit, schema."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from api.files import write_text
from ems.site_file import read_site, site_names
from forecasting.errors import InputError


def sites(args: argparse.Namespace) -> int:
    """List the parks; a broken site file is listed with its fault."""
    console = Console()
    for name in site_names():
        try:
            site = read_site(name).site
            title = site.title.zh if args.lang == "zh" else site.title.en
            console.print(
                f"[bold]{name}[/]  {title}  ({len(site.components)} components, {site.place.timezone})", highlight=False
            )
        except InputError as error:
            console.print(f"[bold]{name}[/]  [red]{error}[/]", highlight=False)
    return 0


def check(args: argparse.Namespace) -> int:
    """Validate a site, its tariff, factors and columns; list its assumptions."""
    from datetime import date

    from api.table import show_figures
    from ems.inputs import make_inputs

    file = read_site(args.site)
    weather = "climatology" if file.site.climatology else "auto"
    make_inputs(file, date.today(), step_minutes=60, weather=weather)  # noqa: DTZ011  any day will do
    show_figures(file.figures(), args.lang, Console())
    return 0


def audit(args: argparse.Namespace) -> int:
    """Judge a stored plan; exit code 1 where it breaks a law."""
    from ems.plan_file import audit_plan, read_plan, violation_to_dict
    from ems.report.names import law_name

    path = Path(args.plan)
    data = read_plan(path)
    violations = audit_plan(data, str(path))
    if args.json:
        write_text(
            args.json, json.dumps([violation_to_dict(v) for v in violations], ensure_ascii=False, indent=1) + "\n"
        )
    if args.json != "-":
        many = len(violations)
        clean = {"zh": "审核通过: 未发现违反任何约束。", "en": "Clean: no law is broken."}[args.lang]
        broken = {"zh": f"审核不通过: {many} 处。", "en": f"Not clean: {many} broken law{'s' * (many > 1)}."}[args.lang]
        print(broken if violations else clean)
        for v in violations:
            who, law = _label(data, v.component, args.lang), law_name(v.law, args.lang)
            print(f"  {who}: {law}, {v.worst:.4g}, {v.at:%Y-%m-%d %H:%M}")
    return 1 if violations else 0


def _label(data: dict[str, Any], name: str, lang: str) -> str:
    """A component by its label and its name; what is no component by its name."""
    try:
        return f"{data['components'][name]['label'][lang]} ({name})"
    except (KeyError, TypeError):
        return name


def schema(args: argparse.Namespace) -> int:
    """Print the JSON Schema of one of the files that commands write."""
    from ems.emissions.schema import report_schema
    from ems.forecasts.schema import forecast_schema
    from ems.plan_schema import plan_schema
    from ems.sizing.schema import study_schema

    of = {"plan": plan_schema, "study": study_schema, "report": report_schema, "forecast": forecast_schema}
    json.dump(of[args.of](), sys.stdout, ensure_ascii=False, indent=1)
    print()
    return 0

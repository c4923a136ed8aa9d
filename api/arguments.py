"""What may be said on the command line, and how words become values."""

from __future__ import annotations

import argparse
import locale
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from api.backtest_arguments import add_backtest_command
from api.emission_arguments import add_analyse_command, add_inventory_command, add_report_command
from api.field_command import add_field_command
from api.forecast_arguments import add_forecast_command, add_score_command
from api.service_arguments import add_service_commands
from forecasting.errors import InputError
from forecasting.horizon import checked_step

COMMANDS = """\
commands:
  sites                what parks there are
  check SITE           validate a site file; list assumptions and their status
  forecast SITE        the input table: PV per roof, demands, prices, carbon; how sure they are
  score SITE           how well each way to forecast did
  plan SITE            the day-ahead schedule, audited and explained
  size SITE            what to build: sizes, money, front, proven by operating it
  report SITE          emissions of a period: inventory, avoided, hydrogen, with their evidence
  inventory FILE       a company's inventory: totals, shares, and what cannot be so
  pathway FILE         a company's way to peak and neutrality
  analyse SITE         use of energy from meter readings, and readings that cannot be right
  backtest SITE        what operation would have earned: rules, day-ahead, rolling, perfect foresight
  explain PLAN.json    one interval of a plan in words, and what would change without a device
  audit PLAN.json      judge a stored or hand-edited plan
  schema               the JSON Schema of plan.json, study.json, report.json or forecast.json

  field SITE           meters and machines: measurements in, approved setpoints out
  serve                the service: API, pages, planning
  worker               plans for a service on PostgreSQL from another host
  token, user          programs and people that may use it
  backup, restore      its database in one file
"""


def parser() -> argparse.ArgumentParser:
    """The whole command line; every command has its own --help."""
    top = argparse.ArgumentParser(
        prog="ems",
        description="Energy management of green industrial parks.",
        epilog=COMMANDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=_version())
    sub = top.add_subparsers(dest="command", required=True, metavar="command")

    sites = sub.add_parser("sites", help="what parks there are")
    _language(sites)

    check = sub.add_parser("check", help="validate a site file; list assumptions and their status")
    _site(check)
    _language(check)

    add_forecast_command(sub, _site, _day, _language)
    add_score_command(sub, _site, _language)

    plan = sub.add_parser("plan", help="the day-ahead schedule, audited and explained")
    _site(plan)
    _day(plan)
    plan.add_argument(
        "--objective", choices=("cost", "carbon", "balanced"), default="cost", help="what is minimised (default: cost)"
    )
    plan.add_argument("--gap", type=float, default=1e-3, metavar="SHARE", help="relative gap to prove (default: 0.001)")
    plan.add_argument(
        "--time-limit", type=float, default=60.0, metavar="S", help="seconds for the solver (default: 60)"
    )
    plan.add_argument(
        "--scenarios",
        metavar="N|FILE",
        help="plan under N scenarios drawn from known forecast errors, or those of a CSV file",
    )
    plan.add_argument(
        "--risk",
        type=float,
        default=0.0,
        metavar="W",
        help="with --scenarios: weight of the dearest tenth of them (CVaR) beside the expected cost (default: 0)",
    )
    plan.add_argument("--state", metavar="FILE", help="state at the start: a state file or yesterday's plan.json")
    plan.add_argument(
        "--outage",
        action="append",
        default=[],
        metavar="NAME[:MODULES]",
        help="a machine that is out all day; repeatable",
    )
    plan.add_argument(
        "--days",
        type=int,
        metavar="N",
        help="N days from --date on, each opened by the one before; needs --out, keeps the days that stand there",
    )
    plan.add_argument(
        "--out", metavar="DIR", help="write plan.json, schedule.csv and plan.html there; with --days DIR/DAY/plan.json"
    )
    plan.add_argument("--json", metavar="FILE", help="write plan.json there, - for standard output")
    _language(plan)

    size = sub.add_parser("size", help="what to build: sizes, money, cost-carbon front, proven by operating it")
    _site(size)
    size.add_argument("--study", metavar="FILE", help="the study (default: study.yaml beside the site file)")
    size.add_argument("--years", type=int, metavar="N", help="years of operation, in place of the study's")
    size.add_argument(
        "--resolution",
        default="full",
        metavar="full|typical:N",
        help="every hour of the year (default), or N typical days with their error",
    )
    size.add_argument(
        "--pareto", type=int, metavar="N", help="points of the cost-carbon front (default: the study's; 0: none)"
    )
    size.add_argument(
        "--without",
        action="append",
        default=[],
        choices=("truth", "sensitivity", "grid", "scenarios"),
        help="leave out; repeatable",
    )
    size.add_argument(
        "--vertex",
        action="store_true",
        help="crossover after the interior point: the design at a corner of its limits, duals of a basis; takes longer",
    )
    size.add_argument("--workers", type=int, metavar="N", help="processes for scenarios (default: one for each core)")
    size.add_argument(
        "--dask", nargs="?", const="", metavar="ADDRESS", help="work on a Dask cluster (no address: a local one)"
    )
    size.add_argument("--out", metavar="DIR", help="write study.json, study.xlsx and study.html there")
    size.add_argument("--json", metavar="FILE", help="write study.json there, - for standard output")
    size.add_argument(
        "--journal", metavar="DIR", help="where finished scenarios are noted, to go on from (default: DIR of --out)"
    )
    _language(size)

    add_report_command(sub, _language)
    add_inventory_command(sub, _language)
    pathway = sub.add_parser("pathway", help="a company's way to peak and neutrality, with what is found wrong")
    pathway.add_argument("file", metavar="FILE")
    pathway.add_argument("--out", metavar="DIR", help="write pathway.json and pathway.html there")
    pathway.add_argument("--json", metavar="FILE", help="write pathway.json there, - for standard output")
    _language(pathway)

    add_analyse_command(sub, _language)
    add_backtest_command(sub, _language)

    explain = sub.add_parser("explain", help="one interval of a stored plan in words: values, limits, a device out")
    explain.add_argument("plan", metavar="PLAN.json")
    explain.add_argument("--at", required=True, metavar="T", help="14:30, or a time with its offset")
    explain.add_argument(
        "--without", metavar="DEVICE", help="what would change if it were out from then on: planned again, compared"
    )
    explain.add_argument("--gap", type=float, default=1e-3, metavar="SHARE", help="of these plans (default: 0.001)")
    explain.add_argument(
        "--time-limit", type=float, default=60.0, metavar="S", help="seconds for each of them (default: 60)"
    )
    explain.add_argument("--json", metavar="FILE", help="write it there as JSON, - for standard output")
    _language(explain)

    audit = sub.add_parser("audit", help="judge a stored or hand-edited plan")
    audit.add_argument("plan", metavar="PLAN.json")
    audit.add_argument("--json", metavar="FILE", help="write the violations there as JSON, - for standard output")
    _language(audit)

    schema = sub.add_parser("schema", help="the JSON Schema of plan.json, study.json, report.json or forecast.json")
    files = ("plan", "study", "report", "forecast")
    schema.add_argument("of", nargs="?", choices=files, default="plan", help="default: plan")
    add_field_command(sub, _language)
    add_service_commands(sub, _language)
    return top


def _site(p: argparse.ArgumentParser) -> None:
    p.add_argument("site", metavar="SITE", help="a name under sites/ or the path of a site file")


def _day(p: argparse.ArgumentParser) -> None:
    p.add_argument("--date", metavar="D", help="local day as 2026-11-23, today or tomorrow (default: tomorrow)")
    p.add_argument(
        "--weather",
        default="auto",
        metavar="W",
        help="auto (Open-Meteo, else the climatology), open-meteo, climatology, synthetic, a .epw or a .csv file "
        "(default: auto)",
    )
    p.add_argument("--step", default="15min", metavar="STEP", help="5min to 1h (default: 15min)")


def _language(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "--lang", choices=("zh", "en"), default=_spoken(), help="language of what is shown (default: the system's)"
    )


def _spoken() -> str:
    """Chinese where the system speaks it, else English."""
    spoken = locale.getlocale()[0] or ""
    return "zh" if spoken.lower().startswith(("zh", "chinese")) else "en"


def _version() -> str:
    from importlib.metadata import version

    return f"park-ems {version('park-ems')}"


def day(given: str | None, timezone: str, now: datetime | None = None) -> date:
    """The local day meant; raises `InputError` for days that do not exist or that no data reaches."""
    today = (now or datetime.now(ZoneInfo(timezone))).astimezone(ZoneInfo(timezone)).date()
    if given in (None, "tomorrow"):
        return today + timedelta(days=1)
    if given == "today":
        return today
    try:
        meant = date.fromisoformat(str(given))
    except ValueError as error:
        raise InputError(
            "--date", "", given, "a day that exists, as 2026-11-23, today or tomorrow", str(error)
        ) from error
    if not 2000 <= meant.year <= 2100:
        raise InputError("--date", "", given, "a day from 2000 to 2100")
    return meant


def minutes(given: str) -> int:
    """Minutes of a step such as 15min or 1h."""
    text = given.strip().lower()
    for ending, factor in (("min", 1), ("h", 60)):
        number = text.removesuffix(ending)
        if text.endswith(ending) and number.isdigit():
            return checked_step(int(number) * factor)
    raise InputError("--step", "", given, "such as 15min, 30min or 1h")


def share(name: str, value: float, low: float, high: float) -> float:
    """A number within bounds, or an `InputError` that names the option."""
    if not low <= value <= high:
        raise InputError(name, "", value, f"a number from {low:g} to {high:g}")
    return value


def outage(given: str) -> tuple[str, int | None]:
    """Machine and number of modules of NAME or NAME:MODULES."""
    name, _, modules = given.partition(":")
    if modules and not (modules.isdigit() and int(modules) > 0):
        raise InputError("--outage", "", given, "NAME or NAME:MODULES, such as alkaline:1")
    return name, int(modules) if modules else None


def file_path(given: str) -> Path:
    return Path(given).expanduser()

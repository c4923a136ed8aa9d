"""What may be said to the commands about emissions."""

from __future__ import annotations

import argparse
from collections.abc import Callable

Subparsers = argparse._SubParsersAction  # the class has no public name


def add_inventory_command(sub: Subparsers[argparse.ArgumentParser], language: Callable[..., None]) -> None:
    """`ems inventory`: a corporate inventory, checked."""
    p = sub.add_parser("inventory", help="a corporate inventory: totals, shares, trends, and what cannot be so")
    p.add_argument("file", metavar="FILE", help="an inventory as .yaml or .xlsx")
    p.add_argument("--out", metavar="DIR", help="write the files there; - writes inventory.json to standard output")
    p.add_argument(
        "--format",
        action="append",
        choices=("html", "xlsx", "json"),
        help="what to write, repeatable (default: all); the workbook is also the template to fill in",
    )
    language(p)


def add_report_command(sub: Subparsers[argparse.ArgumentParser], language: Callable[..., None]) -> None:
    """`ems report`: emissions of a park over a period, or the verification of a report that was made."""
    p = sub.add_parser("report", help="emissions of a park: inventory, avoided, hydrogen, with their evidence")
    p.add_argument("site", metavar="SITE", nargs="?", help="a name under sites/ or the path of a site file")
    p.add_argument("--from", dest="start", metavar="DAY", help="first local day, as 2026-01-01")
    p.add_argument("--to", dest="end", metavar="DAY", help="last local day, which belongs to the period")
    p.add_argument(
        "--source", choices=("plans", "measured"), help="what is accounted (default: what is given, else plans)"
    )
    p.add_argument("--plans", metavar="DIR", help="folder with the plan.json files of the days, in any folders below")
    p.add_argument("--measured", metavar="FILE", help="meter readings (CSV)")
    p.add_argument(
        "--baseline",
        metavar="NAME",
        help="baseline of the headline: grid_only (default), rule_based or one of the site",
    )
    p.add_argument(
        "--accounting", metavar="FILE", help="factors, certificates … (default: emissions.yaml beside the site file)"
    )
    p.add_argument("--against", metavar="OLD.zip", help="evidence of an older report: tell what changed since, and why")
    p.add_argument(
        "--format",
        action="append",
        choices=("html", "xlsx", "json", "pdf"),
        help="what to write (default: html); repeatable",
    )
    p.add_argument("--out", metavar="DIR", help="write the report and evidence.zip there")
    p.add_argument("--verify", metavar="BUNDLE.zip", help="compute the report of an evidence bundle again and compare")
    language(p)


def add_analyse_command(sub: Subparsers[argparse.ArgumentParser], language: Callable[..., None]) -> None:
    """`ems analyse`: what the meters of a park say about its use of energy, and which readings cannot be right."""
    p = sub.add_parser("analyse", help="use of energy from meter readings: comparisons, intensity, load, anomalies")
    p.add_argument("site", metavar="SITE", help="a name under sites/ or the path of a site file")
    p.add_argument("--measured", metavar="FILE", required=True, help="meter readings (CSV)")
    p.add_argument("--from", dest="start", metavar="DAY", help="first local day, as 2026-01-01 (default: the file's)")
    p.add_argument("--to", dest="end", metavar="DAY", help="last local day, which belongs to the period")
    p.add_argument(
        "--weather",
        default="climatology",
        metavar="W",
        help="what demands and COP are expected from: climatology (default), synthetic, a .epw or a .csv file",
    )
    p.add_argument(
        "--format", choices=("html", "json"), default="html", help="what --out writes; json alone: standard output"
    )
    p.add_argument("--out", metavar="DIR", help="write analysis.html or analysis.json there")
    language(p)

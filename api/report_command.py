"""The command `ems report`: account a period, show it, write it with its evidence; or verify what was written."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from api import arguments
from api.files import check_target, write_bytes
from ems.site_file import SiteFile, read_site
from forecasting.errors import InputError
from forecasting.files import read_bytes

if TYPE_CHECKING:
    from ems.emissions.accounting_file import AccountingFile
    from ems.emissions.basis import Source
    from ems.emissions.evidence import Verified

EVIDENCE = "evidence.zip"
MAX_BYTES = 400_000_000
SAID = {
    "holds": ("核对通过:重新计算 {n} 个数值,全部一致。", "It holds: {n} values computed again, none differs."),
    "differs": ("核对不通过:", "It does not hold:"),
    "file": ("文件 {file}:摘要为 {given},应为 {expected}", "file {file}: its digest is {given}, not {expected}"),
    "figure": (
        "{file} 中的 {figure}:报告为 {given},由输入重新计算为 {expected}",
        "{file}, {figure}: the report says {given}, its inputs give {expected}",
    ),
    "more": ("另有 {n} 个数值不一致", "{n} more values differ"),
    "inputs": ("{file}:{expected}", "{file}: {expected}"),
    "versions": ("报告由其他版本的软件生成:{versions}", "the report was made by other versions: {versions}"),
    "wrote": ("已写入 {names}", "wrote {names}"),
}


def report(args: argparse.Namespace) -> int:
    """Make a report; with --verify, exit code 1 where it does not follow from its evidence."""
    if args.verify:
        return _verify(args)
    return _report(args)


def _report(args: argparse.Namespace) -> int:
    from ems.emissions.report import checked_days, report_with_evidence

    for option, given in (("SITE", args.site), ("--from", args.start), ("--to", args.end)):
        if not given:
            raise InputError(
                option, "", None, "a value", "ems report SITE --from 2026-01-01 --to 2026-01-31 --plans DIR"
            )
    if args.out:
        check_target(args.out, "folder")
    start, end = _day("--from", args.start), _day("--to", args.end)
    checked_days(start, end)
    file = read_site(args.site)
    accounting = _accounting(args, file)
    older = read_bytes(arguments.file_path(args.against), MAX_BYTES) if args.against else None
    source = _source(args, file, accounting, start, end)
    made = report_with_evidence(file, accounting, source, start, end, _baselines(args, accounting, source), older)
    written = _write(args, made.report, made.bundle) if args.out else []
    from api.report_table import show_report

    console = Console()
    show_report(made.report, args.lang, console)
    if written:
        console.print(_say("wrote", args.lang, names="  ".join(written)), highlight=False)
    return 0


def _accounting(args: argparse.Namespace, file: SiteFile) -> AccountingFile:
    from ems.emissions.accounting_file import default_accounting, read_accounting

    if args.accounting:
        return read_accounting(arguments.file_path(args.accounting), file)
    return default_accounting(file)


def _source(args: argparse.Namespace, file: SiteFile, accounting: AccountingFile, start: date, end: date) -> Source:
    from ems.emissions.report import measured, planned

    kind = args.source or ("measured" if args.measured and not args.plans else "plans")
    option, given = ("--plans", args.plans) if kind == "plans" else ("--measured", args.measured)
    other, unused = ("--measured", args.measured) if kind == "plans" else ("--plans", args.plans)
    if unused:
        raise InputError(other, "", unused, f"nothing, because {kind} are accounted", "say which with --source")
    if not given:
        how = "a folder with plans" if kind == "plans" else "a file of meter readings"
        raise InputError(option, "", None, how, f"ems plan {file.site.name} --date DAY --days N --out DIR makes plans")
    if kind == "plans":
        return planned(arguments.file_path(given), file, start, end)
    return measured(arguments.file_path(given), file, accounting, start, end)


def _baselines(args: argparse.Namespace, accounting: AccountingFile, source: Source) -> list[str]:
    """All baselines there are, the one asked for first."""
    from ems.emissions.basis import baseline_names

    names = baseline_names(accounting, source)
    return [args.baseline, *(n for n in names if n != args.baseline)] if args.baseline else names


def _day(option: str, given: str) -> date:
    try:
        meant = date.fromisoformat(given)
    except ValueError as error:
        raise InputError(option, "", given, "a day that exists, as 2026-01-31", str(error)) from error
    if not 2000 <= meant.year <= 2100:
        raise InputError(option, "", given, "a day from 2000 to 2100")
    return meant


def _write(args: argparse.Namespace, content: dict[str, Any], bundle: bytes) -> list[str]:
    """All files are made before the first is written: nothing is written unless all of it can be."""
    made = {f"report.{kind}": _rendered(kind, content, args.lang) for kind in dict.fromkeys(args.format or ("html",))}
    folder = arguments.file_path(args.out)
    for name, data in {**made, EVIDENCE: bundle}.items():
        write_bytes(folder / name, data)
    return [str(Path(args.out) / name) for name in (*made, EVIDENCE)]


def _rendered(kind: str, content: dict[str, Any], lang: Any) -> bytes:
    if kind == "json":
        from ems.emissions.document import to_json

        return (to_json(content) + "\n").encode()
    if kind == "xlsx":
        from ems.emissions.workbook import workbook

        return workbook(content, lang)
    from ems.emissions.page import page

    html = page(content, lang)
    if kind == "html":
        return html.encode()
    from api.pdf import print_pdf

    return print_pdf(html)


def _verify(args: argparse.Namespace) -> int:
    from ems.emissions.evidence import verify

    unused = {"SITE": args.site, "--from": args.start, "--to": args.end, "--plans": args.plans, "--out": args.out}
    for option, given in unused.items():
        if given:
            raise InputError(option, "", given, "nothing beside --verify", "a bundle holds all that it needs")
    path = arguments.file_path(args.verify)
    found = verify(read_bytes(path, MAX_BYTES), path.name)
    for line in _told(found, args.lang):
        print(line)
    return 0 if found.holds else 1


def _told(found: Verified, lang: str) -> list[str]:
    """What verifying found, files first, then the first figure."""
    lines = [_say("holds" if found.holds else "differs", lang, n=found.figures)]
    for f in found.findings:
        key = "figure" if f.figure else "file" if f.given else "inputs"
        lines.append("  " + _say(key, lang, file=f.file, figure=f.figure, given=f.given, expected=f.expected))
        if f.more:
            lines.append("  " + _say("more", lang, n=f.more))
    if found.made_with:
        lines.append(_say("versions", lang, versions=", ".join(f"{k} {v}" for k, v in found.made_with.items())))
    return lines


def _say(key: str, lang: str, **values: object) -> str:
    return SAID[key][lang == "en"].format(**values)

"""The command `ems field`: read meters, write approved setpoints, until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from forecasting.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from api.field.config import FieldFile
    from api.field.outbox import Kept
    from api.field.run import Field

Subparsers = argparse._SubParsersAction  # the class has no public name
LOOK_S = 30.0  # in which --status waits for every point


def add_field_command(sub: Subparsers[argparse.ArgumentParser], language: Callable[..., None]) -> None:
    """`ems field`: measurements in, approved setpoints out."""
    p = sub.add_parser("field", help="meters and machines: measurements in, approved setpoints out")
    p.add_argument("site", metavar="SITE", help="a name under sites/ or the path of a site file")
    p.add_argument("--config", metavar="FILE", required=True, help="peers, points and setpoints (field.yaml)")
    p.add_argument(
        "--enable-writes", action="store_true", help="write setpoints, where the file says `writes: enabled` as well"
    )
    p.add_argument(
        "--out",
        metavar="DIR",
        default=".",
        help="where commands.jsonl is written, and readings.csv without a service (default: here)",
    )
    p.add_argument(
        "--every", type=float, default=10.0, metavar="S", help="seconds between tables, 0: none (default: 10)"
    )
    p.add_argument(
        "--status",
        action="store_true",
        help="only look: connect, write nothing, show one table; exit code 1 where a point is not good",
    )
    language(p)


def field(args: argparse.Namespace) -> int:
    """Run until Ctrl-C or SIGTERM, which end it with 0; with --status until every point is good, at most 30 s."""
    from rich.console import Console

    from api import logs
    from api.arguments import file_path, share
    from api.field.config import read_config
    from api.field.start import check_packages, check_security, opened
    from api.field.unprotected import unprotected
    from ems.site_file import read_site

    share("--every", args.every, 0, 86_400)
    site = read_site(args.site).site
    config = read_config(file_path(args.config), site)
    if args.enable_writes and config.writes != "enabled":
        raise InputError(args.config, "writes", config.writes, "enabled", "or leave out --enable-writes")
    if args.enable_writes and args.status:
        raise InputError("--status", "", None, "given without --enable-writes", "it only looks")
    check_packages()
    check_security(config)
    logs.to_stderr()
    if args.status:
        return asyncio.run(_look(config, Console(), args.lang))
    found = opened(config, site, file_path(args.out), args.enable_writes)
    _announce(found, args.lang)
    for note in unprotected(config, args.enable_writes):
        print(f"ems: {note.zh if args.lang == 'zh' else note.en}", file=sys.stderr, flush=True)
    asyncio.run(_work(found, Console(), args))
    return 0


async def _work(found: Field, console: Console, args: argparse.Namespace) -> None:
    from api.field.run import run
    from api.field.status import show

    await run(found, _stop(), lambda it: show(it, console, args.lang), args.every)


async def _look(config: FieldFile, console: Console, lang: str) -> int:
    """Read every point at least once, or as long as that is worth waiting for."""
    from api.field.run import assembled, run
    from api.field.status import show

    stop, until_s = _stop(), time.monotonic() + LOOK_S
    code = 1

    def look(it: Field) -> None:
        nonlocal code
        good = all(it.board.reading(name).quality == "good" for name in config.points)
        if not stop.is_set() and (good or time.monotonic() > until_s):
            show(it, console, lang)
            code = 0 if good else 1
            stop.set()

    await run(assembled(config, _Nowhere()), stop, look, 0.2)
    return code


class _Nowhere:
    """What is only looked at is not kept."""

    def send(self, batch: Sequence[Kept]) -> int:
        return 0


def _stop() -> asyncio.Event:
    """Set by Ctrl-C and SIGTERM."""
    stop = asyncio.Event()
    for wish in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(wish, stop.set)
    return stop


def _announce(found: Field, lang: str) -> None:
    points, setpoints = len(found.config.points), len(found.writers)
    if lang == "zh":
        does = f"写入 {setpoints} 个设定值" if setpoints else "只读"
        text = f"{len(found.kept)} 个连接, {points} 个测点, {does}    停止: Ctrl-C"
    else:
        does = f"writing {setpoints} setpoints" if setpoints else "read only"
        text = f"{len(found.kept)} connections, {points} points, {does}    stop: Ctrl-C"
    print(f"ems: {text}", file=sys.stderr, flush=True)

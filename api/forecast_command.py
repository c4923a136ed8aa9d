"""The commands `ems forecast` and `ems score`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from api import arguments
from api.files import write_text
from api.results import Files, check_targets, hand_over
from ems.site_file import SiteFile, read_site
from forecasting.errors import InputError
from models import PV

MOST_SCENARIOS = 30


def forecast(args: argparse.Namespace) -> int:
    """Show the inputs of a day hour by hour, or write them all as CSV; with --quantiles their uncertainty."""
    if args.quantiles:
        return _quantiles(args)
    for option in ("history", "weather_runs", "scenarios", "archive", "out", "json"):
        if getattr(args, option) is not None:
            raise InputError(f"--{option.replace('_', '-')}", "", getattr(args, option), "--quantiles beside it")
    return _inputs(args)


def _inputs(args: argparse.Namespace) -> int:
    from api.table import show_inputs
    from ems.inputs import make_inputs

    file = read_site(args.site)
    day = arguments.day(args.date, file.site.place.timezone)
    inputs = make_inputs(file, day, step_minutes=arguments.minutes(args.step), weather=args.weather)
    if args.csv:
        table = inputs.table.assign(tariff_band=inputs.bands)
        text = table.rename_axis("time").rename(index=lambda t: t.isoformat()).to_csv()
        write_text(args.csv, text)
        if args.csv == "-":
            return 0
    roofs = [c for c in file.site.components if isinstance(c, PV)]
    show_inputs(
        inputs.table,
        inputs.bands,
        args.lang,
        Console(),
        kwp={c.name: float(c.capacity_kwp) for c in roofs if isinstance(c.capacity_kwp, float | int)},
        labels={c.name: c.label(args.lang) for c in roofs},
        notes=[n.zh if args.lang == "zh" else n.en for n in inputs.notes],
    )
    return 0


def _quantiles(args: argparse.Namespace) -> int:
    from ems.forecasts.courses import courses, courses_csv
    from ems.forecasts.document import forecast_document
    from ems.forecasts.make import park_forecast
    from ems.inputs import make_inputs

    check_targets(args)
    if args.csv:
        raise InputError("--csv", "", args.csv, "nothing beside --quantiles", "quantiles are in forecast.json")
    file = read_site(args.site)
    day = arguments.day(args.date, file.site.place.timezone)
    count = None if args.scenarios is None else int(arguments.share("--scenarios", args.scenarios, 1, MOST_SCENARIOS))
    now = datetime.now(ZoneInfo(file.site.place.timezone))
    with saying() as say, _kept(args):
        inputs = make_inputs(file, day, step_minutes=arguments.minutes(args.step), weather=args.weather)
        found = park_forecast(file, inputs, _history(file, args.history), _runs(args.weather_runs), say)
        made = None if count is None else courses(found, count)
    content = forecast_document(found, made, _name(args.history), now)
    if args.archive:
        from api.forecast_archive import keep

        keep(arguments.file_path(args.archive), found, now)
    texts: Files = {} if made is None else {"scenarios.csv": courses_csv(found, made)}
    _hand_over(args, "forecast", content, texts)
    return 0


def score(args: argparse.Namespace) -> int:
    """Score every way to forecast over a period; exit code 1 where no history carries a score."""
    from ems.forecasts.document import score_document
    from ems.forecasts.make import park_scores

    check_targets(args)
    file = read_site(args.site)
    zone = file.site.place.timezone
    first, last = (arguments.day(given, zone) for given in (args.first, args.last))
    if last < first:
        raise InputError("--to", "", last, f"{first} or later")
    with saying() as say, _kept(args):
        history, runs = _history(file, args.history), _runs(args.weather_runs)
        found = park_scores(file, history, runs, first, last, say, _archive(args.archive))
    content = score_document(found, str(_name(args.history)), first, last)
    _hand_over(args, "score", content, {})
    return 0 if any(s.scored for s in found.series) else 1


def _history(file: SiteFile, given: str | None) -> Mapping[str, Any]:
    if given is None:
        return {}
    from ems.forecasts.targets import targets
    from forecasting.history.reader import read_history

    known = [t.meter for t in targets(file) if t.meter is not None]
    return read_history(arguments.file_path(given), known, file.site.place.timezone)


def _runs(given: str | None) -> Any:
    if given is None:
        return None
    from forecasting.history.runs import read_runs

    return read_runs(arguments.file_path(given))


def _archive(given: str | None) -> Any:
    if given is None:
        return None
    from forecasting.history.archive import Archive

    return Archive(arguments.file_path(given), create=False)


def _name(given: str | None) -> str | None:
    return None if given is None else Path(given).name


@contextmanager
def saying() -> Iterator[Callable[[str], None]]:
    """What is worked on, on standard error while someone looks at it."""
    quiet = Console(stderr=True)
    with quiet.status("…") if quiet.is_terminal else nullcontext() as status:

        def say(text: str) -> None:
            if status is not None:
                status.update(text)

        yield say


@contextmanager
def _kept(args: argparse.Namespace) -> Iterator[None]:
    """Forecasts of the past are taken from the user's cache, and kept there; what came of it is said."""
    if args.history is None:
        yield
        return
    from forecasting.file_cache import default_folder
    from forecasting.ladder.replay import kept_on_disk

    with ExitStack() as stack:
        try:
            tables = stack.enter_context(kept_on_disk(default_folder() / "forecasts"))
        except OSError as error:
            no = "未使用预测缓存" if args.lang == "zh" else "the cache of forecasts is not used"
            print(f"ems: {no}: {error}", file=sys.stderr)
            yield
            return
        yield
        if note := tables.note():
            print(f"ems: {note.zh if args.lang == 'zh' else note.en}", file=sys.stderr)


def _hand_over(args: argparse.Namespace, name: str, content: dict[str, Any], texts: Files) -> None:
    def files() -> Files:
        from ems.forecasts.page import forecast_html

        return {f"{name}.html": forecast_html(content, args.lang), **texts}

    def show(console: Console) -> None:
        from api.forecast_table import show_forecast

        show_forecast(content, args.lang, console)

    hand_over(args, name, content, files, show)

"""What a re-plan knows beyond its forecast, made on first need of a month and then taken from the user's cache folder.

One JSON file for each site (a digest of all its files), month, objective and version of the program. Before cuts are
fitted a mark is left: where the process does not outlive the fitting, a later one goes without after `TRIES` of them,
so that a park is never kept from being re-planned. What failed or ended early is made again after a day.
"""

from __future__ import annotations

import ctypes
import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from api.sweep.progress import Progress
from ems.objective import ObjectiveName
from ems.operation.beyond import (
    Beyond,
    month_corrections,
    month_future,
    month_of,
    weights_from_dict,
    weights_to_dict,
)
from ems.operation.future import Future
from ems.operation.future_fit import ROUNDS
from ems.operation.outlooks import ASSUMED_CORRECTIONS
from ems.site_file import SiteFile
from forecasting.errors import InputError
from forecasting.file_cache import Kept, default_folder, file_of, read, write
from forecasting.notes import Note

FOLDER = "look-ahead"
FORM = 2  # of what is kept
TRIES = 2
AGAIN = timedelta(days=1)
KEPT_DAYS = 62
PHASE = "look_ahead"
WHY, BEGUN, EARLY = "why", "begun", "early"  # in what is kept: no answer, an open mark, fewer rounds than wanted

Say = Callable[[str, Progress | None], None]
Facts = dict[str, Any]


def beyond_of(file: SiteFile, digest: str, day: date, objective: ObjectiveName, step_minutes: int, say: Say) -> Beyond:
    """What is known of the month of ``day``; what is not, and why, is in its notes.

    ``digest`` is that of the site with all its files (`ems.bundle.Bundle.digest`).
    """
    month = month_of(day)[0]
    if not file.site.climatology:
        return Beyond(month, notes=(_nothing(month, "站点没有气候数据", "the site has no climatology"),))
    folder = default_folder() / FOLDER
    facts: Facts = {"form": FORM, "program": version("park-ems"), "site": digest, "month": month.isoformat()}

    def fit() -> Facts:
        began = time.monotonic()

        def progress(done: int, total: int) -> None:
            left = (time.monotonic() - began) / done * (total - done) if done else None
            say(PHASE, Progress(done, 0, total, 0, None, left, None))

        try:
            made = month_future(file, month, objective, progress)
            return {"future": made.to_dict()} | ({EARLY: True} if len(made.cuts[0]) < ROUNDS else {})
        finally:
            _give_memory_back()

    def weigh() -> Facts:
        return {"weights": weights_to_dict(month_corrections(file, month, step_minutes))}

    future = kept(folder, facts | {"what": "future", "objective": objective}, fit)
    weights = kept(folder, facts | {"what": "corrections", "step_minutes": step_minutes}, weigh)
    notes = [_nothing(month, why, why)] if (why := future.answer.get(WHY)) else []
    for trouble in {x.answer["trouble"] for x in (future, weights) if "trouble" in x.answer}:
        notes.append(Note(f"本月展望未能存入缓存: {trouble}。", f"The look-ahead could not be kept: {trouble}."))
    if why := weights.answer.get(WHY):
        zh, en = "修正权重无法拟合, 采用假定值", "Weights of the correction could not be fitted, assumed ones hold"
        notes.append(Note(f"{zh}: {why}。", f"{en}: {why}."))
    zone = file.site.place.timezone
    found, fitted = future.answer.get("future"), weights.answer.get("weights")
    return Beyond(
        month,
        Future.from_dict(found, zone) if found else None,
        weights_from_dict(fitted) if fitted else ASSUMED_CORRECTIONS,
        fitted is not None,
        pd.Timestamp(future.fetched_at).tz_convert(zone),
        tuple(notes),
    )


def kept(folder: Path, facts: Facts, make: Callable[[], Facts]) -> Kept:
    """What ``make`` made of these facts, now or before; where that cannot be had, ``why``."""
    now = datetime.now(UTC)
    path = file_of(folder, json.dumps(facts, sort_keys=True))
    found = read(path)
    if found is not None and {WHY, BEGUN, EARLY} & set(found.answer) and now - found.fetched_at > AGAIN:
        found = None
    if found is not None and BEGUN not in found.answer:
        return found
    begun = 0 if found is None else int(found.answer[BEGUN])
    if begun >= TRIES:
        return Kept(now, {WHY: f"it was begun {begun} times and has not ended"})
    try:
        write(path, Kept(now, {BEGUN: begun + 1}))
    except OSError as error:
        return Kept(now, {WHY: f"the cache folder {folder.name} cannot be written ({error.strerror})"})
    try:
        answer = make()
    except (ValueError, MemoryError) as error:
        answer = {WHY: _said(error)}
    _remove_old(folder)
    done = Kept(datetime.now(UTC), answer)
    try:
        write(path, done)
    except OSError as error:
        return Kept(done.fetched_at, answer | {"trouble": f"{folder.name}: {error.strerror}"})
    return done


def _said(error: Exception) -> str:
    if isinstance(error, InputError):
        return f"{Path(error.source).name}: {error.said}"
    return " ".join(str(error).split())[:300] or type(error).__name__


def _nothing(month: date, zh: str, en: str) -> Note:
    return Note(f"没有 {month:%Y-%m} 的展望: {zh}。", f"There is no look-ahead of {month:%Y-%m}: {en}.")


def _remove_old(folder: Path) -> None:
    """Months long over, and parts of files that nobody writes any more."""
    oldest = time.time() - KEPT_DAYS * 86_400
    for each in folder.iterdir():
        try:
            if each.stat().st_mtime < oldest:
                each.unlink()
        except FileNotFoundError:  # another process was first
            continue


def _give_memory_back() -> None:
    """A month's programs take hundreds of MB: the C library (glibc) keeps them for this process unless it is asked."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)

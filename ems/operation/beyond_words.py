"""What a re-plan says of what it sees beyond today: tomorrow, and what stocks and peaks are worth after that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from ems.operation.beyond import Beyond
from ems.operation.future import Cuts, Future
from ems.operation.future_fit import ROUNDS
from ems.schedule import Schedule
from ems.site import Site
from forecasting.notes import Note
from models import Grid, Store, Window

LEAST_CNY = 0.5  # that are told


def end_of(w: Window) -> pd.Timestamp:
    """Where a window ends."""
    return pd.Timestamp(w.inputs.index[-1]) + pd.Timedelta(hours=w.step_h)


def of_day(note: Note, day: date) -> Note:
    """A note that concerns that day."""
    return Note(f"{day:%m-%d}: {note.zh}", f"{day:%m-%d}: {note.en}")


def window_notes(whole: Window, today: Window) -> Iterator[Note]:
    """Say so where the search looked beyond today."""
    end = end_of(whole)
    if end != end_of(today):
        yield Note(
            f"优化看到 {end:%m-%d %H:%M}, 放行的计划为其中今日的部分, 并单独审核。",
            f"The search looks as far as {end:%m-%d %H:%M}; the plan is its part of today, audited by itself.",
        )


def today_alone_note(why: str) -> Note:
    """The next day is not looked at."""
    return Note(
        f"优化只看到今日末, 未计入次日: {why}。", f"The search ends with today, the next day is left out: {why}."
    )


def beyond_notes(site: Site, beyond: Beyond, w: Window, schedule: Schedule) -> Iterator[Note]:
    """What the window's end is valued by: an expectation, or the figures of the site file and why."""
    yield from beyond.notes
    if beyond.future is None:
        yield Note(
            "窗口末的存量与需量按站点文件的期末价格与预期需量估值。",
            "Stocks at the end of the window and peaks are valued by the end prices and the expected peak of the site "
            "file.",
        )
        return
    cuts = beyond.future.at(end_of(w))
    if cuts is None:
        yield Note(
            "窗口到达月末: 存量应回到站点文件的初始份额, 差额按站点文件的期末价格计; 超过本月已有需量的部分全额计费。",
            "The window reaches the end of the month: stocks are to return to the start shares of the site file, at "
            "its end prices; a peak above that of the month so far is paid in full.",
        )
        return
    worth, rounds = [*_worth(site, beyond.future, cuts, w, schedule), *_ready(site, beyond.future, w)], len(cuts)
    few = (f", 仅 {rounds}/{ROUNDS} 轮", f", only {rounds} of {ROUNDS} rounds") if rounds < ROUNDS else ("", "")
    made = "" if beyond.made_at is None else f"{beyond.made_at:%m-%d %H:%M}"
    yield Note(
        f"窗口之外的展望: 存量与已付需量按 {beyond.month:%Y-%m} 余下各日的期望费用估值, 由随机对偶动态规划得出, "
        f"取自当地气候的八个合成年({made} 算得{few[0]})。这是期望而非预报; 站点文件的期末价格与预期需量未采用, "
        f"但所列费用仍按其计存量。{end_of(w):%m-%d %H:%M} 的边际价值: {'、'.join(x.zh for x in worth)}。",
        f"Look-ahead beyond the window: stocks and paid peaks are worth what they are expected to save in the rest of "
        f"{beyond.month:%Y-%m}, from stochastic dual dynamic programming over eight synthetic years of the climate "
        f"(made {made}{few[1]}). It is an expectation, no forecast. The site file's end prices and expected peak are "
        f"not planned with; the costs shown still value stock by them. One more unit at {end_of(w):%m-%d %H:%M} is "
        f"worth: {', '.join(x.en for x in worth)}.",
    )


def _worth(site: Site, future: Future, cuts: Cuts, w: Window, schedule: Schedule) -> list[Note]:
    """Marginal value of every store and peak at the end of the window."""
    stores = [c for c in (site.component(name) for name in future.stores) if isinstance(c, Store)]
    levels = [float(schedule.tables[c.name][c.level_name].iloc[-1]) for c in stores]
    grids = [(c, key) for c, key in ((site.component(g), key) for g, key in future.peaks) if isinstance(c, Grid)]
    peaks = [_peak(c, key, w, schedule) for c, key in grids]
    slopes = cuts[int(np.argmax(cuts @ np.array([1.0, *levels, *peaks]))), 1:]
    units = ["kWh" if c.STOCK == "kwh" else "kg" for c in stores] + ["kW"] * len(grids)
    named = [*stores, *(c for c, _ in grids)]
    return [
        Note(f"{c.label('zh')} {abs(g):,.3g} 元/{unit}", f"{c.label('en')} {abs(g):,.3g} CNY/{unit}")
        for c, g, unit in zip(named, slopes, units, strict=True)
    ]


def _ready(site: Site, future: Future, w: Window) -> list[Note]:
    """What it is worth that a module is hot at the end of the window, of the first of each machine."""
    first = {name: cny[0] for name, cny in future.off_cny(end_of(w)).items() if cny[0] >= LEAST_CNY}
    labels = [(site.component(name), cny) for name, cny in first.items()]
    return [
        Note(f"{c.label('zh')} 一台热备 {cny:,.0f} 元", f"{c.label('en')} kept hot {cny:,.0f} CNY/module")
        for c, cny in labels
    ]


def _peak(c: Grid, key: str, w: Window, schedule: Schedule) -> float:
    """Highest import that a charge counts up to the end of the window [kW]."""
    opened = c.charges[key].opened(w, c.name, key)[0]
    paid_kw = max(opened.floor_kw, w.start(c.name, key, 0.0))
    bought = schedule.tables[c.name]["import_kw"].to_numpy(float)
    return max(paid_kw, float(bought[opened.counted].max(initial=0.0)))

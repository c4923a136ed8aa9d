"""Cuts of the future cost of a month, by stochastic dual dynamic programming (Pereira and Pinto 1991, Mathematical
Programming 52, 359): the way in which the water of reservoirs is valued, here hydrogen, charge and a peak.

Every day may come as the same day of any of several likely years (openings, equally likely, days independent of each
other). Forward a course is drawn and run with the cuts so far; backward each day visited is solved for all its
openings, and their mean is one more cut of the day before:

    a + g . x = mean over openings of  cost_k(x') + slopes_k . (x - x')

Half of the courses begin as the month does, the others from stocks drawn at random and peaks about those that the
last one ended with, so that V is told away from the best course too. A day is known when it begins: what forecasts miss
within a day is not in V. Left out are whole modules, minimum times and starts
(but for those of the next morning, `ems.operation.restarts`), and energy tiers of the month.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from ems.objective import Objective
from ems.operation.aims import keeping_stock, paying_all
from ems.operation.future import Future, unvalued
from ems.operation.restarts import expected_restarts
from ems.operation.stage import Stage
from ems.site import Site
from ems.state import States
from models import Store
from models.commitment import Machine
from models.component import fixed
from models.window import Floats

ROUNDS = 40  # the bound of the Qingdao park moves by less than 0.5 % after 20
LEAST_ROUNDS = 10  # with fewer cuts V says too little of stocks and peaks beside the courses that were run
ABOUT = 0.5, 1.5  # of the last course's peaks: where the value of a peak is looked for
STRAY = 0.1  # share of days after which a course begun at random goes on from other stocks


def fit_future(
    site: Site,
    likely: Sequence[pd.DataFrame],
    opening: States,
    goal: Objective,
    rounds: int = ROUNDS,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
    seconds: float = np.inf,
) -> Future:
    """The future cost of the month that every table of ``likely`` tells, whole local days of inputs.

    ``opening`` is what stores hold at its beginning and are to hold at its end. Raises ``ValueError`` where a day has
    no answer, and where fewer than `LEAST_ROUNDS` end within ``seconds``; with fewer than ``rounds`` there are fewer
    cuts.
    """
    until = time.monotonic() + seconds
    rng = np.random.default_rng(seed)
    park = paying_all(_without_starts(site))
    index = pd.DatetimeIndex(likely[0].index)
    days = [index[index.normalize() == day] for day in index.normalize().unique()]
    ahead, last = unvalued(park), keeping_stock(park, opening)
    stages = [[Stage(ahead, table.loc[day], goal, settled=False) for table in likely] for day in days[:-1]]
    stages.append([Stage(last, table.loc[days[-1]], goal, settled=True) for table in likely])
    start = _start(site, stages[0][0], opening)
    cuts: list[list[Floats]] = [[] for _ in days[:-1]]
    peaks = np.zeros(len(stages[0][0].peaks))
    for k in range(rounds):
        if k % 2 == 0:
            path = _forward(stages, start, rng)
            peaks = path[-1][len(stages[0][0].stores) :]
        else:
            stray = partial(_anywhere, site, stages[0][0], peaks, rng)
            path = _forward(stages, stray(), rng, stray)
        for d in range(len(stages) - 1, 0, -1):
            cut = _cut(stages[d], path[d])
            cuts[d - 1].append(cut)
            for stage in stages[d - 1]:
                stage.add(cut)
        if progress:
            progress(k + 1)
        if time.monotonic() > until:
            if k + 1 < min(rounds, LEAST_ROUNDS):
                raise ValueError(f"only {k + 1} of {rounds} rounds ended within {seconds:.0f} s")
            break
    expected = float(np.mean([stage.solve(start).cost_cny for stage in stages[0]]))
    midnights = pd.DatetimeIndex([day[0] for day in days[1:]])
    restarts = expected_restarts(site, stages, _forward(stages, start, rng), goal)
    return Future(
        stages[0][0].stores, stages[0][0].peaks, midnights, tuple(np.array(c) for c in cuts), expected, restarts
    )


def _forward(
    stages: Sequence[Sequence[Stage]],
    x: Floats,
    rng: np.random.Generator,
    stray: Callable[[], Floats] | None = None,
) -> list[Floats]:
    """Stocks and peaks at the opening of every day of one course, which now and then goes on from other stocks."""
    path = [x]
    for openings in stages[:-1]:
        x = openings[int(rng.integers(len(openings)))].solve(x).end
        if stray is not None and rng.random() < STRAY:
            stores = len(openings[0].stores)
            x = np.array([*stray()[:stores], *x[stores:]])  # peaks never fall
        path.append(x)
    return path


def _cut(openings: Sequence[Stage], x: Floats) -> Floats:
    """The mean of what the openings of a day cost from ``x`` on, as a cut of the day before."""
    found = [stage.solve(x) for stage in openings]
    slopes = np.mean([f.slopes for f in found], axis=0)
    return np.array([np.mean([f.cost_cny for f in found]) - slopes @ x, *slopes])


def _start(site: Site, stage: Stage, opening: States) -> Floats:
    levels = []
    for name in stage.stores:
        c = site.component(name)
        assert isinstance(c, Store)
        levels.append(float(opening.get(name, {}).get(c.level_name, c.start_share * fixed(c.capacity))))
    return np.array([*levels, *(float(opening.get(g, {}).get(key, 0.0)) for g, key in stage.peaks)])


def _anywhere(site: Site, stage: Stage, peaks_kw: Floats, rng: np.random.Generator) -> Floats:
    """Stocks between minimum and capacity, peaks about those that a course ended with."""
    levels = []
    for name in stage.stores:
        c = site.component(name)
        assert isinstance(c, Store)
        levels.append(rng.uniform(c.min_share, 1.0) * fixed(c.capacity))
    return np.array([*levels, *(rng.uniform(*ABOUT, len(peaks_kw)) * peaks_kw)])


def _without_starts(site: Site) -> Site:
    """Every day begins with machines off: starts of a day's program would tell of nothing."""
    return site.with_components(**{c.name: {"start_cny": 0.0} for c in site.components if isinstance(c, Machine)})

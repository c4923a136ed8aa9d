"""What level meters say: levels with an error."""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd

from ems.site import Site
from ems.state import States
from models import Store


def metered(site: Site, at: pd.Timestamp, state: States, sigma: float, seed: int) -> States:
    """The state with the levels of stores as meters with a normal error of ``sigma`` (a share of the capacity) say it.

    The same moment gives the same reading, whoever asks and however often. Modules, peaks and amounts are exact.
    """
    read: States = {}
    for name, values in state.items():
        read[name] = dict(values)
        if isinstance(c := site.component(name), Store):
            low, high, _ = c.state_bounds()[c.level_name]
            rng = np.random.default_rng([seed, zlib.crc32(name.encode()), int(at.timestamp())])
            level = values[c.level_name] + sigma * high * rng.standard_normal()
            read[name][c.level_name] = float(np.clip(level, low, high))
    return read

"""Windows solved one after the other, each opened with the state the last one reported: the seams must hold."""

from typing import Any

import pandas as pd
import pytest

from ems.audit import audit
from ems.schedule import Schedule
from models import Window
from models.commitment import Machine
from models.demand import DeferrableDemand
from tests import surroundings, toys
from tests.surroundings import CASES

KEPT_H = 7  # cuts minimum times, warm-ups and the windows of demands in two


KNOWS_TIME = Machine | DeferrableDemand


@pytest.mark.parametrize(
    ("case", "minutes"), [(k, m) for k, c in CASES.items() for m in (60, 15) if m == 60 or isinstance(c, KNOWS_TIME)]
)
def test_stitched_windows_pass_the_audit_of_the_whole(case, minutes):
    site, inputs = surroundings.around(CASES[case]), surroundings.inputs(2, minutes)
    keep, day = KEPT_H * 60 // minutes, 24 * 60 // minutes
    state: dict[str, dict[str, Any]] = {}
    pieces: list[Schedule] = []
    for first in range(0, 3 * keep + 1, keep):
        solved = toys.solve(site, inputs.iloc[first : first + day], state, gap=5e-3)
        piece = Schedule({name: table.iloc[:keep] for name, table in solved.schedule.tables.items()})
        state = piece.state_end(site, Window(inputs.iloc[first : first + keep], state))
        pieces.append(piece)
    whole = Schedule({c.name: pd.concat([p.tables[c.name] for p in pieces]) for c in site.components})
    assert audit(site, Window(inputs.iloc[: 4 * keep]), whole) == []

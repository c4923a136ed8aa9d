"""Kinds that meet on a bus can be told apart, also with colour blindness (Machado et al. 2009, full severity)."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from ems.report.palette import KIND_COLOUR, STORES, colour
from models import CATALOGUE

SIGHT = {
    "all cones": np.eye(3),
    "no red": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "no green": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "no blue": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
EVERYWHERE = {"demand": ("electricity", "heat", "cooling", "hydrogen", "gas"), "transfer": ("heat", "hydrogen")}
LEAST = 9.0  # distance in CIELAB; stores are hatched and need none from what is not


def lab(shade: str, sight: object) -> np.ndarray:
    c = np.array([int(shade[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.asarray(sight) @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ seen
    f = np.cbrt(xyz / [0.9505, 1, 1.089])
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def meeting() -> set[tuple[str, str]]:
    on: dict[str, set[str]] = {}
    for technology in CATALOGUE:
        kind = str(technology.model_fields["kind"].default)
        carriers = {q.carrier for q in technology.QUANTITIES if q.carrier} | set(EVERYWHERE.get(kind, ()))
        for carrier in carriers:
            on.setdefault(carrier, set()).add(kind)
    pairs = {pair for kinds in on.values() for pair in combinations(sorted(kinds), 2)}
    return {(a, b) for a, b in pairs if (a in STORES) == (b in STORES)}


def test_every_kind_has_a_colour() -> None:
    assert {str(t.model_fields["kind"].default) for t in CATALOGUE} <= set(KIND_COLOUR)


@pytest.mark.parametrize("sight", SIGHT)
def test_kinds_on_one_bus_differ(sight: str) -> None:
    close = {
        (a, b): round(float(np.linalg.norm(lab(colour(a), SIGHT[sight]) - lab(colour(b), SIGHT[sight]))), 1)
        for a, b in meeting()
    }
    assert {pair: d for pair, d in close.items() if d < LEAST} == {}


def test_the_second_of_a_kind_is_lighter_and_an_unknown_kind_has_a_colour() -> None:
    assert lab(colour("electrolyser", 1), SIGHT["all cones"])[0] > lab(colour("electrolyser"), SIGHT["all cones"])[0]
    assert colour("nuclear").startswith("#")

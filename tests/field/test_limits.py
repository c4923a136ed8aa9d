"""Clamp, ramp and what registers hold, by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from api.field.limits import Refused, target
from api.field.parts import Setpoint
from tests.field.parks import setpoint

WHOLE = {"address": 0, "type": "int16"}
FLOAT = {"address": 0, "type": "float32"}


def made(at: dict[str, Any], **parts: Any) -> Setpoint:
    return TypeAdapter(Setpoint).validate_python(setpoint("c", at, **parts))


@pytest.mark.parametrize(
    ("wanted", "present", "amount"),
    [
        (50, 0, 20),  # 6000 a minute are 20 in 0.2 s
        (50, 45, 50),
        (-30, 10, 0),  # the clamp begins at 0
        (500, 90, 100),
        (500, 50, 70),
        (10, 100.4, 80.4),  # a hair above the clamp, within tolerance
    ],
)
def test_a_step_is_clamped_then_ramped(wanted: float, present: float, amount: float) -> None:
    to = target(made(FLOAT), wanted, present)
    assert to is not None
    assert to.amount == pytest.approx(amount)


def test_what_is_there_is_not_written() -> None:
    assert target(made(FLOAT), 50, 50.4) is None
    assert target(made(FLOAT), 500, 99.8) is None


@pytest.mark.parametrize("wanted", [math.nan, math.inf, -math.inf])
def test_a_wish_that_is_no_number_is_refused(wanted: float) -> None:
    with pytest.raises(Refused, match="no number"):
        target(made(FLOAT), wanted, 50)


def test_beyond_the_clamp_nothing_is_written() -> None:
    """The next step down from 200 would still lie beyond the clamp, and the clamp itself beyond the ramp."""
    with pytest.raises(Refused, match="outside the clamp"):
        target(made(FLOAT), 50, 200)


def test_whole_registers_stay_within_the_limits() -> None:
    """Steps of 1.5: from 98 to 100 the register holds 99 (66) and 100.5 (67), which is beyond the clamp."""
    to = target(made(WHOLE, scale=1.5, tolerance=0.75), 100, 98)
    assert to is not None
    assert (to.number, to.amount) == (66, 99)


def test_a_falling_scale_turns_the_limits_round() -> None:
    to = target(made(WHOLE, scale=-0.1), 50, 10)
    assert to is not None
    assert (to.number, to.amount) == (-300, 30)


@given(
    wanted=st.floats(-1e9, 1e9),
    present=st.floats(-10, 110),
    scale=st.sampled_from([0.1, -0.1, 1.0, 0.7]),
    whole=st.booleans(),
)
def test_no_wish_passes_clamp_or_ramp(wanted: float, present: float, scale: float, whole: bool) -> None:
    s = made(WHOLE if whole else FLOAT, scale=scale)
    try:
        to = target(s, wanted, present)
    except Refused:
        return
    if to is None:
        assert abs(min(max(wanted, 0), 100) - present) <= 0.5
        return
    assert -1e-9 <= to.amount <= 100 + 1e-9
    assert abs(to.amount - present) <= 20 + 1e-9
    assert to.number == pytest.approx((to.amount) / scale)
    assert not whole or to.number == round(to.number)

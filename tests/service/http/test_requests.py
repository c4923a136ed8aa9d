"""What the models of requests take and refuse, whichever resource uses them."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from api.contract.base import WHOLE, Asked, Instant


class Sent(Asked):
    """A body with one of everything."""

    at: Instant | None = None
    many: Annotated[int, WHOLE] = 1
    text: str = ""
    free: dict[str, Any] = {}


@pytest.mark.parametrize(
    "text",
    ["2026-11-23T00:00:00+08:00", "2026-11-23T00:00:00Z", "1970-01-01T00:00:00.123456Z", "2199-12-31T23:59:59-12:00"],
)
def test_times_with_an_offset_are_taken(text: str) -> None:
    assert Sent.model_validate({"at": text}).at is not None


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-23T00:00:00",  # where?
        "2026-11-23",
        "2026-11-23 00:00:00Z",
        "20261123T000000Z",
        "2026-02-30T00:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T00:00:00+99:00",
        "1969-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "0001-01-01T00:00:00+08:00",  # before the first moment of the calendar in UTC
        "1700000000",
        1700000000,
        1.7e9,
        True,
        "",
    ],
)
def test_other_times_are_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        Sent.model_validate({"at": value})
    with pytest.raises(ValidationError):
        TypeAdapter(Instant).validate_python(value)


@pytest.mark.parametrize(("value", "many"), [(3, 3), (3.0, 3)])
def test_a_whole_number_is_one_however_it_is_written(value: Any, many: int) -> None:
    assert Sent.model_validate({"many": value}).many == many


@pytest.mark.parametrize("value", [3.5, "3", True, None, float("nan"), float("inf")])
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        Sent.model_validate({"many": value})


@pytest.mark.parametrize(
    "body",
    [
        {"text": "a\0b"},
        {"text": "\ud800"},
        {"free": {"a\0": 1}},
        {"free": {"a": [{"b": ["\udfff"]}]}},
        {"unknown": 1},
        {"text": 3},
    ],
)
def test_what_cannot_be_kept_or_is_not_known_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Sent.model_validate(body)


def test_ordinary_text_passes() -> None:
    assert Sent.model_validate({"text": "能流分析\n\t😀", "free": {"a": [1, "x", None]}}).text == "能流分析\n\t😀"

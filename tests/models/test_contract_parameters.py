"""What every technology promises on paper: strict parameters, round trips, units in names, words in two languages."""

import json
import re

import pytest
from pydantic import ValidationError

from models import CARRIERS, unit_of
from tests.surroundings import KINDS, example
from tests.toys import part

every_kind = pytest.mark.parametrize("kind", KINDS)
CHINESE = re.compile("[\u4e00-\u9fff]")


def test_kinds_are_unique():
    assert len(KINDS) >= 24
    assert all(cls.example["kind"] == kind for kind, cls in KINDS.items())


@every_kind
def test_round_trip(kind):
    c = example(kind)
    assert part(**c.model_dump()) == c
    assert part(**json.loads(c.model_dump_json())) == c


@every_kind
def test_unknown_key_is_refused(kind):
    with pytest.raises(ValidationError, match="Extra inputs"):
        example(kind, capacty_kw=1)


@every_kind
def test_frozen(kind):
    with pytest.raises(ValidationError, match="frozen"):
        example(kind).name = "other"


@every_kind
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1.0])
def test_impossible_numbers_are_refused(kind, bad):
    """No figure of an example may be replaced by a negative one or by none; temperatures alone may be negative."""
    for field, value in KINDS[kind].example.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        with pytest.raises(ValidationError):
            example(kind, **{field: bad})


@every_kind
def test_quantities_have_unit_direction_and_meaning(kind):
    c = example(kind)
    names = [q.name for q in c.quantities]
    assert len(names) == len(set(names)) > 0
    for q in c.quantities:
        assert unit_of(q.name)
        assert q.en
        assert CHINESE.search(q.zh)
        assert q.sign in (-1, 0, 1)
        assert bool(q.bus) == bool(q.sign)
        if q.bus:
            assert q.name.endswith(CARRIERS[q.carrier].rate), "a flow is given in the rate of its carrier"


@every_kind
def test_labels_in_both_languages(kind):
    c = example(kind)
    assert c.label("en")
    assert CHINESE.search(c.label("zh"))
    assert example(kind, label_en="mine", label_zh="我的").label("zh") == "我的"


@every_kind
def test_flows_to_no_bus_are_not_reported(kind):
    """Optional ports vanish with their bus."""
    c = example(kind)
    for field in {q.bus for q in c.quantities if q.bus}:
        if type(None) not in getattr(KINDS[kind].model_fields[field].annotation, "__args__", ()):
            continue
        left = example(kind, **{field: None})
        assert {q.name for q in c.quantities} - {q.name for q in left.quantities} == {
            q.name for q in c.quantities if q.bus == field
        }

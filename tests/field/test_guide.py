"""The guide tells every field of the configuration and every option, in both languages."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from api.field import addresses, config, parts
from api.field_command import add_field_command

GUIDE = Path(__file__).resolve().parents[2] / "docs/field-guide.md"
HALVES = GUIDE.read_text(encoding="utf-8").split("\n## English\n")
MODELS = [
    found
    for module in (addresses, parts, config)
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, BaseModel) and found.__module__ == module.__name__
]


@pytest.mark.parametrize("half", HALVES, ids=["zh", "en"])
def test_every_field_is_told(half: str) -> None:
    names = {name for model in MODELS for name in model.model_fields}
    assert len(names) > 40
    assert not [name for name in sorted(names) if not re.search(rf"`{name}[`:]", half)]


@pytest.mark.parametrize("half", HALVES, ids=["zh", "en"])
def test_every_option_is_told(half: str) -> None:
    sub = argparse.ArgumentParser().add_subparsers()
    add_field_command(sub, lambda p: None)
    options = [o for action in sub.choices["field"]._actions for o in action.option_strings if o.startswith("--")]
    assert len(options) > 4
    assert not [o for o in options if o != "--help" and not re.search(rf"{o}\b", half)]


def test_both_halves_have_the_same_commands_and_sections() -> None:
    first, second = ([re.findall(r"^\$ .*$|^### \d+", half, re.MULTILINE)] for half in HALVES)
    assert first == second

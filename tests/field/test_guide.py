"""The guide tells every field of the configuration and every option, in both languages."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel, TypeAdapter

from api.field import addresses, config, parts, security
from api.field_command import add_field_command

ROOT = Path(__file__).resolve().parents[2]
GUIDE, EXAMPLE = ROOT / "docs/field-guide.md", ROOT / "sites/demo/field.yaml"
HALVES = GUIDE.read_text(encoding="utf-8").split("\n## English\n")
MODELS = [
    found
    for module in (addresses, parts, security, config)
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


@pytest.mark.parametrize("half", HALVES, ids=["zh", "en"])
def test_protected_links_of_the_guide_and_the_example_are_valid(half: str) -> None:
    (block,) = re.findall(r"^```yaml\n(.*?)^```", half, re.MULTILINE | re.DOTALL)
    links = TypeAdapter(dict[str, parts.Peer]).validate_python(yaml.safe_load(block))
    assert isinstance(links["broker"], parts.Mqtt)
    assert isinstance(links["plant"], parts.Opcua)
    assert links["broker"].tls is not None
    assert links["plant"].security is not None
    example = EXAMPLE.read_text(encoding="utf-8")
    assert "".join(f"  # {line}\n" for line in block.splitlines()) in example

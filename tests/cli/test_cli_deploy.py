"""What docs/deploy shows fits the command line, the settings and the packages as they are."""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
from configparser import RawConfigParser
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from api import service_arguments
from api.arguments import parser
from api.contract.base import Role
from api.settings import Settings
from tests.tools import tool

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "docs" / "deploy"
OPTION = {"host": "--host", "port": "--port", "workers": "--workers", "queue_limit": "--queue-limit"}


def unit(name: str) -> RawConfigParser:
    read = RawConfigParser(strict=False)
    read.optionxform = str
    read.read(DEPLOY / name)
    return read


def dockerfile() -> dict[str, list[str]]:
    """Instruction -> what stands behind it, each time."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word.isupper():
            found.setdefault(word, []).append(rest)
    return found


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def commands() -> list[list[str]]:
    """Every `ems …` in the files: words after `ems`."""
    lines = [unit("park-ems.service")["Service"]["ExecStart"].split("bin/ems ", 1)[1]]
    lines += re.findall(r"bin/ems (backup .*)'$", unit("park-ems-backup.service")["Service"]["ExecStart"])
    lines += [shlex.join(yaml.safe_load(each)) for each in dockerfile()["CMD"]]
    lines += [shlex.join(compose()["services"][name]["command"]) for name in ("service", "worker")]
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    fenced = "\n".join(re.findall(r"^```text\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    lines += re.findall(r"(?:^|bin/| )ems ((?:serve|restore|backup|user|token|worker)\b[^'\n]*)", fenced, re.MULTILINE)
    lines += re.findall(r"\bems ((?:backup|user) [^'`]+)'", text)
    return [shlex.split(line) for line in lines]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_a_command_that_is_shown_is_one_that_there_is(words: list[str]) -> None:
    parser().parse_args(words)


def test_there_are_commands_to_check() -> None:
    assert len(commands()) >= 9


def test_the_image_starts_what_its_health_check_asks() -> None:
    found = dockerfile()
    port = Settings.model_fields["port"].default
    assert found["EXPOSE"] == [str(port)]
    assert f":{port}/readyz" in found["HEALTHCHECK"][0]
    assert found["USER"] == ["10001:10001"]
    copied = {word for each in found["COPY"] if not each.startswith("--from") for word in each.split()[:-1]}
    assert all((ROOT / name).exists() for name in copied)
    assert {"api", "ems", "forecasting", "models", "sites", "requirements.lock", "pyproject.toml"} <= copied
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert {f"!{name}" for name in copied} <= set(ignored), "what is copied must not be ignored"


def test_the_composition_hangs_together() -> None:
    found = compose()
    services = found["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        assert set(service.get("secrets", [])) <= set(found["secrets"]), name
        for volume in service.get("volumes", []):
            assert volume.partition(":")[0] in found["volumes"], name
        assert service["restart"] == "unless-stopped", name
    assert "service:8765" in services["proxy"]["command"]
    for name in ("service", "worker"):
        build, environment = services[name]["build"], services[name]["environment"]
        assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
        assert environment["EMS_DATABASE"] == "postgresql+psycopg://ems@database/ems"
    assert services["database"]["environment"]["POSTGRES_USER"] == "ems"
    assert "ports" not in services["service"], "only the proxy is reached from outside"


@pytest.mark.parametrize("name", ["park-ems.service", "park-ems-backup.service"])
def test_the_units_are_confined(name: str) -> None:
    service = unit(name)["Service"]
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["User"] == "park-ems"
    assert service["Environment"].endswith(".db") or "XDG_CACHE_HOME" in service["Environment"]


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    program = tool("systemd-analyze", "systemd")
    for file in DEPLOY.glob("park-ems*"):
        text = file.read_text(encoding="utf-8").replace("/opt/park-ems/.venv/bin/ems", "/bin/true")
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    for file in sorted(tmp_path.iterdir()):
        done = subprocess.run([program, "verify", file], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_the_help_names_the_defaults_and_roles_of_the_service() -> None:
    serve = _command(parser(), "serve")
    for field, option in OPTION.items():
        told = next(a.help or "" for a in serve._actions if option in a.option_strings)
        assert f"(default: {Settings.model_fields[field].default})" in told
    assert get_args(Role) == service_arguments.ROLES


def _command(top: argparse.ArgumentParser, name: str) -> argparse.ArgumentParser:
    sub = next(a for a in top._actions if isinstance(a, argparse._SubParsersAction))
    found: argparse.ArgumentParser = sub.choices[name]
    return found

"""MQTT with TLS, certificates and passwords: what is refused says why, and writes nothing."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from api.field.config import FieldFile
from api.field.journal import Journal
from tests.field.papers import paper
from tests.field.parks import SERVICE, Approved, at_work, config, point, setpoint
from tests.field.peers import Broker, until
from tests.tools import tool

PASSWORD = "correct horse"


def guarded(folder: Path) -> Broker:
    """A broker that takes one user, with a certificate of the authority."""
    for who in ("ca", "broker", "client"):
        paper(folder, who, signed_by="ca")
    secrets = folder / "secrets"
    secrets.touch(mode=0o600)
    subprocess.run([tool("mosquitto_passwd", "mosquitto"), "-b", secrets, "park", PASSWORD], check=True)
    return Broker(
        folder,
        "allow_anonymous false",
        "require_certificate true",
        f"cafile {folder}/ca.pem",
        f"certfile {folder}/broker.pem",
        f"keyfile {folder}/broker.key",
        f"password_file {secrets}",
        "user root",  # it is not to change into a user who cannot read the folder
    )


def parts(broker: Broker, folder: Path, tls: dict[str, str] | bool, **peer: Any) -> FieldFile:
    (folder / "password").write_text(f"{PASSWORD}\n")
    who = {"username": "park", "password_file": str(folder / "password")}
    link = {"kind": "mqtt", "host": "127.0.0.1", "port": broker.port, "keepalive_s": 5, "tls": tls} | who | peer
    return config(
        writes="enabled",
        service=SERVICE,
        connections={"broker": link},
        points={"power": point("broker", {"topic": "park/power"}, stale_s=2)},
        setpoints={"battery": setpoint("broker", {"topic": "park/set"}, read_back={"at": {"topic": "park/follows"}})},
        watchdogs={"broker": {"at": {"topic": "park/alive"}, "period_s": 0.2}},
    )


def files(folder: Path, **others: str) -> dict[str, str]:
    names = {"ca": "ca.pem", "certificate": "client.pem", "key": "client.key"} | others
    return {field: str(folder / name) for field, name in names.items()}


@asynccontextmanager
async def device(broker: Broker, folder: Path, heard: list[str]) -> AsyncIterator[None]:
    """A device that says its power, and follows what it is told."""
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    context.load_cert_chain(folder / "client.pem", folder / "client.key")

    async def speaks(client: aiomqtt.Client) -> None:
        while True:
            await client.publish("park/power", "321")
            await client.publish("park/follows", heard[-1] if heard else "0")
            await asyncio.sleep(0.1)

    async def listens(client: aiomqtt.Client) -> None:
        async for message in client.messages:
            heard.append(bytes(message.payload).decode())

    async with aiomqtt.Client(
        "127.0.0.1", broker.port, username="park", password=PASSWORD, tls_context=context
    ) as client:
        await client.subscribe("park/set")
        tasks = [asyncio.create_task(speaks(client)), asyncio.create_task(listens(client))]
        yield
        for task in tasks:
            task.cancel()


def test_a_setpoint_goes_over_tls_with_a_certificate_and_a_password(tmp_path: Path) -> None:
    async def scenario() -> None:
        broker, heard = guarded(tmp_path).start(), []
        journal = Journal(tmp_path / "commands.jsonl")
        made = parts(broker, tmp_path, files(tmp_path))
        async with (
            device(broker, tmp_path, heard),
            at_work(made, plans=Approved({"battery.discharge_kw": 40.0}), journal=journal) as found,
        ):
            await until(lambda: found.writers[0].standing.told == 40.0)
            assert found.board.reading("power").value == 321.0
        assert heard[-1] == "40"
        journal.close()
        broker.stop()

    asyncio.run(scenario())


def refusal(tmp_path: Path, broker: Broker, made: FieldFile, says: str) -> None:
    """The link says why it is down, and no setpoint is written."""

    async def scenario() -> None:
        broker.start()
        journal = Journal(tmp_path / "commands.jsonl")
        async with at_work(made, plans=Approved({"battery.discharge_kw": 40.0}), journal=journal) as found:
            link = found.kept["broker"]
            await until(lambda: link.lost > 0, 15)
            assert says in link.why_down
            assert not link.is_up
        assert '"write"' not in (tmp_path / "commands.jsonl").read_text()
        journal.close()
        broker.stop()

    asyncio.run(scenario())


def test_a_broker_of_another_authority(tmp_path: Path) -> None:
    broker = guarded(tmp_path)
    paper(tmp_path, "others")
    refusal(tmp_path, broker, parts(broker, tmp_path, files(tmp_path, ca="others.pem")), "certificate verify failed")


def test_a_broker_whom_the_system_does_not_know(tmp_path: Path) -> None:
    broker = guarded(tmp_path)
    refusal(tmp_path, broker, parts(broker, tmp_path, True), "certificate verify failed")


def test_a_broker_with_an_expired_certificate(tmp_path: Path) -> None:
    broker = guarded(tmp_path)
    paper(tmp_path, "broker", signed_by="ca", days=(-9, -1))
    refusal(tmp_path, broker, parts(broker, tmp_path, files(tmp_path)), "certificate has expired")


def test_a_broker_of_another_name(tmp_path: Path) -> None:
    broker = guarded(tmp_path)
    refusal(tmp_path, broker, parts(broker, tmp_path, files(tmp_path), host="localhost"), "Hostname mismatch")


def test_our_certificate_is_expired(tmp_path: Path) -> None:
    broker = guarded(tmp_path)
    made = parts(broker, tmp_path, files(tmp_path))
    paper(tmp_path, "client", signed_by="ca", days=(-9, -1))
    refusal(tmp_path, broker, made, "client.pem: valid until")


def test_our_certificate_is_of_another_authority(tmp_path: Path) -> None:
    broker = guarded(tmp_path)
    paper(tmp_path, "stranger")
    made = parts(broker, tmp_path, files(tmp_path, certificate="stranger.pem", key="stranger.key"))
    refusal(tmp_path, broker, made, "alert unknown ca")


def test_a_wrong_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKER_PASSWORD", "wrong")
    broker = guarded(tmp_path)
    who = {"password_file": None, "password_env": "BROKER_PASSWORD"}
    refusal(tmp_path, broker, parts(broker, tmp_path, files(tmp_path), **who), "Not authorized")

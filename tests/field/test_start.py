"""What is refused or told before anything is connected: passwords, certificates, links in the clear."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from api.field.certificates import certificate_of, identity, tls_context
from api.field.config import FieldFile
from api.field.parts import Opcua
from api.field.security import Tls
from api.field.start import check_security
from api.field.unprotected import unprotected
from forecasting.errors import InputError
from tests.field.papers import paper, private
from tests.field.parks import SERVICE, config, point, setpoint
from tests.field.peers import Device
from tests.field.test_command import ems_field, ended, park, refused


def plant(**peer: Any) -> FieldFile:
    link = {"kind": "opcua", "url": "opc.tcp://127.0.0.1:1/"} | peer
    return config(connections={"plant": link}, points={"power": point("plant", {"node": "i=1"})})


def security(folder: Path, **others: str) -> dict[str, str]:
    client, server = paper(folder, "client"), paper(folder, "server")
    files = {"certificate": str(client), "key": str(client.with_suffix(".key")), "server_certificate": str(server)}
    return {"policy": "Basic256Sha256", "mode": "Sign"} | files | others


def test_files_of_either_form_serve(tmp_path: Path) -> None:
    made = security(tmp_path)
    der = tmp_path / "client.der"
    der.write_bytes(certificate_of(made["certificate"]).public_bytes(Encoding.DER))
    found = plant(security=made | {"certificate": str(der)}).connections["plant"]
    assert isinstance(found, Opcua)
    assert found.security is not None
    ours = identity(found.security)
    assert ours.application_uri == "urn:park:client"
    assert x509.load_der_x509_certificate(ours.certificate) == certificate_of(made["certificate"])
    assert x509.load_der_x509_certificate(ours.server_certificate) == certificate_of(made["server_certificate"])


def test_what_cannot_serve_is_refused_with_its_file(tmp_path: Path) -> None:
    made = security(tmp_path)
    other = paper(tmp_path, "other").with_suffix(".key")
    expired = paper(tmp_path, "server", days=(-9, -1), file="expired")
    early = paper(tmp_path, "server", days=(1, 9), file="early")
    text = tmp_path / "text"
    text.write_text("-----BEGIN nothing")
    locked = tmp_path / "locked"
    words = BestAvailableEncryption(b"secret")
    locked.write_bytes(private("client").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, words))
    for change, says in [
        ({"key": str(other)}, "other.key: private key"),
        ({"key": str(locked)}, "locked: content"),
        ({"key": str(text)}, "text: content"),
        ({"certificate": str(text)}, "text: content"),
        ({"certificate": str(tmp_path / "gone")}, "gone: file"),
        ({"server_certificate": str(expired)}, "expired.pem: valid until"),
        ({"server_certificate": str(early)}, "early.pem: valid from"),
    ]:
        with pytest.raises(InputError, match=says):
            check_security(plant(security=made | change))


def test_a_certificate_without_an_application_uri_or_rsa(tmp_path: Path) -> None:
    made = security(tmp_path)
    paper(tmp_path, "client", uri=False)
    with pytest.raises(InputError, match=r"client.pem: subjectAltName"):
        check_security(plant(security=made))
    made = security(tmp_path, server_certificate=str(paper(tmp_path, "curve")))
    with pytest.raises(InputError, match=r"curve.pem: public key"):
        check_security(plant(security=made))


def test_tls_checks_the_broker_and_its_name(tmp_path: Path) -> None:
    context = tls_context(Tls())
    assert context is not None
    assert context.check_hostname
    assert tls_context(None) is None


def test_a_password_from_a_file_or_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "password"
    file.write_text("a b \n")
    for peer, expected in [
        ({"password_file": str(file)}, "a b "),
        ({"password_env": "PLANT_PASSWORD"}, "c"),
        ({}, None),
    ]:
        monkeypatch.setenv("PLANT_PASSWORD", "c")
        found = plant(username="park", **peer)
        check_security(found)
        assert found.connections["plant"].password() == expected  # type: ignore[union-attr]
    for peer, says in [({"password_file": str(file)}, "password"), ({"password_env": "PLANT_PASSWORD"}, "PLANT_PASS")]:
        file.write_text("\n")
        monkeypatch.setenv("PLANT_PASSWORD", "")
        with pytest.raises(InputError, match=says):
            check_security(plant(username="park", **peer))
    monkeypatch.delenv("PLANT_PASSWORD")
    with pytest.raises(InputError, match="PLANT_PASSWORD"):
        check_security(plant(username="park", password_env="PLANT_PASSWORD"))


def linked(kind: str, at: dict[str, Any], **peer: Any) -> FieldFile:
    link = {"kind": kind} | ({"url": "opc.tcp://a:1/"} if kind == "opcua" else {"host": "a"}) | peer
    read_back = {"at": {"topic": "told"}} if kind == "mqtt" else None
    alive = at | ({"topic": "alive"} if kind == "mqtt" else {"node": "i=2"} if kind == "opcua" else {"address": 9})
    return config(
        service=SERVICE,
        connections={"c": link},
        points={"power": point("c", at)},
        setpoints={"battery": setpoint("c", at, read_back=read_back, tolerance=1)},
        watchdogs={"c": {"at": alive}},
    )


@pytest.mark.parametrize(
    ("kind", "at", "protection", "remedy"),
    [
        ("mqtt", {"topic": "a"}, {"tls": True}, "set tls"),
        ("opcua", {"node": "i=1"}, {"security": True}, "set security"),
        ("modbus", {"address": 1}, None, "a network segment of its own"),
    ],
)
def test_setpoints_in_the_clear_are_told(
    tmp_path: Path, kind: str, at: dict[str, Any], protection: dict[str, Any] | None, remedy: str
) -> None:
    told = unprotected(linked(kind, at), writes=True)
    assert len(told) == 1
    assert remedy in told[0].en
    assert "connection c" in told[0].en
    assert "连接 c" in told[0].zh
    assert not unprotected(linked(kind, at), writes=False)
    if protection is not None:
        given = {"security": security(tmp_path)} if "security" in protection else protection
        assert not unprotected(linked(kind, at, username="park", **given), writes=True)
        assert "password" in unprotected(linked(kind, at, username="park"), writes=False)[0].en


def test_the_command_warns_and_goes_on(tmp_path: Path) -> None:
    async def scenario() -> None:
        device = await Device().start()
        content = park(device, writes="enabled", service={"url": "http://127.0.0.1:1"})
        async with ems_field(tmp_path, content, "--enable-writes", "--every", "0.3", EMS_TOKEN="x") as process:
            told = [(await asyncio.wait_for(process.stderr.readline(), 30)).decode() for _ in range(2)]
            await asyncio.wait_for(process.stdout.readline(), 30)  # at work: it listens to signals
            process.send_signal(signal.SIGINT)
            code, _, _ = await ended(process)
        assert "writing 1 setpoints" in told[0]
        assert "warning: setpoints of the connection inverter go over Modbus TCP in the clear" in told[1]
        assert code == 0
        await device.stop()

    asyncio.run(scenario())


def test_the_command_refuses_an_expired_certificate(tmp_path: Path) -> None:
    content = park(Device())
    made = security(tmp_path)
    paper(tmp_path, "client", days=(-9, -1))
    content["connections"]["plant"] = {"kind": "opcua", "url": "opc.tcp://127.0.0.1:1/", "security": made}
    assert "client.pem: valid until" in refused(tmp_path, content)

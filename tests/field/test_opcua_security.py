"""OPC UA with certificates and passwords: what is refused says why, and writes nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua
from asyncua.common.utils import ServiceError
from asyncua.crypto.permission_rules import User, UserRole

from api.field import opcua_security
from api.field.config import FieldFile
from api.field.journal import Journal
from forecasting.errors import InputError
from tests.field.papers import paper
from tests.field.parks import SERVICE, Approved, at_work, config, point, setpoint
from tests.field.peers import Plant, until

POLICIES = ("Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")
MODES = ("Sign", "SignAndEncrypt")
PASSWORD = "correct horse"


class Users:
    """The user manager of a server that knows one name."""

    def get_user(self, server: Any, username: Any = None, password: Any = None, certificate: Any = None) -> User | None:
        return User(UserRole.Admin) if (username, password) == ("park", PASSWORD) else None


def guarded(folder: Path, *policies: str, client: str = "client") -> Plant:
    """A server of every policy and mode (or of those named) that takes one client and one user."""

    async def protect(server: Any) -> None:
        await server.load_certificate(str(folder / "server.pem"))
        await server.load_private_key(str(folder / "server.key"), format="pem")
        wanted = policies or [f"{p}_{m}" for p in POLICIES for m in MODES]
        server.set_security_policy([getattr(ua.SecurityPolicyType, p) for p in wanted])

        async def check(certificate: Any, description: Any) -> None:
            if certificate.subject.rfc4514_string() != f"CN={client}":
                raise ServiceError(ua.StatusCodes.BadCertificateUntrusted)

        server.set_certificate_validator(check)

    return Plant(protect, user_manager=Users())


def papers(folder: Path) -> dict[str, str]:
    """The security of a connection whose server is the one of `guarded`."""
    client, server = paper(folder, "client"), paper(folder, "server")
    files = {"certificate": client, "key": client.with_suffix(".key"), "server_certificate": server}
    return {"policy": "Basic256Sha256", "mode": "SignAndEncrypt"} | {name: str(path) for name, path in files.items()}


def parts(plant: Plant, folder: Path, security: dict[str, str], **peer: Any) -> FieldFile:
    (folder / "password").write_text(f"{PASSWORD}\n")
    who = {"username": "park", "password_file": str(folder / "password")}
    link = {"kind": "opcua", "url": plant.url, "timeout_s": 2, "security": security} | who | peer
    return config(
        writes="enabled",
        service=SERVICE,
        connections={"plant": link},
        points={"power": point("plant", {"node": "ns=2;s=power"})},
        setpoints={"battery": setpoint("plant", {"node": "ns=2;s=target"})},
        watchdogs={"plant": {"at": {"node": "ns=2;s=alive"}, "period_s": 0.2}},
    )


async def started(plant: Plant) -> Plant:
    return await plant.start(power=321.0, target=0.0, alive=0)


async def untouched(plant: Plant) -> bool:
    return [await plant.nodes[name].read_value() for name in ("target", "alive")] == [0, 0]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("mode", MODES)
def test_a_setpoint_goes_through_every_policy_and_mode(tmp_path: Path, policy: str, mode: str) -> None:
    async def scenario() -> None:
        made = parts(plant := guarded(tmp_path), tmp_path, papers(tmp_path) | {"policy": policy, "mode": mode})
        await started(plant)
        journal = Journal(tmp_path / "commands.jsonl")
        async with at_work(made, plans=Approved({"battery.discharge_kw": 40.0}), journal=journal) as found:
            await until(lambda: found.writers[0].standing.told == 40.0, what=found.kept["plant"].why_down)
            assert found.board.reading("power").value == 321.0
        assert await plant.nodes["target"].read_value() == 40.0
        journal.close()
        await plant.stop()

    asyncio.run(scenario())


def refusal(tmp_path: Path, plant: Plant, made: FieldFile, says: str) -> None:
    """The link says why it is down, and neither setpoint nor watchdog is written."""

    async def scenario() -> None:
        await started(plant)
        journal = Journal(tmp_path / "commands.jsonl")
        async with at_work(made, plans=Approved({"battery.discharge_kw": 40.0}), journal=journal) as found:
            await until(lambda: says in found.kept["plant"].why_down, 15, f"{says} in {found.kept['plant'].why_down!r}")
            assert not found.kept["plant"].is_up
            assert found.board.reading("power").value is None
        assert await untouched(plant)
        assert '"write"' not in (tmp_path / "commands.jsonl").read_text()
        journal.close()
        await plant.stop()

    asyncio.run(scenario())


def test_another_server_is_not_talked_to(tmp_path: Path) -> None:
    security = papers(tmp_path)
    other = str(paper(tmp_path, "impostor"))
    made = parts(plant := guarded(tmp_path), tmp_path, security | {"server_certificate": other})
    refusal(tmp_path, plant, made, "another certificate")


def test_a_client_that_the_server_does_not_know(tmp_path: Path) -> None:
    security = papers(tmp_path)
    stranger = paper(tmp_path, "stranger")
    security |= {"certificate": str(stranger), "key": str(stranger.with_suffix(".key"))}
    refusal(tmp_path, plant := guarded(tmp_path), parts(plant, tmp_path, security), "BadCertificateUntrusted")


def test_a_wrong_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANT_PASSWORD", "wrong")
    who = {"password_file": None, "password_env": "PLANT_PASSWORD"}
    made = parts(plant := guarded(tmp_path), tmp_path, papers(tmp_path), **who)
    refusal(tmp_path, plant, made, "BadUserAccessDenied")


@pytest.mark.parametrize("whose", ["certificate", "server_certificate"])
def test_an_expired_certificate(tmp_path: Path, whose: str) -> None:
    security = papers(tmp_path)
    plant = guarded(tmp_path)
    paper(tmp_path, "client" if whose == "certificate" else "server", days=(-9, -1))
    refusal(tmp_path, plant, parts(plant, tmp_path, security), "valid until")


def test_a_policy_that_the_server_does_not_offer(tmp_path: Path) -> None:
    plant = guarded(tmp_path, "Basic256Sha256_Sign")
    refusal(tmp_path, plant, parts(plant, tmp_path, papers(tmp_path)), "offers Basic256Sha256 Sign, not")


def test_a_server_that_offers_no_security_gets_no_session(tmp_path: Path) -> None:
    plant = guarded(tmp_path, "NoSecurity")
    refusal(tmp_path, plant, parts(plant, tmp_path, papers(tmp_path)), "offers None None, not")


def test_a_password_does_not_leave_in_the_clear(tmp_path: Path) -> None:
    """A server that signs only may ask for the password as plain text; it gets none."""

    async def scenario() -> None:
        made = parts(plant := guarded(tmp_path), tmp_path, papers(tmp_path) | {"mode": "Sign"})
        await started(plant)
        client = await opcua_security.client_of(made.connections["plant"])
        client.server_policy = lambda kind: ua.UserTokenPolicy(  # type: ignore[method-assign]
            TokenType=kind, SecurityPolicyUri=opcua_security.NONE
        )
        with pytest.raises(InputError, match=r"password .expected: encrypted"):
            await client.connect()
        await plant.stop()

    asyncio.run(scenario())

"""Tokens of an identity provider: genuine, for us, with a role of ours, or refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.testclient import TestClient

from api import oidc
from api.http.app import create_app
from api.settings import Oidc, Settings
from api.store import Store
from forecasting.errors import InputError
from tests.service.conftest import BASE

ISSUER, AUDIENCE = "https://id.example", "park-ems"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
Ask = Callable[[str], Any]


class Issuer:
    """An identity provider's key set, and how often it was asked for."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False
        self.keys = [
            {**jwt.algorithms.RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True), "kid": "r1", "alg": "RS256"},
            {**jwt.algorithms.ECAlgorithm.to_jwk(EC.public_key(), as_dict=True), "kid": "e1", "alg": "ES256"},
        ]

    def fetch(self, _: object) -> dict[str, Any]:
        self.asked += 1
        if self.away:
            raise httpx.ConnectError("refused")
        return {"keys": self.keys}


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Issuer:
    issuer = Issuer()
    monkeypatch.setattr(oidc.Provider, "fetch", lambda self: issuer.fetch(self))
    return issuer


@pytest.fixture
def ask(settings: Settings, store: Store, issuer: Issuer) -> Ask:
    provider = Oidc(issuer=ISSUER, audience=AUDIENCE, keys_url=f"{ISSUER}/keys")
    client = TestClient(create_app(settings.model_copy(update={"oidc": provider}), store), base_url=BASE)
    return lambda token: client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})


def token(key: Any = RSA, algorithm: str = "RS256", kid: str | None = "r1", **claims: Any) -> str:
    said = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u-17", "exp": time.time() + 300, "ems_role": "operator"} | claims
    said = {name: value for name, value in said.items() if value is not None}
    return jwt.encode(said, key, algorithm, headers={"kid": kid} if kid else {})


def test_a_genuine_token_names_caller_role_and_sites(ask: Ask, issuer: Issuer) -> None:
    answer = ask(token(ems_sites=["demo"]))
    assert answer.json() == {"name": "oidc:u-17", "role": "operator", "sites": ["demo"], "how": "oidc"}
    assert ask(token(EC, "ES256", "e1", ems_sites="*", ems_role=["guest", "viewer", "admin"])).json() == {
        "name": "oidc:u-17", "role": "admin", "sites": None, "how": "oidc"
    }  # fmt: skip
    assert issuer.asked == 1


def test_a_token_that_names_no_sites_sees_none(ask: Ask) -> None:
    assert ask(token()).json()["sites"] == []


def part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "forged",
    [
        token(OTHER),  # signed by someone else under a known id
        token(kid="unknown"),
        token(kid=None),  # two keys: which?
        token(exp=time.time() - 60),
        token(exp=None),
        token(nbf=time.time() + 600),
        token(iss="https://evil.example"),
        token(iss=None),
        token(aud="another"),
        token(aud=None),
        token(sub=None),
        token(sub="x" * 101),
        token(sub="two\nlines"),
        token(ems_role="king"),
        token(ems_role=["king"]),
        token(ems_role=None),
        token(ems_sites="demo"),
        token(ems_sites=["../etc"]),
        token("a secret that is as long as the standard asks for", "HS256"),
        jwt.encode({"sub": "u-17", "ems_role": "admin"}, None, "none", headers={"kid": "r1"}),
        token()[:-4] + "AAAA",
        token().rpartition(".")[0] + ".",
        "a.b.c",
        part(b'{"alg": "RS256", "kid": ["r1"]}') + ".e30.AAAA",
        part(b"[" * 20_000) + ".e30.AAAA",
        part(b'{"alg": "RS256", "kid": "r1", "crit": ["x"], "x": 1}') + ".e30.AAAA",
    ],
)
def test_everything_else_is_refused(ask: Ask, forged: str) -> None:
    answer = ask(forged)
    assert answer.status_code == 401
    assert "ems_role" not in answer.text


def test_the_public_key_is_no_shared_secret(ask: Ask) -> None:
    """A key that everyone may read must not sign as an HMAC secret."""
    public = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = part(json.dumps({"alg": "HS256", "kid": "r1"}).encode())
    body = part(json.dumps({"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": 9e9, "ems_role": "admin"}).encode())
    signature = part(hmac.new(public, f"{head}.{body}".encode(), hashlib.sha256).digest())
    assert ask(f"{head}.{body}.{signature}").status_code == 401


def test_a_token_for_ever_is_only_long(ask: Ask) -> None:
    assert ask(token(exp=1e18)).status_code == 200


def test_an_expired_token_is_refused_though_it_was_good_a_moment_ago(ask: Ask) -> None:
    soon = token(exp=time.time() - oidc.LEEWAY_S + 4.0)  # whole seconds count: at least three are left
    assert ask(soon).status_code == 200
    time.sleep(4.2)
    assert ask(soon).status_code == 401


def test_new_keys_are_asked_for_and_not_at_every_unknown_one(
    ask: Ask, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(token(ems_sites="*")).status_code == 200
    for k in range(20):
        assert ask(token(OTHER, kid=f"made up {k}")).status_code == 401
    assert issuer.asked == 1
    issuer.keys.append(
        {**jwt.algorithms.RSAAlgorithm.to_jwk(OTHER.public_key(), as_dict=True), "kid": "r2", "alg": "RS256"}
    )
    monkeypatch.setattr(oidc, "RETRY_S", 0.0)
    later = time.monotonic() + 60
    monkeypatch.setattr(oidc.time, "monotonic", lambda: later)
    assert ask(token(OTHER, kid="r2")).status_code == 200
    assert issuer.asked == 2


def test_the_last_keys_are_good_while_the_provider_is_away(
    ask: Ask, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer.away = True
    answer = ask(token())
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    issuer.away = False
    start = time.monotonic()
    monkeypatch.setattr(oidc.time, "monotonic", lambda: start + 60)
    assert ask(token()).status_code == 200
    issuer.away = True
    monkeypatch.setattr(oidc.time, "monotonic", lambda: start + 7200)
    assert ask(token(sub="another")).status_code == 200


def test_without_a_provider_its_tokens_mean_nothing(settings: Settings, store: Store) -> None:
    client = TestClient(create_app(settings, store), base_url=BASE)
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {token()}"}).status_code == 401


def test_without_the_package_the_service_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jwt", None)
    with pytest.raises(InputError, match=r"pip install 'park-ems\[oidc\]'"):
        oidc.Provider(Oidc(issuer=ISSUER, audience=AUDIENCE, keys_url=f"{ISSUER}/keys"))

"""The secure channel of OPC UA: made ready before a connection, and told plainly where it fails."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import Any

from asyncua import ua
from asyncua.client.client import Client
from asyncua.crypto import security_policies
from asyncua.crypto.uacrypto import CertProperties

from api.field.certificates import identity
from api.field.opcua_client import BoundedClient
from api.field.parts import Opcua
from forecasting.errors import InputError

NONE = security_policies.SecurityPolicyNone.URI


class Refusing(BoundedClient):
    """A client whose password leaves encrypted or not at all: a server may ask for it in the clear."""

    def _add_user_auth(self, params: Any, username: str | None, password: str | None) -> None:
        plain = self.server_policy(ua.UserTokenType.UserName).SecurityPolicyUri in (None, "", NONE)
        if password and plain and self.security_policy.Mode != ua.MessageSecurityMode.SignAndEncrypt:
            raise InputError(self.server_url.geturl(), "password", None, "encrypted", "mode: SignAndEncrypt")
        super()._add_user_auth(params, username, password)


async def client_of(peer: Opcua) -> Client:
    """A client that is not connected yet, with the security, name and password of the configuration."""
    client = Refusing(peer.url, peer.timeout_s) if peer.security else BoundedClient(peer.url, peer.timeout_s)
    if peer.security is not None:
        ours = identity(peer.security)
        client.application_uri = ours.application_uri
        await client.set_security(
            getattr(security_policies, f"SecurityPolicy{peer.security.policy}"),
            ours.certificate,
            ours.key,
            server_certificate=CertProperties(ours.server_certificate),
            mode=ua.MessageSecurityMode[peer.security.mode],
        )
    if peer.username is not None:
        client.set_user(peer.username)
        client.set_password(peer.password() or "")
    return client


async def why_refused(peer: Opcua) -> str:
    """What the server offers, where that is not what is asked for: with a wrong key it is only silent.

    Endpoints are told without security; nothing that is ours is said. Empty where nothing is found.
    """
    if peer.security is None:
        return ""
    client = BoundedClient(peer.url, peer.timeout_s)
    try:
        found = await asyncio.wait_for(client.connect_and_get_server_endpoints(), peer.timeout_s)
    except Exception:  # it only explains an error that is told anyway
        return ""
    finally:
        client.disconnect_socket()
    uri = getattr(security_policies, f"SecurityPolicy{peer.security.policy}").URI
    offered = [e for e in found if (e.SecurityPolicyUri, e.SecurityMode.name) == (uri, peer.security.mode)]
    if not offered:
        told = sorted({f"{e.SecurityPolicyUri.rpartition('#')[2]} {e.SecurityMode.name.strip('_')}" for e in found})
        return f"the server offers {', '.join(told)}, not {peer.security.policy} {peer.security.mode}"
    shown, expected = offered[0].ServerCertificate or b"", identity(peer.security).server_certificate
    if not shown.startswith(expected):
        return f"the server shows another certificate ({_print(shown)}) than server_certificate ({_print(expected)})"
    return ""


def _print(der: bytes) -> str:
    """The fingerprint by which people compare certificates."""
    return f"SHA-256 {sha256(der).hexdigest()[:16]}…"

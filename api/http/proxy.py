"""Who asks, where one proxy stands in front of the service."""

from __future__ import annotations

from typing import Any

Scope = dict[str, Any]


class OneProxy:
    """Take address and scheme of the client from what the proxy added: the last entry of its headers.

    Entries before that one are whatever the client claims; a limit on failed sign-ins that believed them would be none.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope = scope | _forwarded(scope)
        await self.app(scope, receive, send)


def _forwarded(scope: Scope) -> Scope:
    told: Scope = {}
    address, scheme = _last(scope, b"x-forwarded-for"), _last(scope, b"x-forwarded-proto")
    if address:
        told["client"] = (address, 0)
    if scheme in ("http", "https"):
        told["scheme"] = scheme
    return told


def _last(scope: Scope, name: bytes) -> str:
    values = [value for key, value in scope["headers"] if key == name]
    return values[-1].decode("latin-1").rsplit(",", 1)[-1].strip() if values else ""

"""Behind one proxy the client is who that proxy says, whatever the client says itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from api.http.proxy import OneProxy

ASKED = {
    "no proxy headers": ([], ("10.0.0.1", 5000), "http"),
    "one proxy": ([("x-forwarded-for", "203.0.113.7"), ("x-forwarded-proto", "https")], ("203.0.113.7", 0), "https"),
    "a client that lies": ([("x-forwarded-for", "6.6.6.6, 203.0.113.7")], ("203.0.113.7", 0), "http"),
    "a client that lies in a line of its own": (
        [("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "203.0.113.7")],
        ("203.0.113.7", 0),
        "http",
    ),
    "a scheme that is none": ([("x-forwarded-proto", "javascript")], ("10.0.0.1", 5000), "http"),
    "an empty header": ([("x-forwarded-for", "")], ("10.0.0.1", 5000), "http"),
}


@pytest.mark.parametrize("what", ASKED)
def test_the_last_entry_counts(what: str) -> None:
    headers, client, scheme = ASKED[what]
    seen: list[dict[str, Any]] = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(scope)

    scope = {
        "type": "http",
        "client": ("10.0.0.1", 5000),
        "scheme": "http",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    asyncio.run(OneProxy(app)(scope, None, None))
    assert (seen[0]["client"], seen[0]["scheme"]) == (client, scheme)
    assert scope["client"] == ("10.0.0.1", 5000), "the server's own scope is left alone"

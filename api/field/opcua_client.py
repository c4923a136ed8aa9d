"""The OPC UA client of asyncua, which keeps only so much of what a server begins and does not end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asyncua.client.client import Client

MOST_BYTES = 1 << 20  # of one chunk: we tell servers in our hello that we take 64 KiB


class BoundedClient(Client):
    """A client that hangs up on a server whose chunk does not end; asyncua would take gigabytes."""

    def __init__(self, url: str, timeout: float) -> None:
        super().__init__(url, timeout=timeout)
        make = self.uaclient._make_protocol  # the only place where the receiving end can be had
        self.uaclient._make_protocol = lambda: _bounded(make())  # type: ignore[method-assign]


def _bounded(protocol: Any) -> Any:
    hear: Callable[[bytes], None] = protocol.data_received

    def data_received(data: bytes) -> None:
        if len(protocol.receive_buffer or b"") > MOST_BYTES:
            protocol.receive_buffer = None
            protocol.transport.abort()
        else:
            hear(data)

    protocol.data_received = data_received
    return protocol

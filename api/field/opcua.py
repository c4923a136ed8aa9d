"""OPC UA: nodes are read at their period; those that are subscribed tell changes at once, too."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from asyncua import ua
from asyncua.client.client import Client
from asyncua.common.node import Node
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.uaerrors import UaStatusCodeError

from api.field.addresses import At, NodeAt
from api.field.board import Board
from api.field.links import CONNECT_S, NotConnected, quiet, said
from api.field.numbers import finite
from api.field.opcua_security import client_of, why_refused
from api.field.parts import Opcua, Point

PUBLISH_MS = 500  # how often the server tells changes; of several it tells the last
BREATH_S = 0.05
UNITS = "EngineeringUnits"


class OpcuaLink:
    """One server."""

    def __init__(self, peer: Opcua, points: Mapping[str, Point], board: Board) -> None:
        self._peer, self._points, self._board = peer, points, board
        self._client: Client | None = None
        self._types: dict[str, Any] = {}  # node -> type in which it is written
        self._units: dict[str, str] = {}  # point -> unit that the server says
        logging.getLogger("asyncua").setLevel(logging.CRITICAL)  # what it finds wrong is counted and shown by us

    async def serve(self, up: Callable[[], None]) -> None:
        peer = self._peer
        client = await client_of(peer)
        try:
            await self._connect(client)
            self._types.clear()
            await self._learn_units(client)
            await self._subscribe(client)
            self._client = client
            up()
            await self._poll(client)
        finally:
            self._client = None
            await quiet(client.disconnect())
            client.disconnect_socket()

    async def _connect(self, client: Client) -> None:
        try:
            await asyncio.wait_for(client.connect(), CONNECT_S)
        except Exception as error:
            if why := await why_refused(self._peer):
                raise NotConnected(f"{why}; {said(error)}") from error
            raise

    async def _learn_units(self, client: Client) -> None:
        """Units of nodes that have the property of OPC 10000-8; the others say nothing."""
        self._units.clear()
        for name, point in self._points.items():
            try:
                said = await (await client.get_node(_node(point)).get_child(f"0:{UNITS}")).read_value()
            except UaStatusCodeError:
                continue
            text = getattr(getattr(said, "DisplayName", None), "Text", None)
            if isinstance(text, str):
                self._units[name] = text

    async def _subscribe(self, client: Client) -> None:
        wanted = {_node(p): name for name, p in self._points.items() if isinstance(p.at, NodeAt) and p.at.subscribe}
        if not wanted:
            return
        names = {client.get_node(node).nodeid: name for node, name in wanted.items()}
        subscription = await client.create_subscription(PUBLISH_MS, _Changes(names, self._take))
        await subscription.subscribe_data_change([client.get_node(n) for n in wanted], queuesize=1)

    async def _poll(self, client: Client) -> None:
        """Read what is due, all in one request; a server that does not answer ends it."""
        due = dict.fromkeys(self._points, 0.0)
        while True:
            now_s = time.monotonic()
            names = [name for name, at_s in due.items() if at_s <= now_s]
            if names or not due:
                nodes = [client.get_node(_node(self._points[name])).nodeid for name in names]
                nodes = nodes or [ua.NodeId(ua.Int32(ObjectIds.Server_ServerStatus_State))]
                values = await client.uaclient.read_attributes(nodes, AttributeIds.Value)
                for name, value in zip(names, values, strict=False):
                    self._take(name, value)
                    due[name] = now_s + self._points[name].period_s
            next_s = min(due.values(), default=now_s + 1.0)
            await asyncio.sleep(min(max(next_s - time.monotonic(), BREATH_S), 1.0))

    def _take(self, name: str, value: ua.DataValue) -> None:
        if value.StatusCode is not None and not value.StatusCode.is_good():
            self._board.refuse(name, f"status {value.StatusCode.name}")
        else:
            self._board.take(name, value.Value.Value if value.Value else None, self._units.get(name))

    async def read(self, at: At, since_s: float) -> float:
        """The number of a node now; ``since_s`` is always before."""
        value = await self._node(at).read_data_value(raise_on_bad_status=True)
        return finite(value.Value.Value if value.Value else None)

    async def write(self, at: At, number: float) -> None:
        node = self._node(at)
        key = str(node.nodeid)
        if key not in self._types:
            self._types[key] = await node.read_data_type_as_variant_type()
        kind = self._types[key]
        whole = kind not in (ua.VariantType.Float, ua.VariantType.Double)
        await node.write_value(ua.DataValue(ua.Variant(round(number) if whole else number, kind)))

    def _node(self, at: At) -> Node:
        if self._client is None:
            raise NotConnected("not connected")
        assert isinstance(at, NodeAt)
        return self._client.get_node(at.node)


class _Changes:
    """What the library calls for each change; names by node."""

    def __init__(self, names: Mapping[Any, str], take: Callable[[str, ua.DataValue], None]) -> None:
        self._names, self._take = names, take

    def datachange_notification(self, node: Node, val: Any, data: Any) -> None:
        self._take(self._names[node.nodeid], data.monitored_item.Value)


def _node(point: Point) -> str:
    assert isinstance(point.at, NodeAt)
    return point.at.node

"""MQTT: points are what topics say, setpoints are messages."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from typing import Any, cast

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from api.field.addresses import At, TopicAt
from api.field.board import Board
from api.field.certificates import tls_context
from api.field.links import NotConnected, said
from api.field.mqtt_log import Spoken
from api.field.numbers import MOST_BYTES, Garbage, payload_number
from api.field.parts import Mqtt, Point

ECHO_S = 3.0  # how long a device may take to say its value on a topic
TIMEOUT_S = 5.0
REFUSED = 128  # answers of a broker to a subscription from here on


class NewestOfTopic(asyncio.Queue[aiomqtt.Message]):
    """At most one message of each topic that was asked for: a newer one takes the place of the older.

    ``dropped`` counts those whose place was taken; messages on other topics are not kept at all.
    """

    def __init__(self, topics: frozenset[str]) -> None:
        self.dropped = dict.fromkeys(topics, 0)
        super().__init__()

    def _init(self, maxsize: int) -> None:
        self._queue: dict[str, aiomqtt.Message] = {}  # the name by which the base class asks for its length

    def _put(self, item: aiomqtt.Message) -> None:
        topic = item.topic.value
        if topic not in self.dropped:
            return
        self.dropped[topic] += topic in self._queue
        self._queue[topic] = item

    def _get(self) -> aiomqtt.Message:
        return self._queue.pop(next(iter(self._queue)))

    def taken_drops(self, topic: str) -> int:
        """How many messages of a topic were dropped since this was last asked."""
        count, self.dropped[topic] = self.dropped[topic], 0
        return count


class MqttLink:
    """One broker. ``told`` are the topics on which devices say what they follow; ``alive`` is the watchdog's topic."""

    def __init__(
        self, peer: Mqtt, points: Mapping[str, Point], told: frozenset[TopicAt], alive: str | None, board: Board
    ) -> None:
        self._peer, self._board, self._alive = peer, board, alive
        self._points: dict[str, list[tuple[str, TopicAt]]] = {}
        for name, point in points.items():
            assert isinstance(point.at, TopicAt)
            self._points.setdefault(point.at.topic, []).append((name, point.at))
        self._echoes: dict[str, tuple[float, bytes]] = {}  # topic -> when (monotonic), what
        self._heard = asyncio.Event()
        self._topics = frozenset(self._points) | {at.topic for at in told}
        self._told = frozenset(at.topic for at in told)
        self._client: aiomqtt.Client | None = None

    async def serve(self, up: Callable[[], None]) -> None:
        spoken = Spoken()
        try:
            await self._serve(up, spoken)
        except aiomqtt.MqttError as error:
            if spoken.last:
                raise NotConnected(f"{spoken.last}; {said(error)}") from error
            raise

    async def _serve(self, up: Callable[[], None], spoken: Spoken) -> None:
        queue = NewestOfTopic(self._topics)
        options = self._options() | {"queue_type": cast(Any, lambda maxsize: queue), "logger": spoken.logger}
        async with aiomqtt.Client(**options) as client:
            await self._subscribe(client)
            self._client = client
            up()
            try:
                async for message in client.messages:
                    self._take(message, queue.taken_drops(message.topic.value))
            finally:
                self._client = None
                self._echoes.clear()

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        """Ask for every topic; of one that the broker refuses the points are bad, and the others go on."""
        for topic in sorted(self._topics):
            granted = await client.subscribe(topic, 0)
            if any(code.is_failure if isinstance(code, ReasonCode) else code >= REFUSED for code in granted):
                for name, _ in self._points.get(topic, ()):
                    self._board.refuse(name, "the broker refuses the topic")

    def _options(self) -> dict[str, Any]:
        """What `aiomqtt.Client` is told. The broker says 0 on the watchdog's topic when it loses us."""
        peer = self._peer
        five = peer.version == "5"
        limit = Properties(PacketTypes.CONNECT) if five else None  # type: ignore[no-untyped-call]
        if limit is not None:
            limit.MaximumPacketSize = 2 * MOST_BYTES
        return {
            "hostname": peer.host,
            "port": peer.port,
            "username": peer.username,
            "password": peer.password(),
            "protocol": aiomqtt.ProtocolVersion.V5 if five else aiomqtt.ProtocolVersion.V311,
            "properties": limit,
            "keepalive": peer.keepalive_s,
            "timeout": TIMEOUT_S,
            "tls_context": tls_context(peer.tls),
            "will": aiomqtt.Will(self._alive, "0", qos=1, retain=True) if self._alive else None,
        }

    def _take(self, message: aiomqtt.Message, dropped: int) -> None:
        topic = message.topic.value
        payload = message.payload if isinstance(message.payload, bytes) else b""
        if topic in self._told:
            at_s = -math.inf if message.retain else time.monotonic()  # nobody knows how old a retained message is
            self._echoes[topic] = (at_s, payload[: MOST_BYTES + 1])
            self._heard.set()
        for name, at in self._points.get(topic, ()):
            self._board.drop(name, dropped)
            if message.retain:
                continue
            try:
                number, unit = payload_number(payload, at)
            except Garbage as error:
                self._board.refuse(name, str(error))
            else:
                self._board.take(name, number, unit)

    async def read(self, at: At, since_s: float) -> float:
        """What the device said after ``since_s``; a retained message counts as said before everything."""
        assert isinstance(at, TopicAt)
        until_s = time.monotonic() + ECHO_S
        while (echo := self._echoes.get(at.topic)) is None or echo[0] < since_s:
            if self._client is None:
                raise NotConnected("no broker")
            self._heard.clear()
            try:
                await asyncio.wait_for(self._heard.wait(), until_s - time.monotonic())
            except TimeoutError:
                raise TimeoutError(f"nothing on {at.topic}") from None
        return payload_number(echo[1], at)[0]

    async def write(self, at: At, number: float) -> None:
        if self._client is None:
            raise NotConnected("no broker")
        assert isinstance(at, TopicAt)
        expiry = None
        if self._peer.version == "5":  # what could not be delivered at once must not be delivered late
            expiry = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            expiry.MessageExpiryInterval = int(TIMEOUT_S)
        await self._client.publish(at.topic, f"{number:.10g}", qos=1, timeout=TIMEOUT_S, properties=expiry)

"""Modbus TCP: registers are read one point after the other, each at its period."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from api.field.addresses import At, RegistersAt
from api.field.board import Board
from api.field.links import NotConnected
from api.field.parts import Modbus, Point

SILENT = 3  # requests in a row without an answer: the connection is made anew
RESPITE_S = 0.02  # between two requests, so that setpoints come through


class Refused(ValueError):
    """The device answered that it will not, or not what was asked."""


class ModbusLink:
    """One device, or gateway, on TCP."""

    def __init__(self, peer: Modbus, points: Mapping[str, Point], board: Board) -> None:
        self._peer, self._points, self._board = peer, points, board
        self._client: AsyncModbusTcpClient | None = None
        self._silent = 0
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # what it finds wrong is counted and shown by us

    async def serve(self, up: Callable[[], None]) -> None:
        peer = self._peer
        client = AsyncModbusTcpClient(
            peer.host, port=peer.port, timeout=peer.timeout_s, retries=0, reconnect_delay=0, name="park-ems"
        )
        try:
            if not await client.connect():
                raise NotConnected(f"nobody at {peer.host}:{peer.port}")
            self._client, self._silent = client, 0
            up()
            due = {name: time.monotonic() for name in self._points}
            while client.connected and self._silent < SILENT:
                await self._read_due(due)
            raise NotConnected("no answers" if client.connected else "closed by the peer")
        finally:
            self._client = None
            client.close()

    async def _read_due(self, due: dict[str, float]) -> None:
        """Read the point that has waited longest, or wait for the next; a beat that was missed is not made up for."""
        name = min(due, key=due.__getitem__, default=None)
        wait_s = RESPITE_S if name is None else max(due[name] - time.monotonic(), 0)
        if name is None or wait_s > RESPITE_S:
            await asyncio.sleep(min(wait_s or 1.0, 0.2))
            return
        point = self._points[name]
        due[name] = max(due[name] + point.period_s, time.monotonic())
        try:
            number = await self.read(point.at, 0.0)
        except (ModbusException, ValueError, TimeoutError) as error:
            self._board.refuse(name, str(error)[:100])
        else:
            self._board.take(name, number)

    async def read(self, at: At, since_s: float) -> float:
        """The number in the registers now; ``since_s`` is always before."""
        assert isinstance(at, RegistersAt)
        client = self._connected()
        ask = client.read_holding_registers if at.table == "holding" else client.read_input_registers
        answer = await self._asked(ask(at.address, count=at.count, device_id=at.unit_id))
        return at.decoded(answer.registers)

    async def write(self, at: At, number: float) -> None:
        assert isinstance(at, RegistersAt)
        client, values = self._connected(), at.encoded(number)
        if at.count == 1:
            await self._asked(client.write_register(at.address, values[0], device_id=at.unit_id))
        else:
            await self._asked(client.write_registers(at.address, values, device_id=at.unit_id))

    def _connected(self) -> AsyncModbusTcpClient:
        if self._client is None:
            raise NotConnected("not connected")
        return self._client

    async def _asked(self, request: Awaitable[Any]) -> Any:
        """The answer to a request; counts those that are not answered, which are raised as they are."""
        try:
            answer = await asyncio.wait_for(request, 2 * self._peer.timeout_s)
        except (ModbusException, TimeoutError):
            self._silent += 1
            raise
        self._silent = 0
        if answer.isError():
            raise Refused(f"exception {getattr(answer, 'exception_code', '?')} of the device")
        return answer

"""Real peers on free ports of this machine: a broker, a device, a server, and one that talks nonsense."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self

from asyncua import Server, ua
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tests.tools import tool

logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
logging.getLogger("asyncua").setLevel(logging.CRITICAL)
REGISTERS = 64
SBIN = "/usr/sbin/mosquitto"  # Debian puts daemons where users do not look


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


async def until(holds: Callable[[], Any], within_s: float = 10.0, what: str = "") -> float:
    """Wait until something holds; seconds that it took."""
    began_s = time.monotonic()
    while not holds():
        assert time.monotonic() - began_s < within_s, f"not within {within_s:g} s: {what}"
        await asyncio.sleep(0.02)
    return time.monotonic() - began_s


class Broker:
    """mosquitto; it can be stopped and started again on its port."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        lines = [f"listener {self.port} 127.0.0.1", *(settings or ["allow_anonymous true"])]
        self._config.write_text("\n".join([*lines, ""]))
        self._path = SBIN if os.access(SBIN, os.X_OK) else tool("mosquitto")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        self._process = subprocess.Popen(
            [self._path, "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until_s = time.monotonic() + 10
        while time.monotonic() < until_s:
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.02)
        raise AssertionError("mosquitto did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Device:
    """A Modbus TCP device with holding and input registers 0 … 63 of unit 1."""

    def __init__(self) -> None:
        self.port = free_port()
        self._server: Any = None

    async def start(self) -> Self:
        registers = [SimData(0, count=REGISTERS, values=0, datatype=DataType.REGISTERS)]
        self._server = ModbusTcpServer(SimDevice(1, simdata=registers), address=("127.0.0.1", self.port))
        await self._server.serve_forever(background=True)
        return self

    async def stop(self) -> None:
        await self._server.shutdown()

    async def put(self, address: int, *values: int) -> None:
        await self._server.async_setValues(1, 16, address, list(values))

    async def get(self, address: int, count: int = 1) -> list[int]:
        return list(await self._server.async_getValues(1, 3, address, count))


class Plant:
    """An OPC UA server with a few variables."""

    def __init__(self, protect: Callable[[Any], Awaitable[None]] | None = None, **server: Any) -> None:
        self.port = free_port()
        self.url = f"opc.tcp://127.0.0.1:{self.port}/"
        self._protect, self._options = protect, server
        self._server: Any = None
        self.nodes: dict[str, Any] = {}

    async def start(self, **values: Any) -> Self:
        self._server = server = Server(**self._options)
        await server.init()
        server.set_endpoint(self.url)
        if self._protect is not None:
            await self._protect(server)
        space = await server.register_namespace("park")
        assert space == 2
        for name, value in values.items():
            node = await server.nodes.objects.add_variable(ua.NodeId(name, space), name, value)
            await node.set_writable()
            self.nodes[name] = node
        await server.start()
        return self

    async def stop(self) -> None:
        await self._server.stop()

    async def put(self, name: str, value: Any, status: int = ua.StatusCodes.Good) -> None:
        kept = ua.DataValue(ua.Variant(value), ua.StatusCode(status))
        await self.nodes[name].write_value(kept)


class Babbler:
    """Answers whatever comes with bytes that mean nothing."""

    def __init__(self, answer: Callable[[bytes], bytes], port: int = 0) -> None:
        self.answer, self.port = answer, port or free_port()
        self.asked = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self.port)
        return self

    async def stop(self) -> None:
        assert self._server
        self._server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while heard := await reader.read(4096):
                self.asked += 1
                writer.write(self.answer(heard))
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

"""A flood neither fills the memory nor holds up other points."""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import time
from pathlib import Path

from tests.field.parks import at_work, config, point
from tests.field.peers import Broker, Device, until

PER_S, SECONDS = 10_000, 4
FLOOD = """
import sys, time
import paho.mqtt.client as paho
client = paho.Client(paho.CallbackAPIVersion.VERSION2)
client.connect("127.0.0.1", int(sys.argv[1]))
client.loop_start()
began, sent = time.monotonic(), 0
while (spent := time.monotonic() - began) < float(sys.argv[3]):
    for _ in range(int(spent * float(sys.argv[2])) - sent):
        client.publish("flood", str(sent))
        sent += 1
    time.sleep(0.002)
print(sent)
client.publish("flood", "424242", qos=1).wait_for_publish(20)
"""


def memory_mb() -> float:
    """Memory of this process now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def test_ten_thousand_messages_a_second(tmp_path: Path) -> None:
    async def scenario() -> None:
        broker, device = Broker(tmp_path).start(), await Device().start()
        peers = {
            "broker": {"kind": "mqtt", "host": "127.0.0.1", "port": broker.port},
            "device": {"kind": "modbus", "host": "127.0.0.1", "port": device.port},
        }
        points = {
            "flood": point("broker", {"topic": "flood"}, range=[0, 1e9], stale_s=60),
            "calm": point("device", {"address": 0}, stale_s=60),
        }
        async with at_work(config(connections=peers, points=points)) as found:
            await until(lambda: found.kept["broker"].is_up and found.board.reading("calm").quality == "good")
            before_mb = most_mb = memory_mb()
            oldest_s = 0.0
            flooding = subprocess.Popen(
                [sys.executable, "-c", FLOOD, str(broker.port), str(PER_S), str(SECONDS)], stdout=subprocess.PIPE
            )
            while flooding.poll() is None:
                oldest_s = max(oldest_s, found.board.reading("calm").age_s or 0.0)
                most_mb = max(most_mb, memory_mb())
                await asyncio.sleep(0.01)
            took_s = await until(lambda: found.board.reading("flood").value == 424242, 30, "the newest value")
            counts = found.board.counts("flood")
            assert flooding.stdout
            sent = int(flooding.stdout.read())
            print(
                f"{sent} messages: {counts.good} taken, {counts.dropped} dropped, calm at most {oldest_s:.2f} s old, "
                f"{most_mb - before_mb:.1f} MB more, newest after {took_s:.2f} s"
            )
            assert sent > PER_S * SECONDS / 2
            assert counts.good + counts.dropped > sent / 10  # what the broker itself threw away nobody can count
            assert oldest_s < 2.0  # it is read each 0.1 s
            assert most_mb - before_mb < 50
            assert found.kept["broker"].lost == 0
        broker.stop()
        await device.stop()

    asyncio.run(scenario())


def test_peers_that_never_stop_talking_nonsense() -> None:
    """Some hundred megabytes of it come while a point of another device is read."""
    poured = 0

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal poured
        try:
            await reader.read(100)
            while True:
                writer.write(bytes(range(256)) * 1024)
                await writer.drain()
                poured += 256 * 1024
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def scenario() -> None:
        server, device = await asyncio.start_server(pour, "127.0.0.1", 0), await Device().start()
        port = server.sockets[0].getsockname()[1]
        peers = {
            "modbus": {"kind": "modbus", "host": "127.0.0.1", "port": port, "timeout_s": 1},
            "opcua": {"kind": "opcua", "url": f"opc.tcp://127.0.0.1:{port}/", "timeout_s": 1},
            "mqtt": {"kind": "mqtt", "host": "127.0.0.1", "port": port},
            "calm": {"kind": "modbus", "host": "127.0.0.1", "port": device.port},
        }
        at = {"modbus": {"address": 0}, "opcua": {"node": "ns=2;s=x"}, "mqtt": {"topic": "x"}, "calm": {"address": 0}}
        points = {name: point(name, place, stale_s=60) for name, place in at.items()}
        async with at_work(config(connections=peers, points=points)) as found:
            await until(lambda: found.board.reading("calm").quality == "good")
            before_mb = most_mb = memory_mb()
            oldest_s, until_s = 0.0, time.monotonic() + 3
            while time.monotonic() < until_s:
                oldest_s = max(oldest_s, found.board.reading("calm").age_s or 0.0)
                most_mb = max(most_mb, memory_mb())
                await asyncio.sleep(0.01)
            print(f"{poured / 2**20:.0f} MB, calm at most {oldest_s:.2f} s old, {most_mb - before_mb:.1f} MB more")
            assert poured > 10 * 2**20
            assert oldest_s < 2.0
            assert most_mb - before_mb < 50
            assert all(found.board.counts(name).good == 0 for name in ("modbus", "opcua", "mqtt"))
        server.close()
        await device.stop()

    asyncio.run(scenario())


def test_of_messages_that_wait_the_newest_counts_and_the_others_are_counted() -> None:
    from types import SimpleNamespace

    from api.field.mqtt import NewestOfTopic

    def message(topic: str, payload: int) -> SimpleNamespace:
        return SimpleNamespace(topic=SimpleNamespace(value=topic), payload=payload)

    async def scenario() -> None:
        queue = NewestOfTopic(frozenset("ab"))
        for k in range(100_000):
            queue.put_nowait(message("a", k))  # type: ignore[arg-type]
        queue.put_nowait(message("b", 7))  # type: ignore[arg-type]
        queue.put_nowait(message("a stranger", 7))  # type: ignore[arg-type]
        assert queue.qsize() == 2
        assert [(await queue.get()).payload for _ in "ab"] == [99_999, 7]
        assert (queue.taken_drops("a"), queue.taken_drops("a"), queue.taken_drops("b")) == (99_999, 0, 0)

    began_s = time.monotonic()
    asyncio.run(scenario())
    assert time.monotonic() - began_s < 5

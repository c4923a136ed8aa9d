"""Setpoints to real peers: written, read back, refused."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from api.field.journal import Journal
from api.field.run import Field
from forecasting.errors import InputError
from tests.field.parks import SERVICE, Approved, at_work, config, point, setpoint
from tests.field.peers import Broker, Device, Plant, until

TARGET, FOLLOWED, ALIVE, METER = 10, 20, 30, 40


def lines(folder: Path, event: str = "") -> list[dict[str, Any]]:
    found = map(json.loads, (folder / "commands.jsonl").read_text(encoding="utf-8").splitlines())
    return [x for x in found if not event or x["event"] == event]


def parts(device: Device, **changes: Any) -> dict[str, Any]:
    at = {"address": TARGET, "type": "int16"}
    return {
        "writes": "enabled",
        "service": SERVICE,
        "connections": {"device": {"kind": "modbus", "host": "127.0.0.1", "port": device.port, "timeout_s": 0.3}},
        "points": {"power": point("device", {"address": METER}, stale_s=0.5)},
        "setpoints": {"battery": setpoint("device", at, scale=0.1, **changes)},
        "watchdogs": {"device": {"at": {"address": ALIVE}, "period_s": 0.1}},
    }


@asynccontextmanager
async def writing(device: Device, folder: Path, plans: Approved, **changes: Any):
    journal = Journal(folder / "commands.jsonl")
    try:
        async with at_work(config(**parts(device, **changes)), plans=plans, journal=journal) as found:
            yield found
    finally:
        journal.close()


def refused(found: Field) -> str:
    return found.writers[0].standing.refused


def test_a_setpoint_goes_step_by_step_and_is_read_back(tmp_path: Path) -> None:
    async def scenario() -> None:
        device = await Device().start()
        async with writing(device, tmp_path, Approved({"battery.discharge_kw": 70.0})) as found:
            await until(lambda: found.writers[0].standing.told == 70.0 and not refused(found))
            assert await device.get(TARGET) == [700]
            assert found.hearts[0].is_beating
            first = (await device.get(ALIVE))[0]
            await asyncio.sleep(0.5)
            assert (await device.get(ALIVE))[0] > first
        assert [x["value"] for x in lines(tmp_path, "write")] == [20, 40, 60, 70]
        assert [x["told"] for x in lines(tmp_path, "confirmed")] == [20, 40, 60, 70]
        assert await device.get(ALIVE) == [0]  # we said that we go
        await device.stop()

    asyncio.run(scenario())


def test_a_new_plan_is_ramped_and_clamped_too(tmp_path: Path) -> None:
    async def scenario() -> None:
        device = await Device().start()
        plans = Approved({"battery.discharge_kw": 40.0})
        async with writing(device, tmp_path, plans) as found:
            await until(lambda: found.writers[0].standing.told == 40.0)
            plans.values = {"battery.discharge_kw": 5000.0}
            await until(lambda: found.writers[0].standing.told == 100.0)
            plans.values = {"battery.discharge_kw": float("nan")}
            await until(lambda: "no number" in refused(found))
        values = [0.0] + [x["value"] for x in lines(tmp_path, "write")]
        assert max(values) == 100
        assert max(b - a for a, b in pairwise(values)) <= 20 + 1e-9
        await device.stop()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": "proposed"}, "is not for now"),
        ({"outcome": "infeasible"}, "is not for now"),
        ({"hypothetical": True}, "is not for now"),
        ({"end": datetime.now(UTC) - timedelta(minutes=1)}, "is not for now"),
        ({"created_at": datetime.now(UTC) - timedelta(hours=40)}, "40 h old"),
    ],
    ids=["not approved", "not released", "hypothetical", "over", "old"],
)
def test_a_plan_that_may_not_be_followed_is_not(tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    async def scenario() -> None:
        device = await Device().start()
        async with writing(device, tmp_path, Approved({"battery.discharge_kw": 70.0}, changes)) as found:
            await until(lambda: found.writers[0].standing.refusals > 1)
            assert not found.hearts[0].is_beating
        assert not lines(tmp_path, "write")
        assert await device.get(TARGET) == [0]
        assert all(why in x["why"] or "not connected" in x["why"] for x in lines(tmp_path, "refused"))
        assert any(why in x["why"] for x in lines(tmp_path, "refused"))
        await device.stop()

    asyncio.run(scenario())


def test_no_setpoint_without_a_plan_or_when_the_service_is_silent_for_long(tmp_path: Path) -> None:
    async def scenario() -> None:
        device = await Device().start()
        plans = Approved({"battery.discharge_kw": 70.0}, none=True)
        async with writing(device, tmp_path, plans) as found:
            await until(lambda: "no approved plan" in refused(found))
            plans.none = False
            await until(lambda: found.writers[0].standing.told == 70.0)
            plans.broken = True
            assert found.watch is not None
            found.watch._service = found.watch._service.model_copy(update={"unseen_s": 0.5})
            await until(lambda: "not confirmed by the service" in refused(found))
            await until(lambda: not found.hearts[0].is_beating)
            alive = await device.get(ALIVE)
            await asyncio.sleep(0.4)
            assert await device.get(ALIVE) == alive
            plans.broken = False
            await until(lambda: not refused(found))
        await device.stop()

    asyncio.run(scenario())


def test_no_setpoint_while_a_required_reading_is_stale_or_bad(tmp_path: Path) -> None:
    async def scenario() -> None:
        device, meter = await Device().start(), await Device().start()
        whole = parts(device)
        whole["connections"]["meter"] = {"kind": "modbus", "host": "127.0.0.1", "port": meter.port, "timeout_s": 0.2}
        whole["points"]["power"] = point("meter", {"address": METER}, stale_s=0.5)
        journal = Journal(tmp_path / "commands.jsonl")
        plans = Approved({"battery.discharge_kw": 20.0})
        async with at_work(config(**whole), plans=plans, journal=journal) as found:
            await until(lambda: found.writers[0].standing.told == 20.0)
            await meter.stop()
            await until(lambda: refused(found).startswith("power is"))
            plans.values = {"battery.discharge_kw": 90.0}
            written = len(lines(tmp_path, "write"))
            await asyncio.sleep(1.0)
            assert len(lines(tmp_path, "write")) == written
            assert await device.get(TARGET) == [200]
            assert not found.hearts[0].is_beating
            await meter.start()
            await until(lambda: found.writers[0].standing.told == 90.0, 20)
            await meter.put(METER, 5000)  # out of its range
            await until(lambda: "outside" in refused(found))
        journal.close()
        await device.stop()
        await meter.stop()

    asyncio.run(scenario())


def test_a_field_that_does_not_follow_is_left_alone_for_a_while(tmp_path: Path) -> None:
    async def scenario() -> None:
        device = await Device().start()
        plans = Approved({"battery.discharge_kw": 60.0})
        other = {"at": {"address": FOLLOWED, "type": "int16"}, "scale": 0.1}
        async with writing(device, tmp_path, plans, read_back=other, tolerance=1.0) as found:
            await until(lambda: "instead of 20" in refused(found))
            assert len(lines(tmp_path, "write")) == 1
            await until(lambda: "did not follow" in refused(found))
            assert not found.hearts[0].is_beating
            await asyncio.sleep(0.4)
            assert len(lines(tmp_path, "write")) == 1

            async def follow() -> None:
                while True:
                    await device.put(FOLLOWED, *(await device.get(TARGET)))
                    await asyncio.sleep(0.02)

            following = asyncio.create_task(follow())
            await until(lambda: found.writers[0].standing.told == 60.0 and not refused(found))
            following.cancel()
        await device.stop()

    asyncio.run(scenario())


def test_a_device_that_falls_away_gets_nothing_and_is_taken_up_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        device = await Device().start()
        async with writing(device, tmp_path, Approved({"battery.discharge_kw": 20.0})) as found:
            await until(lambda: found.writers[0].standing.told == 20.0 and found.hearts[0].is_beating)
            await device.stop()
            await until(lambda: refused(found).startswith("device:"))
            await device.start()  # with zeros: it has forgotten
            await until(lambda: found.writers[0].standing.told == 20.0 and found.hearts[0].is_beating, 20)
        assert lines(tmp_path, "watchdog")[0]["beating"] is True
        assert [x["beating"] for x in lines(tmp_path, "watchdog")] == [True, False] * 2
        await device.stop()

    asyncio.run(scenario())


def test_outside_its_clamp_the_field_is_not_touched(tmp_path: Path) -> None:
    async def scenario() -> None:
        device = await Device().start()
        await device.put(TARGET, 3000)
        async with writing(device, tmp_path, Approved({"battery.discharge_kw": 20.0})) as found:
            await until(lambda: "outside the clamp" in refused(found))
        assert await device.get(TARGET) == [3000]
        await device.stop()

    asyncio.run(scenario())


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    found = Broker(tmp_path).start()
    yield found
    found.stop()


def test_a_setpoint_as_a_message_is_confirmed_by_the_device_and_a_will_tells_that_we_died(
    tmp_path: Path, broker: Broker
) -> None:
    whole = {
        "writes": "enabled",
        "service": SERVICE,
        "connections": {"broker": {"kind": "mqtt", "host": "127.0.0.1", "port": broker.port, "keepalive_s": 5}},
        "points": {"power": point("broker", {"topic": "meter"}, stale_s=2)},
        "setpoints": {
            "battery": setpoint("broker", {"topic": "set"}, read_back={"at": {"topic": "state", "path": "p"}}),
        },
        "watchdogs": {"broker": {"at": {"topic": "alive"}, "period_s": 0.1}},
    }
    said: list[str] = []

    async def device() -> None:
        """Follows, says what it follows only when that changes, and hears the watchdog."""
        async with aiomqtt.Client("127.0.0.1", broker.port) as client:
            await client.publish("state", '{"p": 0}', retain=True)
            await client.subscribe([("set", 1), ("alive", 1)])
            async for message in client.messages:
                if message.topic.value == "alive":
                    said.append(message.payload.decode())
                else:
                    await client.publish("state", json.dumps({"p": float(message.payload)}), retain=True)

    async def meter() -> None:
        async with aiomqtt.Client("127.0.0.1", broker.port) as client:
            while True:
                await client.publish("meter", "1")
                await asyncio.sleep(0.1)

    async def scenario() -> None:
        others = [asyncio.create_task(device()), asyncio.create_task(meter())]
        journal = Journal(tmp_path / "commands.jsonl")
        plans = Approved({"battery.discharge_kw": 50.0})
        async with at_work(config(**whole), plans=plans, journal=journal) as found:
            await until(lambda: found.writers[0].standing.told == 50.0 and found.hearts[0].is_beating)
            await until(lambda: len(said) > 3)
            sock = found.kept["broker"].link._client._client.socket()  # the network cable is pulled
            sock.shutdown(2)
            await until(lambda: "0" in said, 5)
            await until(lambda: found.hearts[0].is_beating and said[-1] != "0", 10)
        await until(lambda: said[-1] == "0")
        journal.close()
        assert [x["value"] for x in lines(tmp_path, "write")] == [20, 40, 50]
        for task in others:
            task.cancel()

    asyncio.run(scenario())


def test_a_setpoint_to_a_node_keeps_the_type_of_the_node(tmp_path: Path) -> None:
    async def scenario() -> None:
        plant = await Plant().start(level=1.0, set=0, alive=0)
        whole = {
            "writes": "enabled",
            "service": SERVICE,
            "connections": {"plant": {"kind": "opcua", "url": plant.url}},
            "points": {"power": point("plant", {"node": "ns=2;s=level"}, stale_s=2)},
            "setpoints": {"battery": setpoint("plant", {"node": "ns=2;s=set"})},
            "watchdogs": {"plant": {"at": {"node": "ns=2;s=alive"}, "period_s": 0.1}},
        }
        journal = Journal(tmp_path / "commands.jsonl")
        plans = Approved({"battery.discharge_kw": 50.2})
        async with at_work(config(**whole), plans=plans, journal=journal) as found:
            await until(lambda: found.writers[0].standing.told == 50 and found.hearts[0].is_beating)
            assert await plant.nodes["set"].read_value() == 50
        journal.close()
        await plant.stop()

    asyncio.run(scenario())


def test_a_journal_has_one_writer(tmp_path: Path) -> None:
    first = Journal(tmp_path / "commands.jsonl")
    with pytest.raises(InputError, match="another"):
        Journal(tmp_path / "commands.jsonl")
    first.close()
    Journal(tmp_path / "commands.jsonl").close()


def test_a_disk_that_takes_no_line_stops_setpoints_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: Any) -> int:
        raise OSError(28, "No space left on device")

    async def scenario() -> None:
        device = await Device().start()
        async with writing(device, tmp_path, Approved({"battery.discharge_kw": 70.0})) as found:
            monkeypatch.setattr("api.field.journal.os.write", full)
            await until(lambda: "No space left" in refused(found))
            assert await device.get(TARGET) == [0]
            assert found.board.reading("power").quality == "good"
            monkeypatch.undo()
            await until(lambda: not refused(found))
        await device.stop()

    asyncio.run(scenario())


def test_floats_survive_their_way_through_registers() -> None:
    registers = struct.unpack(">2H", struct.pack(">f", -12.75))
    from api.field.addresses import RegistersAt

    at = RegistersAt(address=0, type="float32", words="low_first")
    assert at.encoded(-12.75) == list(registers[::-1])
    assert at.decoded(at.encoded(-12.75)) == -12.75

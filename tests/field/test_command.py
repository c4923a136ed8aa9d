"""`ems field` as a process: against a device and a service, and what it refuses to begin with."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
import yaml
from rich.console import Console

from api import field_command
from api.client import ApiError, Client
from api.field.config import FieldFile
from tests.field.peers import Device, until
from tests.soak.running import running

TARGET, ALIVE, METER = 10, 30, 40
ROOT = Path(__file__).resolve().parents[2]


def park(device: Device, **changes: Any) -> dict[str, Any]:
    """A configuration of the tutorial park with one meter and one battery, all on one device."""
    at = {"address": TARGET, "type": "int16"}
    return {
        "site": "demo",
        "interval": "PT1S",
        "connections": {"inverter": {"kind": "modbus", "host": "127.0.0.1", "port": device.port}},
        "points": {
            "grid_power": {
                "connection": "inverter",
                "at": {"address": METER},
                "unit": "kW",
                "range": [0, 900],
                "period_s": 0.1,
                "stale_s": 1,
                "series": "meter.grid_kw",
            }
        },
        "setpoints": {
            "battery_power": {
                "connection": "inverter",
                "component": "battery",
                "quantities": {"discharge_kw": 1, "charge_kw": -1},
                "at": at,
                "scale": 0.1,
                "clamp": [-200, 200],
                "ramp_per_min": 6000,
                "tolerance": 0.5,
                "requires": ["grid_power"],
                "period_s": 0.2,
            }
        },
        "watchdogs": {"inverter": {"at": {"address": ALIVE}, "period_s": 0.2}},
    } | changes


@asynccontextmanager
async def ems_field(folder: Path, content: dict[str, Any], *options: str, **environment: str) -> AsyncIterator[Any]:
    file = folder / "field.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    words = ["field", "demo", "--config", str(file), "--out", str(folder / "out"), "--lang", "en", *options]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "api.cli",
        *words,
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k != "EMS_TOKEN"} | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def ended(process: Any) -> tuple[int, str, str]:
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out.decode(), err.decode()


def test_without_a_service_readings_become_lines_of_a_file(tmp_path: Path) -> None:
    async def scenario() -> None:
        device = await Device().start()
        await device.put(METER, 321)
        readings = tmp_path / "out" / "readings.csv"
        async with ems_field(tmp_path, park(device), "--every", "0.5") as process:
            await until(lambda: readings.exists() and readings.read_text().count("\n") > 3, 20)
            process.send_signal(signal.SIGINT)
            code, out, err = await ended(process)
        assert code == 0
        assert "read only" in err
        assert "grid_power" in out
        assert "321 kW" in out
        rows = list(csv.DictReader(readings.open(encoding="utf-8")))
        assert list(rows[0]) == ["time", "meter", "value", "unit", "status"]
        assert {"meter.grid_kw", "321", "kW", "good"} <= set(rows[1].values())
        assert not (tmp_path / "out" / "commands.jsonl").exists()
        assert await device.get(TARGET) == await device.get(ALIVE) == [0]
        await device.stop()

    asyncio.run(scenario())


def test_a_look_says_whether_every_point_is_good(tmp_path: Path) -> None:
    async def scenario() -> None:
        device = await Device().start()
        async with ems_field(tmp_path, park(device), "--status") as process:
            code, out, _ = await ended(process)
        assert code == 0
        assert "grid_power" in out
        assert not (tmp_path / "out").exists()
        await device.stop()

    asyncio.run(scenario())


def test_a_look_at_nobody_ends_with_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(field_command, "LOOK_S", 0.5)
    config = FieldFile.model_validate(park(Device()))
    assert asyncio.run(field_command._look(config, Console(), "zh")) == 1
    shown = capsys.readouterr().out
    assert "断开" in shown
    assert "无值" in shown


def test_an_approved_plan_reaches_the_device_and_measurements_the_service(tmp_path: Path) -> None:
    async def scenario(service: Any) -> None:
        device = await Device().start()
        await device.put(TARGET, 500)  # 50 kW
        await device.put(METER, 321)
        token = service.token("engineer", "field")
        today = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
        asked = {"site": "demo", "day": today, "weather": "climatology", "step_minutes": 60}
        plan = await asyncio.to_thread(service.make, asked)
        content = park(device, writes="enabled", service={"url": service.url, "poll_s": 0.5, "unseen_s": 5})
        with Client(service.url, token) as ems:
            table = await asyncio.to_thread(ems.schedule, plan)
            row = table.loc[pd.Timestamp.now(table.index.tz).floor("h")]
            wanted = row["battery.discharge_kw"] - row["battery.charge_kw"]
            out = tmp_path / "out" / "commands.jsonl"
            began = pd.Timestamp.now("UTC").floor("s")
            async with ems_field(tmp_path, content, "--enable-writes", EMS_TOKEN=token) as process:
                await until(lambda: out.exists() and "no approved plan" in out.read_text(), 20)
                assert await device.get(TARGET) == [500]
                await asyncio.to_thread(ems.approve, plan)
                got = [500]

                async def followed() -> bool:
                    got[:] = await device.get(TARGET)
                    return abs((got[0] - 65536 * (got[0] > 32767)) / 10 - wanted) <= 0.5

                for _ in range(200):
                    if await followed():
                        break
                    await asyncio.sleep(0.1)
                assert await followed(), (got, wanted)
                await asyncio.to_thread(ems.reject, plan)
                lines = out.read_text().count("\n")
                await until(lambda: "no approved plan" in "".join(out.read_text().splitlines(True)[lines:]), 20)

                async def arrived() -> pd.DataFrame | None:
                    now = pd.Timestamp.now("UTC").floor("s")
                    try:
                        values = await asyncio.to_thread(ems.points, "demo", "meter.grid_kw", began, now)
                    except ApiError as error:  # the first measurements make the series
                        if error.problem.status != 404:
                            raise
                        return None
                    return good if len(good := values[values["quality"] == "good"]) > 2 else None

                for _ in range(150):
                    if (good := await arrived()) is not None:
                        break
                    await asyncio.sleep(0.2)
                process.send_signal(signal.SIGTERM)
                code, _, err = await ended(process)
        assert code == 0, err
        assert len(good) > 2
        assert set(good["value"]) == {321.0}
        told = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        writes = [x for x in told if x["event"] == "write"]
        assert writes
        assert all(x["plan"] == plan and abs(x["value"] - x["present"]) <= 20.001 for x in writes)
        assert await device.get(ALIVE) == [0]
        await device.stop()

    with running(tmp_path / "service", "--workers", "1") as service:
        asyncio.run(scenario(service))


def refused(tmp_path: Path, content: dict[str, Any], *options: str, **environment: str) -> str:
    async def scenario() -> str:
        async with ems_field(tmp_path, content, *options, **environment) as process:
            code, _, err = await ended(process)
        assert code == 2, err
        assert "Traceback" not in err
        return err

    return asyncio.run(scenario())


def test_writes_need_both_words(tmp_path: Path) -> None:
    content = park(Device())
    assert "writes" in refused(tmp_path, content, "--enable-writes")
    assert "EMS_TOKEN" in refused(tmp_path, content | {"service": {"url": "http://127.0.0.1:1"}})


def test_with_one_word_only_nothing_is_written(tmp_path: Path) -> None:
    """The file enables writes, the command does not: it reads, and neither setpoint nor watchdog is touched."""

    async def scenario() -> None:
        device = await Device().start()
        content = park(device, writes="enabled", service={"url": "http://127.0.0.1:1"})
        async with ems_field(tmp_path, content, "--every", "0.3", EMS_TOKEN="x") as process:
            said = (await asyncio.wait_for(process.stderr.readline(), 30)).decode()
            await asyncio.sleep(2)
            process.send_signal(signal.SIGINT)
            code, out, _ = await ended(process)
        assert code == 0
        assert "read only" in said
        assert "good" in out
        assert "waiting" in out  # the service is not there
        assert await device.get(TARGET) == await device.get(ALIVE) == [0]
        await device.stop()

    asyncio.run(scenario())

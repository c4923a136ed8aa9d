"""Everything at work together, in one event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.contract.series import seconds_of
from api.field.addresses import TopicAt
from api.field.board import Board
from api.field.config import FieldFile
from api.field.journal import Journal
from api.field.links import Kept, Link, quiet
from api.field.means import Interval, IntervalMean
from api.field.outbox import Destination, Outbox
from api.field.parts import Modbus, Mqtt, Point
from api.field.plans import Plans, PlanWatch
from api.field.watchdog import Heart
from api.field.writer import Writer

TICK_S = 1.0
LAST_WORDS_S = 5.0  # for what is still to be sent when we stop
CANCEL_AGAIN_S = 2.0  # a task that is not gone by then is cancelled once more


@dataclass
class Field:
    """What runs, for those who show it."""

    config: FieldFile
    board: Board
    outbox: Outbox
    kept: dict[str, Kept]
    means: dict[str, IntervalMean]
    watch: PlanWatch | None = None
    writers: list[Writer] = field(default_factory=list)
    hearts: list[Heart] = field(default_factory=list)


def assembled(
    config: FieldFile, destination: Destination, plans: Plans | None = None, journal: Journal | None = None
) -> Field:
    """The parts of a configuration; setpoints only where there are plans and a journal."""
    means: dict[str, IntervalMean] = {}
    outbox = Outbox(destination)
    for name, point in config.points.items():
        if point.series is not None:
            length_s = seconds_of(config.interval)
            means[name] = IntervalMean(length_s, point.stale_s, point.aggregate, _into(outbox, name))
    board = Board(config.points, means)
    writes = plans is not None and journal is not None
    kept = {name: Kept(name, link_of(config, name, board, writes)) for name in config.connections}
    found = Field(config, board, outbox, kept, means)
    if plans is not None and journal is not None and config.service is not None:
        found.watch = watch = PlanWatch(plans, config.service)
        found.writers = [
            Writer(name, s, kept[s.connection], board, watch, journal) for name, s in config.setpoints.items()
        ]
        for name, watchdog in config.watchdogs.items():
            ours = [w for w in found.writers if w.setpoint.connection == name]
            found.hearts.append(Heart(kept[name], watchdog, ours, journal))
    return found


def link_of(config: FieldFile, name: str, board: Board, writes: bool) -> Link:
    """The protocol of a connection; its library is imported only where it is asked for."""
    peer = config.connections[name]
    points: Mapping[str, Point] = {n: p for n, p in config.points.items() if p.connection == name}
    if isinstance(peer, Mqtt):
        from api.field.mqtt import MqttLink

        ours = [s.told.at for s in config.setpoints.values() if s.connection == name] if writes else []
        told = frozenset(at for at in ours if isinstance(at, TopicAt))
        watchdog = config.watchdogs[name].at if writes and name in config.watchdogs else None
        alive = watchdog.topic if isinstance(watchdog, TopicAt) else None
        return MqttLink(peer, points, told, alive, board)
    if isinstance(peer, Modbus):
        from api.field.modbus import ModbusLink

        return ModbusLink(peer, points, board)
    from api.field.opcua import OpcuaLink

    return OpcuaLink(peer, points, board)


async def run(found: Field, stop: asyncio.Event, show: Callable[[Field], object], every_s: float) -> None:
    """Work until told to stop; then write nothing more, say that we go, and hand over what was measured."""
    async with asyncio.TaskGroup() as group:
        reading = [group.create_task(each) for each in _reading(found, show, every_s)]
        writing = [group.create_task(writer.run()) for writer in found.writers]
        writing += [group.create_task(heart.run()) for heart in found.hearts]
        await stop.wait()
        await _cancelled(writing)
        for heart in found.hearts:
            await heart.stop()
        await _cancelled(reading)
    _tick(found)
    await quiet(found.outbox.flush(), LAST_WORDS_S)


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel until they are gone: a cancellation can be lost (`asyncio.wait_for` before Python 3.12, libraries)."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_S)


def _reading(found: Field, show: Callable[[Field], object], every_s: float) -> Iterable[Coroutine[Any, Any, None]]:
    yield from (kept.run() for kept in found.kept.values())
    yield found.outbox.run()
    yield _ticking(found)
    if found.watch is not None:
        yield found.watch.run()
    if every_s > 0:
        yield _showing(found, show, every_s)


async def _ticking(found: Field) -> None:
    """Intervals end even where nothing comes any more."""
    while True:
        await asyncio.sleep(TICK_S)
        _tick(found)


def _tick(found: Field) -> None:
    for mean in found.means.values():
        mean.advance(time.time())


async def _showing(found: Field, show: Callable[[Field], object], every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        show(found)


def _into(outbox: Outbox, name: str) -> Callable[[Interval], object]:
    return lambda interval: outbox.put(name, interval)

"""How it stands, as tables of the terminal."""

from __future__ import annotations

import time

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.field.run import Field

TONES = {"good": "green", "stale": "yellow", "bad": "red", "none": "red"}
ZH = {
    "connection": "连接",
    "state": "状态",
    "for": "持续",
    "lost": "中断",
    "point": "测点",
    "value": "值",
    "age": "时龄",
    "good": "有效",
    "bad": "无效",
    "dropped": "丢弃",
    "setpoint": "设定值",
    "wanted": "计划",
    "told": "回读",
    "writes": "写入",
    "refusals": "拒绝",
    "up": "已连接",
    "down": "断开",
    "stale": "过期",
    "none": "无值",
    "in force": "执行中",
}


def show(found: Field, console: Console, lang: str) -> None:
    """Connections, points, setpoints, and what waits to be sent."""
    console.print(Text(time.strftime("%Y-%m-%d %H:%M:%S %z"), style="bold"))
    for table in (_connections(found, lang), _points(found, lang), _setpoints(found, lang)):
        if table.row_count:
            console.print(table)
    out = found.outbox
    words = {
        "zh": f"已送出 {out.sent}  等待 {len(out)}  放弃 {out.lost}",
        "en": f"sent {out.sent}, waiting {len(out)}, given up {out.lost}",
    }[lang]
    console.print(Text(f"{words}{f' ({out.why_waiting})' if out.why_waiting else ''}"), "")


def _connections(found: Field, lang: str) -> Table:
    table = _table(lang, "connection", "state", "for", "lost")
    beats = {heart.connection: heart for heart in found.hearts}
    for name, kept in found.kept.items():
        state = _word("up" if kept.is_up else "down", lang)
        heart = beats.get(name)
        more = kept.why_down or (f"watchdog: {heart.why_not or 'beating'}" if heart else "")
        table.add_row(
            name,
            Text(f"{state}{f': {more}' if more else ''}", style="green" if kept.is_up else "red"),
            f"{time.monotonic() - kept.since_s:.0f} s",
            str(kept.lost),
        )
    return table


def _points(found: Field, lang: str) -> Table:
    table = _table(lang, "point", "value", "state", "age", "good", "bad", "dropped")
    for name, point in found.config.points.items():
        reading, counts = found.board.reading(name), found.board.counts(name)
        state = f"{_word(reading.quality, lang)}{f': {reading.why}' if reading.why else ''}"
        table.add_row(
            name,
            "" if reading.value is None else f"{reading.value:.6g} {point.unit}",
            Text(state, style=TONES[reading.quality]),
            "" if reading.age_s is None else f"{reading.age_s:.1f} s",
            str(counts.good),
            str(counts.bad),
            str(counts.dropped),
        )
    return table


def _setpoints(found: Field, lang: str) -> Table:
    table = _table(lang, "setpoint", "wanted", "told", "state", "writes", "refusals")
    for writer in found.writers:
        x = writer.standing
        state = Text(x.refused or _word("in force", lang), style="yellow" if x.refused else "green")
        numbers = ("" if value is None else f"{value:.6g}" for value in (x.wanted, x.told))
        table.add_row(writer.name, *numbers, state, str(x.writes), str(x.refusals))
    return table


def _table(lang: str, *heads: str) -> Table:
    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
    for head in heads:
        words = head in ("connection", "point", "setpoint", "state")
        table.add_column(_word(head, lang), justify="left" if words else "right", overflow="fold")
    return table


def _word(word: str, lang: str) -> str:
    return ZH[word] if lang == "zh" else word

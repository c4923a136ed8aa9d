"""Why two plans differ at all: changes, objective, weather, inputs, site and the state that they open with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from ems.changed_inputs import CHANGED
from ems.phrases import amount, listed, told
from ems.report.text import say
from forecasting.notes import Note
from models import unit_of
from models.storage import WASTE_COLUMN

Content = dict[str, Any]
COLUMNS = 6  # inputs that are named


def changed_because(a: Content, b: Content) -> Iterator[Note]:
    """What one plan was given that the other was not."""
    for name, here, there in (("A", a, b), ("B", b, a)):
        known = [n["zh"] for n in there["notes"]]
        for n in here["notes"]:
            if n["zh"].startswith(CHANGED.zh) and n["zh"] not in known:
                x = Note(n["zh"].removeprefix(CHANGED.zh), n["en"].removeprefix(CHANGED.en))
                yield told("仅 {name} 的设定: {x}", "Changed for {name} only: {x}", name=name, x=x)
    found = [*_objective(a, b), *_weather(a, b), *_site(a, b), *_state(a, b)]
    if found:
        yield told("其他不同: {x}。", "Different besides: {x}.", x=listed(found))
    columns = list(_inputs(a, b))
    if columns:
        more = len(columns) - COLUMNS
        rest = [Note(f"另有 {more} 列", f"{more} more")] if more > 0 else []
        zh, en = "输入不同(平均值, A → B): {x}。", "Inputs that differ (means, A → B): {x}."
        yield told(zh, en, x=listed([*columns[:COLUMNS], *rest]))


def _objective(a: Content, b: Content) -> Iterator[Note]:
    if a["objective"] != b["objective"]:
        words = [Note(*(say(f"objective_{c['objective']['name']}", lang) for lang in ("zh", "en"))) for c in (a, b)]
        yield told("A {one}, B {other}", "A {one}, B {other}", one=words[0], other=words[1])


def _weather(a: Content, b: Content) -> Iterator[Note]:
    one, other = (c["provenance"]["weather"] for c in (a, b))
    if one != other:
        shown = [_source(c, w) for c, w in ((a, one), (b, other))]
        yield told("天气 {one} → {other}", "weather {one} → {other}", one=shown[0], other=shown[1])


def _source(content: Content, weather: dict[str, Any]) -> str:
    if not weather["issued_at"]:
        return str(weather["source"])
    return f"{weather['source']} ({pd.Timestamp(weather['issued_at']).tz_convert(content['timezone']):%m-%d %H:%M})"


def _site(a: Content, b: Content) -> Iterator[Note]:
    if a["provenance"]["site_digest"] != b["provenance"]["site_digest"]:
        yield Note("站点文件版本", "version of the site file")


def _state(a: Content, b: Content) -> Iterator[Note]:
    """Levels at the start; whatever else differs in the state has one word."""
    one, other = (c["state_start"]["components"] for c in (a, b))
    other_than_levels = False
    for name in {**one, **other}:
        here, there = one.get(name, {}), other.get(name, {})
        for key in {**here, **there}:
            if here.get(key) == there.get(key):
                continue
            if key.startswith("level_") and key in here and key in there:
                unit, text = unit_of(key), b["components"][name]["label"]
                x, y = (amount(v[key], unit) for v in (here, there))
                zh, en = "{who}期初存量 {x} → {y}", "opening stock of {who} {x} → {y}"
                yield told(zh, en, who=Note(text["zh"], text["en"]), x=x, y=y)
            else:
                other_than_levels = True
    if other_than_levels:
        yield Note("初始状态", "state at the start")


def _inputs(a: Content, b: Content) -> Iterator[Note]:
    for name in b["inputs"]:
        if name not in a["inputs"] or name == WASTE_COLUMN:
            continue
        one, other = (np.asarray(c["inputs"][name]["values"], float) for c in (a, b))
        if np.abs(other - one).max() > 1e-6 * max(1.0, np.abs(one).max()):
            unit = b["inputs"][name]["unit"]
            digits = 3 if unit in ("kW/kWp", "kgCO2e/kWh") else None
            x, y = (amount(float(v.mean()), unit, digits) for v in (one, other))
            yield told("{name} {x} → {y}", "{name} {x} → {y}", name=name, x=x, y=y)

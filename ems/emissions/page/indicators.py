"""Indicators of zero-carbon parks with their thresholds as a yardstick."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ems.emissions.page.pieces import chip, rich_table, small
from ems.emissions.page.view import EmissionView, amount
from ems.report.formats import number, plain
from ems.sizing.report.pieces import Section, bullets, quiet

AT_MOST = "carbon_per_energy"  # names that begin so are good when small, all others when large
YES_OR_NO = "product_energy"
MARKS = {"yes": "yes", "no": "no", "unknown": "maybe"}


def indicators_section(view: EmissionView) -> Section:
    found = view.content["indicators"]
    if not found:
        return Section("indicators", view.say("indicators"))
    heads = [view.say(k) for k in ("indicator", "value", "threshold", "meets", "formula")]
    rows = [
        (
            plain(view.pick(x["text"])),
            plain(value(x)),
            plain(threshold(x)),
            chip(view.say(f"meets_{x['meets']}"), MARKS[x["meets"]]) if x["threshold"] is not None else "",
            f"<code>{plain(x['formula'])}</code>"
            + small("" if x["needs"] is None else f"{view.say('needs')}: {view.pick(x['needs'])}"),
        )
        for x in found
    ]
    remarks = bullets([view.pick(x["remark"]) for x in found if x["remark"]])
    sources = quiet(view.listed(dict.fromkeys(x["source"] for x in found)))
    table = rich_table("claims", heads, rows, right=(1, 2))
    return Section(
        "indicators", view.say("indicators"), before=quiet(view.say("indicators_caption")) + remarks + table + sources
    )


def value(x: Mapping[str, Any]) -> str:
    return _shown(x, x["value"])


def threshold(x: Mapping[str, Any]) -> str:
    if x["threshold"] is None or x["name"] == YES_OR_NO:
        return ""
    return f"{'≤' if x['name'].startswith(AT_MOST) else '≥'} {_shown(x, x['threshold'])}"


def _shown(x: Mapping[str, Any], given: float | None) -> str:
    if given is None or x["name"] == YES_OR_NO:
        return number(None)
    if x["unit"] == "1":
        return f"{number(100 * given, 1)}%"
    shown = number(given, 2) if x["name"].startswith(AT_MOST) else amount(given)
    return f"{shown} {x['unit'].replace('CO2', 'CO₂')}"

"""Factors with their announcements, formulas with their sources, and what has changed since an older report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ems.emissions.page.pieces import chip, rich_table, small
from ems.emissions.page.view import TONNES, EmissionView, amount
from ems.report.formats import number, plain
from ems.sizing.report.pieces import Section, numbers, quiet, sheet, words


def factors_section(view: EmissionView) -> Section:
    found = view.content["factors"]
    if not found:
        return Section("factors", view.say("factors"))
    heads = [view.say(k) for k in ("factor", "value", "region_year", "announcement", "status", "source")]
    rows = [_factor(view, f) for f in found]
    table = rich_table("factors", heads, rows, right=(1,))
    return Section("factors", view.say("factors"), before=quiet(view.say("factors_caption")) + table)


def _factor(view: EmissionView, f: Mapping[str, Any]) -> tuple[str, ...]:
    value = view.say("varies") if f["value"] is None else amount(f["value"])
    half = f.get("uncertainty")
    spread = "" if half is None else f"±{number(100 * half, 1)}%"
    place = " · ".join(str(x) for x in (f["region"], f["data_year"]) if x)
    issued = " · ".join(str(x) for x in (f["issuer"], f["published"]) if x)
    return (
        f"<code>{plain(f['id'])}</code>" + small(str(f["digest"])[:12]),
        f"{plain(value)}{small(f['unit'].replace('CO2e', 'CO₂e'))}{small(spread)}",
        plain(place),
        plain(f["announcement"]) + small(issued),
        chip(view.word(f["status"]), f["status"]),
        plain(f["source"]),
    )


def formulas_section(view: EmissionView) -> Section:
    found = view.content["formulas"]
    if not found:
        return Section("formulas", view.say("formulas"))
    heads = [view.say(k) for k in ("meaning", "formula", "source")]
    rows = [
        (plain(view.pick(f["text"])), f"<code>{plain(f['formula'])}</code>", plain(f["source"] or "")) for f in found
    ]
    return Section("formulas", view.say("formulas"), before=rich_table("formulas", heads, rows))


def difference_section(view: EmissionView) -> Section:
    """What became of the figures of an older report, and why."""
    change = view.content["difference"]
    if change is None:
        return Section("difference", view.say("change"))
    against = change["against"]
    told = view.say(
        "change_caption",
        created=view.moment(against["created_at"]),
        start=against["period"]["from"],
        end=against["period"]["to"],
    )
    heads = change["headlines"]
    columns = [
        words(view.say("figure"), [_figure(view, h) for h in heads]),
        words(view.say("method"), [view.say(h["method"]) for h in heads]),
    ]
    for key in ("old_kg", "new_kg"):
        columns.append(numbers(view.say(key), [view.tonnes(h[key], like=h["new_kg"]) for h in heads], TONNES))
    for key in ("factors_kg", "activity_kg", "method_kg", "change_kg"):
        cells = [view.tonnes(h[key], signed=True, like=h["new_kg"]) for h in heads]
        columns.append(numbers(view.say(key), cells, TONNES))
    return Section("difference", view.say("change"), before=quiet(told) + sheet(columns, "change") + _other(view))


def _figure(view: EmissionView, headline: Mapping[str, Any]) -> str:
    name = headline["baseline"]
    if name is None:
        return view.say("card_inventory")
    return f"{view.say('avoided')}: {view.baseline_title(name)}"


def _other(view: EmissionView) -> str:
    """Factors that are not the same in both reports."""
    found = view.content["difference"]["factors"]
    columns = [
        words(view.say("factor"), [f["id"] for f in found]),
        numbers(view.say("old_kg"), [amount(f["old"]) for f in found]),
        numbers(view.say("new_kg"), [amount(f["new"]) for f in found]),
        words(view.say("unit"), [f["unit"] for f in found]),
    ]
    return sheet(columns, "change")

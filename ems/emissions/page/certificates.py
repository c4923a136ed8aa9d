"""Green electricity certificates: what was bought and retired, what it covers, what of the park's own was sold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ems.emissions.page.pieces import rich_table, small
from ems.emissions.page.view import EmissionView
from ems.report.formats import number, plain
from ems.sizing.report.pieces import Section, fold, numbers, quiet, sheet, words

AMOUNTS = ("import_kwh", "covered_kwh", "uncovered_kwh", "sold_own_use_kwh")


def certificates_section(view: EmissionView) -> Section:
    told = view.content["certificates"]
    if not told:
        return Section("certificates", view.say("certificates"))
    lots = told["certificates"]
    after = fold(view.say("table_of", what=view.say("by_month_word")), months_table(view)) if lots else ""
    return Section(
        "certificates",
        view.say("certificates"),
        before=quiet(view.say("certificates_caption" if lots else "no_certificates")) + totals_table(view),
        after=(lots_table(view, lots) if lots else "") + after,
    )


def totals_table(view: EmissionView) -> str:
    told = view.content["certificates"]
    share = view.percent(told["covered_share"])
    return sheet(
        [
            words(view.say("figure"), [*(view.say(k) for k in AMOUNTS), view.say("covered_share")]),
            numbers(view.say("amount"), [*(number(told[k] / 1000, 3) for k in AMOUNTS), share], "MWh"),
        ],
        "keys2",
    )


def lots_table(view: EmissionView, lots: list[Mapping[str, Any]]) -> str:
    """Every lot: what it is, when it was generated, its fate, and what it covers in the period."""
    heads = [view.say(k) for k in ("certificate", "generated", "fate", "lot_mwh", "used_mwh", "effect")]
    rows = [
        (
            plain(c["id"]) + small(f"{view.say('kind_' + c['kind'])} · {view.word(c['technology'])} · {c['region']}"),
            plain(f"{c['generated_from']} – {c['generated_to']}"),
            plain(_fate(view, c)),
            number(c["mwh"], 3),
            number(c["used_kwh"] / 1000, 3),
            plain(view.pick(c["text"])) + small(f"{view.word(c['status'])}; {c['source']}"),
        )
        for c in lots
    ]
    return rich_table("certificates", heads, rows, right=(3, 4))


def _fate(view: EmissionView, c: Mapping[str, Any]) -> str:
    if c["retired_on"]:
        return view.say("retired", day=c["retired_on"])
    return view.say("sold", day=c["sold_on"]) if c["sold_on"] else view.say("kept")


def months_table(view: EmissionView) -> str:
    months: Mapping[str, Mapping[str, float]] = view.content["certificates"]["months"]
    columns = [words(view.say("month"), list(months))]
    for key in ("import_kwh", "covered_kwh", "sold_own_use_kwh"):
        columns.append(numbers(view.say(key), [number(x[key] / 1000, 3) for x in months.values()], "MWh"))
    return sheet(columns, "months")

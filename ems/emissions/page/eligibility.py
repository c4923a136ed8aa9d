"""What may be said and what not: of the hydrogen, and of each crediting or accounting method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ems.emissions.page.pieces import chip, rich_table, small
from ems.emissions.page.view import EmissionView, amount
from ems.report.formats import plain
from ems.sizing.report.pieces import Section, quiet

MARKS = {"yes": "yes", "conditional": "maybe", "unknown": "maybe", "no": "no"}


def eligibility_section(view: EmissionView) -> Section:
    claims = view.content["hydrogen"]["claims"] if view.content["hydrogen"] else []
    methods = view.content["eligibility"]
    if not claims and not methods:
        return Section("eligibility", view.say("eligibility"))
    before = quiet(view.say("eligibility_caption"))
    if claims:
        before += f'<h3 class="sub">{plain(view.say("of_hydrogen"))}</h3>{claims_table(view, claims)}'
    if methods:
        before += f'<h3 class="sub">{plain(view.say("of_methods"))}</h3>{methods_table(view, methods)}'
    return Section("eligibility", view.say("eligibility"), before=before)


def claims_table(view: EmissionView, claims: list[Mapping[str, Any]]) -> str:
    order = list(MARKS)
    rows = [
        (chip(view.say(f"may_{c['may']}"), MARKS[c["may"]]), plain(view.pick(c["text"])))
        for c in sorted(claims, key=lambda c: order.index(c["may"]))
    ]
    return rich_table("claims", [view.say("may"), view.say("sentence")], rows)


def methods_table(view: EmissionView, methods: list[Mapping[str, Any]]) -> str:
    """Each method with its verdict, what it would count, and why."""
    heads = [view.say(k) for k in ("method", "qualifies", "quantity", "why")]
    rows = [
        (
            f"{plain(view.pick(m['title']))}{small(m['method'])}",
            chip(view.say(f"qualifies_{m['qualifies']}"), MARKS[m["qualifies"]]),
            f"{amount(m['quantity']['value'])} {plain(m['quantity']['unit'])}{small(view.pick(m['quantity']['text']))}",
            plain(view.pick(m["why"])) + small(f"{view.say('needs')}: {view.pick(m['needs'])}") + small(m["source"]),
        )
        for m in methods
    ]
    return rich_table("claims", heads, rows, right=())

"""Every line of the inventory: activity of a meter x factor, over the period and by month."""

from __future__ import annotations

from ems.emissions.page.pieces import line_label, rich_table, small
from ems.emissions.page.view import TONNES, EmissionView, Line, amount
from ems.report.formats import plain
from ems.sizing.report.pieces import Section, fold, numbers, quiet, sheet, words


def lines_section(view: EmissionView) -> Section:
    lines: list[Line] = view.content["lines"]
    if not lines:
        return Section("lines", view.say("lines"))
    after = fold(view.say("lines_by_month"), months_table(view, lines)) if len(view.months) > 1 else ""
    return Section(
        "lines", view.say("lines"), before=quiet(view.say("lines_caption")) + lines_table(view, lines), after=after
    )


def lines_table(view: EmissionView, lines: list[Line]) -> str:
    heads = [view.say(k) for k in ("line", "scope", "activity", "factor")]
    rows = [
        (
            plain(line_label(view, x)) + small(x["meter"]),
            plain(view.say(f"scope_{x['scope']}")),
            f"{amount(x['activity'])} {plain(x['unit'])}",
            amount(x["factor"]) + small(x["factor_id"]),
            view.tonnes(x["kg"]),
        )
        for x in lines
    ]
    return rich_table("lines", [*heads, TONNES], rows, right=(2, 3, 4))


def months_table(view: EmissionView, lines: list[Line]) -> str:
    """Tonnes of every line by month."""
    label = [f"{line_label(view, x)} ({view.say('scope_' + x['scope'])})" for x in lines]
    columns = [words(view.say("line"), label)]
    for m in view.months:
        values = [x["months"][m]["kg"] if m in x["months"] else None for x in lines]
        shown = [view.tonnes(v, like=x["kg"]) for v, x in zip(values, lines, strict=True)]
        columns.append(numbers(m, shown, TONNES))
    return sheet(columns, "months")

"""Limits of the study, which of them bind, and what one more unit is worth."""

from __future__ import annotations

from ems.report.formats import quantity
from ems.sizing.report.paths import limit_label
from ems.sizing.report.pieces import Section, numbers, quiet, sheet, words
from ems.sizing.report.view import StudyView, size_number


def per_unit(unit: str) -> str:
    """Money of a year per unit; a unit that is a ratio stands in brackets, a pure number has none."""
    return "CNY/a" if unit == "1" else f"CNY/({unit})/a" if "/" in unit else f"CNY/{unit}/a"


def limits_section(view: StudyView) -> Section:
    found, title = view.design["limits"], view.say("limits")
    if not found:
        return Section("limits", title, before=quiet(view.say("no_limits")))
    worth = [
        "" if x["worth_cny"] is None else quantity(x["worth_cny"], per_unit(x["unit"]), view.lang, digits=2)
        for x in found
    ]
    return Section(
        "limits",
        title,
        before=quiet(view.say("limits_caption"))
        + sheet(
            [
                words(view.say("limit"), [limit_label(view, x["name"]) for x in found]),
                numbers(view.say("value"), [size_number(float(x["limit"])) for x in found]),
                words(view.say("unit"), [view.unit(x["unit"]) for x in found]),
                words(view.say("binding"), [view.say("yes" if x["binding"] else "no") for x in found]),
                numbers(view.say("one_more"), worth),
            ],
            "limits",
        ),
    )

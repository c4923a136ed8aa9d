"""What stands above everything: what was avoided, what was emitted, by both methods, and how sure that is."""

from __future__ import annotations

from ems.emissions.page.view import METHODS, TONNES, EmissionView
from ems.report.formats import number, plain
from ems.report.palette import OUTCOME_COLOUR
from ems.sizing.report.bilingual import language_button
from ems.sizing.report.pieces import lead

GOOD, CARE, NEUTRAL = OUTCOME_COLOUR["optimal"], OUTCOME_COLOUR["relaxed"], OUTCOME_COLOUR["time_limit"]


def page_title(view: EmissionView) -> str:
    return f"{view.say('title')} · {view.site_title} · {period_text(view)}"


def period_text(view: EmissionView) -> str:
    return view.say("from_to", start=view.period["from"], end=view.period["to"])


def answer(view: EmissionView) -> str:
    """The headline: avoided tonnes by both methods, then the park's own emissions."""
    avoided = [view.avoided_kg(view.baseline, m) for m in METHODS]
    key = "answer" if min(avoided) >= 0 else "answer_mixed"
    location, market = (view.tonnes_with_unit(x, signed=key == "answer_mixed") for x in avoided)
    own = [view.tonnes_with_unit(view.inventory_kg(m)) for m in METHODS]
    return view.say(
        key,
        period=period_text(view),
        baseline=view.baseline_title(view.baseline),
        location=location,
        market=market,
        own_location=own[0],
        own_market=own[1],
    )


def interval(view: EmissionView, name: str) -> str:
    """The 95 % interval of a headline figure [tCO2e]; nothing where it is not known."""
    found = view.headline(name)
    if found is None or found["low_kg"] is None:
        return ""
    like = found["value_kg"]
    low, high = (view.tonnes(found[k], like=like) for k in ("low_kg", "high_kg"))
    return view.say("interval", low=low, high=high)


def cards_html(view: EmissionView) -> str:
    """Avoided and emitted, each by both methods side by side."""
    found = []
    for part in ("avoided", "inventory"):
        for m in METHODS:
            kg = view.avoided_kg(view.baseline, m) if part == "avoided" else view.inventory_kg(m)
            name = f"avoided.{view.baseline}.{m}" if part == "avoided" else f"inventory.{m}"
            word = f"{view.say(f'card_{part}')} · {view.say(m)}"
            found.append(card(word, view.tonnes(kg), TONNES, interval(view, name)))
    return f'<div class="cards">{"".join(found)}</div>'


def card(name: str, big: str, unit: str, below: str = "") -> str:
    small = f'<div class="base">{plain(below)}</div>' if below else ""
    return (
        f'<div class="card"><div class="name">{plain(name)}</div>'
        f'<div class="big">{plain(big)} <span>{plain(unit)}</span></div>{small}</div>'
    )


def facts(view: EmissionView) -> list[str]:
    hours = view.period["hours"]
    return [
        view.say("fact_hours", hours=number(hours), days=f"{hours / 24:g}"),
        view.say("fact_baseline", baseline=view.baseline_title(view.baseline)),
        view.say("fact_coverage", share=view.percent(view.content["coverage"])),
        view.say("made_at", time=view.moment(view.content["provenance"]["created_at"])),
    ]


def badges(view: EmissionView) -> list[tuple[str, tuple[str, str]]]:
    """Where the amounts come from, and whether any are missing: (word, colours)."""
    source = view.word(f"source_{view.content['provenance']['source']}")
    if view.content["gaps"]:
        return [(source, NEUTRAL), (view.say("gaps_badge", n=len(view.content["gaps"])), CARE)]
    return [(source, NEUTRAL), (view.say("complete"), GOOD)]


def heading_html(view: EmissionView) -> str:
    marks = "".join(
        f'<div class="badge" style="background:{back};color:{ink}">{plain(word)}</div>'
        for word, (back, ink) in badges(view)
    )
    button = language_button(view.lang, view.say("language"))
    return (
        f'<header><div><div class="eyebrow">{plain(view.say("title"))}</div><h1>{plain(view.site_title)}</h1>'
        f'<div class="day">{plain(period_text(view))}</div></div>'
        f'<div class="tools">{marks}{button}</div></header>'
        f'<p class="answer">{plain(answer(view))}</p>{cards_html(view)}'
        f'<ul class="facts">{"".join(f"<li>{plain(x)}</li>" for x in facts(view))}</ul>'
        f"{lead(view.say('outside'))}"
    )

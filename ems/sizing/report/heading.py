"""What stands above everything: what to build, what it costs, what it earns, whether it was put to the test."""

from __future__ import annotations

from ems.report.formats import number, plain
from ems.report.palette import OUTCOME_COLOUR
from ems.sizing.parks import NOTHING
from ems.sizing.report.bilingual import language_button
from ems.sizing.report.pieces import lead
from ems.sizing.report.view import StudyView, size_number

GOOD, BAD, CARE = OUTCOME_COLOUR["optimal"], OUTCOME_COLOUR["infeasible"], OUTCOME_COLOUR["relaxed"]
KEEPS = 0.03  # a promise is kept within this share of the life-cycle cost


def page_title(view: StudyView) -> str:
    return f"{view.say('title')} · {view.pick(view.content['site']['title'])} · {view.pick(view.study['title'])}"


def is_built(view: StudyView, name: str) -> bool:
    return float(view.sizes[name]["value"]) > NOTHING * max(1.0, float(view.study["sizes"][name]["max"]))


def build_text(view: StudyView) -> str:
    """Every size that is built, several of a kind and unit as one sum."""
    sums: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for name, size in view.sizes.items():
        if is_built(view, name) and name.rsplit(".", 1)[1].startswith("capacity"):
            key = (view.kind(size["component"]), str(size["unit"]))
            sums.setdefault(key, []).append((view.label(size["component"]), float(size["value"])))
    if not sums:
        return view.say("nothing_built")
    found = []
    for (kind, unit), members in sums.items():
        label = members[0][0] if len(members) == 1 else view.kind_label(kind)
        found.append(f"{label} {size_number(sum(x for _, x in members))} {unit}")
    return view.say("build", what=("、" if view.lang == "zh" else ", ").join(found))


def answer(view: StudyView) -> str:
    """The result in a few sentences; what is undefined is left out."""
    compared, money = view.content["compared"], view.design["money"]
    paid = money["capex_cny"] - money["incentives_cny"]
    comma, stop = ("; ", "。") if view.lang == "zh" else ("; ", ".")
    first = f"{build_text(view)}{', ' if view.lang == 'zh' else ' '}{view.say('answer_cost', capex=view.money(paid))}"
    npv = compared["npv_cny"]
    second = [view.say("answer_npv", reference=view.reference_title, npv=view.money(npv, signed=True))]
    if compared["irr"] is not None:
        second.append(view.say("answer_irr", irr=view.with_unit("irr", compared["irr"])))
    if compared["payback_years"] is not None:
        second.append(view.say("answer_payback", years=number(compared["payback_years"], 1)))
    if (lcoh := view.design["levelised"]["hydrogen_cny_per_kg"]) is not None:
        second.append(view.say("answer_lcoh", lcoh=view.with_unit("hydrogen_cny_per_kg", lcoh)))
    space = "" if view.lang == "zh" else " "
    text = f"{first}{stop}{space}{comma.join(second)}{stop}"
    worse = npv is not None and npv < 0
    return text + (space + view.say("answer_worse", reference=view.reference_title) if worse else "")


def facts(view: StudyView) -> list[str]:
    e, study, resolution = view.economics, view.study, str(view.content["resolution"])
    found = [
        view.say("fact_years", n=e["years"], base=e["base_year"]),
        view.say("fact_discount", rate=view.with_unit("irr", e["discount_rate"])),
        view.say("fact_year", year=study["year"]),
    ]
    if h := study.get("horizon"):
        found.append(view.say("fact_horizon", start=h["start"], days=h["days"], times=f"{h['per_year']:g}"))
    if resolution.startswith("typical"):
        found.append(view.say("fact_typical", n=resolution.rpartition(":")[2]))
    elif not study.get("horizon"):
        found.append(view.say("fact_full"))
    found.append(view.say("fact_weather", weather=weather_text(view)))
    return [*found, view.say("made_at", time=view.moment(view.content["provenance"]["created_at"]))]


def weather_text(view: StudyView) -> str:
    from ems.report.tables import WEATHER
    from ems.report.text import say

    sky = view.content["provenance"]["weather"]
    return say(f"weather_{sky['kind']}", view.lang) if sky["kind"] in WEATHER else str(sky["kind"])


def badges(view: StudyView) -> list[tuple[str, tuple[str, str]]]:
    """Does it pay, and did operation keep the promise: (word, colours)."""
    npv, truth = view.content["compared"]["npv_cny"], view.content["truth"]
    found = []
    if npv is not None:
        found.append((view.say("pays"), GOOD) if npv >= 0 else (view.say("pays_not"), BAD))
    if truth and truth["gap"]["life_cycle"] is not None:
        gap = truth["gap"]["life_cycle"]
        shown = f"{number(100 * gap, 1, signed=True)}%"
        found.append((view.say("kept"), GOOD) if abs(gap) <= KEEPS else (view.say("gap_badge", gap=shown), CARE))
    return found


def heading_html(view: StudyView) -> str:
    marks = "".join(
        f'<div class="badge" style="background:{back};color:{ink}">{plain(word)}</div>'
        for word, (back, ink) in badges(view)
    )
    button = language_button(view.lang, view.say("language"))
    return (
        f'<header><div><div class="eyebrow">{plain(view.say("title"))} · '
        f"{plain(view.pick(view.content['site']['title']))}</div><h1>{plain(view.pick(view.study['title']))}</h1></div>"
        f'<div class="tools">{marks}{button}</div></header>'
        f'<p class="answer">{plain(answer(view))}</p>'
        f'<ul class="facts">{"".join(f"<li>{plain(x)}</li>" for x in facts(view))}</ul>'
        f"{lead(view.say('reference_is', title=view.reference_title))}"
    )

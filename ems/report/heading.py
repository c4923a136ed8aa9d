"""What stands above the figures: title, outcome, audit."""

from __future__ import annotations

from datetime import date

from ems.report.formats import number, plain
from ems.report.key_figures import is_baseline
from ems.report.names import law_name
from ems.report.palette import OUTCOME_COLOUR
from ems.report.tables import weather_kind
from ems.report.text import WEEKDAYS
from ems.report.view import PlanView

MOST_LAWS = 12


def day_text(view: PlanView) -> str:
    day = date.fromisoformat(view.content["date"])
    return view.say("day", date=day.isoformat(), weekday=WEEKDAYS[view.lang][day.weekday()])


def site_title(view: PlanView) -> str:
    return view.pick(view.content["site"]["title"])


def objective_text(view: PlanView) -> str:
    name = view.content["objective"]["name"]
    known = ("cost", "carbon", "balanced")
    return view.say(f"objective_{name}") if name in known else view.say("objective_other", name=name)


def made_at(view: PlanView) -> str:
    at = view.moment(view.content["provenance"].get("created_at"))
    return view.say("made_at", time=at) if at else ""


def facts(view: PlanView) -> list[str]:
    """Weather, objective, resolution, gap: what kind of plan this is."""
    c = view.content
    found = [
        weather_kind(view),
        objective_text(view),
        view.say("resolution", minutes=c["step_minutes"], steps=c["steps"]),
    ]
    if c.get("gap") is not None:
        found.append(view.say("gap", gap=f"{c['gap']:.2%}"))
    return [*found, made_at(view)]


def laws(view: PlanView, violations: list[dict[str, object]]) -> list[str]:
    """Broken laws in words, the first dozen."""
    found = []
    for v in violations[:MOST_LAWS]:
        worst = v["worst"]
        shown = f"{float(worst):,.3g}" if isinstance(worst, int | float) else number(None)
        law = law_name(str(v["law"]), view.lang)
        found.append(
            view.say(
                "broken_law",
                who=view.label(str(v["component"])),
                law=law,
                worst=shown,
                time=view.moment(str(v["at"]))[-5:],
            )
        )
    rest = len(violations) - MOST_LAWS
    return [*found, f"… +{rest}"] if rest > 0 else found


def audit_texts(view: PlanView) -> tuple[str, list[str]]:
    """The verdict and the broken laws."""
    broken = view.content["violations"]
    if not broken:
        return view.say("audit_clean"), []
    head = view.say("audit_broken_one") if len(broken) == 1 else view.say("audit_broken", n=len(broken))
    return head, laws(view, broken)


def weather_warning(view: PlanView) -> str:
    kind = view.content["provenance"]["weather"]["kind"]
    keys = {
        "climatology": "not_a_forecast",
        "typical_year": "not_a_forecast_year",
        "synthetic": "not_a_forecast_synthetic",
    }
    key = keys.get(kind)
    return view.say(key) if key else ""


def header_html(view: PlanView) -> str:
    outcome = view.content["outcome"]
    back, ink = OUTCOME_COLOUR.get(outcome, ("#555f6b", "#ffffff"))
    word = view.say(outcome) if outcome in OUTCOME_COLOUR else outcome
    head, broken = audit_texts(view)
    parts = [
        f'<header><div><div class="eyebrow">{view.say("title")}</div><h1>{plain(site_title(view))}</h1>'
        f'<div class="day">{plain(day_text(view))}</div></div>'
        f'<div class="badge" style="background:{back};color:{ink}">{plain(word)}</div></header>',
        f'<p class="outcome">{plain(view.pick(view.content["outcome_text"]))}</p>',
        f'<ul class="facts">{"".join(f"<li>{plain(x)}</li>" for x in facts(view) if x)}</ul>',
    ]
    if warning := weather_warning(view):
        parts.append(f'<p class="box caution">{plain(warning)}</p>')
    parts.append(_box(head, broken, "good" if not broken else "bad"))
    if wishes := [view.pick(w["text"]) for w in view.content.get("wishes", [])]:
        parts.append(_box(view.say("wishes"), wishes, "caution"))
    return "".join(parts)


def baseline_html(view: PlanView) -> str:
    """A word of warning where the baseline itself cannot be run."""
    broken = view.content["baseline"].get("violations", [])
    if not broken or is_baseline(view):
        return ""
    return _box(view.say("baseline_broken"), laws(view, broken), "caution")


def _box(head: str, items: list[str], kind: str) -> str:
    inner = f"<ul>{''.join(f'<li>{plain(x)}</li>' for x in items)}</ul>" if items else ""
    return f'<div class="box {kind}"><b>{plain(head)}</b>{inner}</div>'

"""What the page shows of a plan that never changes, made once per plan and language and kept for a while.

All of it comes from the plan's `plan.json`; what may change (approval, age of data, other plans) is `plan_page`'s.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from markupsafe import Markup

from api.pages.cards import Card, cards
from api.pages.devices import STATES, Device, devices
from api.pages.environment import Words
from api.pages.gauges import Gauge, gauges
from api.pages.plan_scenarios import Scenarios, scenario_charts, scenarios
from ems.report import PlanView, figures
from ems.report.cells import band_cells, hour_cells, key_cells
from ems.report.chart import Chart, iso, numbers
from ems.report.formats import number, unit_name
from ems.report.heading import audit_texts, facts, laws, weather_warning
from ems.report.key_figures import is_baseline, saving_text
from ems.report.names import band_name
from ems.report.script import config
from ems.report.tables import provenance_table, table, weather_kind

SECTIONS = {  # first part of a chart's key -> section of the page; the table of devices takes the raster's place
    "grid": "power", "balance": "balances", "stores": "stores", "sankey": "flow", "cost": "money", "carbon": "money",
    "marginal": "marginal", "scenarios": "scenarios",
}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    key: str
    title: str
    caption: str
    wide: bool


@dataclass(frozen=True)
class Parts:
    start: datetime
    end: datetime
    outcome: str
    outcome_word: str
    outcome_text: str
    facts: list[str]
    weather: str
    weather_warning: str
    audit_head: str
    audit_broken: list[str]
    baseline_broken: list[str]
    wishes: list[str]
    cards: list[Card]
    saving: str
    compared: bool  # whether there is something to compare with
    keys: Markup
    why: list[str]
    notes: list[str]
    provenance: Markup
    hours: Markup
    bands: Markup
    sections: dict[str, list[Figure]]
    gauges: list[Gauge]
    groups: dict[str, list[Device]]
    solved: bool  # whether there are marginal values
    scenarios: Scenarios | None
    figures: bytes  # JSON for the scripts, gzip

    @property
    def size(self) -> int:
        """Bytes of memory, about: numbers of devices and tables weigh what they do in the figures, unpacked."""
        return 20 * len(self.figures) + 4 * (len(self.keys) + len(self.hours))


def make_parts(content: dict[str, Any], w: Words) -> Parts:
    view = PlanView(content, w.lang)
    charts = [*figures(view), *scenario_charts(view)]
    rows, stores = devices(view, w), gauges(view, w)
    head, broken = audit_texts(view)
    outcome = content["outcome"]
    known = outcome in ("optimal", "time_limit", "relaxed", "fallback", "infeasible")
    return Parts(
        start=view.local[0],
        end=view.local[-1],
        outcome=outcome,
        outcome_word=view.say(outcome) if known else outcome,
        outcome_text=view.pick(content["outcome_text"]),
        facts=[x for x in facts(view)[1:-1] if x],
        weather=weather_kind(view),
        weather_warning=weather_warning(view),
        audit_head=head,
        audit_broken=broken,
        baseline_broken=[] if is_baseline(view) else laws(view, content["baseline"].get("violations", [])),
        wishes=[view.pick(x["text"]) for x in content.get("wishes", [])],
        cards=cards(view, w),
        saving=saving_text(view),
        compared=not is_baseline(view),
        keys=Markup(table(key_cells(view), name="keys")),
        why=[view.pick(n) for n in content["why"]],
        notes=[view.pick(n) for n in content["notes"]],
        provenance=Markup(provenance_table(view)),
        hours=Markup(table(hour_cells(view), name="hours", foot=True)),
        bands=Markup(table(band_cells(view), name="bands", foot=True)),
        sections=_sections(charts),
        gauges=stores,
        groups={name: [d for d in rows if d.group == name] for name in dict.fromkeys(d.group for d in rows)},
        solved=bool(content["marginal_values"]),
        scenarios=scenarios(view),
        figures=_for_scripts(view, charts, rows, stores),
    )


def _sections(charts: list[Chart]) -> dict[str, list[Figure]]:
    found: dict[str, list[Figure]] = {}
    for k, c in enumerate(charts):
        section = "power" if k == 0 and c.key.startswith("balance") else SECTIONS.get(c.key.split("-")[0].split("_")[0])
        if section is not None:
            wide = c.wide and section not in ("balances", "marginal")
            found.setdefault(section, []).append(Figure(c.key, c.title, c.caption, wide))
    return found


def _for_scripts(view: PlanView, charts: list[Chart], rows: list[Device], stores: list[Gauge]) -> bytes:
    """Charts, and everything that depends on the chosen interval."""
    price = view.input("import_cny_per_kwh")
    content = {
        "config": config(view.lang),
        "hours": view.steps * view.step_h,
        "start": view.local[0].isoformat(),
        "origin": iso(view, 0),  # of the time axis: the local clock without its offset
        "step_s": view.step_h * 3600,
        "steps": view.steps,
        "spans": [f"{view.clock(k)}–{view.clock(k + 1)}" for k in range(view.steps)],
        "at": [moment.isoformat() for moment in view.local[:-1]],
        "bands": [_band(view, k, None if price is None else float(price[k])) for k in range(view.steps)],
        "states": STATES,
        "devices": [d.for_scripts() for d in rows],
        "stores": [g.for_scripts() for g in stores],
        "marginal": [
            {"label": view.bus(bus), "unit": unit_name(x["unit"], view.lang), "values": _numbers_of(x["values"])}
            for bus, x in view.content["marginal_values"].items()
        ],
        "charts": [
            {"key": c.key, "data": c.data, "layout": c.layout, "height": c.height, "least_width": c.least_width}
            for c in charts
            if c.key != "raster"
        ],
    }
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return gzip.compress(text.encode(), 6, mtime=0)


def _numbers_of(values: list[float]) -> list[float | None]:
    return numbers(np.asarray(values, float))


def _band(view: PlanView, k: int, price: float | None) -> str:
    """Tariff band and price of an interval in words."""
    name = band_name(view.bands[k], view.lang)
    return name if price is None else f"{name} {number(price, 3)} {unit_name('CNY/kWh', view.lang)}"

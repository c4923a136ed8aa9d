"""The sheets of a plan's workbook."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ems.columns import input_meaning
from ems.report.formats import unit_name
from ems.report.heading import audit_texts, day_text, facts, site_title, weather_warning
from ems.report.key_figures import key_figures, shown_unit
from ems.report.names import band_name, carrier_name
from ems.report.palette import BAND_COLOUR
from ems.report.tables import provenance
from ems.report.view import PlanView
from ems.workbook.sheet import Column, Sheet

FORMS = {  # unit -> how many digits are shown
    "kg/h": "#,##0.00",
    "kg": "#,##0.00",
    "CNY/kWh": "0.0000",
    "CNY/kg": "0.00",
    "kgCO2e/kWh": "0.0000",
    "kW/kWp": "0.0000",
    "W/m²": "0",
    "1": "0",
}
FORM = "#,##0.0"
MONEY, SHARE, MOMENT = "#,##0.00", "0.0%", "yyyy-mm-dd hh:mm"
WORDS = {  # key -> (Chinese, English)
    "schedule": ("计划", "Schedule"),
    "columns": ("列说明", "Columns"),
    "key_figures": ("指标", "Key figures"),
    "accounts": ("账目", "Accounts"),
    "reasons": ("依据", "Reasons & notes"),
    "provenance": ("出处", "Provenance"),
    "start": ("开始时间 ({zone})", "start ({zone})"),
    "offset": ("与 UTC 之差", "offset from UTC"),
    "band": ("电价时段", "tariff band"),
    "marginal": ("边际价值 {bus}", "marginal value {bus}"),
    "name": ("列名", "name"),
    "label": ("名称", "label"),
    "unit": ("单位", "unit"),
    "at": ("取值", "value"),
    "mean": ("时段平均", "mean of the step"),
    "end": ("时段末", "end of the step"),
    "bus": ("母线", "bus"),
    "sign": ("方向(+1 流入母线, -1 流出)", "sign (+1 into the bus, -1 out of it)"),
    "zh": ("中文含义", "meaning in Chinese"),
    "en": ("英文含义", "meaning in English"),
    "plan": ("计划", "plan"),
    "rules": ("规则运行", "rule-based"),
    "minus": ("计划减规则运行", "plan minus rule-based"),
    "change": ("变化", "change"),
    "component": ("设备", "component"),
    "cause": ("项目", "cause"),
    "carrier": ("介质", "carrier"),
    "sum": ("合计", "sum"),
    "kind": ("类别", "kind"),
    "text": ("内容", "text"),
    "outcome": ("结果", "outcome"),
    "audit": ("审核", "audit"),
    "site": ("站点", "site"),
    "day": ("日期", "day"),
    "facts": ("说明", "about"),
}


def _say(view: PlanView, key: str, **values: str) -> str:
    return WORDS[key][view.lang == "en"].format(**values)


def _described(view: PlanView) -> dict[str, dict[str, Any]]:
    """Every column of numbers in the order of the schedule: label, unit, values, and what is known of it."""
    found: dict[str, dict[str, Any]] = {}
    inputs = {
        name: {"label": input_meaning(name), "meaning": input_meaning(name), "at": "mean", "bus": None, "sign": 0} | x
        for name, x in view.content["inputs"].items()
    }
    money = [name for name, x in inputs.items() if x["unit"].startswith("CNY")]
    found |= {name: inputs[name] for name in money}
    for name, x in view.content["series"].items():
        who = view.content["components"][name.split(".", 1)[0]]["label"]
        found[name] = x | {"label": {lang: f"{who[lang]}: {x['meaning'][lang]}" for lang in ("zh", "en")}}
    found |= {name: x for name, x in inputs.items() if name not in money}
    for bus, x in view.content["marginal_values"].items():
        both = (PlanView(view.content, "zh"), PlanView(view.content, "en"))
        label = {v.lang: _say(v, "marginal", bus=v.bus(bus)) for v in both}
        more = {"label": label, "meaning": label, "at": "mean", "bus": bus, "sign": 0}
        found[f"marginal_value.{bus}"] = x | more
    return found


def schedule(view: PlanView) -> Sheet:
    """One row a step: local time, its offset, tariff band, then every series and input."""
    local = view.local[:-1]
    bands = view.bands
    zone = view.content["timezone"]
    columns = [
        Column((_say(view, "start", zone=zone), "", "time"), [t.replace(tzinfo=None) for t in local], MOMENT),
        Column((_say(view, "offset"), "", "utc_offset"), [_offset(t) for t in local]),
        Column((_say(view, "band"), "", "tariff_band"), [band_name(b, view.lang) for b in bands], fills=_shades(bands)),
    ]
    for name, x in _described(view).items():
        heads = (view.pick(x["label"]), unit_name(x["unit"], view.lang), name)
        columns.append(Column(heads, x["values"], FORMS.get(x["unit"], FORM)))
    return Sheet(_say(view, "schedule"), columns, frozen=3)


def _offset(t: datetime) -> str:
    return f"{t:%z}"[:3] + ":" + f"{t:%z}"[3:5]


def _shades(bands: list[str]) -> list[str]:
    """The background of each band as in the report's figures, on white."""
    found = {}
    for band in dict.fromkeys(bands):
        r, g, b, alpha = (float(x) for x in BAND_COLOUR.get(band, "rgba(0, 0, 0, 0)")[5:-1].split(","))
        found[band] = "#" + "".join(f"{round(255 + (x - 255) * alpha):02x}" for x in (r, g, b)) if alpha else ""
    return [found[band] for band in bands]


def columns(view: PlanView) -> Sheet:
    """What each column of the schedule means."""
    rows = _described(view)
    found = {
        "name": list(rows),
        "label": [view.pick(x["label"]) for x in rows.values()],
        "unit": [unit_name(x["unit"], view.lang) for x in rows.values()],
        "at": [_say(view, x["at"]) for x in rows.values()],
        "bus": [view.bus(x["bus"]) if x["bus"] else "" for x in rows.values()],
        "sign": [x["sign"] for x in rows.values()],
        "zh": [x["meaning"]["zh"] for x in rows.values()],
        "en": [x["meaning"]["en"] for x in rows.values()],
    }
    form = {"sign": "+0;-0;0"}
    made = [Column((_say(view, key),), values, form.get(key, "")) for key, values in found.items()]
    return Sheet(_say(view, "columns"), made, frozen=1)


def figures(view: PlanView) -> Sheet:
    """Key figures of the plan and of operation by rules; per cents as such."""
    found = key_figures(view)
    made = [
        Column((_say(view, "label"),), [f.label for f in found]),
        Column((_say(view, "unit"),), [shown_unit(view, f) for f in found]),
        Column((_say(view, "plan"),), [f.plan for f in found], MONEY),
        Column((_say(view, "rules"),), [f.baseline for f in found], MONEY),
        Column((_say(view, "minus"),), [f.change for f in found], MONEY),
        Column((_say(view, "change"),), [f.share for f in found], SHARE),
        Column((_say(view, "name"),), [f.key for f in found]),
    ]
    return Sheet(_say(view, "key_figures"), made, frozen=1)


def accounts(view: PlanView) -> Sheet:
    """Money and emissions by component and cause, plan beside operation by rules; the last row sums up."""
    lines: dict[tuple[str, str], dict[str, Any]] = {}
    for side, content in (("plan", view.content), ("rules", view.content["baseline"])):
        for line in content["accounts"]:
            lines.setdefault((line["component"], line["cause"]), {"carrier": line["carrier"]})[side] = line
    keys, total = list(lines), _say(view, "sum")
    causes = [view.pick(view.content["cause_text"][cause]) for _, cause in keys]
    made = [
        Column((_say(view, "component"),), [*(view.label(c) for c, _ in keys), total]),
        Column((_say(view, "cause"),), [*causes, ""]),
        Column((_say(view, "carrier"),), [*(_carrier(view, x["carrier"]) for x in lines.values()), ""]),
    ]
    for unit, key in (("CNY", "cny"), ("kgCO2e", "kgco2e")):
        plan, rules = ([float(x.get(side, {}).get(key, 0.0)) for x in lines.values()] for side in ("plan", "rules"))
        minus = [p - r for p, r in zip(plan, rules, strict=True)]
        for word, values in (("plan", plan), ("rules", rules), ("minus", minus)):
            head = f"{_say(view, word)} [{unit_name(unit, view.lang)}]"
            made.append(Column((head,), [*values, sum(values)], MONEY))
    return Sheet(_say(view, "accounts"), made, frozen=2)


def _carrier(view: PlanView, carrier: str) -> str:
    return carrier_name(carrier, view.lang) if carrier else ""


def reasons(view: PlanView) -> Sheet:
    """Outcome, audit, unmet wishes, reasons, and what is to be known of the data."""
    c = view.content
    verdict, broken = audit_texts(view)
    rows = [(_say(view, "outcome"), view.pick(c["outcome_text"])), (_say(view, "audit"), verdict)]
    rows += [(_say(view, "audit"), law) for law in broken]
    rows += [(view.say("wishes"), view.pick(w["text"])) for w in c["wishes"]]
    rows += [(view.say("why"), view.pick(n)) for n in c["why"]]
    if warning := weather_warning(view):
        rows.append((view.say("notes"), warning))
    rows += [(view.say("notes"), view.pick(n)) for n in c["notes"]]
    heads = (_say(view, "kind"), _say(view, "text"))
    return Sheet(_say(view, "reasons"), [Column((h,), [r[k] for r in rows]) for k, h in enumerate(heads)])


def sources(view: PlanView) -> Sheet:
    """What the plan is of and what it rests on."""
    rows = [(_say(view, "site"), f"{site_title(view)} ({view.content['site']['name']})")]
    rows += [(_say(view, "day"), day_text(view)), *((_say(view, "facts"), x) for x in facts(view) if x)]
    rows += provenance(view)
    heads = (view.say("item"), view.say("value"))
    return Sheet(_say(view, "provenance"), [Column((h,), [r[k] for r in rows]) for k, h in enumerate(heads)])


SHEETS: tuple[Callable[[PlanView], Sheet], ...] = (schedule, columns, figures, accounts, reasons, sources)

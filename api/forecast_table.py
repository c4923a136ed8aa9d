"""Forecasts with their uncertainty, and scores, as tables of the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rich.console import Console

from api.table import print_cells
from ems.forecasts.text import say
from ems.report.cells import Cells
from ems.report.formats import Lang, number, unit_name


def show_forecast(content: Mapping[str, Any], lang: Lang, console: Console) -> None:
    """The table of a document: what the day brings with its 80 % interval, or the scores."""
    if content["kind"] == "forecast_score":
        _scores(content, lang, console)
    else:
        _day(content, lang, console)
    for n in content["notes"]:
        console.print(f"· {n[lang]}", highlight=False)


def _day(content: Mapping[str, Any], lang: Lang, console: Console) -> None:
    rows, hours = list(content["series"].values()), content["step_minutes"] / 60

    def total(s: Mapping[str, Any], values: list[float]) -> str:
        amount = float(np.sum(values)) * hours
        return number(amount, 2 if s["unit"].startswith("kW/") else 0)

    def unit(s: Mapping[str, Any]) -> str:
        return unit_name({"kW": "kWh", "kW/kWp": "kWh/kWp", "kg/h": "kg"}.get(s["unit"], s["unit"]), lang)

    console.print(f"[bold]{say('forecast_title', lang, day=content['period']['from'])}[/]", highlight=False)
    columns = [
        Cells(say("series", lang), "", [s["title"][lang] for s in rows], 0, words=True),
        Cells(say("mean", lang), "", [f"{total(s, s['mean'])} {unit(s)}" for s in rows], 0),
        Cells(say("peak", lang), "", [f"{_peak(s)} {unit_name(s['unit'], lang)}" for s in rows], 0),
        Cells(say("rung", lang), "", [s["model_title"][lang] for s in rows], 0, words=True, wrap=True),
    ]
    print_cells(columns, console)
    if content["scenarios"]:
        weights = ", ".join(f"{w:.0%}" for w in content["scenarios"]["weights"])
        console.print(f"{say('scenarios', lang)}: {weights}", highlight=False)


def _peak(s: Mapping[str, Any]) -> str:
    """Highest mean with the 80 % interval of that step."""
    k = int(np.argmax(s["mean"]))
    digits = 2 if s["unit"].startswith("kW/") else 1 if s["mean"][k] < 10 else 0
    low, high = (number(s["quantiles"][q][k], digits) for q in ("q10", "q90"))
    return f"{number(s['mean'][k], digits)} ({low}…{high})"


def _scores(content: Mapping[str, Any], lang: Lang, console: Console) -> None:
    period = content["period"]
    console.print(f"[bold]{say('score_title', lang, first=period['from'], last=period['to'])}[/]", highlight=False)
    for s in content["series"].values():
        console.print(f"\n[bold]{s['title'][lang]}[/]", highlight=False)
        if s["score"] is None:
            for n in s["quality"]["sentences"]:
                console.print(f"· {n[lang]}", highlight=False)
            continue
        rows = s["score"]["rows"]
        print_cells(
            [
                Cells(say("rung", lang), "", [r["title"][lang] + " ✓" * r["chosen"] for r in rows], 0, words=True),
                *(
                    Cells(say(key, lang), "%", _percent(rows, key), keep)
                    for keep, key in ((0, "rmse"), (2, "mae"), (2, "bias"), (1, "pinball"))
                ),
                Cells(say("skill", lang), "", [number(r["skill"], 3) for r in rows], 0),
                Cells(say("coverage", lang), "%", _percent(rows, "coverage_80"), 1),
            ],
            console,
        )
        console.print(
            say(
                "denominator", lang, capacity=number(s["score"]["capacity"]), unit=unit_name(s["score"]["unit"], lang),
                counted=s["score"]["counted"][lang], reference=s["score"]["reference_title"][lang],
                first=s["score"]["from"], last=s["score"]["to"],
            ),
            highlight=False,
        )  # fmt: skip


def _percent(rows: Sequence[Mapping[str, Any]], key: str) -> list[str]:
    return [number(None if r[key] is None else 100 * r[key], 2) for r in rows]

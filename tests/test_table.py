"""Terminal tables: right sums, every width, no colour needed."""

from __future__ import annotations

import re
import runpy
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.cells import cell_len
from rich.console import Console

from api.table import show_figures, show_inputs, show_plan
from ems.report import PlanView
from ems.report.hourly import by_band, columns, hours
from ems.site_file import Figure, Provenance

tiny_plan = runpy.run_path(str(Path(__file__).with_name("test_report_sample.py")))["tiny_plan"]


def shown(lang: str = "en", width: int = 120, **changes: Any) -> str:
    out = StringIO()
    show_plan(tiny_plan(**changes), lang, Console(file=out, width=width))  # type: ignore[arg-type]
    return out.getvalue()


def line(text: str, start: str) -> list[str]:
    found = next(x for x in text.splitlines() if x.startswith(start))
    return re.split(r"\s{2,}", found.strip())


def test_hours_by_hand() -> None:
    view = PlanView(tiny_plan(), "en")
    values = {c.key: c.by(hours(view), view.step_h) for c in columns(view)}
    assert values == {
        "price": pytest.approx([0.3, 1.0]),
        "pv": pytest.approx([0.0, 150.0]),
        "import": pytest.approx([339.0, 0.0]),
        "export": pytest.approx([0.0, 105.0]),
        "electrolysers": pytest.approx([210.0, 0.0]),
        "hydrogen": pytest.approx([3.5, 0.0]),
        "tank": pytest.approx([13.5, 10.5]),
        "battery": pytest.approx([-20.0, 15.0]),
        "soc": pytest.approx([28.0, 12.0]),
        "generation": pytest.approx([0.0, 50.0]),
        "demand": pytest.approx([100.0, 100.0]),
        "heat": pytest.approx([50.0, 60.0]),
    }


def test_bands_by_hand() -> None:
    peak, valley = by_band(PlanView(tiny_plan(), "en"))
    assert (peak.band, peak.hours, peak.import_kwh, peak.cost_cny) == ("P", 1.0, 0.0, 0.0)
    assert peak.price_cny_per_kwh == 1.0  # nothing bought: the band's own price
    assert (valley.name, valley.hours, valley.share) == ("valley", 1.0, 1.0)
    assert (valley.import_kwh, valley.hydrogen_kg) == pytest.approx((339.0, 3.5))
    assert valley.cost_cny == pytest.approx(0.3 * 339)
    assert peak.pv_kwh == pytest.approx(150.0)


def test_the_lines_of_a_plan() -> None:
    text = shown()
    assert line(text, "00:00")[:6] == ["00:00", "valley", "0.300", "0", "339", "0"]
    assert line(text, "valley")[:5] == ["valley", "1", "339", "100", "102"]
    assert line(text, "total cost") == ["total cost", "65", "129", "-65", "-50.0%", "CNY"]
    assert line(text, "starts") == ["starts", "1", "3", "-2", "-66.7%"]
    assert "saves 65 CNY (50.0%), emits 3 kgCO₂e more (1.7%)" in text
    assert "- Power is cheap at night." in text
    assert "[optimal] Optimal." in text
    assert "climatology, not a forecast" in text


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_no_line_is_too_wide_or_cut(lang: str, width: int) -> None:
    text = shown(lang, width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert "…" not in text
    assert "\x1b" not in text


def test_a_narrow_terminal_keeps_the_columns_that_matter() -> None:
    heads = [next(x for x in shown(width=w).splitlines() if x.startswith("time")) for w in (80, 120)]
    assert "import" in heads[0]
    assert "heat" not in heads[0]
    assert len(heads[0].split()) < len(heads[1].split())


def test_broken_laws_wishes_and_an_unsound_baseline_are_shown() -> None:
    broken = [{"component": "stack", "law": "ramp up", "worst": 0.25, "at": "2026-03-02T01:00:00+08:00"}]
    wish = {"text": {"zh": "缺热。", "en": "Heat is short."}}
    plan = tiny_plan()
    text = shown("en", violations=broken, wishes=[wish], baseline={**plan["baseline"], "violations": broken})
    assert text.count("- stack: ramp up, worst residual 0.25, 01:00") == 2
    assert "- Heat is short." in text
    assert "电解槽: 升负荷速率" in shown("zh", violations=broken)


def test_markup_in_names_is_text() -> None:
    assert "[red]Tiny[/red]" in shown(site={**tiny_plan()["site"], "title": {"zh": "x", "en": "[red]Tiny[/red]"}})


def inputs() -> pd.DataFrame:
    index = pd.date_range("2026-03-02", periods=4, freq="30min", tz="Asia/Shanghai")
    return pd.DataFrame(
        {
            "temperature_c": [-1.0, -2.0, 0.0, 1.0],
            "ghi_w_per_m2": [0.0, 0.0, 100.0, 300.0],
            "east.yield_kw_per_kwp": [0.0, 0.0, 0.1, 0.3],
            "west.yield_kw_per_kwp": [0.0, 0.0, 0.2, 0.2],
            "works.electricity_kw": [10.0, 20.0, 30.0, 40.0],
            "offices.electricity_kw": [1.0, 1.0, 1.0, 1.0],
            "works.cooling_kw": np.zeros(4),
            "import_cny_per_kwh": [0.3, 0.3, 1.0, 1.0],
            "grid_kgco2e_per_kwh": [0.6, 0.6, 0.6, 0.6],
        },
        index=index,
    )


def test_inputs_by_hour() -> None:
    out = StringIO()
    kwp = {"east": 100.0, "west": 50.0, "gone": 9.0}
    show_inputs(
        inputs(), ["V", "V", "P", "P"], "en", Console(file=out, width=120), kwp=kwp, labels={"east": "east roof"}
    )
    assert line(out.getvalue(), "00:00") == ["00:00", "valley", "0.300", "-1.5", "0", "0", "0", "0", "16", "0.6000"]
    assert line(out.getvalue(), "01:00") == ["01:00", "peak", "1.000", "0.5", "200", "20", "10", "30", "36", "0.6000"]
    assert "east roof" in out.getvalue()
    assert "cooling" not in out.getvalue()  # zero all day


def test_roofs_are_shown_all_or_none() -> None:
    out = StringIO()
    kwp = {"east": 100.0, "west": 50.0}
    show_inputs(inputs(), ["V"] * 4, "en", Console(file=out, width=68), kwp=kwp, notes=["Made up."])
    head = out.getvalue().splitlines()[1]
    assert "PV total" in head
    assert "east" not in head
    assert "west" not in head
    assert "- Made up." in out.getvalue()


def test_figures_of_a_site() -> None:
    guess = Provenance("assumption", "a guess")
    figures = [
        Figure("a.capacity_kw", 45.0, guess),
        Figure("b.capacity_kw", 0.5, guess),
        Figure("c.price", 1.0, Provenance("sourced", "the bill")),
        Figure("d.price", 1.0, Provenance("default")),
    ]
    out = StringIO()
    show_figures(figures, "en", Console(file=out, width=80))
    text = out.getvalue()
    assert line(text, "sourced") == ["sourced", "assumption", "default"]
    assert line(text, "- a guess") == ["- a guess (2)"]
    assert "a.capacity_kw=45; b.capacity_kw=0.5" in text
    assert "the bill" not in text
    out = StringIO()
    show_figures(figures[2:], "zh", Console(file=out, width=80))
    assert "没有假设值" in out.getvalue()

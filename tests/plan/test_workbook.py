"""The plan as a workbook, read back: its numbers, times and texts are those of plan.json."""

from __future__ import annotations

import copy
import io
import zipfile
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal

import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook

from ems.workbook import to_xlsx
from tests.plan.parks import SITES, shipped, stored

Lang = Literal["zh", "en"]
NAMES = {
    "zh": ["计划", "列说明", "指标", "账目", "依据", "出处"],
    "en": ["Schedule", "Columns", "Key figures", "Accounts", "Reasons & notes", "Provenance"],
}


@cache
def content(site: str) -> Any:
    return stored(shipped(site))


@cache
def book(site: str, lang: Lang) -> Workbook:
    return read(to_xlsx(content(site), lang))


def read(data: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def rows(site: str, lang: Lang, sheet: int) -> list[tuple[Any, ...]]:
    return list(book(site, lang).worksheets[sheet].iter_rows(values_only=True))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("site", SITES)
def test_every_number_of_the_schedule_is_that_of_the_plan(site: str, lang: Lang) -> None:
    data, found = content(site), rows(site, lang, 0)
    names, body = found[2], found[3:]
    assert len(body) == data["steps"]
    wanted = {n: x["values"] for part in ("inputs", "series") for n, x in data[part].items()}
    wanted |= {f"marginal_value.{bus}": x["values"] for bus, x in data["marginal_values"].items()}
    assert list(names[:3]) == ["time", "utc_offset", "tariff_band"]
    assert set(names[3:]) == set(wanted)
    for k, name in enumerate(names[3:], 3):
        assert [row[k] for row in body] == pytest.approx(wanted[name], rel=1e-14, abs=1e-14), name


@pytest.mark.parametrize("site", SITES)
def test_times_are_local_and_offsets_lead_back_to_utc(site: str) -> None:
    data, found = content(site), rows(site, "en", 0)
    assert found[0][0] == f"start ({data['timezone']})"
    start = datetime.fromisoformat(data["start"])
    for k, (local, offset, *_) in enumerate(found[3:]):
        hours, minutes = int(offset[:3]), int(offset[4:])
        utc = (local - timedelta(hours=hours, minutes=minutes)).replace(tzinfo=UTC)
        assert utc == start + k * timedelta(minutes=data["step_minutes"])


def test_the_hour_that_comes_twice_is_told_apart_by_its_offset() -> None:
    data = copy.deepcopy(content("demo"))
    data |= {"timezone": "Europe/Berlin", "start": "2026-10-25T00:00:00+02:00", "date": "2026-10-25"}
    found = list(read(to_xlsx(data, "en")).worksheets[0].iter_rows(min_row=4, max_col=2, values_only=True))
    told = [(f"{local:%d %H:%M}", offset) for local, offset in found]
    assert told[1:5] == [("25 01:00", "+02:00"), ("25 02:00", "+02:00"), ("25 02:00", "+01:00"), ("25 03:00", "+01:00")]
    assert told[-1] == ("25 22:00", "+01:00")


def test_headings_stay_in_sight_and_carry_label_and_unit() -> None:
    sheet = book("demo", "zh").worksheets[0]
    assert sheet.freeze_panes == "D4"
    heads = {
        sheet.cell(3, k).value: (sheet.cell(1, k).value, sheet.cell(2, k).value) for k in range(1, sheet.max_column)
    }
    assert heads["roof.power_kw"] == ("屋顶光伏: 发电", "kW")
    assert heads["import_cny_per_kwh"] == ("购电价", "元/kWh")
    assert heads["tank.level_kg"] == ("储氢罐: 时段末存量", "kg")
    assert [s.freeze_panes for s in book("demo", "zh").worksheets[1:]] == ["B2", "B2", "C2", "A2", "A2"]


def test_cells_have_formats_and_widths() -> None:
    sheet = book("demo", "en").worksheets[0]
    form = {sheet.cell(3, k).value: sheet.cell(4, k).number_format for k in range(1, sheet.max_column + 1)}
    assert form["time"] == "yyyy-mm-dd hh:mm"
    assert (form["roof.power_kw"], form["import_cny_per_kwh"]) == ("#,##0.0", "0.0000")
    assert form["electrolyser.on_modules"] == "0"
    assert sheet.column_dimensions["A"].width >= 16
    shades = {sheet.cell(r, 3).value: sheet.cell(r, 3).fill.fgColor.rgb for r in range(4, 28)}
    assert shades["sharp peak"] != shades["deep valley"]
    assert len(shades) >= 4


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("site", SITES)
def test_every_column_is_described(site: str, lang: Lang) -> None:
    data, found = content(site), rows(site, lang, 1)
    described = {row[0]: row for row in found[1:]}
    assert list(described) == list(rows(site, lang, 0)[2][3:])
    for name, x in data["series"].items():
        row = described[name]
        assert (row[5], row[6], row[7]) == (x["sign"], x["meaning"]["zh"], x["meaning"]["en"])
    assert all(row[6] and row[7] for row in described.values())


@pytest.mark.parametrize("site", SITES)
def test_key_figures_and_accounts_are_those_of_the_plan(site: str) -> None:
    data = content(site)
    for _, unit, plan, rules, minus, _, key in rows(site, "en", 2)[1:]:
        scale = 100 if unit == "%" else 1
        assert plan == pytest.approx(scale * data["kpis"][key])
        assert rules == pytest.approx(scale * data["baseline"]["kpis"][key])
        assert minus == pytest.approx(plan - rules)
    *lines, total = rows(site, "en", 3)[1:]
    assert len(lines) == len({(x["component"], x["cause"]) for x in data["accounts"] + data["baseline"]["accounts"]})
    for k, (side, key) in {3: (data, "cny"), 4: (data["baseline"], "cny"), 6: (data, "kgco2e")}.items():
        assert total[k] == pytest.approx(sum(x[key] for x in side["accounts"]), abs=1e-6)
        assert total[k] == pytest.approx(sum(line[k] for line in lines), abs=1e-6)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("site", SITES)
def test_reasons_and_sources_are_told(site: str, lang: Lang) -> None:
    data = content(site)
    told = [row[1] for row in rows(site, lang, 4)]
    for note in (data["outcome_text"], *data["why"], *data["notes"]):
        assert note[lang] in told
    sources = " ".join(str(row[1]) for row in rows(site, lang, 5))
    assert data["provenance"]["site_digest"] in sources
    assert data["provenance"]["tariff"] in sources


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sheets_are_named_in_the_language(lang: Lang) -> None:
    assert book("qingdao", lang).sheetnames == NAMES[lang]


def test_the_same_content_gives_the_same_bytes() -> None:
    """Whenever it is written: the only time in it is that of the plan."""
    data = copy.deepcopy(content("demo"))
    data["provenance"]["created_at"] = "2026-01-02T03:04:05+00:00"
    first = to_xlsx(data, "zh")
    assert first == to_xlsx(copy.deepcopy(data), "zh")
    assert first != to_xlsx(data, "en")
    with zipfile.ZipFile(io.BytesIO(first)) as packed:
        assert {i.date_time for i in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = read(first).properties
    assert f"{properties.created:%Y-%m-%d %H:%M:%S}" == "2026-01-02 03:04:05"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "http://example.org", "{=1}"])
def test_no_text_becomes_a_formula_or_a_link(text: str) -> None:
    data = copy.deepcopy(content("demo"))
    data["components"]["roof"]["label"] = {"zh": text, "en": text}
    data["site"]["title"] = {"zh": text, "en": text}
    data["notes"].append({"zh": text, "en": text})
    data["outcome_text"] = {"zh": text, "en": text}
    packed = to_xlsx(data, "en")
    found = read(packed)
    cells = [c for sheet in found.worksheets for row in sheet.iter_rows() for c in row]
    assert not [c for c in cells if c.data_type == "f" or c.hyperlink]
    assert text in [c.value for c in cells]
    with zipfile.ZipFile(io.BytesIO(packed)) as parts:
        sheets = [parts.read(n).decode() for n in parts.namelist() if n.startswith("xl/worksheets/")]
    assert not any("<f>" in s or "<hyperlink" in s for s in sheets)


def test_a_plan_that_was_not_released_can_be_written() -> None:
    """Missing numbers stay empty; broken laws stand among the reasons."""
    data = copy.deepcopy(content("demo"))
    data |= {"outcome": "infeasible", "marginal_values": {}, "gap": None}
    data["kpis"]["total_cost_cny"] = None
    data["violations"] = [{"component": "tank", "law": "level balance", "worst": None, "at": data["start"]}]
    found = read(to_xlsx(data, "zh"))
    assert any("存量平衡" in str(row[1]) for row in found.worksheets[4].iter_rows(values_only=True))
    total = next(r for r in found.worksheets[2].iter_rows(values_only=True) if r[6] == "total_cost_cny")
    assert total[2] is None
    assert total[3] is not None


def test_a_text_of_any_length_and_letters_is_written() -> None:
    data = copy.deepcopy(content("demo"))
    data["notes"] = [{"zh": "长" * 40_000, "en": "a\x01b\nc"}]
    told = [row[1] for row in read(to_xlsx(data, "zh")).worksheets[4].iter_rows(values_only=True)]
    assert told[-1] == "长" * 32_767
    assert read(to_xlsx(data, "en")).worksheets[4].max_row == len(told)

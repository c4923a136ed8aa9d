"""Which factor serves which hour, and what is refused before anything is counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ems.emissions.certificates import certificate_ledger
from ems.emissions.factor_set import FactorChoice, factor_difference, frozen_factors
from ems.emissions.ledger import difference
from ems.emissions.scopes import actual
from ems.site_file import Figure, Provenance
from forecasting.errors import InputError
from tests.emissions.scopes.scopes_toy import CHOICE, NEW, OLD, RESIDUAL, SUPPLY, activity, factors, factors_known
from tests.toys import TZ

HOURS = pd.date_range("2025-12-31", periods=48, freq="h", tz=TZ, name="time")
YEAR_TURN = activity({"grid.import_kwh": np.ones(48)}, "2025-12-31")


def test_a_vintage_serves_from_its_first_local_day() -> None:
    found = factors(YEAR_TURN)
    assert found.location.kg_per_unit.tolist() == [0.6410] * 24 + [0.6191] * 24
    assert found.location.id == f"{OLD} + {NEW}"
    assert found.market.kg_per_unit.tolist() == [0.6096] * 48
    assert found.market.id == RESIDUAL


def test_each_vintage_has_its_own_line_and_announcement() -> None:
    ledger = actual(YEAR_TURN, factors(YEAR_TURN), certificate_ledger((), YEAR_TURN, whole(YEAR_TURN)), SUPPLY)
    lines = [line for line in ledger.lines if line.scope == "2_location"]
    assert [(line.factor.announcement, line.activity.sum()) for line in lines] == [
        ("公告2024年第33号", 24), ("公告2025年第47号", 24)
    ]  # fmt: skip


def test_what_the_choice_leaves_open_is_the_intensity_of_the_site_with_its_status() -> None:
    told = [Figure("trailer.intensity_kgco2e_per_kg", 15.0, Provenance("assumption", "the supplier's word"))]
    choice = FactorChoice.model_validate(CHOICE | {"fuels": {}})
    found = frozen_factors(choice, factors_known(), HOURS, YEAR_TURN.site, figures=told)
    gas, trailer = found.fuels["gas_main"], found.delivered["trailer"]
    assert (gas.id, float(gas.kg_per_unit), gas.status) == (
        "site:gas_main.intensity_kgco2e_per_kwh", 0.21, "unmarked"
    )  # fmt: skip
    assert (trailer.unit, trailer.status, trailer.source) == ("kgCO2e/kg", "assumption", "the supplier's word")
    assert "water_main" not in found.delivered  # no intensity, none invented


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"location": [{"from": "2020-01-01", "id": "mee-nbs-2025-47.cn-sd.avrage"}]}, "did you mean mee-nbs-2025-47"),
        ({"location": [{"from": "2020-01-01", "id": "diesel.cn"}]}, "in kgCO2e/kg'.*a factor in kgCO2e/kWh"),
        ({"fuels": {"gas_main": "natural-gas.cn"}}, "in kgCO2e/m3'.*a factor in kgCO2e/kWh"),
        ({"delivered": {"trailer": "natural-gas.cn.lhv"}}, "in kgCO2e/kWh'.*a factor in kgCO2e/kg"),
        ({"location": [{"from": "2020-01-01", "id": "mee-nbs-2025-47.cn-south.average"}]}, "of the region CN-South"),
        ({"region": "", "market": [{"from": "2020-01-01", "id": "natural-gas.upstream.lhv"}]}, "of the region World"),
        ({"region": "DE"}, "region is 'DE'"),
        ({"location": [{"from": "2025-01-01", "id": OLD}, {"from": "2025-01-01", "id": NEW}]}, "overlapping"),
        ({"location": [{"from": "2025-01-01", "until": "2026-01-05", "id": OLD}, {"from": "2026-01-01", "id": NEW}]},
         "overlapping: .*until 2026-01-05"),
        ({"location": [{"from": "2026-01-01", "id": NEW}]}, "2025-12-31 to 2025-12-31"),
        ({"market": [{"from": "2024-01-01", "until": "2025-12-31", "id": RESIDUAL}]}, "2026-01-01 to 2026-01-01"),
        ({"market": [{"from": "2020-01-01", "until": "2019-12-31", "id": RESIDUAL}]}, "until of"),
        ({"location": []}, "one or more with from and id"),
        ({"fuels": {"trailer": "natural-gas.cn.lhv"}}, "one of gas_main"),
    ],
)  # fmt: skip
def test_a_choice_that_does_not_fit_is_refused_in_a_sentence(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        factors(YEAR_TURN, **changes)


def test_without_a_region_any_factor_of_the_country_serves() -> None:
    assert factors(YEAR_TURN, region="").location.kg_per_unit[0] == 0.6410


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(ValueError, match=r"CN-Nord.* is not known.*did you mean CN-North"):
        FactorChoice.model_validate(CHOICE | {"region": "CN-Nord"})


def csv(folder: Path, rows: list[tuple[pd.Timestamp, float]], column: str = "grid_kgco2e_per_kwh") -> dict[str, Any]:
    lines = [f"time,{column}", *(f"{t.isoformat()},{x}" for t, x in rows)]
    (folder / "carbon.csv").write_text("\n".join(lines), encoding="utf-8")
    told = {"file": "carbon.csv", "region": "CN-SD", "status": "assumption", "source": "invented for this test"}
    return CHOICE | {"location": [], "intensity": told}


def test_intensity_over_time_comes_from_a_csv_file(tmp_path: Path) -> None:
    values = np.linspace(0.4, 0.8, 48)
    choice = FactorChoice.model_validate(csv(tmp_path, list(zip(HOURS, values, strict=True))))
    found = frozen_factors(choice, factors_known(), HOURS, YEAR_TURN.site, folder=tmp_path)
    assert found.location.kg_per_unit == pytest.approx(values)
    held = certificate_ledger((), YEAR_TURN, whole(YEAR_TURN))
    ledger = actual(YEAR_TURN, found, held, SUPPLY)
    assert ledger.total("2_location") == pytest.approx(values.sum())
    (row,) = [r for r in found.section(ledger) if r["id"] == "csv:carbon.csv"]
    assert row["value"] is None
    assert row["status"] == "assumption"
    assert len(row["digest"]) == 16
    half = found.between(HOURS[12], HOURS[36])
    assert half.location.kg_per_unit == pytest.approx(values[12:36])


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([(t, 0.5) for t in HOURS if t.hour != 7], "row 9"),  # holes are not filled
        ([(t, 0.5) for t in HOURS[:-1]], "2026-01-01T23:00"),  # ends before the period
        ([(t, 580.0) for t in HOURS], "0 to 2"),  # g/kWh
    ],
)
def test_a_csv_file_with_holes_or_in_another_unit_is_refused(
    tmp_path: Path, rows: list[tuple[pd.Timestamp, float]], says: str
) -> None:
    choice = FactorChoice.model_validate(csv(tmp_path, rows))
    with pytest.raises(InputError, match=says):
        frozen_factors(choice, factors_known(), HOURS, YEAR_TURN.site, folder=tmp_path)


def test_a_factor_that_has_been_superseded_is_told() -> None:
    notes = factors(YEAR_TURN).notes
    assert len(notes) == 1
    assert OLD in notes[0].en
    assert NEW in notes[0].en
    assert "公告2025年第47号" in notes[0].zh


def test_newer_factors_show_what_they_change() -> None:
    """2 000 kWh: 0.6410 -> 0.6191 is 43.8 kg less."""
    a = activity({"grid.import_kwh": [1500, 500]})
    old = factors(a, location=[{"from": "2020-01-01", "id": OLD}])
    new = factors(a)
    (change,) = factor_difference(old, new)
    assert change.row() == {
        "use": "location", "component": "", "unit": "kgCO2e/kWh",
        "old_id": OLD, "old_announcement": "公告2024年第33号", "old_mean": pytest.approx(0.6410),
        "new_id": NEW, "new_announcement": "公告2025年第47号", "new_mean": pytest.approx(0.6191),
    }  # fmt: skip
    held = certificate_ledger((), a, whole(a))
    less = difference(actual(a, old, held, SUPPLY), actual(a, new, held, SUPPLY))
    assert less.to_numpy().sum() == pytest.approx(2000 * (0.6410 - 0.6191))
    assert factor_difference(new, new) == ()


def test_the_rows_of_a_report_freeze_the_version_of_every_factor() -> None:
    a = activity({"grid.import_kwh": [10.0]})
    known = factors_known()
    held = certificate_ledger((), a, whole(a))
    rows = {r["id"]: r for r in factors(a).section(actual(a, factors(a), held, SUPPLY))}
    assert rows[NEW]["digest"] == known[NEW].digest
    assert rows[NEW]["announcement"] == "公告2025年第47号"
    assert rows[NEW]["value"] == 0.6191
    corrected = known[NEW].model_copy(update={"value": 0.6192})
    assert corrected.digest != known[NEW].digest


def whole(a: Any) -> tuple[Any, Any]:
    return a.table.index[0].date(), a.table.index[-1].date()

"""What certificates cover, worked out by hand, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from ems.emissions.certificates import certificate_ledger
from ems.emissions.scopes import SupplyChain, actual
from forecasting.errors import InputError
from tests.emissions.scopes.scopes_toy import activity, certificate, factors

DAY = (date(2026, 1, 5), date(2026, 1, 5))
JANUARY = (date(2026, 1, 1), date(2026, 1, 31))


def of_day(**amounts: Any) -> Any:
    """A day with these amounts in its first hours, nothing in the others."""
    names = {"bought": "grid.import_kwh", "sold": "grid.export_kwh", "sun": "roof.power_kwh"}
    return activity({names[k]: np.pad(np.array(v, float), (0, 24 - len(v))) for k, v in amounts.items()})


def test_retired_certificates_cover_import_at_zero_and_the_rest_is_residual() -> None:
    """1 MWh on a day with 1 500 and 500 kWh: half of each hour is covered, 1 000 kWh x 0.6096 remain."""
    a = of_day(bought=[1500, 500])
    lot = certificate(generated_from="2026-01-05", generated_to="2026-01-05")
    held = certificate_ledger([lot], a, DAY)
    assert held.covered["grid"].tolist()[:3] == pytest.approx([750, 250, 0])
    ledger = actual(a, factors(a), held, SupplyChain())
    assert ledger.total("2_market") == pytest.approx(609.6)
    assert ledger.total("2_location") == pytest.approx(2000 * 0.6191)  # certificates change nothing here
    by_cause = {line.cause: line for line in ledger.lines if line.scope == "2_market"}
    assert by_cause["import_certified"].kg.sum() == 0
    assert by_cause["import_certified"].activity.sum() == pytest.approx(1000)
    assert "GEC-1" in by_cause["import_certified"].factor.source


def test_more_certificates_than_import_leave_a_rest_that_is_told() -> None:
    held = certificate_ledger([certificate(mwh=31 * 3)], of_day(bought=[1500, 500]), DAY)
    (use,) = held.uses
    assert (use.available_kwh, use.used_kwh) == (pytest.approx(3000), pytest.approx(2000))
    assert "1.000 MWh are more than was bought" in use.text.en
    assert "1.000 MWh" in use.text.zh
    assert held.section()["covered_share"] == pytest.approx(1)


def test_a_month_of_certificates_gives_a_day_its_share_of_days() -> None:
    """31 MWh of January: 1 MWh for one of its days, so that thirty-one reports of a day use them once."""
    held = certificate_ledger([certificate(mwh=31)], of_day(bought=[5000]), DAY)
    assert held.uses[0].available_kwh == pytest.approx(1000)
    assert held.section()["covered_kwh"] == pytest.approx(1000)


def test_narrow_periods_cover_first() -> None:
    """The day's own 1 MWh is used up before the month's, which would serve other days as well."""
    month = certificate(id="month", mwh=31)
    day = certificate(id="day", generated_from="2026-01-05", generated_to="2026-01-05")
    held = certificate_ledger([month, day], of_day(bought=[1200]), DAY)
    assert {u.certificate.id: u.used_kwh for u in held.uses} == {
        "day": pytest.approx(1000),
        "month": pytest.approx(200),
    }


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"retired_on": None}, "not retired"),
        ({"retired_on": None, "sold_on": "2026-02-01"}, "sold on 2026-02-01"),
        ({"generated_from": "2025-11-01", "generated_to": "2025-11-30"}, "outside the period"),
    ],
)
def test_what_covers_nothing_says_why(fields: dict[str, Any], says: str) -> None:
    a = of_day(bought=[1000])
    held = certificate_ledger([certificate(**fields)], a, DAY)
    assert held.covered.to_numpy().sum() == 0
    assert says in held.uses[0].text.en
    assert actual(a, factors(a), held, SupplyChain()).total("2_market") == pytest.approx(609.6)


def test_own_generation_whose_certificates_were_sold_is_charged_at_the_residual_mix() -> None:
    """1 000 kWh of sun, 300 fed in; 600 kWh of certificates sold: 300 go with what was fed in, 300 are own use."""
    a = of_day(bought=[100, 0], sun=[400, 600], sold=[0, 300])
    lot = certificate(kind="own", mwh=0.6, retired_on=None, sold_on="2026-02-01",
                      generated_from="2026-01-05", generated_to="2026-01-05")  # fmt: skip
    held = certificate_ledger([lot], a, DAY)
    assert held.sold_own["roof"].sum() == pytest.approx(300)
    ledger = actual(a, factors(a), held, SupplyChain())
    assert ledger.total("2_market") == pytest.approx((100 + 300) * 0.6096)
    assert ledger.total("2_location") == pytest.approx(100 * 0.6191)


def test_own_certificates_that_are_retired_cover_no_import() -> None:
    a = of_day(bought=[1000], sun=[1000])
    lot = certificate(kind="own", mwh=1, generated_from="2026-01-05", generated_to="2026-01-05")
    held = certificate_ledger([lot], a, DAY)
    assert not held.covers
    assert "covers no import" in held.uses[0].text.en
    assert actual(a, factors(a), held, SupplyChain()).total("2_market") == pytest.approx(609.6)


def test_bought_certificates_need_no_meter_of_own_generation() -> None:
    a = of_day(bought=[400])
    only = type(a)(a.site, {"grid.import_kwh": a.meters["grid.import_kwh"]}, a.table[["grid.import_kwh"]])
    assert certificate_ledger([certificate()], only, DAY).section()["covered_kwh"] == pytest.approx(1000 / 31)
    with pytest.raises(InputError, match=r"roof.power_kwh"):
        certificate_ledger([certificate(kind="own")], only, DAY)


def test_hours_without_data_are_not_covered_and_stay_unknown() -> None:
    held = certificate_ledger([certificate(mwh=31)], of_day(bought=[400, np.nan, 400]), DAY)
    assert np.isnan(held.covered["grid"].iloc[1])
    assert held.covered["grid"].sum() == pytest.approx(800)


@pytest.mark.parametrize(
    ("lots", "says"),
    [
        ([certificate(), certificate(retired_on="2026-03-01")], "retired on 2026-02-10 and again on 2026-03-01"),
        ([certificate(), certificate(retired_on=None)], "listed twice"),
        ([certificate(region="DE")], "of the region DE.*market of the park"),
        ([certificate(generated_from="2023-12-05", generated_to="2023-12-20")], "valid for 2 years"),
        ([certificate(kind="own", mwh=9, generated_from="2026-01-05", generated_to="2026-01-05")],
         "9 MWh.*at most the 1.000 MWh generated"),
        ([certificate(kind="own", component="roofs", mwh=0.1)], "did you mean roof"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(lots: list[Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        certificate_ledger(lots, of_day(bought=[100], sun=[1000]), DAY)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"retired_on": "2025-12-31"}, "before its generation began"),
        ({"sold_on": "2026-02-11"}, "it can be one of them"),
        ({"generated_to": "2025-12-31"}, "before generated_from"),
        ({"region": "CN-XX"}, "not known"),
        ({"mwh": -1}, "greater than 0"),
        ({"component": "roof"}, "only own certificates"),
    ],
)
def test_what_contradicts_itself_is_refused_as_it_is_read(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        certificate(**fields)


def test_the_section_adds_up_by_month() -> None:
    a = activity({"grid.import_kwh": np.full(72, 100.0)}, "2026-01-30")
    held = certificate_ledger([certificate(mwh=1)], a, (date(2026, 1, 30), date(2026, 2, 1)))
    section = held.section()
    assert section["months"]["2026-01"] == {
        "import_kwh": 4800, "covered_kwh": pytest.approx(2000 / 31), "sold_own_use_kwh": 0
    }  # fmt: skip
    assert section["months"]["2026-02"]["covered_kwh"] == 0
    assert section["covered_kwh"] + section["uncovered_kwh"] == section["import_kwh"] == 7200
    assert section["certificates"][0]["id"] == "GEC-1"

"""What the ledger of certificates takes from the sun is claimed by no hydrogen."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ems.emissions.certificates import Certificate, certificate_ledger
from ems.emissions.hydrogen_certificates import certificate_shares
from tests.emissions.hydrogen.hand import account, on_grid

DAY = date(2026, 3, 2)


def lot(**more: Any) -> Certificate:
    base = {
        "id": "lot",
        "kind": "own",
        "technology": "solar",
        "generated_from": DAY,
        "generated_to": DAY,
        "mwh": 0.03,
        "region": "CN-SD",
        "status": "assumption",
        "source": "invented",
    }
    return Certificate.model_validate({**base, **more})


def day() -> Any:
    """100 kWh of sun, of which 40 are fed in; 20 kWh bought; 80 kWh make 1.6 kg."""
    return on_grid(
        [80.0] + 23 * [0.0],
        [1.6] + 23 * [0.0],
        roof__power_kwh=[100.0] + 23 * [0.0],
        mains__export_kwh=[40.0] + 23 * [0.0],
        mains__import_kwh=[20.0] + 23 * [0.0],
    )


def found(*lots: Certificate) -> dict[str, Any]:
    x = day()
    s = certificate_shares(certificate_ledger(lots, x, (DAY, DAY)), x)
    more = {"sold_share": s.own_use_sold, "export_sold_share": s.export_sold, "certificates_share": s.covered}
    return account(x, 0.5, matching="month", **more).section()


def test_without_certificates_the_surplus_matches_the_grid_power() -> None:
    pv = found()["pv"]
    assert pv["certificates_sold"] == 0
    assert pv["hydrogen_same_hour"] + pv["hydrogen_matched"] == pytest.approx(80.0)


def test_certificates_sold_of_what_was_fed_in_leave_that_much_less_to_match() -> None:
    """30 of the 40 kWh fed in are sold: 10 are left to claim for the 20 kWh bought."""
    pv = found(lot(sold_on=date(2026, 4, 1)))["pv"]
    assert pv["certificates_sold"] == pytest.approx(30.0)
    assert pv["hydrogen_matched"] == pytest.approx(10.0)
    assert sum(v for k, v in pv.items() if k != "generated") == pytest.approx(100.0)


def test_certificates_sold_beyond_what_was_fed_in_take_the_sun_from_the_hydrogen() -> None:
    """70 kWh sold: the 40 fed in and 30 of the 60 used here; of the hydrogen's 80 kWh, 30 are left to claim."""
    section = found(lot(mwh=0.07, sold_on=date(2026, 4, 1)))
    assert section["pv"]["hydrogen_matched"] == pytest.approx(0.0)
    assert section["totals"]["shares"]["own_pv"] == pytest.approx(30 / 80)
    assert section["pv"]["certificates_sold"] == pytest.approx(70.0)


def test_what_two_lots_sold_is_taken_once() -> None:
    """Two such days, 70 and 20 kWh sold: 90 in all, 30 of them of own use."""
    amounts = {"kwh": 80.0, "kg": 1.6, "pv": 100.0, "out": 40.0, "in": 20.0}
    twice = {name: 2 * ([v] + 23 * [0.0]) for name, v in amounts.items()}
    x = on_grid(
        twice["kwh"], twice["kg"], roof__power_kwh=twice["pv"], mains__export_kwh=twice["out"],
        mains__import_kwh=twice["in"],
    )  # fmt: skip
    second, sold = date(2026, 3, 3), date(2026, 4, 1)
    lots = (
        lot(mwh=0.07, sold_on=sold),
        lot(id="next", mwh=0.02, generated_from=second, generated_to=second, sold_on=sold),
    )
    s = certificate_shares(certificate_ledger(lots, x, (DAY, second)), x)
    section = account(x, 0.5, sold_share=s.own_use_sold, export_sold_share=s.export_sold).section()
    assert section["pv"]["certificates_sold"] == pytest.approx(90.0)


def test_retired_certificates_cover_grid_power() -> None:
    section = found(lot(kind="bought", mwh=0.01, retired_on=date(2026, 4, 1)))
    assert section["by_matching"]["hour"]["shares"].get("certificates", 0) == pytest.approx(10 / 80)

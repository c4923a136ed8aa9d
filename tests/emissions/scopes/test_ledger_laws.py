"""Accounts of any activity: meters x factors, additive in time, whatever the order of meters and components."""

from __future__ import annotations

from datetime import date

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from ems.emissions.certificates import certificate_ledger
from ems.emissions.ledger import joined
from ems.emissions.scopes import actual
from ems.site import Site
from tests.emissions.scopes.scopes_toy import METERS, SUPPLY, activity, certificate, factors, site

START = "2025-12-30"  # the location-based factor changes at New Year, after 48 hours
PERIOD = (date(2025, 12, 30), date(2026, 1, 2))
HOURS = 96
LOTS = (
    certificate(id="A", generated_from="2025-12-01", generated_to="2025-12-31", mwh=30, retired_on="2026-01-05"),
    certificate(id="B", mwh=60),
    certificate(id="C", generated_from="2026-01-01", generated_to="2026-01-01", mwh=2),
    certificate(id="S", kind="own", generated_from="2025-12-31", generated_to="2026-01-01", mwh=1.5, retired_on=None,
                sold_on="2026-01-20"),
)  # fmt: skip
amounts = st.integers(0, 2**32 - 1)
quick = settings(max_examples=15, deadline=None)


def drawn(seed: int, gaps: float = 0.0) -> dict[str, np.ndarray]:
    """Hourly amounts of all meters over several orders of magnitude, with idle hours and, if wanted, gaps."""
    rng = np.random.default_rng(seed)
    found = {}
    for name in METERS:
        x = 10 ** rng.uniform(-2, 4, HOURS) * (rng.random(HOURS) > 0.2)
        found[name] = np.where(rng.random(HOURS) < gaps, np.nan, x)
    found["roof.power_kwh"] = 50 + 100 * rng.random(HOURS)  # enough for the certificates that were sold
    found["grid.export_kwh"] = found["roof.power_kwh"] * rng.random(HOURS) * (rng.random(HOURS) > 0.5)
    return found


@quick
@given(seed=amounts, gaps=st.sampled_from([0.0, 0.1]))
def test_every_scope_is_the_sum_of_meters_times_factors(seed: int, gaps: float) -> None:
    x = drawn(seed, gaps)
    a = activity(x, START)
    ledger = actual(a, factors(a), certificate_ledger((), a, PERIOD), SUPPLY)
    total = {name: [np.nansum(values[:48]), np.nansum(values[48:])] for name, values in x.items()}
    expected = {  # by hand, from the announcements
        "1": 0.19994 * sum(total["gas_main.gas_kwh"]),
        "2_location": 0.6410 * total["grid.import_kwh"][0] + 0.6191 * total["grid.import_kwh"][1],
        "2_market": 0.6096 * sum(total["grid.import_kwh"]),
        "3": 15 * sum(total["trailer.hydrogen_kg"]) + 0.0349 * sum(total["gas_main.gas_kwh"]),
        "memo": 0.02 * 11.6 * sum(total["electrolyser.hydrogen_kg"]) + 11.6 * sum(total["vent.lost_kg"]),
    }
    for scope, kg in expected.items():
        assert ledger.total(scope) == pytest.approx(kg, rel=1e-9), scope
    assert ledger.inventory("market") == pytest.approx(expected["1"] + expected["2_market"] + expected["3"], rel=1e-9)


@quick
@given(seed=amounts, cut=st.integers(1, HOURS - 1), gaps=st.sampled_from([0.0, 0.1]))
def test_splitting_a_period_and_joining_it_changes_nothing(seed: int, cut: int, gaps: float) -> None:
    a = activity(drawn(seed, gaps), START)
    held, frozen = certificate_ledger(LOTS, a, PERIOD), factors(a)
    whole = actual(a, frozen, held, SUPPLY)
    begin, at, end = a.table.index[0], a.table.index[cut], a.table.index[-1] + pd.Timedelta(hours=1)
    parts = [
        actual(a.between(*span), frozen.between(*span), held, SUPPLY) for span in ((begin, at), (at, end))
    ]  # fmt: skip
    again = joined(parts)
    pd.testing.assert_frame_equal(again.table()[whole.table().columns], whole.table(), rtol=1e-12, check_freq=False)
    for scope in ("1", "2_location", "2_market", "3", "memo"):
        assert sum(p.total(scope) for p in parts) == pytest.approx(whole.total(scope), rel=1e-9)


@quick
@given(seed=amounts, order=st.permutations(list(METERS)))
def test_order_of_meters_and_components_is_irrelevant(seed: int, order: list[str]) -> None:
    a = activity(drawn(seed), START)
    turned = Site.model_validate({**dict(site()), "components": tuple(reversed(site().components))})
    b = activity(drawn(seed), START, turned)
    b = type(b)(turned, {n: b.meters[n] for n in order}, b.table[order])
    first, second = (actual(x, factors(x), certificate_ledger(LOTS, x, PERIOD), SUPPLY) for x in (a, b))
    assert {line.key for line in first.lines} == {line.key for line in second.lines}
    pd.testing.assert_frame_equal(second.table()[first.table().columns], first.table(), rtol=1e-12)


@quick
@given(seed=amounts, gaps=st.sampled_from([0.0, 0.2]), scale=st.floats(0.01, 100))
def test_certificates_never_cover_more_than_was_bought_nor_more_than_there_are(
    seed: int, gaps: float, scale: float
) -> None:
    x = drawn(seed, gaps)
    x["roof.power_kwh"] = x["roof.power_kwh"] + 1000
    a = activity(x, START)
    lots = [c.model_copy(update={"mwh": c.mwh * scale}) for c in LOTS if c.kind == "bought"] + [LOTS[-1]]
    held = certificate_ledger(lots, a, PERIOD)
    bought = a.table["grid.import_kwh"]
    covered = held.covered["grid"]
    assert (covered.dropna() <= bought.dropna()).all()
    assert (covered.dropna() >= 0).all()
    assert (covered.isna() == bought.isna()).all()
    used = sum(u.used_kwh for u in held.uses if u.certificate.covers_import)
    assert covered.sum() == pytest.approx(used, rel=1e-9)
    for u in held.uses:
        assert u.used_kwh <= u.available_kwh * (1 + 1e-12) <= u.certificate.mwh * 1000 * (1 + 1e-9)
    kwh = {
        line.cause: np.nansum(line.activity)
        for line in actual(a, factors(a), held, SUPPLY).lines
        if line.scope == "2_market"
    }
    assert kwh["import"] + kwh["import_certified"] == pytest.approx(np.nansum(bought), rel=1e-9)

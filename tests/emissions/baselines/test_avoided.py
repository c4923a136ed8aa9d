"""Avoided = baseline - actual: nothing where nothing differs, additive over time, and never counted twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ems.emissions.activity import Activity
from ems.emissions.avoided import METHODS, avoided, by_use, section
from ems.emissions.baselines import CAUSES, Baseline
from ems.emissions.counterfactual import counterfactual
from ems.emissions.ledger import Ledger, joined
from ems.emissions.vehicles import Fleet
from forecasting.errors import InputError
from tests.emissions.baselines.parks import HAND_DAY, Round, activity, bought, fleet, hours
from tests.emissions.baselines.test_counterfactual import plain

DAYS = hours("2026-11-29", 4)  # over the end of a month
FLEET = fleet(km={"months": {"2026-11": 9_000, "2026-12": 8_000}}, hydrogen={"share": 0.7})


def random_park(seed: int) -> tuple[Activity, Round]:
    """Amounts that balance at the bus, and factors that vary by the hour."""
    draw = np.random.default_rng(seed)
    amounts = {name: x * draw.uniform(0, 2, len(DAYS)) for name, x in HAND_DAY.items() if "import" not in name}
    net = sum(
        amounts[f"{n}_kwh"]
        for n in ("users_electricity.served", "heat_pump.power", "chiller.power", "electrolyser.power")
    )
    net = np.asarray(net) - amounts["roof.power_kwh"]
    amounts |= {"mains.import_kwh": np.maximum(net, 0), "mains.export_kwh": np.maximum(-net, 0)}
    return activity(amounts, DAYS), Round(DAYS, draw.uniform(0.3, 0.9, len(DAYS)), draw.uniform(0.3, 0.9, len(DAYS)))


def cut(factors: Round, rows: np.ndarray) -> Round:
    return Round(factors.index[rows], np.asarray(factors.grid)[rows], np.asarray(factors.residual)[rows])


def both(park: Activity, factors: Round, fleets: list[Fleet]) -> tuple[Ledger, Ledger]:
    return counterfactual(park, plain(), fleets, factors)[1], bought(park, factors)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6))
def test_baseline_that_is_the_park_itself_avoids_exactly_nothing(seed: int) -> None:
    park, factors = random_park(seed)
    for account in (bought(park, factors), counterfactual(park, plain(), [FLEET], factors)[1]):
        found = avoided(account, account)
        assert (found.hourly.to_numpy() == 0).all()
        assert [found.total(m) for m in METHODS] == [0.0, 0.0]
        uses = by_use(found, (account, park), (account, park), factors)
        assert all((table.to_numpy() == 0).all() for table in uses.values())
        told = section(found, uses, {}, CAUSES)
        assert told["location"]["by_cause"] == []
        assert {line["kg"] for line in told["market"]["lines"]} == {0.0}


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, len(DAYS) - 1))
def test_parts_of_a_period_add_up_to_it(seed: int, at: int) -> None:
    park, factors = random_park(seed)
    whole = avoided(*both(park, factors, [FLEET]))
    parts = []
    for rows in (np.arange(len(DAYS)) < at, np.arange(len(DAYS)) >= at):
        index = DAYS[rows]
        part = park.between(index[0], index[-1] + pd.Timedelta(hours=1))
        parts.append(both(part, cut(factors, rows), [FLEET]))
    split = [avoided(*part) for part in parts]
    again = avoided(joined([p[0] for p in parts]), joined([p[1] for p in parts]))
    for method in METHODS:
        assert sum(p.total(method) for p in split) == pytest.approx(whole.total(method), rel=1e-9, abs=1e-6)
        assert again.total(method) == pytest.approx(whole.total(method), rel=1e-9, abs=1e-6)
        assert again.by(method, "component", "cause").to_dict() == pytest.approx(
            whole.by(method, "component", "cause").to_dict(), rel=1e-9, abs=1e-6
        )


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6))
def test_groups_of_any_kind_add_up_to_the_total(seed: int) -> None:
    park, factors = random_park(seed)
    there, ledger = counterfactual(park, plain(), [FLEET], factors)
    account = bought(park, factors)
    found = avoided(ledger, account)
    uses = by_use(found, (ledger, there), (account, park), factors)
    for method in METHODS:
        total = found.total(method)
        assert total == pytest.approx(ledger.inventory(method) - account.inventory(method), rel=1e-9)
        for levels in (("carrier",), ("component",), ("cause",), ("scope", "component", "cause", "carrier")):
            assert found.by(method, *levels).sum() == pytest.approx(total, rel=1e-9, abs=1e-6)  # type: ignore[arg-type]
        assert found.by_hour(method).sum() == pytest.approx(total, rel=1e-9, abs=1e-6)
        assert found.by_month(method).to_numpy().sum() == pytest.approx(total, rel=1e-9, abs=1e-6)
        assert uses[method].to_numpy().sum() == pytest.approx(total, rel=1e-9, abs=1e-6)
        # the toy park meters all it uses: nothing is left over, and no certificates are about
        assert uses[method][["rest", "certificates", "other"]].abs().to_numpy().max() < 1e-9
        told = section(found, uses, {}, CAUSES)[method]
        assert sum(row["kg"] for row in told["by_cause"]) == pytest.approx(told["total_kg"], rel=1e-9, abs=1e-5)
        assert sum(told["months"].values()) == pytest.approx(told["total_kg"], rel=1e-9, abs=1e-6)


def test_lines_of_a_counterfactual_are_its_meters_times_factors() -> None:
    park, factors = random_park(1)
    there, ledger = counterfactual(park, with_trucks_and_export(), [FLEET], factors)
    for line in ledger.lines:
        by_hand = there.amount(line.meter).to_numpy() * line.factor.kg_per_unit
        assert line.kg == pytest.approx(by_hand, rel=1e-12)
    assert {line.meter for line in ledger.lines} == set(there.meters)


def with_trucks_and_export() -> Baseline:
    truck = {"round_trip_km": 200, "kg_per_trip": 300, "l_per_100km": 35, "diesel": "diesel"}
    return plain(hydrogen={"factor": "grey", "truck": truck}, export={"method": "AMS-I.D", "factor": "displaced"})


def test_an_hour_without_data_on_one_side_counts_on_neither() -> None:
    park, factors = random_park(2)
    park.table.iloc[5, park.table.columns.get_loc("users_heat.served_kwh")] = np.nan
    park.table.iloc[7, park.table.columns.get_loc("mains.import_kwh")] = np.nan
    ledger, account = both(park, factors, [])
    found = avoided(ledger, account)
    assert list(found.left_out) == [DAYS[5], DAYS[7]]
    kept = np.ones(len(DAYS), bool)
    kept[[5, 7]] = False
    by_hand = sum(np.nansum(x.kg[kept]) for x in ledger.lines if x.scope != "2_market")
    by_hand -= sum(np.nansum(x.kg[kept]) for x in account.lines if x.scope != "2_market")
    assert found.total("location") == pytest.approx(by_hand)
    assert np.isnan(found.by_hour("location").iloc[[5, 7]]).all()
    assert "2 of 96 hours" in found.not_counted[-1].en


def test_hours_that_may_not_be_compared_are_left_out() -> None:
    park, factors = random_park(3)
    ledger, account = both(park, factors, [])
    found = avoided(ledger, account, left_out=DAYS[:24])
    rest = avoided(
        *(
            replace(
                x,
                index=DAYS[24:],
                lines=tuple(
                    replace(
                        line,
                        activity=line.activity[24:],
                        factor=replace(line.factor, kg_per_unit=np.broadcast_to(line.factor.kg_per_unit, 96)[24:]),
                    )
                    for line in x.lines
                ),
            )
            for x in (ledger, account)
        )
    )
    assert found.total("market") == pytest.approx(rest.total("market"))
    assert len(found.left_out) == 24


def test_a_credit_a_double_line_other_hours_and_half_a_scope_2_are_refused() -> None:
    park, factors = random_park(4)
    ledger, account = both(park, factors, [])
    first = account.lines[0]
    credit = replace(first, cause="own_pv", meter="roof.power_kwh", activity=-first.activity)
    with pytest.raises(InputError, match="a credit would subtract it once more"):
        avoided(ledger, replace(account, lines=(*account.lines, credit)))
    with pytest.raises(InputError, match="counted twice"):
        avoided(ledger, replace(account, lines=(*account.lines, replace(first, cause="again"))))
    with pytest.raises(InputError, match="2_market has none"):
        avoided(ledger, account.where(lambda line: line.scope != "2_market"))
    with pytest.raises(InputError, match="the same hours"):
        avoided(ledger, bought(park.between(DAYS[0], DAYS[24]), cut(factors, np.arange(96) < 24)))


def test_two_vintages_of_one_factor_are_no_double_line() -> None:
    park, factors = random_park(5)
    ledger, account = both(park, factors, [])
    first = np.arange(96) < 48
    halves = [replace(x, activity=np.where(rows, x.activity, 0.0)) for x in account.lines for rows in (first, ~first)]
    split = avoided(ledger, replace(account, lines=tuple(halves)))
    assert split.total("location") == pytest.approx(avoided(ledger, account).total("location"))


def test_memo_lines_are_in_no_total() -> None:
    park, factors = random_park(6)
    ledger, account = both(park, factors, [])
    memo = replace(account.lines[0], scope="memo", cause="leakage", component="electrolyser")
    found = avoided(ledger, replace(account, lines=(*account.lines, memo)))
    assert found.total("location") == avoided(ledger, account).total("location")
    assert "memo" not in found.hourly.columns.get_level_values("scope")


def test_a_park_that_buys_nothing_avoids_its_whole_baseline() -> None:
    park, factors = random_park(7)
    ledger = counterfactual(park, plain(), [], factors)[1]
    found = avoided(ledger, Ledger(DAYS, ()))
    assert found.total("location") == pytest.approx(ledger.inventory("location"))
    assert found.by("location", "carrier").index.tolist()


def test_what_certificates_take_from_the_import_stands_by_itself() -> None:
    park, factors = random_park(8)
    there, ledger = counterfactual(park, plain(), [], factors)
    account = bought(park, factors)
    market = account.lines[1]
    none = replace(market.factor, id="retired", kg_per_unit=np.asarray(0.0))
    covered = replace(market, cause="import_certified", meter="mains.import_covered_kwh", factor=none)
    half = [replace(line, activity=line.activity / 2) for line in (replace(market, meter="mains.rest_kwh"), covered)]
    certified = replace(account, lines=(account.lines[0], *half))
    found = avoided(ledger, certified)
    uses = by_use(found, (ledger, there), (certified, park), factors)
    assert uses["market"]["certificates"].sum() == pytest.approx(market.kg.sum() / 2)
    assert uses["location"]["certificates"].abs().max() < 1e-9
    assert uses["market"].to_numpy().sum() == pytest.approx(found.total("market"))

"""The park by rules is a fair baseline only where it served what the park served."""

from __future__ import annotations

import numpy as np
import pytest

from ems.emissions.avoided import avoided
from ems.emissions.rule_based import rule_based, same_service
from forecasting.errors import InputError
from tests.emissions.baselines.parks import HAND_DAY, Round, activity, bought, hours

DAYS = hours(days=3)


def test_rules_are_accounted_as_the_park_is() -> None:
    factors = Round(DAYS)
    park = activity(HAND_DAY, DAYS)
    rules = activity({**HAND_DAY, "mains.import_kwh": 80.0}, DAYS)
    ledger, service = rule_based(rules, park, lambda a: bought(a, factors))
    assert (list(service.left_out), service.notes) == ([], ())
    found = avoided(ledger, bought(park, factors), service.notes, service.left_out)
    assert found.total("location") == pytest.approx(72 * 10 * 0.6)
    assert found.total("market") == pytest.approx(72 * 10 * 0.7)


def test_serving_at_another_hour_of_the_day_is_the_same_service() -> None:
    early, late = (np.tile(np.roll(np.r_[np.full(4, 30.0), np.zeros(20)], k), 3) for k in (6, 17))
    service = same_service(
        activity({"refuelling.served_kg": early}, DAYS), activity({"refuelling.served_kg": late}, DAYS)
    )
    assert len(service.left_out) == 0


@pytest.mark.parametrize("side", ["park", "rules"])
def test_a_day_on_which_one_side_served_less_counts_on_neither(side: str) -> None:
    heat = np.full(72, 92.0)
    heat[30] = 0.0  # on the second day
    short, full = activity({**HAND_DAY, "users_heat.served_kwh": heat}, DAYS), activity(HAND_DAY, DAYS)
    rules, park = (full, short) if side == "park" else (short, full)
    service = same_service(rules, park)
    assert list(service.left_out) == list(DAYS[24:48])
    assert "on 1 day the two sides served different amounts" in service.notes[0].en
    factors = Round(DAYS)
    found = avoided(bought(rules, factors), bought(park, factors), service.notes, service.left_out)
    assert list(found.left_out) == list(DAYS[24:48])


def test_what_only_one_side_stored_is_told() -> None:
    park = activity({**HAND_DAY, "bottles.charge_kg": 10.0}, DAYS)
    told = same_service(activity(HAND_DAY, DAYS), park).notes
    assert [n.en for n in told] == [
        "hydrogen tank (bottles): the park stored about 720.0 kg more than the rules did, worth about 25,920 kgCO2e by "
        "the site file; this is not counted."
    ]


def test_rules_without_a_demand_of_the_park_are_told() -> None:
    park = activity(HAND_DAY, DAYS)
    kept = {name: m for name, m in park.meters.items() if name != "users_heat.served_kwh"}
    with pytest.raises(InputError, match="the same demands"):
        same_service(type(park)(park.site, kept, park.table[list(kept)]), park)

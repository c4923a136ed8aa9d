"""A park and its baselines accounted over one period: every ledger that a report shows, and what was avoided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ems.emissions.activity import Activity, Meter, amount_name
from ems.emissions.avoided import Avoided, avoided
from ems.emissions.baselines import RULE_BASED
from ems.emissions.basis import Basis, Source
from ems.emissions.certificates import CertificateLedger, certificate_ledger
from ems.emissions.counterfactual import counterfactual
from ems.emissions.factor_set import FactorSet, frozen_factors
from ems.emissions.hydrogen import HydrogenReport, hydrogen_account, makes_hydrogen
from ems.emissions.hydrogen_certificates import certificate_shares
from ems.emissions.ledger import Ledger, Method
from ems.emissions.not_counted import not_counted
from ems.emissions.rule_based import rule_based
from ems.emissions.scopes import actual
from models.grid import Grid


@dataclass(frozen=True)
class Side:
    """A baseline: what would have been bought, its account, and what the park avoids against it."""

    activity: Activity
    meters: Mapping[str, Meter]  # of its lines
    ledger: Ledger
    avoided: Avoided


@dataclass(frozen=True)
class Accounted:
    """All ledgers of a report."""

    factors: FactorSet
    certificates: CertificateLedger
    meters: Mapping[str, Meter]  # of the park's lines, those that certificates split included
    park: Ledger
    sides: Mapping[str, Side]
    hydrogen: HydrogenReport | None
    supply: Mapping[Method, HydrogenReport]  # of the hydrogen that vehicles take, by both methods


def accounted(basis: Basis) -> Accounted:
    """Account the park and its baselines; raises `InputError` for what cannot be accounted."""
    accounting, park = basis.accounting.accounting, basis.source.park
    index = pd.DatetimeIndex(park.table.index)
    factors = frozen_factors(
        accounting.factors,
        basis.registry,
        index,
        basis.file.site,
        folder=basis.accounting.folder,
        figures=basis.file.figures(),
    )

    def certified(activity: Activity) -> CertificateLedger:
        return certificate_ledger(accounting.certificates, activity, (basis.start, basis.end))

    def account(activity: Activity) -> Ledger:
        return actual(activity, factors, certified(activity), accounting.supply)

    certificates, ledger = certified(park), account(park)
    sides = {
        name: _by_rules(basis.source, ledger, account, certified)
        if name == RULE_BASED
        else _otherwise(name, basis, factors, ledger)
        for name in basis.baselines
    }
    hydrogen, supply = _hydrogen(basis, factors, certificates)
    return Accounted(factors, certificates, _origins(park, certificates), ledger, sides, hydrogen, supply)


def _by_rules(
    source: Source,
    park: Ledger,
    account: Callable[[Activity], Ledger],
    certified: Callable[[Activity], CertificateLedger],
) -> Side:
    """The same days run by rules, under the same certificates."""
    assert source.rules is not None, "asked for in basis_of"
    ledger, service = rule_based(source.rules, source.park, account)
    meters = _origins(source.rules, certified(source.rules))
    return Side(source.rules, meters, ledger, avoided(ledger, park, service.notes, service.left_out))


def _otherwise(name: str, basis: Basis, factors: FactorSet, park: Ledger) -> Side:
    """The same demands, served in another way."""
    baseline, accounting, activity = basis.named[name].baseline, basis.accounting.accounting, basis.source.park
    fleets = accounting.vehicles
    bought, ledger = counterfactual(activity, baseline, fleets, factors, basis.accounting.accounting.supply.upstream)
    return Side(bought, bought.meters, ledger, avoided(ledger, park, not_counted(activity, baseline, fleets)))


def _hydrogen(
    basis: Basis, factors: FactorSet, certificates: CertificateLedger
) -> tuple[HydrogenReport | None, dict[Method, HydrogenReport]]:
    """The account of the hydrogen made, and the same by each method of scope 2 for whom it was supplied to."""
    how, park = basis.accounting.accounting.hydrogen, basis.source.park
    if not makes_hydrogen(park.site):
        return None, {}
    shares, levels = certificate_shares(certificates, park), basis.source.levels
    location, market = (np.asarray(f.kg_per_unit, float) for f in (factors.location, factors.market))
    gone = {"sold_share": shares.own_use_sold, "export_sold_share": shares.export_sold}

    # by location no certificate counts; by market what is covered is bought at nothing
    supply: dict[Method, HydrogenReport] = {
        "location": hydrogen_account(park, location, 0.0, how, levels),
        "market": hydrogen_account(park, market * (1 - shares.covered), 0.0, how, levels, **gone),
    }
    return hydrogen_account(park, location, shares.covered, how, levels, **gone), supply


def _origins(park: Activity, certificates: CertificateLedger) -> dict[str, Meter]:
    """The meter behind each line: what certificates split is read from the meter that they split."""
    kinds = {c.name: "import_kw" if isinstance(c, Grid) else "power_kw" for c in park.site.components}
    split = {
        m.name: park.meters[amount_name(m.component, kinds[m.component])] for m, _ in certificates.meters(park.site)
    }
    return {**park.meters, **split}

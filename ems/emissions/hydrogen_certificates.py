"""What the ledger of certificates means for hydrogen: shares of grid power, of own use and of what was fed in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ems.emissions.activity import Activity
from ems.emissions.certificates import CertificateLedger
from ems.emissions.metered import Metered
from ems.emissions.mixture import Array, over


@dataclass(frozen=True)
class CertificateShares:
    """Shares by hour, shape (hours,), zero in hours without data."""

    covered: Array  # of grid power, by retired certificates
    own_use_sold: Array  # of own PV used on site, its certificates sold
    export_sold: Array  # of own PV fed in, its certificates sold


def certificate_shares(ledger: CertificateLedger, activity: Activity) -> CertificateShares:
    """Shares for `ems.emissions.hydrogen.hydrogen_account`.

    The ledger takes what was sold from what was fed in first and tells only the sum of it; here it is spread evenly
    over all PV fed in while the certificates' generation ran.
    """
    metered = Metered(activity)
    pv = np.nan_to_num(metered.total(metered.of_kind("pv"), "power_kw"))
    fed = np.nan_to_num(metered.total(metered.of_kind("grid"), "export_kw"))
    imported, covered, own = (_sum(t) for t in (ledger.imported, ledger.covered, ledger.sold_own))
    sold_lots = [u for u in ledger.uses if u.certificate.sold_on is not None]
    days = pd.DatetimeIndex(activity.table.index).date
    running = np.zeros(len(days), bool)
    for use in sold_lots:
        running |= (days >= use.certificate.generated_from) & (days <= use.certificate.generated_to)
    left = sum(u.used_kwh for u in sold_lots) - float(own.sum())
    within = float((fed * running).sum())
    share = min(max(left, 0.0) / within, 1.0) if within > 0 else 0.0
    return CertificateShares(
        covered=np.minimum(over(covered, imported), 1.0),
        own_use_sold=np.minimum(over(own, np.maximum(pv - fed, 0.0)), 1.0),
        export_sold=np.where(running, share, 0.0),
    )


def _sum(table: pd.DataFrame) -> Array:
    return np.asarray(np.nan_to_num(table.sum(axis=1).to_numpy(float)))

"""Where a carrier comes from: amounts that keep their sources through busbar and store.

A mixture is an array of shape (..., 2, sources): amounts by source [kWh at the busbar, or kg], and what they emitted
[kgCO2e]. In one hour, in this order:

    into    = what the store takes, from the sources of the hour (a store does not fill itself)
    content = content + into                           losses stay with what is left: nothing emitted is forgotten
    out     = content * drawn                          drawn = out of the store / (level at the end + out of the store)
    pool    = sources - into + out                     shared among the uses

Pro rata, every use takes the same mixture. With an order of uses, own PV goes to the first use up to its need, then to
the next; all else is shared in proportion to what each use still needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


SOURCES = ("own_pv", "matched_pv", "certificates", "grid", "sold_pv", "gas", "fuel_cell", "delivered", "unknown")
SOURCE_TEXT = {
    "own_pv": ("自有光伏, 同一小时", "own PV, same hour"),
    "matched_pv": ("自有光伏, 匹配期内其他小时的余电", "own PV, surplus of another hour of the matching period"),
    "certificates": ("已注销绿证的网电", "grid power with certificates retired for it"),
    "grid": ("网电", "grid power"),
    "sold_pv": ("绿证已售出的自有光伏, 按网电计", "own PV whose certificates were sold: counts as grid power"),
    "gas": ("燃气机组发电", "power of gas engines"),
    "fuel_cell": ("燃料电池发电", "power of fuel cells"),
    "delivered": ("外购氢", "delivered hydrogen"),
    "unknown": (
        "来源不明: 期初存量或未计量, 按网电计",
        "unknown: stock at the start or not metered, counts as grid power",
    ),
}
AT = {name: k for k, name in enumerate(SOURCES)}
AMOUNT, KGCO2E = 0, 1
PV = AT["own_pv"]


@dataclass(frozen=True)
class Stores:
    """All stores of a carrier as one: flows at the bus, shape (hours,), and what they hold at the start."""

    charge: Array
    discharge: Array
    drawn: Array  # share of the content that leaves in the hour
    opening: Array  # mixture, shape (2, sources)

    def only(self, valid: Mask) -> Stores:
        """The same, at rest in all other hours."""
        charge, discharge, drawn = (np.where(valid, x, 0.0) for x in (self.charge, self.discharge, self.drawn))
        return Stores(charge, discharge, drawn, self.opening)


@dataclass(frozen=True)
class Shared:
    """What each use took, and what the stores hold in the end."""

    uses: Mapping[str, Array]  # use -> mixture, shape (hours, 2, sources)
    left: Array  # mixture, shape (2, sources)


def mixture(hours: int) -> Array:
    return np.zeros((hours, 2, len(SOURCES)))


def amount(x: Array) -> Array:
    """Amount of a mixture over all sources."""
    return np.asarray(x[..., AMOUNT, :].sum(axis=-1))


def over(part: Array, whole: Array) -> Array:
    """Part over whole; zero where the whole is zero."""
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=np.asarray(whole) > 0)


def through_store(into: Array, drawn: Array, opening: Array) -> tuple[Array, Array]:
    """Mixture that leaves a store hour by hour, and what it holds after the last.

    Args:
        into: shape (hours, 2, sources).
        drawn: share of the content that leaves in each hour, shape (hours,).
        opening: content before the first hour, shape (2, sources).
    """
    out, content = np.zeros_like(into), opening
    for t, share in enumerate(drawn.tolist()):
        content = content + into[t]
        if share:
            out[t] = share * content
            content = content - out[t]
    return out, content


def shared(sources: Array, stores: Stores, needs: Mapping[str, Array], order: Sequence[str] | None) -> Shared:
    """Share the sources of each hour among the store and the uses.

    Args:
        sources: mixture of what is made and bought, shape (hours, 2, sources); its amounts are those at the bus.
        stores: charge and discharge at the bus, content.
        needs: what is metered per use, shape (hours,); ``others`` takes what is left.
        order: uses in the order in which they take own PV, ``charge`` and ``others`` among them; none: pro rata.
    """
    total = amount(sources)
    rest = total + stores.discharge - stores.charge - sum(needs.values(), np.zeros(len(total)))
    wanted = {**needs, "others": np.maximum(rest, 0.0)}

    pv = sources[:, AMOUNT, PV]
    sun = _pv_for_store(pv, total, stores.charge, wanted, order)
    into = _take(sources, pv, total - pv, sun, stores.charge - sun)
    out, left = through_store(into, stores.drawn, stores.opening)

    pool = sources - into + out
    pv = pv - sun + stores.discharge * over(out[:, AMOUNT, PV], amount(out))
    total = total - stores.charge + stores.discharge
    uses, free = {}, pv
    for use in order or wanted:
        if use == "charge":
            continue
        sun = np.minimum(wanted[use], free) if order else wanted[use] * over(pv, total)
        free = free - sun
        uses[use] = _take(pool, pv, total - pv, sun, wanted[use] - sun)
    return Shared(uses, left)


def _pv_for_store(
    pv: Array, total: Array, charge: Array, wanted: Mapping[str, Array], order: Sequence[str] | None
) -> Array:
    if order is None:
        return charge * over(pv, total)
    before = sum((wanted[use] for use in order[: order.index("charge")]), np.zeros(len(pv)))
    return np.clip(pv - before, np.maximum(charge - (total - pv), 0.0), np.minimum(charge, pv))


def _take(pool: Array, pv: Array, rest: Array, take_pv: Array, take_rest: Array) -> Array:
    """Part of a pool: so much of its own PV, so much of all else; ``pv`` and ``rest`` are what the pool delivers."""
    taken = pool * over(take_rest, rest)[:, None, None]
    taken[:, :, PV] = pool[:, :, PV] * over(take_pv, pv)[:, None]
    return taken

"""From the intervals of a weather source to the intervals of the plan, without losing energy.

    native interval i      mean GHI_i, DHI_i over [start_i, start_i + native step)
    fine step k            clear sky c_k (Haurwitz) at the middle of the step
    clear-sky index        kc_i = GHI_i / mean of c over i, joined by straight lines between the middles
    fine GHI               g_k = kc(t_k) c_k x (factor per native interval, so that its mean is GHI_i again)
    fine DHI               d_k = g_k x DHI_i / GHI_i
    fine DNI               b_k = (g_k - d_k) / cosZ_k, at most the beam limit; what is cut stays in the diffuse part
    plan interval          means of g, d, b; sun = mean of the sun vectors weighted by b

The weighted sun keeps DNI cosZ + DHI = GHI in every plan interval, and the beam on any plane, at every step length.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.errors import InputError
from forecasting.horizon import nanoseconds, step_of
from forecasting.sun import Floats, beam_limit, clear_sky_ghi, sun_vectors

MINUTE_NS = 60_000_000_000
MAX_LOST_SHARE = 0.05
TWILIGHT_W_PER_M2 = 20.0  # GHI that an interval without sun may have; it is left out without further words


@dataclass(frozen=True)
class Spot:
    """The point whose sun counts: latitude [°], longitude [°], altitude [m]."""

    latitude: float
    longitude: float
    altitude_m: float


@dataclass(frozen=True)
class FineAxis:
    """The plan's intervals cut into steps that also fit the source's intervals."""

    index: pd.DatetimeIndex
    minutes: int
    per_step: int
    middles_ns: npt.NDArray[np.int64]

    @classmethod
    def of(cls, index: pd.DatetimeIndex, native_minutes: int = 60) -> FineAxis:
        """Cut ``index`` into steps of at most 15 min."""
        step = step_of(index)
        fine = gcd(gcd(step, native_minutes), 15)
        offsets = np.arange(step // fine) * fine * MINUTE_NS + fine * MINUTE_NS // 2
        return cls(index, fine, step // fine, (nanoseconds(index)[:, None] + offsets[None, :]).ravel())

    def mean(self, fine: Floats) -> Floats:
        """Mean per plan interval."""
        return np.asarray(fine.reshape(len(self.index), self.per_step, *fine.shape[1:]).mean(axis=1))


def covering_hours(index: pd.DatetimeIndex, margin_hours: int = 2) -> pd.DatetimeIndex:
    """Full UTC hours around the index, with a margin on both sides."""
    margin = pd.Timedelta(hours=margin_hours)
    first, last = index[0].tz_convert("UTC").floor("h") - margin, index[-1].tz_convert("UTC").ceil("h") + margin
    return pd.date_range(first, last, freq="h")


def refine(
    starts_ns: npt.NDArray[np.int64], native_minutes: int, ghi: Floats, dhi: Floats, axis_ns: npt.NDArray[np.int64],
    cos_zenith: Floats, source: str,
) -> tuple[Floats, Floats, float]:  # fmt: skip
    """Fine GHI and DHI [W/m2] from native means, and the share of energy that came while the sun was down.

    Twilight is not counted. ``axis_ns`` are middles of fine steps. A native interval that the axis covers only in part
    cannot be scaled to its mean; callers therefore hand over an axis that reaches over whole native intervals.
    """
    owner = (axis_ns - starts_ns[0]) // (native_minutes * MINUTE_NS)
    if owner.min() < 0 or owner.max() >= len(starts_ns):
        raise InputError(source, "time", None, "irradiance over the whole period asked for")
    clear, count = clear_sky_ghi(cos_zenith), np.bincount(owner, minlength=len(ghi))
    clear_mean = np.bincount(owner, clear, len(ghi)) / np.maximum(count, 1)
    lit = clear_mean > 1e-9
    index_of_clearness = np.clip(np.divide(ghi, clear_mean, out=np.zeros_like(ghi), where=lit), 0.0, 1.2)
    centres = starts_ns + native_minutes * MINUTE_NS // 2
    before, after = np.roll(index_of_clearness, 1), np.roll(index_of_clearness, -1)
    dusk, dawn = np.roll(lit, 1), np.roll(lit, -1)  # a dark interval takes the index of its lit neighbour
    joined = np.select([lit, dusk, dawn], [index_of_clearness, before, after], 0.0)
    shape = np.interp(axis_ns, centres, joined) * clear
    shape = np.where((ghi > 0)[owner] & (shape <= 0), 1e-6 * clear, shape)
    shape_mean = np.bincount(owner, shape, len(ghi)) / np.maximum(count, 1)
    factor = np.divide(ghi, shape_mean, out=np.zeros_like(ghi), where=shape_mean > 0)
    share = np.clip(np.divide(dhi, ghi, out=np.ones_like(ghi), where=ghi > 0), 0.0, 1.0)
    fine = shape * factor[owner]
    seen = count > 0
    total = float(ghi[seen].sum())
    lost = float(ghi[seen & ~lit & (ghi > TWILIGHT_W_PER_M2)].sum()) / total if total > 0 else 0.0
    return fine, fine * share[owner], lost


def on_plan(axis: FineAxis, ghi: Floats, dhi: Floats, sun: Floats) -> pd.DataFrame:
    """Irradiance and sun position per plan interval from fine GHI, DHI [W/m2] and sun vectors."""
    up = np.maximum(sun[:, 2], 0.0)
    beam = np.divide(ghi - dhi, up, out=np.zeros_like(ghi), where=up > 0)
    dni = np.clip(beam, 0.0, beam_limit(up))
    diffuse = ghi - dni * up
    dni_sum = axis.mean(dni)
    weight = np.where(np.repeat(dni_sum > 0, axis.per_step), dni, ghi)
    weight = np.where(np.repeat(axis.mean(weight) > 0, axis.per_step), weight, 1.0)
    vector = axis.mean(sun * weight[:, None]) / axis.mean(weight)[:, None]
    table = pd.DataFrame(index=axis.index.rename("time"))
    table["ghi_w_per_m2"] = axis.mean(ghi)
    table["dni_w_per_m2"] = dni_sum
    table["dhi_w_per_m2"] = axis.mean(diffuse)
    table["apparent_zenith_deg"] = np.degrees(np.arccos(np.clip(vector[:, 2], -1.0, 1.0)))
    table["azimuth_deg"] = np.degrees(np.arctan2(vector[:, 0], vector[:, 1])) % 360.0
    return table


def resample(
    starts: pd.DatetimeIndex, ghi: Floats, dhi: Floats, index: pd.DatetimeIndex, spot: Spot, source: str
) -> tuple[pd.DataFrame, float]:
    """Bring native interval means of GHI and DHI [W/m2] onto ``index``; returns the table and the lost share.

    Refuses a source that brings more than 5 % of its energy while the sun is down: place or times must be wrong.
    """
    native = step_of(starts, source)
    inner = FineAxis.of(index, native)
    begin, width = nanoseconds(starts)[0], native * MINUTE_NS
    fine_ns = inner.minutes * MINUTE_NS
    first, last = (inner.middles_ns[[0, -1]] - begin) // width  # with a neighbour on both sides, where there is one
    low = begin + width * min(first, max(first - 1, 0))
    high = begin + width * max(last + 1, min(last + 2, len(starts)))
    whole = np.arange(low + fine_ns // 2, high, fine_ns)
    sun = sun_vectors(spot.latitude, spot.longitude, spot.altitude_m, whole)
    global_, diffuse, lost = refine(nanoseconds(starts), native, ghi, dhi, whole, sun[:, 2], source)
    if lost > MAX_LOST_SHARE:
        raise InputError(
            source, "irradiance at night", f"{lost:.0%} of all energy", f"less than {MAX_LOST_SHARE:.0%}",
            "check latitude, longitude and the offsets of the times",
        )  # fmt: skip
    skip = int((inner.middles_ns[0] - whole[0]) // fine_ns)
    cut = slice(skip, skip + len(inner.middles_ns))
    return on_plan(inner, global_[cut], diffuse[cut], sun[cut]), lost

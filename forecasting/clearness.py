"""Clear and dark days, and clear and dark hours, as they follow each other in most places.

    daily clearness    K = GHI of a day / extraterrestrial;  in a month of mean Km distributed as
                       f(K) ~ exp(gamma K) on [0.05, K_max],  K_max = 0.6313 + 0.267 Km - 11.9 (Km - 0.75)^8
                       with gamma such that the mean is Km
    order of days      ranks of z_d = 0.29 z_(d-1) + sqrt(1 - 0.29^2) e_d;  the day of rank r (1 … n) of a month takes
                       the quantile (r - 1/2) / n: every month has the whole distribution, in a random order
    hours of a day     k_h = k_m(K, h) + sigma(K, h) y_h,  y_h = phi(K) y_(h-1) + sqrt(1 - phi^2) e_h,
                       between a tenth of K and 1.15 x a clear sky's (Haurwitz)

Sources: distribution by Bendt, Collares-Pereira and Rabl (1981), Solar Energy 27, 1; K_max by Hollands and Huget
(1983), Solar Energy 30, 195; 0.29 by Graham, Hollands and Unny (1988), Solar Energy 40, 83; quantiles instead of
draws, for one year that stands for many, after Knight, Klein and Duffie (1991), Solar Energy 46, 109; hours by Aguiar
and Collares-Pereira (1992), model TAG, Solar Energy 49, 167, but for the two bounds, which are of this project: TAG's
own, 0.88 cos(pi (h - 12) / 30), lets a low winter sun shine brighter than any sky.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forecasting.errors import InputError
from forecasting.sun import Floats

K_MIN = 0.05
DAY_TO_DAY = 0.29
CLEAREST = 1.15  # of a clear sky's irradiance
STEEPEST = 300.0  # |gamma|, far beyond that of any climate


def daily_clearness(source: str, monthly: Floats, month: npt.NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Clearness of each day, shape (days,); ``monthly`` are twelve means, ``month`` (days,) counts from 0."""
    order = autoregressive(len(month), DAY_TO_DAY, rng)
    out = np.zeros(len(month))
    for m in range(12):
        days = np.flatnonzero(month == m)
        rank = order[days].argsort().argsort()
        out[days] = quantiles(source, float(monthly[m]), (rank + 0.5) / len(days))
    return out


def autoregressive(n: int, lag_1: float, rng: np.random.Generator) -> Floats:
    """A standard normal series, shape (n,), whose neighbours correlate by ``lag_1``."""
    noise = rng.standard_normal(n)
    out = noise.copy()
    for k in range(1, n):
        out[k] = lag_1 * out[k - 1] + np.sqrt(1 - lag_1**2) * noise[k]
    return out


def quantiles(source: str, mean: float, share: Floats) -> Floats:
    """Daily clearness that a ``share`` of the days of a month with this mean does not exceed.

    Raises `InputError` for a mean that no sky has.
    """
    from scipy.optimize import brentq

    top = 0.6313 + 0.267 * mean - 11.9 * (mean - 0.75) ** 8
    width = top - K_MIN

    def missed(gamma: float) -> float:
        x = gamma * width
        return K_MIN + width * (0.5 + x / 12 if abs(x) < 1e-4 else -1 / np.expm1(-x) - 1 / x) - mean

    if not missed(-STEEPEST) < 0 < missed(STEEPEST):
        raise InputError(
            source, "ghi_kwh_per_m2_d", f"{mean:.2f} of what arrives outside the atmosphere", f"{K_MIN:g} to {top:.2f}",
            "check the figure of the month and the latitude of the site",
        )  # fmt: skip
    x = float(brentq(missed, -STEEPEST, STEEPEST)) * width
    return np.asarray(K_MIN + width * (share if abs(x) < 1e-9 else np.log1p(share * np.expm1(x)) / x))


def hourly_clearness(daily: Floats, sine: Floats, clear: Floats, rng: np.random.Generator) -> Floats:
    """Clearness of each hour, shape (days, 24).

    Args:
        daily: clearness of each day, shape (days,).
        sine: sine of the sun's height in each hour, shape (days, 24).
        clear: clearness of a clear sky in each hour, shape (days, 24).
        rng: source of the noise.
    """
    k, up = daily[:, None], np.maximum(sine, 1e-3)
    phi = 0.38 + 0.06 * np.cos(7.4 * daily - 2.5)
    depth = 0.19 + 2.27 * k**2 - 2.51 * k**3
    middle = -0.19 + 1.12 * k + 0.24 * np.exp(-8 * k) + (0.32 - 1.6 * (k - 0.5) ** 2) * np.exp(-depth / up)
    spread = 0.14 * np.exp(-20 * (k - 0.35) ** 2) * np.exp((3 * (k - 0.45) ** 2 + 16 * k**5) * (1 - up))
    noise = rng.standard_normal((len(daily), 24))
    y = noise.copy()
    for h in range(1, 24):
        y[:, h] = phi * y[:, h - 1] + np.sqrt(1 - phi**2) * noise[:, h]
    floor = 0.1 * k
    return np.asarray(np.clip(middle + spread * y, floor, np.maximum(CLEAREST * clear, floor)))

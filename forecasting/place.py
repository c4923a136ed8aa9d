"""Where the park is."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, isfinite, radians, sin, sqrt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from forecasting.errors import InputError

EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True)
class Place:
    """A point on the earth: latitude and longitude [° north, ° east], altitude [m], IANA time zone."""

    latitude: float
    longitude: float
    altitude_m: float
    timezone: str

    def __post_init__(self) -> None:
        limits = {"latitude": (-90.0, 90.0), "longitude": (-180.0, 180.0), "altitude_m": (-500.0, 9000.0)}
        for field, (low, high) in limits.items():
            value = getattr(self, field)
            if not (isfinite(value) and low <= value <= high):
                raise InputError("place", field, value, f"{low:g} to {high:g}")
        zone(self.timezone)


def zone(name: str) -> ZoneInfo:
    """Return the IANA time zone of that name, or say that there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError("place", "timezone", name, "an IANA name such as Asia/Shanghai") from error


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance [km] of two (latitude, longitude) pairs [°]; haversine formula."""
    (lat_a, lon_a), (lat_b, lon_b) = ((radians(x), radians(y)) for x, y in (a, b))
    h = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(h))

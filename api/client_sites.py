"""Calls of the client about sites, and about measurements and forecasts from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import pandas as pd

from api.client_frames import Moment, chunks, moment, points_frame, spans
from api.client_transport import Calls
from api.contract.series import Points, SeriesDefinition, SeriesInfo, SeriesValues, Stored
from api.contract.sites import Site, SiteColumns, SiteSummary, SiteText, SiteVersion, Verdict


class SiteCalls(Calls):
    """Sites and series."""

    def sites(self) -> list[SiteSummary]:
        return list(self._pages(SiteSummary, "sites"))

    def site(self, name: str, version: int | None = None) -> Site:
        return self._to.model(Site, "GET", "sites", name, params={"version": version})

    def versions(self, name: str) -> Iterator[SiteVersion]:
        """Versions of a site, newest first."""
        return self._pages(SiteVersion, "sites", name, "versions")

    def columns(self, name: str) -> SiteColumns:
        """Unit, sign and meaning of every column of the plans and of the inputs of a site."""
        return self._to.model(SiteColumns, "GET", "sites", name, "columns")

    def validate(self, name: str, yaml: str, files: Mapping[str, str] | None = None) -> Verdict:
        """Everything that is wrong with a site file; nothing is kept."""
        body = SiteText(yaml=yaml, files=dict(files or {}))
        return self._to.model(Verdict, "POST", "sites", name, "validate", body=body, again=True)

    def put_site(
        self,
        name: str,
        yaml: str,
        files: Mapping[str, str] | None = None,
        *,
        comment: str = "",
        replaces: Site | None = None,
    ) -> Site:
        """Keep a site file as the next version of the site ``replaces``, or create the site where that is None.

        Raises `ApiError` 412 where someone else has changed or created the site meanwhile.
        """
        told = {"If-Match": f'"{replaces.tag}"'} if replaces else {"If-None-Match": "*"}
        body = SiteText(yaml=yaml, files=dict(files or {}), comment=comment)
        return self._to.model(Site, "PUT", "sites", name, body=body, headers=told, again=False)

    def series(self, site: str) -> Iterator[SeriesInfo]:
        """Series of a site, by name."""
        return self._pages(SeriesInfo, "sites", site, "series")

    def define_series(
        self,
        site: str,
        name: str,
        kind: Literal["measurement", "forecast"],
        unit: str,
        resolution: str,
        column: str | None = None,
    ) -> SeriesInfo:
        """Define a series such as ``define_series("qingdao", "pv", "forecast", "kW/kWp", "PT15M", "roof.yield_…")``."""
        body = SeriesDefinition(kind=kind, unit=unit, resolution=resolution, column=column)
        return self._to.model(SeriesInfo, "PUT", "sites", site, "series", name, body=body)

    def delete_series(self, site: str, name: str) -> None:
        """Delete a series with all its points."""
        self._to.send("DELETE", "sites", site, "series", name)

    def push(self, site: str, name: str, values: pd.Series[float], *, issued_at: Moment | None = None) -> int:
        """Store values by time; NaN is missing. Returns how many. A forecast is issued now unless said."""
        info = self._to.model(SeriesInfo, "GET", "sites", site, "series", name)
        issued = None
        if info.kind == "forecast":
            issued = (pd.Timestamp.now("UTC") if issued_at is None else moment(issued_at)).to_pydatetime()
        path = ("sites", site, "series", name, "points")
        sent = [self._to.model(Stored, "POST", *path, body=x, again=True) for x in chunks(values, info, issued)]
        return sum(stored.points for stored in sent)

    def push_points(self, site: str, name: str, points: Points) -> int:
        """Store a batch that has the form of the contract, qualities included. Returns how many."""
        return self._to.model(Stored, "POST", "sites", site, "series", name, "points", body=points, again=True).points

    def points(
        self, site: str, name: str, start: Moment, end: Moment, *, issued_before: Moment | None = None
    ) -> pd.DataFrame:
        """Value and quality of each interval that begins in [start, end); of forecasts the newest issue."""
        info = self._to.model(SeriesInfo, "GET", "sites", site, "series", name)
        known = {"issued_before": moment(issued_before).isoformat()} if issued_before is not None else {}
        path, first = ("sites", site, "series", name, "points"), moment(start)
        parts = [
            self._to.model(SeriesValues, "GET", *path, params={"from": a.isoformat(), "to": b.isoformat()} | known)
            for a, b in spans(first, moment(end), info.resolution)
        ]
        return points_frame(parts, first.tz)

    def values(
        self, site: str, name: str, start: Moment, end: Moment, *, issued_before: Moment | None = None
    ) -> pd.Series[float]:
        """The values alone, NaN where they are missing; unit and resolution are in ``attrs``."""
        found = self.points(site, name, start, end, issued_before=issued_before)
        column = found["value"].rename(name)
        column.attrs = found.attrs
        return column

"""`field.yaml` of a site, as a whole: its parts fit each other and the site."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from api.contract.series import Resolution, seconds_of
from api.field.addresses import KIND_OF, At, RegistersAt, Strict, TopicAt
from api.field.parts import Peer, Point, Service, Setpoint, Watchdog
from ems.columns import series_columns
from ems.site import Name, Site
from forecasting.errors import InputError, meant
from forecasting.yaml_files import read_yaml


class FieldFile(Strict):
    site: Name
    writes: Literal["enabled", "disabled"] = "disabled"
    service: Service | None = Field(None, description="none: measurements go to a CSV file")
    interval: Resolution = "PT1M"
    connections: dict[Name, Peer] = Field(min_length=1, max_length=50)
    points: dict[Name, Point] = Field(min_length=1, max_length=2000)
    setpoints: dict[Name, Setpoint] = Field(default_factory=dict, max_length=200)
    watchdogs: dict[Name, Watchdog] = Field(default_factory=dict, description="connection -> its watchdog")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name, point in self.points.items():
            self._reaches(f"points.{name}", point.connection, point.at)
        for name, setpoint in self.setpoints.items():
            self._reaches(f"setpoints.{name}", setpoint.connection, setpoint.at)
            self._reaches(f"setpoints.{name}.read_back", setpoint.connection, setpoint.told.at)
            for point_name in setpoint.requires:
                if point_name not in self.points:
                    said = meant(point_name, self.points)
                    raise ValueError(f"setpoints.{name}.requires: no point {point_name!r}; {said}")
            if setpoint.connection not in self.watchdogs:
                raise ValueError(f"setpoints.{name}: the connection {setpoint.connection!r} has no watchdog")
        for name, watchdog in self.watchdogs.items():
            self._reaches(f"watchdogs.{name}", name, watchdog.at)
            if name not in {s.connection for s in self.setpoints.values()}:
                raise ValueError(f"watchdogs.{name}: no setpoint goes there")
        self._once()
        if self.writes == "enabled" and (self.service is None or not self.setpoints):
            raise ValueError("writes: enabled needs a service, which approves plans, and setpoints")
        if 86_400 % seconds_of(self.interval):
            raise ValueError("interval: a whole number of them must make a day")
        return self

    def _reaches(self, where: str, connection: str, at: At) -> None:
        if connection not in self.connections:
            raise ValueError(f"{where}: no connection {connection!r}; {meant(connection, self.connections)}")
        if (kind := self.connections[connection].kind) != KIND_OF[type(at)]:
            raise ValueError(f"{where}: {connection!r} is {kind}, the address is one of {KIND_OF[type(at)]}")

    def _once(self) -> None:
        """Two setpoints at one place would fight each other; two points in one series would, too."""
        written = [place for s in self.setpoints.values() for place in _places(s.connection, s.at)]
        written += [place for name, w in self.watchdogs.items() for place in _places(name, w.at)]
        kept = [p.series for p in self.points.values() if p.series is not None]
        if len(set(written)) < len(written):
            raise ValueError("setpoints, watchdogs: each place is written by one of them")
        if len(set(kept)) < len(kept):
            raise ValueError("points: each series is filled by one of them")


def _places(connection: str, at: At) -> list[tuple[str, str]]:
    """What is written at an address: each register of its own."""
    if isinstance(at, RegistersAt):
        return [(connection, f"{at.unit_id}:{at.address + k}") for k in range(at.count)]
    return [(connection, at.topic if isinstance(at, TopicAt) else at.node)]


def read_config(path: Path, site: Site) -> FieldFile:
    """The configuration of a site; raises `InputError` that names file, field and value."""
    found = read_yaml(path, FieldFile)
    source = str(path)
    if found.site != site.name:
        raise InputError(source, "site", found.site, site.name, "the file is for another site")
    columns = series_columns(site)
    for name, point in found.points.items():
        if point.series in columns and point.unit != columns[point.series]["unit"]:
            raise InputError(source, f"points.{name}.unit", point.unit, f"{columns[point.series]['unit']}, as in plans")
    for name, setpoint in found.setpoints.items():
        for quantity in setpoint.quantities:
            column = f"{setpoint.component}.{quantity}"
            if column not in columns:
                field = f"setpoints.{name}.quantities"
                raise InputError(source, field, column, "a series of the plans of the site", meant(column, columns))
    return found

"""Before anything is connected: what is missing is said, and the places to write to are opened."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import httpx

from api.client import Client
from api.field.config import FieldFile
from api.field.journal import Journal
from api.field.parts import Mqtt, Opcua, Service
from api.field.plans import ServicePlans
from api.field.run import Field, assembled
from api.field.security import Login
from api.field.to_csv import CsvFile
from api.field.to_service import ServiceSeries
from ems.site import Site
from forecasting.errors import InputError
from forecasting.place import zone

SERVICE_S = 10.0  # for an answer of the service


def opened(config: FieldFile, site: Site, folder: Path, writes: bool) -> Field:
    """The parts, with places to write to that are known to be good."""
    if config.service is None:
        return assembled(config, CsvFile(folder / "readings.csv", config.points))
    client = _client(config.service)
    series = ServiceSeries(client, site.name, config.interval, config.points)
    if not writes:
        return assembled(config, series)
    plans = ServicePlans(client, site.name, zone(site.place.timezone))
    return assembled(config, series, plans, Journal(folder / "commands.jsonl"))


def _client(service: Service) -> Client:
    """A client that does not wait for the service by itself: whoever calls it comes again."""
    if not (token := os.environ.get(service.token_env)):
        remedy = "a token of an operator: ems token create --role operator"
        raise InputError("environment", service.token_env, None, "the token of the service", remedy)
    http = httpx.Client(base_url=service.url, timeout=SERVICE_S)
    return Client(service.url, token, patience_s=0.0, http=http)


def check_security(config: FieldFile) -> None:
    """Every password, certificate and key is there and can serve; raises `InputError`."""
    from api.field.certificates import identity, tls_context

    for peer in config.connections.values():
        if isinstance(peer, Login):
            peer.password()
        if isinstance(peer, Mqtt):
            tls_context(peer.tls)
        elif isinstance(peer, Opcua) and peer.security is not None:
            identity(peer.security)


def check_packages() -> None:
    """Refuse where the extra is not installed, before anything is connected."""
    if missing := [name for name in ("aiomqtt", "asyncua", "cryptography", "pymodbus") if find_spec(name) is None]:
        raise InputError("ems field", "", None, f"the package {missing[0]}", "pip install 'park-ems[field]'")

"""Settings that would expose the service are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from api.settings import Oidc, Settings, checked_database
from forecasting.errors import InputError

DATABASE = "sqlite:///ems.db"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_plain_http_is_for_this_machine(host: str) -> None:
    assert not Settings(database=DATABASE, host=host).secure


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "ems.park.example"])
def test_other_machines_need_tls_or_a_proxy_that_does_it(host: str) -> None:
    with pytest.raises(ValidationError, match="--behind-proxy"):
        Settings(database=DATABASE, host=host)
    assert Settings(database=DATABASE, host=host, behind_proxy=True).secure
    assert Settings(database=DATABASE, host=host, tls_cert=Path("c.pem"), tls_key=Path("k.pem")).secure


@pytest.mark.parametrize("given", [{"tls_cert": "c.pem"}, {"tls_key": "k.pem"}])
def test_a_certificate_without_its_key_is_no_use(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="both or neither"):
        Settings(database=DATABASE, **given)


@pytest.mark.parametrize("url", ["http://id.example/keys", "http://localhost.evil.example/keys", "file:///etc/keys"])
def test_keys_of_an_identity_provider_come_over_tls(url: str) -> None:
    with pytest.raises(ValidationError):
        Oidc(issuer="https://id.example", audience="park-ems", keys_url=url)


@pytest.mark.parametrize("url", ["https://id.example/keys", "http://localhost:8080/keys", "http://127.0.0.1/keys"])
def test_or_from_this_machine(url: str) -> None:
    assert Oidc(issuer="https://id.example", audience="park-ems", keys_url=url).keys_url == url


def test_databases_that_this_software_knows() -> None:
    assert checked_database(DATABASE) == DATABASE
    assert checked_database("postgresql://u:p@h/d") == "postgresql+psycopg://u:p@h/d"
    for url in ("sqlite:///", "mysql://u:p@h/d", "ems.db", ""):
        with pytest.raises(InputError) as refused:
            checked_database(url)
        assert "u:p" not in str(refused.value)

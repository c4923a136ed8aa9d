"""A store of each database; what is promised is promised on both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.store import Store


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'ems.db'}"
    with Store(url if request.param == "sqlite" else request.getfixturevalue("postgres_url")) as opened:
        yield opened

"""A store with the tutorial park, and workers on it."""

from __future__ import annotations

import pytest

from tests.service.work.bench import Office


@pytest.fixture
def office(tmp_path):
    with Office(f"sqlite:///{tmp_path / 'ems.db'}") as made:
        yield made

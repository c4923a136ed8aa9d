"""The plant that tests share."""

from __future__ import annotations

import pandas as pd
import pytest

from forecasting.ladder.cases import Cases
from tests.forecasting.probability.plants import plant


@pytest.fixture(scope="session")
def made() -> tuple[Cases, pd.Series]:
    return plant()

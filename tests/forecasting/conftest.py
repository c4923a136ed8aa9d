"""The site, its files, and the typical year that lies beside the project where there is one."""

from pathlib import Path

import pytest

from forecasting import Place

ROOT = Path(__file__).resolve().parents[2]
EPW = ROOT.parent / "shared" / "data" / "weather" / "CHN_SD_Qingdao.Intl.AP.548570_TMYx.epw"


@pytest.fixture
def qingdao() -> Place:
    return Place(35.7, 119.8, 20.0, "Asia/Shanghai")


@pytest.fixture
def sites() -> Path:
    return ROOT / "sites"


@pytest.fixture
def climatology_file(sites: Path) -> Path:
    return sites / "qingdao" / "climatology.yaml"


@pytest.fixture
def epw() -> Path:
    if not EPW.exists():
        pytest.skip(f"no typical year of Qingdao at {EPW.relative_to(ROOT.parent)}: it is not part of the project")
    return EPW

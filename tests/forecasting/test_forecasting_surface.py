"""The public names, and the promise that importing them is cheap and looks neither up nor sideways."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import forecasting

PACKAGE = Path(forecasting.__file__).parent


def test_every_public_name_exists():
    for name in dir(forecasting):
        assert getattr(forecasting, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        forecasting.nonsense  # noqa: B018


def test_import_loads_nothing_heavy():
    code = "import sys, forecasting; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    assert not {"pandas", "numpy", "pvlib", "httpx", "holidays", "pydantic"} & set(loaded.stdout.split())


def test_modules_load_no_service_or_physics_library_before_use():
    code = "import sys, forecasting\nfor n in dir(forecasting): getattr(forecasting, n)\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    assert not {"pvlib", "httpx", "holidays"} & set(loaded.stdout.split())


@pytest.mark.parametrize("file", sorted(PACKAGE.glob("*.py")), ids=lambda file: file.stem)
def test_no_import_of_the_packages_above(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not {n.split(".")[0] for n in names} & {"ems", "models", "api"}

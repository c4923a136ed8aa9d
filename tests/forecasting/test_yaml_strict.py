import pytest
from pydantic import BaseModel, ConfigDict

from forecasting import InputError
from forecasting.yaml_files import load_yaml, read_yaml


class Pump(BaseModel):
    model_config = ConfigDict(extra="forbid")
    power_kw: float
    start: str


def write(tmp_path, text):
    path = tmp_path / "pump.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_times_of_day_stay_text(tmp_path):
    """YAML 1.1 would read 08:30 as 510."""
    pump = read_yaml(write(tmp_path, "power_kw: 1e3\nstart: 08:30\n"), Pump)
    assert (pump.power_kw, pump.start) == (1000.0, "08:30")


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("power_kw: 1\npower_kw: 2\nstart: x", "'power_kw' is given twice"),
        ("power_kw: [1\nstart: x", "YAML text"),
        ("? [a, b]\n: 1\n", "not a plain value"),
        ("power_kw: 1\nstart: x\ncolor: red", "color"),
        ("power_kw: lots\nstart: x", "power_kw is 'lots'"),
        ("start: 2026-13-45\npower_kw: 1", "pump.yaml"),
        ("!!python/object/apply:os.system ['true']", "could not determine a constructor"),
        ("[" * 5000, "pump.yaml"),
        (BOMB, "aliases"),
        ("", "pump.yaml"),
        (b"\xff\xfe", "UTF-8"),
        (b"a: \0", "binary"),
    ],
)
def test_faults_are_input_errors(tmp_path, text, says):
    with pytest.raises(InputError, match=says):
        read_yaml(write(tmp_path, text), Pump)


def test_size_and_kind_of_file(tmp_path):
    big = write(tmp_path, "x" * 5_000_001)
    with pytest.raises(InputError, match="at most 5 MB"):
        load_yaml(big)
    with pytest.raises(InputError, match="folder"):
        load_yaml(tmp_path)
    with pytest.raises(InputError, match="check the path"):
        load_yaml(tmp_path / "none.yaml")

"""What a configuration may say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from api.field.config import FieldFile, read_config
from api.field.units import factor
from ems.site_file import read_site
from forecasting.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "sites/demo/field.yaml"
DEMO = read_site("demo").site


def changed(tmp_path: Path, *changes: tuple[str, Any]) -> FieldFile:
    """The example with some values replaced, by their paths; None removes."""
    content = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    for path, value in changes:
        *way, last = path.split("/")
        place = content
        for key in way:
            place = place[key]
        if value is None:
            del place[last]
        else:
            place[last] = value
    file = tmp_path / "field.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return read_config(file, DEMO)


def test_the_example_is_valid_and_writes_nothing() -> None:
    assert read_config(EXAMPLE, DEMO).writes == "disabled"


def test_the_example_may_be_enabled(tmp_path: Path) -> None:
    assert changed(tmp_path, ("writes", "enabled")).writes == "enabled"


SETPOINT = "setpoints/battery_power"
BROKER = {"kind": "mqtt", "host": "broker.park", "username": "park"}
SECURITY = {
    "policy": "Basic256Sha256", "mode": "Sign", "certificate": "/c.der", "key": "/k.der", "server_certificate": "/s.der"
}  # fmt: skip
MQTT_SETPOINT = {"connection": "broker", "at": {"topic": "set"}}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ([("site", "qingdao")], "for another site"),
        ([("writes", "enabled"), ("service", None)], "needs a service"),
        ([("points/roof_power/connection", "inverters")], "did you mean inverter"),
        ([("points/roof_power/connection", "plant")], "'plant' is opcua"),
        ([("points/roof_power/unit", "MW")], "kW, as in plans"),
        ([("points/roof_power/sent_in", "kg")], "no way from kg to kW"),
        ([("points/roof_power/range", [650, 0])], "the lower bound comes first"),
        ([("points/roof_power/stale_s", 6)], "at least two periods"),
        ([("points/roof_power/scale", 0)], "scale is 0"),
        ([("points/roof_power/series", "grid.import_kw")], "each series is filled by one"),
        ([("points/grid_power/at/topic", "park/#")], "pattern"),
        ([(f"{SETPOINT}/requires", [])], "at least 1"),
        ([(f"{SETPOINT}/requires", ["battery_enrgy"])], "did you mean battery_energy"),
        ([(f"{SETPOINT}/quantities", {"discharge": 1})], "a series of the plans"),
        ([(f"{SETPOINT}/clamp", [200, -200])], "the lower bound comes first"),
        ([(f"{SETPOINT}/tolerance", 0.01)], "below half"),
        ([(f"{SETPOINT}/tolerance", 30)], "below what ramp_per_min allows"),
        ([(f"{SETPOINT}/ramp_per_min", 0.3), (f"{SETPOINT}/tolerance", 0.049)], "allows less in period_s"),
        ([(f"{SETPOINT}/at/table", "input")], "cannot be written"),
        ([(f"{SETPOINT}/at/address", 42)], "written by one"),
        ([(f"{SETPOINT}/at/address", 41), (f"{SETPOINT}/at/type", "int32")], "written by one"),
        ([(f"{SETPOINT}/connection", "broker"), (f"{SETPOINT}/at", {"topic": "set"})], "read_back"),
        ([("watchdogs", {})], "has no watchdog"),
        ([("watchdogs/plant", {"at": {"node": "ns=2;s=alive"}})], "no setpoint goes there"),
        ([("watchdogs/inverter/at/type", "float32")], "a whole number"),
        ([("interval", "PT7M")], "make a day"),
        ([("connections/broker/password", "secret")], "Extra inputs"),
        ([("connections/broker/password_env", "SECRET")], "belongs to a name"),
        ([("connections/broker", BROKER | {"password_env": "A", "password_file": "/a"})], "one of them"),
        ([("connections/broker", BROKER | {"password_file": "secret"})], "pattern"),
        ([("connections/broker", BROKER | {"tls": {"certificate": "/a.pem"}})], "both or neither"),
        ([("connections/broker", BROKER | {"tls": {"insecure": True}})], "Extra inputs"),
        ([("connections/plant/security", SECURITY | {"policy": "None"})], "Basic256Sha256"),
        ([("connections/plant/security", SECURITY | {"policy": "Basic256"})], "Basic256Sha256"),
        ([("connections/plant/security", SECURITY | {"mode": "None_"})], "SignAndEncrypt"),
        ([("connections/plant/security", SECURITY | {"server_certificate": None})], "server_certificate"),
        ([("connections/plant/url", "opc.tcp://me:secret@127.0.0.1:4840/")], "pattern"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_what_cannot_be_is_refused_with_its_place(tmp_path: Path, changes: list[tuple[str, Any]], says: str) -> None:
    with pytest.raises(InputError) as error:
        changed(tmp_path, *changes)
    assert says in str(error.value)
    assert "field.yaml" in str(error.value)


def test_units_by_hand() -> None:
    assert factor("MW", "kW") == 1000
    assert factor("kg/s", "kg/h") == 3600
    assert factor("%", "share") == 0.01
    assert factor("bar", "MPa") == pytest.approx(0.1)
    with pytest.raises(ValueError, match="no way"):
        factor("kW", "kWh")

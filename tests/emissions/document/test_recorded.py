"""What is kept of an activity reads back the same, to the last digit."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from ems.emissions.activity import HOUR, Activity, Gap, Meter
from ems.emissions.evidence_zip import packed, parts_of
from ems.emissions.recorded import CSV, read_back, recorded
from ems.site_file import read_site
from forecasting.errors import InputError
from forecasting.notes import Note

SITE = read_site("demo").site


def activity(seed: int = 1) -> Activity:
    index = pd.date_range("2026-06-15", periods=24, freq="h", tz="Asia/Shanghai")
    random = np.random.default_rng(seed)
    table = pd.DataFrame({"grid.import_kwh": random.random(24) / 3, "vent.spilled_kg": random.random(24)}, index=index)
    table.iloc[5, 0] = np.nan
    meters = {
        name: Meter(name, name.split(".")[0], "electricity", name.rsplit("_", 1)[1], "电表", "meter", "plan")
        for name in table
    }
    return Activity(SITE, meters, table, (Gap("grid.import_kwh", index[5], index[5] + HOUR, Note("缺", "missing")),))


def test_activities_read_back_bit_by_bit() -> None:
    before = {"actual": activity(1), "rule_based": activity(2)}
    levels = activity(3).table.rename(columns=lambda name: f"level_{name}")
    after, tables = read_back(recorded(before, {"levels": levels}), SITE, "bundle")
    assert list(after) == list(before)
    assert list(tables) == ["levels"]
    pd.testing.assert_frame_equal(tables["levels"], levels, check_exact=True, check_freq=False)
    for side, a in before.items():
        pd.testing.assert_frame_equal(after[side].table, a.table, check_exact=True, check_freq=False)
        assert after[side].meters == a.meters
        assert after[side].gaps == a.gaps


def test_a_row_that_is_cut_short_is_named() -> None:
    parts = recorded({"actual": activity()}, {})
    parts[CSV] = parts[CSV].rstrip("\n").rsplit(",", 1)[0] + "\n"
    with pytest.raises(InputError, match="line 25"):
        read_back(parts, SITE, "bundle")


def test_a_bundle_is_the_same_file_each_time_and_reads_back() -> None:
    parts = {"b.txt": "二", "a.txt": "one\n"}
    data = packed(parts)
    assert data == packed(dict(reversed(parts.items())))
    found, digests = parts_of(data, "x.zip")
    assert found == parts
    assert set(digests) == set(parts)


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip", packed({"a": "1"})[:-30]], ids=["empty", "PK", "text", "cut"])
def test_what_is_no_zip_is_told(data: bytes) -> None:
    with pytest.raises(InputError, match="evidence bundle"):
        parts_of(data, "x.zip")


def test_a_zip_of_other_things_is_told() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("plan.json", "{}")
    with pytest.raises(InputError, match=r"manifest\.json"):
        parts_of(out.getvalue(), "x.zip")

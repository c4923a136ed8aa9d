"""A site with all its files as plain text: complete, closed, laid out again without any change."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import pytest
from pydantic import BaseModel

import forecasting.files
from ems.bundle import Bundle, bundle, bundle_from_text, unpack
from ems.inputs import make_inputs
from ems.site import Site, sites_folder
from ems.site_file import read_site
from forecasting.errors import InputError
from forecasting.files import Reference
from forecasting.yaml_files import load_yaml
from tests.plan.parks import DAY, SITES, planned

DEMO = (sites_folder() / "demo" / "site.yaml").read_text(encoding="utf-8")
EXTRA = {  # every further way to refer to a file, beside those that all packaged sites use
    "voltage: 1-10kV}": "voltage: 1-10kV, export: {mode: spot, csv: ../prices/spot.csv}}",
    "connection_kw: 800": "connection_kw: 800, export_limit_kw: 10",
    "price_cny_per_t: 75}": "price_cny_per_t: 75, csv: intensity.csv}",
    "gains_w_per_m2: 0}": "gains_w_per_m2: 0, overrides: {electricity_kw: {file: meters/hall.csv, column: kw}}}",
    'start: "08:00", end: "18:00"}': 'start: "08:00", end: "18:00", override: {file: ../demo/h2.csv, column: kg}}\n'
    "  ward: {recipe: csv, columns: {heat_kw: {file: meters/ward.csv, column: kw}}}",
}


def library(path: str) -> str | None:
    file = sites_folder() / path
    return file.read_text(encoding="utf-8") if file.is_file() else None


def hours(column: str, value: float) -> str:
    times = pd.date_range(DAY.isoformat(), periods=24, freq="h", tz="Asia/Shanghai")
    return f"time,{column}\n" + "".join(f"{t.isoformat()},{value}\n" for t in times)


def full() -> tuple[str, dict[str, str]]:
    """A site that uses every way to refer to a file, and its own files."""
    text = DEMO
    for old, new in EXTRA.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    files = {
        "prices/spot.csv": hours("export_cny_per_kwh", 0.1),
        "demo/intensity.csv": hours("grid_kgco2e_per_kwh", 0.5),
        "demo/meters/hall.csv": hours("kw", 50),
        "demo/h2.csv": hours("kg", 2),
        "demo/meters/ward.csv": hours("kw", 20),
    }
    return text, files


@pytest.mark.parametrize("site", SITES)
def test_an_unpacked_site_plans_as_the_packaged_one(site: str, tmp_path: Path) -> None:
    file = read_site(site)
    again = read_site(str(unpack(bundle(file), tmp_path)))
    assert (again.site, again.digest, again.notes) == (file.site, file.digest, file.notes)
    here, there = (make_inputs(f, DAY, step_minutes=60, weather="climatology") for f in (file, again))
    pd.testing.assert_frame_equal(here.table, there.table, check_exact=True)
    one, other = (planned(site, file=f, gap=0.02) for f in (file, again))
    digests = [sha256(p.released.schedule.frame().to_csv().encode()).hexdigest() for p in (one, other)]
    assert digests[0] == digests[1]


def test_a_bundle_holds_what_is_read_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file that inputs are made of, watched as it is opened."""
    text, files = full()
    b = bundle_from_text("demo", text, files, library)
    main = unpack(b, tmp_path)
    opened: set[str] = set()
    real = forecasting.files.read_bytes

    def watched(path: Path, max_bytes: int) -> bytes:
        opened.add(str(path.resolve().relative_to(tmp_path.resolve())))
        return real(path, max_bytes)

    monkeypatch.setattr(forecasting.files, "read_bytes", watched)
    make_inputs(read_site(str(main)), DAY, step_minutes=60, weather="climatology")
    assert opened == set(b.files) - {"factors/grid-cn.yaml"}  # a time-varying intensity leaves the registry unread
    assert bundle(read_site(str(main))) == b


def fields(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[tuple[str, Any]]:
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        yield f"{model.__name__}.{name}", field
        for inner in nested(field.annotation):
            yield from fields(inner, seen)


def nested(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from nested(part)


def test_every_field_that_names_a_file_is_marked() -> None:
    found = dict(fields(Site, set()))
    marked = {n for n, f in found.items() if any(isinstance(m, Reference) for m in f.metadata)}
    assert marked == {
        "Site.climatology", "TariffChoice.file", "Export.csv", "Carbon.factors", "Carbon.csv", "CsvColumn.file",
    }  # fmt: skip
    named = {n for n, f in found.items() if n.rsplit(".", 1)[1] in ("file", "csv", "path") or f.annotation is Path}
    assert named <= marked


def test_the_digest_is_of_paths_and_contents() -> None:
    b = bundle(read_site("demo"))
    assert len(b.digest) == 64
    assert b.digest == Bundle(b.main, dict(reversed(b.files.items()))).digest
    for other in ({**b.files, "demo/x.csv": ""}, {**b.files, b.main: DEMO + "\n"}):
        assert Bundle(b.main, other).digest != b.digest
    split = Bundle("demo/site.yaml", {"a": "bc"}), Bundle("demo/site.yaml", {"ab": "c"})
    assert split[0].digest != split[1].digest


def test_unpacking_twice_changes_nothing(tmp_path: Path) -> None:
    b = bundle(read_site("demo"))
    first = unpack(b, tmp_path)
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    assert unpack(b, tmp_path) == first
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()} == {
        p: t for p, t in before.items() if p.is_file()
    }
    assert {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()} == set(b.files)


def test_line_ends_and_letters_survive(tmp_path: Path) -> None:
    text = DEMO.replace("Tutorial park", "Pärk 园区").replace("\n", "\r\n")
    main = unpack(bundle_from_text("demo", text, {}, library), tmp_path)
    assert main.read_bytes() == text.encode()
    assert bundle(read_site(str(main))).files["demo/site.yaml"] == text


def test_a_site_elsewhere_takes_its_folder_for_the_name(tmp_path: Path) -> None:
    (tmp_path / "tariffs").mkdir()
    (tmp_path / "my own park").mkdir()
    for path in ("tariffs/shandong-2026.yaml", "factors/grid-cn.yaml", "qingdao/climatology.yaml"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(str(library(path)), encoding="utf-8")
    mine = tmp_path / "my own park" / "variant.yaml"
    mine.write_text(DEMO, encoding="utf-8")
    assert bundle(read_site(str(mine))) == bundle(read_site("demo"))


@pytest.mark.parametrize("away", ["../../tariffs/x.yaml", "/etc/hostname", "..\\x.yaml", "tariff 1.yaml"])
def test_a_site_whose_files_lie_elsewhere_is_refused(away: str, tmp_path: Path) -> None:
    folder = tmp_path / "sites" / "demo"
    folder.mkdir(parents=True)
    text = DEMO.replace("file: ../tariffs/shandong-2026.yaml", f"file: '{away}'")
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        bundle(read_site(str(folder / "site.yaml")))
    assert (caught.value.field, caught.value.pointer, caught.value.line) == ("tariff.file", "/tariff/file", 7)
    assert str(tmp_path / "sites") in caught.value.remedy


def test_a_site_that_changed_since_is_refused() -> None:
    with pytest.raises(InputError, match="changed since"):
        bundle(replace(read_site("demo"), digest="0" * 16))


OUTSIDE = [
    "/etc/passwd", "../../etc/passwd", "../../../../../etc/passwd", "x/../../../etc/passwd", "..", "~/x", "a\\b",
    "x/../climatology.yaml", "../qingdao/../qingdao/climatology.yaml", "a//../../../b", "C:/x", "x" * 201, "空.csv",
    "a b.csv", "", ".",
]  # fmt: skip
PLACES = {
    "climatology": ("climatology: ../qingdao/climatology.yaml", "climatology: {}"),
    "tariff.file": ("file: ../tariffs/shandong-2026.yaml", "file: {}"),
    "tariff.export.csv": ("voltage: 1-10kV}", "voltage: 1-10kV, export: {{mode: spot, csv: {}}}}}"),
    "carbon.factors": ("factors: ../factors/grid-cn.yaml", "factors: {}"),
    "carbon.csv": ("price_cny_per_t: 75}", "price_cny_per_t: 75, csv: {}}}"),
    "demands.workshop.overrides.heat_kw.file": (
        "gains_w_per_m2: 0}",
        "gains_w_per_m2: 0, overrides: {{heat_kw: {{file: {}, column: kw}}}}}}",
    ),
    "demands.forklifts.override.file": ('end: "18:00"}', 'end: "18:00", override: {{file: {}, column: kw}}}}'),
    "demands.ward.columns.heat_kw.file": (
        "arrays:",
        "  ward: {{recipe: csv, columns: {{heat_kw: {{file: {}, column: kw}}}}}}\narrays:",
    ),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("given", "marked"), [*((given, False) for given in OUTSIDE), ("/etc/passwd", True)])
def test_no_text_from_the_network_reads_another_file(place: str, given: str, marked: bool, tmp_path: Path) -> None:
    """Neither as the text of a site nor as a bundle that someone put together by hand."""
    old, new = PLACES[place]
    said = f"{{value: '{given}', status: sourced, source: me}}" if marked else f"'{given}'"
    text = DEMO.replace(old, new.format(said))
    assert text != DEMO

    def anything(path: str) -> str:
        assert not path.startswith(("/", "..")), path
        return library(path) or "a,b\n"

    with pytest.raises(InputError) as caught:
        bundle_from_text("demo", text, {}, anything)
    assert caught.value.field == place or given in ("", ".")  # these name the site's own folder
    others = {p: str(library(p)) for p in ("qingdao/climatology.yaml", "tariffs/shandong-2026.yaml", "etc/passwd")}
    with pytest.raises(InputError) as caught:
        unpack(Bundle("demo/site.yaml", {"demo/site.yaml": text, "factors/grid-cn.yaml": "", **others}), tmp_path)
    assert (caught.value.field, caught.value.pointer) == (place, "/" + place.replace(".", "/"))
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize(
    "path",
    ["/etc/x", "../x", "demo/../../x", "a//b", "./a", "a/.", "", "a/", "a\0b", "a\nb", "C:\\x", "é", "x" * 201, "demo"],
)
def test_paths_that_leave_the_folder_are_refused(path: str, tmp_path: Path) -> None:
    b = bundle(read_site("demo"))
    with pytest.raises(InputError) as caught:
        unpack(Bundle(b.main, {**b.files, path: "x"}), tmp_path / "in")
    assert caught.value.field.startswith("files.")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("main", ["demo/site.yaml", "site.yaml", "a/b/site.yaml", "/demo/site.yaml"])
def test_a_bundle_needs_its_main_file(main: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        unpack(Bundle(main, {"demo/other.yaml": ""}), tmp_path)


@pytest.mark.parametrize("what", ["folder", "file"])
def test_links_are_not_followed(what: str, tmp_path: Path) -> None:
    b, outside, inside = bundle(read_site("demo")), tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    (outside / "site.yaml").write_text("mine")
    inside.mkdir()
    if what == "folder":
        os.symlink(outside, inside / "demo")
    else:
        (inside / "demo").mkdir()
        os.symlink(outside / "site.yaml", inside / "demo" / "site.yaml")
    with pytest.raises(InputError, match="links"):
        unpack(b, inside)
    assert (outside / "site.yaml").read_text() == "mine"
    assert [p.name for p in outside.iterdir()] == ["site.yaml"]


def test_what_is_missing_is_named() -> None:
    with pytest.raises(InputError, match=r"tariffs/shandong-2062\.yaml") as caught:
        bundle_from_text("demo", DEMO.replace("shandong-2026", "shandong-2062"), {}, library)
    assert (caught.value.field, caught.value.line) == ("tariff.file", 7)
    own = {"tariffs/shandong-2061.yaml": "x"}
    with pytest.raises(InputError, match=r"did you mean tariffs/shandong-2061\.yaml"):
        bundle_from_text("demo", DEMO.replace("shandong-2026", "shandong-2062"), own, library)


def test_own_files_come_before_those_of_the_library() -> None:
    b = bundle_from_text("demo", DEMO, {"tariffs/shandong-2026.yaml": "mine"}, library)
    assert b.files["tariffs/shandong-2026.yaml"] == "mine"
    assert b.files["factors/grid-cn.yaml"] == library("factors/grid-cn.yaml")


@pytest.mark.parametrize(
    ("text", "files", "words"),
    [
        ("- 1\n", {}, "mapping"),
        ("name: [", {}, "YAML"),
        (DEMO.replace("name: demo", "name: other"), {}, "never changes"),
        (DEMO, {"tariffs/unused.yaml": ""}, "refers to"),
        (DEMO, {"../tariffs/shandong-2026.yaml": ""}, "refers to"),
    ],
)
def test_texts_that_make_no_bundle(text: str, files: dict[str, str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        bundle_from_text("demo", text, files, library)


def test_a_faulty_site_can_be_bundled_to_be_told_its_faults(tmp_path: Path) -> None:
    main = unpack(
        bundle_from_text("demo", DEMO.replace("connection_kw: 800", "connection_kw: -1"), {}, library), tmp_path
    )
    data, _ = load_yaml(main)
    assert data["name"] == "demo"
    with pytest.raises(InputError, match="connection_kw"):
        read_site(str(main))


def test_a_day_of_the_full_site_can_be_planned(tmp_path: Path) -> None:
    text, files = full()
    main = unpack(bundle_from_text("demo", text, files, library), tmp_path)
    plan = planned(main, date.fromisoformat(DAY.isoformat()), gap=0.05)
    assert plan.outcome == "optimal"
    assert plan.inputs.table["workshop.electricity_kw"].eq(50).all()

"""Versions of sites in the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.records import audit_log, sites
from api.records.sites import StaleVersion, import_packaged
from api.store import Store
from ems.bundle import Bundle, bundle, unpack
from ems.site_file import SiteFile, read_site, site_names


def test_every_park_comes_in_once_and_is_the_same_afterwards(any_store: Store, tmp_path: Path) -> None:
    assert import_packaged(any_store) == []  # the fixture did it
    with any_store.read() as c:
        there = sites.current(c)
        assert [(row.site, row.version, row.created_by) for row in there] == [(n, 1, "system") for n in site_names()]
        assert {entry.object for entry in audit_log.entries(c, None, action="site.import")} == set(site_names())
        for row in there:
            kept = sites.bundle(c, row.site)
            assert kept == bundle(read_site(row.site))
            assert kept.digest == row.digest
            again = read_site(str(unpack(kept, tmp_path)))
            assert again.site == read_site(row.site).site
            assert (row.title, row.timezone) == (again.site.title.model_dump(), "Asia/Shanghai")


def test_versions_are_numbered_and_none_is_changed(any_store: Store) -> None:
    file, first = read_site("demo"), bundle(read_site("demo"))
    second = _with_comment(first, "# of a colleague")
    with any_store.write() as c:
        assert sites.add_version(c, file, second, "engineer", "a word", after=1) == 2
        assert sites.add_version(c, file, second, "engineer", after=2) == 2  # the same content is no new version
        assert sites.add_version(c, file, first, "engineer", after=2) == 3  # going back is one
    with any_store.read() as c:
        assert [(v.version, v.comment) for v in sites.versions(c, "demo")] == [(3, ""), (2, "a word"), (1, "")]
        assert [v.version for v in sites.versions(c, "demo", before=3, limit=1)] == [2]
        assert sites.bundle(c, "demo", 2) == second
        assert sites.bundle(c, "demo") == sites.bundle(c, "demo", 1) == first
        newest = sites.get(c, "demo")
        assert newest is not None
        assert newest.version == 3
        assert sites.get(c, "demo", 4) is None
        assert sites.get(c, "nowhere") is None
        with pytest.raises(KeyError):
            sites.bundle(c, "demo", 4)


def test_a_version_that_rests_on_an_older_one_is_refused(any_store: Store) -> None:
    file, b = read_site("demo"), bundle(read_site("demo"))
    with any_store.write() as c:
        sites.add_version(c, file, _with_comment(b, "# one"), "a", after=1)
    for after in (1, 3, None):
        with pytest.raises(StaleVersion), any_store.write() as c:
            sites.add_version(c, file, _with_comment(b, "# other"), "b", after=after)
    with any_store.read() as c:
        assert len(sites.versions(c, "demo")) == 2


def test_only_named_sites_are_listed(any_store: Store) -> None:
    with any_store.read() as c:
        assert [row.site for row in sites.current(c, ["qingdao", "demo", "nowhere"])] == ["demo", "qingdao"]
        assert sites.current(c, []) == []


def _with_comment(b: Bundle, comment: str) -> Bundle:
    return Bundle(b.main, dict(b.files) | {b.main: b.files[b.main] + comment})


def test_a_site_of_its_own_shares_files_with_the_others(any_store: Store) -> None:
    """Blobs are kept once each."""
    file = read_site("demo")
    b = bundle(file)
    mine = Bundle("mine/site.yaml", {"mine/site.yaml": "x", **{k: v for k, v in b.files.items() if k != b.main}})
    renamed = SiteFile(file.site.model_copy(update={"name": "mine"}), file.path, file.digest, file.notes)
    with any_store.write() as c:
        assert sites.add_version(c, renamed, mine, "engineer") == 1
    with any_store.read() as c:
        assert sites.bundle(c, "mine") == mine

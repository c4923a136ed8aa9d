"""Versions of sites: the YAML text and every file that it refers to, none of them ever changed."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from api.ids import digest
from api.records import audit_log
from api.records.upsert import insert
from api.tables import blobs, site_versions, sites
from ems.bundle import Bundle

if TYPE_CHECKING:
    from api.store import Store
    from ems.site_file import SiteFile

SYSTEM = "system"  # who did what nobody asked for


class StaleVersion(Exception):
    """The site has another version than the one that the change rests on."""


@dataclass(frozen=True)
class SiteVersion:
    """A row of `site_versions`."""

    site: str
    version: int
    digest: str
    yaml: str
    files: Mapping[str, str]  # path from the folder of all sites -> digest of the content
    title: Mapping[str, str]
    timezone: str
    comment: str
    created_at: datetime
    created_by: str


_CURRENT = sa.join(
    sites, site_versions, (sites.c.name == site_versions.c.site) & (sites.c.version == site_versions.c.version)
)


def main_path(site: str) -> str:
    """Where the site file lies in a bundle."""
    return f"{site}/site.yaml"


def current(c: sa.Connection, names: Sequence[str] | None = None) -> list[SiteVersion]:
    """The newest version of every site, or of those that are named, by name."""
    query = sa.select(site_versions).select_from(_CURRENT).order_by(sites.c.name)
    if names is not None:
        query = query.where(sites.c.name.in_(names))
    return [_version(row) for row in c.execute(query)]


def get(c: sa.Connection, site: str, version: int | None = None) -> SiteVersion | None:
    """One version of a site, the newest unless said; None where there is none."""
    query = sa.select(site_versions).where(site_versions.c.site == site)
    query = query.select_from(_CURRENT) if version is None else query.where(site_versions.c.version == version)
    row = c.execute(query).first()
    return _version(row) if row else None


def versions(c: sa.Connection, site: str, before: int | None = None, limit: int = 50) -> list[SiteVersion]:
    """Versions of a site, newest first; ``before`` is the number after which a page begins."""
    query = sa.select(site_versions).where(site_versions.c.site == site)
    if before is not None:
        query = query.where(site_versions.c.version < before)
    return [_version(row) for row in c.execute(query.order_by(site_versions.c.version.desc()).limit(limit))]


def bundle(c: sa.Connection, site: str, version: int | None = None) -> Bundle:
    """A version with the text of its files; raises `KeyError` where there is no such version."""
    found = get(c, site, version)
    if found is None:
        raise KeyError(f"{site}, version {version}")
    query = sa.select(blobs.c.digest, blobs.c.content).where(blobs.c.digest.in_(set(found.files.values())))
    texts = {name: zlib.decompress(content).decode() for name, content in c.execute(query)}
    files = {path: texts[name] for path, name in found.files.items()}
    return Bundle(main_path(site), {main_path(site): found.yaml, **files})


def add_version(
    c: sa.Connection, file: SiteFile, b: Bundle, who: str, comment: str = "", *, after: int | None = None
) -> int:
    """Keep a checked site as its next version, which becomes the current one; returns its number.

    ``after`` is the version that it replaces, None where it is the first. Raises `StaleVersion` where another version
    is there by now. A content that is the current one already makes no new version.
    """
    site = file.site
    now = datetime.now(UTC)
    there = c.execute(sa.select(sites.c.version).where(sites.c.name == site.name).with_for_update()).scalar()
    if there != after:
        raise StaleVersion(site.name)
    last = get(c, site.name) if there is not None else None
    if last is not None and last.digest == b.digest:
        return last.version
    number = (there or 0) + 1
    if there is None:
        try:
            c.execute(sites.insert().values(name=site.name, version=number))
        except IntegrityError as error:  # created by another process since we looked
            raise StaleVersion(site.name) from error
    else:
        c.execute(sites.update().where(sites.c.name == site.name).values(version=number))
    others = {path: text.encode() for path, text in b.files.items() if path != b.main}
    named = {path: digest(content) for path, content in others.items()}
    if others:
        kept = [{"digest": named[path], "content": zlib.compress(content)} for path, content in others.items()]
        c.execute(insert(c, blobs).on_conflict_do_nothing(), kept)
    c.execute(
        site_versions.insert().values(
            site=site.name,
            version=number,
            digest=b.digest,
            yaml=b.files[b.main],
            files=named,
            title=site.title.model_dump(),
            timezone=site.place.timezone,
            comment=comment,
            created_at=now,
            created_by=who,
        )
    )
    return number


def import_packaged(store: Store) -> list[str]:
    """Every site under `sites/` that the store does not have becomes its version 1; returns their names.

    Raises `InputError` where such a site file cannot be used.
    """
    from ems.bundle import bundle as bundle_of
    from ems.site_file import read_site, site_names

    with store.read() as c:
        known = set(c.execute(sa.select(sites.c.name)).scalars())
    made = []
    for name in site_names():
        if name in known:
            continue
        file = read_site(name)
        b = bundle_of(file)
        try:
            with store.write() as c:
                add_version(c, file, b, SYSTEM)
                audit_log.append(c, SYSTEM, "site.import", name, site=name, after={"version": 1, "digest": b.digest})
        except StaleVersion:  # another process that starts at the same time was faster
            continue
        made.append(name)
    return made


def _version(row: sa.Row[*tuple[object, ...]]) -> SiteVersion:
    return SiteVersion(**row._mapping)

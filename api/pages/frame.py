"""What stands around every page: parks, navigation, alarms, who is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args
from urllib.parse import quote

import sqlalchemy as sa
from fastapi import Request

from api.contract.base import Role
from api.tables import alarms, site_versions, sites

if TYPE_CHECKING:
    from api.http.principal import Principal

SITE_COOKIE = "ems_site"  # the park looked at last, for pages that are about none
ROLES: tuple[str, ...] = get_args(Role)  # each may do what those before it may


@dataclass(frozen=True)
class Link:
    """A place to go to; ``here`` where the reader is."""

    key: str
    href: str
    here: bool = False


@dataclass(frozen=True)
class Park:
    name: str
    title: Mapping[str, str]
    href: str  # the present page of this park


@dataclass(frozen=True)
class Frame:
    """``site`` is the park that links lead to; None where the reader may see none."""

    name: str
    role: str
    csrf: str
    site: Park | None
    parks: tuple[Park, ...]
    links: tuple[Link, ...]
    alarms: int
    switch: str  # address that changes the language and comes back here

    @property
    def signed_in(self) -> bool:
        return bool(self.name)

    def may(self, role: str) -> bool:
        """Whether the reader has a role or a higher one."""
        return self.role in ROLES and ROLES.index(self.role) >= ROLES.index(role)


def frame_of(request: Request, who: Principal | None, site: str | None, nav: str) -> Frame:
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    switch = f"/language?next={quote(here)}"
    if who is None:
        return Frame("", "", "", None, (), (), 0, switch)
    with request.app.state.service.store.read() as c:
        parks = _parks(c, who, request.url.path)
        shown = site or request.cookies.get(SITE_COOKIE)
        park = next((p for p in parks if p.name == shown), parks[0] if parks else None)
        count = active_alarms(c, [park.name] if park else [])
    frame = Frame(who.name, who.role, who.csrf or "", park, parks, (), count, switch)
    return Frame(who.name, who.role, who.csrf or "", park, parks, _links(frame, nav), count, switch)


def visible_sites(c: sa.Connection, who: Principal) -> list[str]:
    """Names of the parks that someone may see."""
    return [name for name in c.execute(sa.select(sites.c.name).order_by(sites.c.name)).scalars() if who.may_see(name)]


def _parks(c: sa.Connection, who: Principal, path: str) -> tuple[Park, ...]:
    query = (
        sa.select(sites.c.name, site_versions.c.title)
        .join(site_versions, (site_versions.c.site == sites.c.name) & (site_versions.c.version == sites.c.version))
        .order_by(sites.c.name)
    )
    return tuple(Park(r.name, r.title, _same_page(path, r.name)) for r in c.execute(query) if who.may_see(r.name))


def _same_page(path: str, site: str) -> str:
    """The page of another park that corresponds to this one; its day where there is none."""
    parts = path.split("/")
    if len(parts) > 2 and parts[1] == "sites":
        return "/".join(["", "sites", site, *parts[3:]])
    return f"/sites/{site}"


def active_alarms(c: sa.Connection, names: list[str]) -> int:
    """Active alarms that no one has acknowledged."""
    query = sa.select(sa.func.count()).where(
        alarms.c.site.in_(names), alarms.c.cleared_at.is_(None), alarms.c.acknowledged_at.is_(None)
    )
    return int(c.execute(query).scalar_one())


def _links(frame: Frame, nav: str) -> tuple[Link, ...]:
    found: list[tuple[str, str]] = []
    if frame.site is not None:
        base = f"/sites/{frame.site.name}"
        found += [("today", f"{base}?day=today"), ("tomorrow", f"{base}?day=tomorrow")]
        found += [("what_if", f"{base}/what-if"), ("forecast", f"{base}/forecast")]
        found += [("studies", f"{base}/studies"), ("reports", f"{base}/reports")]
    found += [("jobs", "/jobs")]
    if frame.site is not None:
        found += [("edit", f"/sites/{frame.site.name}/edit")]
    found += [("alarms", "/alarms")]
    if frame.may("engineer"):
        found += [("audit_log", "/audit-log")]
    found += [("settings", "/settings")]
    return tuple(Link(key, href, key == nav) for key, href in found)

"""Sessions of browsers, and links that open one. Of every secret only the SHA-256 is kept."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from api.contract.base import Role
from api.ids import digest
from api.records import audit_log
from api.tables import sessions, sign_in_links, users

IDLE = timedelta(hours=12)  # without a request, then one signs in again
LONGEST = timedelta(days=30)  # however busy
LINK_WORKS = timedelta(minutes=15)


@dataclass(frozen=True)
class Session:
    """A user at a browser."""

    user: str
    role: Role
    sites: tuple[str, ...] | None
    csrf: str
    expires_at: datetime


def open(c: sa.Connection, user: str, how: str, *, request: str | None = None) -> str:
    """Begin a session; the value of its cookie, which is kept nowhere. ``how``: "password" or "link"."""
    now = datetime.now(UTC)
    secret = secrets.token_urlsafe(32)
    row = {"user": user, "csrf": secrets.token_urlsafe(32), "created_at": now, "expires_at": now + IDLE}
    c.execute(sa.insert(sessions).values(secret=digest(secret.encode()), **row))
    audit_log.append(c, user, "session.open", f"user:{user}", after={"how": how}, request=request)
    return secret


def session(c: sa.Connection, secret_digest: str) -> Session | None:
    """The session of a cookie; None where unknown, over, or of a disabled user."""
    columns = (sessions.c.user, users.c.role, users.c.sites, sessions.c.csrf, sessions.c.expires_at)
    found = sa.select(*columns).join(users, users.c.name == sessions.c.user)
    alive = sessions.c.expires_at > datetime.now(UTC)
    row = c.execute(found.where(sessions.c.secret == secret_digest, alive, users.c.disabled_at.is_(None))).first()
    if row is None:
        return None
    return Session(row.user, row.role, None if row.sites is None else tuple(row.sites), row.csrf, row.expires_at)


def extend(c: sa.Connection, secret_digests: Iterable[str]) -> None:
    """Let sessions that were used last longer again."""
    now = datetime.now(UTC)
    young = sessions.c.created_at > now - LONGEST + IDLE
    change = sa.update(sessions).where(sessions.c.secret.in_(list(secret_digests)), young)
    c.execute(change.values(expires_at=now + IDLE))


def close(c: sa.Connection, secret_digest: str, user: str, *, request: str | None = None) -> None:
    c.execute(sa.delete(sessions).where(sessions.c.secret == secret_digest))
    audit_log.append(c, user, "session.close", f"user:{user}", request=request)


def close_all(c: sa.Connection, user: str) -> None:
    """End every session and every unused link of a user: after a new password, or when the user is disabled."""
    c.execute(sa.delete(sessions).where(sessions.c.user == user))
    c.execute(sa.delete(sign_in_links).where(sign_in_links.c.user == user))


def make_link(c: sa.Connection, user: str, who: str, *, request: str | None = None) -> tuple[str, datetime]:
    """The secret of a link that signs this user in once, and until when; `/sign-in/SECRET` is its path."""
    secret = secrets.token_urlsafe(32)
    until = datetime.now(UTC) + LINK_WORKS
    c.execute(sa.insert(sign_in_links).values(secret=digest(secret.encode()), user=user, expires_at=until))
    audit_log.append(c, who, "user.link", f"user:{user}", after={"expires_at": until.isoformat()}, request=request)
    return secret, until


def use_link(c: sa.Connection, secret: str) -> str | None:
    """The user whom a link signs in, and the link is used up; None where it does not work (any more)."""
    now = datetime.now(UTC)
    row = (sign_in_links.c.secret == digest(secret.encode())) & sign_in_links.c.used_at.is_(None)
    change = sa.update(sign_in_links).where(row, sign_in_links.c.expires_at > now).values(used_at=now)
    user = c.execute(change.returning(sign_in_links.c.user)).scalar_one_or_none()
    enabled = sa.select(users.c.name).where(users.c.name == user, users.c.disabled_at.is_(None))
    return c.execute(enabled).scalar_one_or_none()


def sweep(c: sa.Connection) -> None:
    """Forget sessions and links whose time is over."""
    now = datetime.now(UTC)
    c.execute(sa.delete(sessions).where(sessions.c.expires_at <= now))
    c.execute(sa.delete(sign_in_links).where(sign_in_links.c.expires_at <= now))

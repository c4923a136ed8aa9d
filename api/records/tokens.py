"""Bearer tokens: 256 random bits, of which only the SHA-256 is kept."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from api.contract.base import Role
from api.contract.people import NewToken, Token, TokenRequest
from api.ids import digest, new_id
from api.records import audit_log
from api.tables import tokens as table

PREFIX = "ems_"  # so that scanners of source code and logs recognise a lost token
_SHOWN = [column for column in table.c if column.name != "secret"]


class NameTaken(Exception):
    """A token that works has this name already; the audit log could not tell them apart."""


@dataclass(frozen=True)
class Holder:
    """What a token allows."""

    id: str
    name: str
    role: Role
    sites: tuple[str, ...] | None
    expires_at: datetime | None
    last_used_at: datetime | None


def create(c: sa.Connection, asked: TokenRequest, who: str, *, request: str | None = None) -> NewToken:
    """Make a token. Its secret is in the answer and nowhere else."""
    now = datetime.now(UTC)
    alike = sa.select(table.c.id).where(table.c.name == asked.name, _works(now))
    if c.execute(alike).first():
        raise NameTaken(asked.name)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token(
        id=new_id(),
        name=asked.name,
        role=asked.role,
        sites=asked.sites,
        created_at=now,
        created_by=who,
        expires_at=None if asked.days is None else now + timedelta(days=asked.days),
    )
    c.execute(sa.insert(table).values(**token.model_dump(), secret=digest(secret.encode())))
    after = token.model_dump(mode="json", include={"name", "role", "sites", "expires_at"})
    audit_log.append(c, who, "token.create", f"token:{token.id}", after=after, request=request)
    return NewToken(**token.model_dump(), secret=secret)


def tokens(c: sa.Connection) -> list[Token]:
    """All of them, revoked ones included, newest first."""
    rows = c.execute(sa.select(*_SHOWN).order_by(table.c.id.desc()))
    return [_token(row) for row in rows.mappings()]


def token(c: sa.Connection, id: str) -> Token | None:
    row = c.execute(sa.select(*_SHOWN).where(table.c.id == id)).mappings().first()
    return None if row is None else _token(row)


def revoke(c: sa.Connection, id: str, who: str, *, request: str | None = None) -> bool:
    """End a token. False where there is none that works still."""
    now = datetime.now(UTC)
    ended = c.execute(sa.update(table).where(table.c.id == id, table.c.revoked_at.is_(None)).values(revoked_at=now))
    if ended.rowcount == 0:
        return False
    before = {"revoked_at": None}
    after = {"revoked_at": now.isoformat()}
    audit_log.append(c, who, "token.revoke", f"token:{id}", before=before, after=after, request=request)
    return True


def holder(c: sa.Connection, secret_digest: str) -> Holder | None:
    """Whose secret this is; None where unknown, expired or revoked."""
    found = sa.select(table).where(table.c.secret == secret_digest, _works(datetime.now(UTC)))
    row = c.execute(found).mappings().first()
    if row is None:
        return None
    sites = None if row["sites"] is None else tuple(row["sites"])
    return Holder(row["id"], row["name"], row["role"], sites, row["expires_at"], row["last_used_at"])


def used(c: sa.Connection, when: Mapping[str, datetime]) -> None:
    """Note when tokens were last used: id -> moment."""
    rows = [{"which": id, "moment": moment} for id, moment in when.items()]
    change = sa.update(table).where(table.c.id == sa.bindparam("which"))
    c.execute(change.values(last_used_at=sa.bindparam("moment")), rows)


def _works(now: datetime) -> sa.ColumnElement[bool]:
    return table.c.revoked_at.is_(None) & (table.c.expires_at.is_(None) | (table.c.expires_at > now))


def _token(row: Mapping[Any, Any]) -> Token:
    return Token.model_validate(dict(row))

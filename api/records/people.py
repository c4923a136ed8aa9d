"""Users of the pages. They are disabled, never deleted: the audit log names them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from api.contract.base import Role
from api.contract.people import User, UserChange
from api.records import audit_log, sessions
from api.records.upsert import insert
from api.tables import users as table

FIRST_ADMIN = "admin"


class UserExists(Exception):
    """The name is taken."""


class LastAdmin(Exception):
    """Without this user nobody could administer the service any more."""


def add(
    c: sa.Connection,
    name: str,
    role: Role,
    sites: list[str] | None,
    password_hash: str | None,
    who: str,
    *,
    request: str | None = None,
) -> User:
    """Make a user. Hash the password before (`api.passwords.hashed`): that takes longer than a transaction should."""
    row = {"name": name, "role": role, "sites": sites, "password": password_hash, "created_at": datetime.now(UTC)}
    if c.execute(insert(c, table).values(**row).on_conflict_do_nothing().returning(table.c.name)).first() is None:
        raise UserExists(name)
    made = _existing(c, name)
    audit_log.append(c, who, "user.create", f"user:{name}", after=_told(made), request=request)
    return made


def users(c: sa.Connection) -> list[User]:
    return [_user(row) for row in c.execute(sa.select(table).order_by(table.c.name)).mappings()]


def user(c: sa.Connection, name: str) -> User | None:
    row = c.execute(sa.select(table).where(table.c.name == name)).mappings().first()
    return None if row is None else _user(row)


def password_hash(c: sa.Connection, name: str) -> str | None:
    """None where there is no such user, no password, or the user is disabled."""
    enabled = (table.c.name == name) & table.c.disabled_at.is_(None)
    return c.execute(sa.select(table.c.password).where(enabled)).scalar_one_or_none()


def change(
    c: sa.Connection,
    name: str,
    asked: UserChange,
    password_hash: str | None,
    who: str,
    *,
    request: str | None = None,
) -> User:
    """Change what was given. A disabled user and one with a new password are signed out everywhere."""
    c.execute(sa.select(table.c.name).with_for_update())  # two changes at once could leave no administrator
    before = _existing(c, name)
    values: dict[str, Any] = {}
    if asked.role is not None:
        values["role"] = asked.role
    if asked.all_sites:
        values["sites"] = None
    elif asked.sites is not None:
        values["sites"] = asked.sites
    if password_hash is not None:
        values["password"] = password_hash
    if asked.disabled is not None:
        values["disabled_at"] = (before.disabled_at or datetime.now(UTC)) if asked.disabled else None
    if not values:
        return before
    c.execute(sa.update(table).where(table.c.name == name).values(**values))
    if password_hash is not None or asked.disabled:
        sessions.close_all(c, name)
    after = _existing(c, name)
    if _rules(before) and not any(_rules(each) for each in users(c)):
        raise LastAdmin(name)
    new_password = {"password": "changed"} if password_hash is not None else {}
    told = _told(after) | new_password
    audit_log.append(c, who, "user.change", f"user:{name}", before=_told(before), after=told, request=request)
    return after


def first_admin(c: sa.Connection) -> str:
    """The name of a user who administers everything; where there is none yet, `admin` is made, without a password."""
    found = users(c)
    for each in found:
        if _rules(each):
            return each.name
    taken = {each.name for each in found}
    name = next(name for name in (FIRST_ADMIN, *(f"{FIRST_ADMIN}{k}" for k in range(2, 99))) if name not in taken)
    return add(c, name, "admin", None, None, "ems serve").name


def _rules(user: User) -> bool:
    return user.role == "admin" and user.sites is None and user.disabled_at is None


def _existing(c: sa.Connection, name: str) -> User:
    found = user(c, name)
    if found is None:
        raise LookupError(name)
    return found


def _user(row: Mapping[Any, Any]) -> User:
    return User.model_validate({**row, "has_password": row["password"] is not None})


def _told(user: User) -> dict[str, Any]:
    return user.model_dump(mode="json", include={"role", "sites", "has_password", "disabled_at"})

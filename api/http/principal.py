"""Who asks, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from api.contract.base import Role
from api.http.problems import ProblemError, not_found

ROLES: tuple[Role, ...] = get_args(Role)  # each may do what those before it may


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller who proved who they are.

    ``name`` is what logs show: a user's name, ``token:NAME`` or ``oidc:SUBJECT``; ``id`` tells callers apart for limits
    and idempotency keys. ``sites`` None means all. ``csrf`` is what a page must send along with a change.
    """

    id: str
    name: str
    role: Role
    sites: tuple[str, ...] | None
    how: Literal["token", "session", "oidc"]
    csrf: str | None = None

    def has(self, role: Role) -> bool:
        return ROLES.index(self.role) >= ROLES.index(role)

    def require(self, role: Role) -> None:
        if not self.has(role):
            raise ProblemError("forbidden", f"This needs the role {role}; {self.name} has the role {self.role}.")

    def may_see(self, site: str) -> bool:
        return self.sites is None or site in self.sites

    def require_site(self, site: str) -> None:
        """A foreign site looks as if it did not exist."""
        if not self.may_see(site):
            raise not_found(f"site {site}")

    @property
    def site_list(self) -> list[str] | None:
        return None if self.sites is None else list(self.sites)


@dataclass(frozen=True, slots=True)
class Proof:
    """A caller, and until when the proof holds."""

    principal: Principal
    until: datetime | None

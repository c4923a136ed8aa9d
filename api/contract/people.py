"""Users, tokens, the audit log, alarms, the service itself."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.contract.base import WHOLE, Asked, Id, Instant, Role, SiteName, Text, Told

UserName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,79}$", examples=["dispatcher"])]
Sites = Annotated[list[SiteName], Field(max_length=200)] | None


class Me(Told):
    """Who the caller is."""

    name: str
    role: Role
    sites: list[str] | None = Field(description="null: all sites")
    how: Literal["token", "session", "oidc"]


class TokenRequest(Asked):
    name: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["scada"])]
    role: Role
    sites: Sites = Field(None, description="null: all sites")
    days: Annotated[int, Field(ge=1, le=3650), WHOLE] | None = Field(365, description="until it expires; null: never")


class Token(Told):
    id: Id
    name: str
    role: Role
    sites: list[str] | None = None
    created_at: Instant
    created_by: str
    expires_at: Instant | None = None
    revoked_at: Instant | None = None
    last_used_at: Instant | None = None


class NewToken(Token):
    secret: str = Field(description="shown once and kept nowhere: give it as `Authorization: Bearer …`")


class UserRequest(Asked):
    name: UserName
    role: Role
    sites: Sites = None
    password: Annotated[str, Field(min_length=10, max_length=200)] | None = Field(
        None, description="null: signs in by link only"
    )


class UserChange(Asked):
    """Fields that are given replace those of the user."""

    role: Role | None = None
    sites: Sites = None
    all_sites: bool = Field(False, description="true: all sites, whatever `sites` says")
    password: Annotated[str, Field(min_length=10, max_length=200)] | None = None
    disabled: bool | None = None


class User(Told):
    name: str
    role: Role
    sites: list[str] | None = None
    has_password: bool
    created_at: Instant
    disabled_at: Instant | None = None


class SignInLink(Told):
    url: str = Field(description="works once")
    expires_at: Instant


class AuditEntry(Told):
    id: int
    at: Instant
    who: str
    action: str
    object: str
    site: str | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    request: str | None = None


class Alarm(Told):
    id: Id
    site: SiteName
    kind: str
    about: str
    severity: Literal["info", "warning", "critical"]
    text: Text
    link: str = ""
    raised_at: Instant
    cleared_at: Instant | None = None
    acknowledged_at: Instant | None = None
    acknowledged_by: str | None = None


class Version(Told):
    version: str
    api: Literal["v1"] = "v1"
    plan_schema: str
    packages: dict[str, str]

"""How the service is run. Everything has one default and one place: here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from forecasting.errors import InputError

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Oidc(BaseModel):
    """An identity provider whose bearer tokens are accepted beside our own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str
    audience: str
    keys_url: str = Field(
        pattern=r"^(https://.|http://(127\.0\.0\.1|localhost|\[::1\])[:/])",
        description="JSON Web Key Set of the issuer; over TLS, because who forges it forges every token",
    )
    role_claim: str = Field("ems_role", description="one of our roles, or a list with one of them")
    sites_claim: str = Field("ems_sites", description='names of sites, or "*" for all; without it: none')


class Settings(BaseModel):
    """Options of `ems serve` and `ems worker`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database: str
    host: str = "127.0.0.1"
    port: int = Field(8765, ge=0, le=65535)
    behind_proxy: bool = False
    tls_cert: Path | None = None
    tls_key: Path | None = None
    workers: int = Field(1, ge=0, le=64, description="planning processes of this host; 0: only serve")
    study_workers: int = Field(
        1,
        ge=0,
        le=64,
        description="studies of sizes at once, in processes of their own; none where there are no workers",
    )
    queue_limit: int = Field(200, ge=1, description="jobs that may wait; more are refused with 503")
    lease_s: float = Field(15.0, gt=0, description="a worker silent for so long has lost its job")
    attempts: int = Field(3, ge=1, description="how often a job is begun before it has failed")
    memory_mb: int = Field(4096, ge=1024, description="address space of a planning process and of its solver, each")
    study_memory_mb: int = Field(8192, ge=1024, description="the same, of processes that work on a study")
    tasks_per_child: int = Field(100, ge=1, description="then a planning process is replaced by a fresh one")
    body_limit_mb: float = Field(16.0, gt=0)
    jobs_per_minute: int = Field(120, ge=1, description="new jobs for one identity; more are refused with 429")
    sign_ins_per_minute: int = Field(
        10, ge=1, description="failed sign-ins from one address; more are refused with 429"
    )
    stale_after_s: float = Field(3600.0, gt=0, description="a measurement silent for so long raises an alarm")
    oidc: Oidc | None = None

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("--tls-cert and --tls-key belong together: give both or neither")
        if self.host not in LOOPBACK and self.tls_cert is None and not self.behind_proxy:
            raise ValueError(
                f"{self.host} is reachable from other machines and passwords would cross the network in clear: "
                "give --tls-cert and --tls-key, or --behind-proxy where a proxy does TLS"
            )
        return self

    @property
    def studies(self) -> Path:
        """Folder in which studies under way keep what is done."""
        return studies_folder(self.database)

    @property
    def secure(self) -> bool:
        """Whether browsers reach the service over TLS, so that cookies may demand it."""
        return self.tls_cert is not None or self.behind_proxy


def default_database() -> str:
    """An SQLite file in the user's data folder (XDG base directories)."""
    return f"sqlite:///{_data_folder() / 'ems.db'}"


def studies_folder(database: str) -> Path:
    """Where studies under way keep what is done: beside an SQLite file, else in the user's data folder."""
    if not database.startswith("sqlite"):
        return _data_folder() / "studies"
    file = Path(urlsplit(database).path[1:]).expanduser().resolve()
    return file.with_name(f"{file.name}-studies")


def checked_database(url: str) -> str:
    """A database address that this software knows, or an `InputError` that says which there are."""
    scheme = urlsplit(url).scheme
    if scheme == "sqlite" and url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return url
    if scheme in ("postgresql", "postgresql+psycopg"):
        return url.replace("postgresql://", "postgresql+psycopg://", 1)
    raise InputError(
        "--database", "", url.split("@")[-1], "sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
    )


def _data_folder() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "park-ems"

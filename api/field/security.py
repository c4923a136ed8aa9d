"""How a link is protected, as `field.yaml` says it: names and passwords, certificates, OPC UA security."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from api.field.addresses import Strict
from forecasting.errors import InputError
from forecasting.files import read_text

MOST_BYTES = 64 << 10  # of a file with a certificate, a key or a password
FilePath = Annotated[str, Field(pattern=r"^/[^\x00]+$", description="absolute path of a file")]
EnvironmentName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class Login(Strict):
    """Who we are to a peer; the password itself is never in the configuration."""

    username: str | None = Field(None, min_length=1)
    password_env: EnvironmentName | None = Field(None, description="environment variable that holds the password")
    password_file: FilePath | None = Field(None, description="file that holds the password and nothing else")

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        if self.password_env is not None and self.password_file is not None:
            raise ValueError("password_env, password_file: one of them")
        if (self.password_env or self.password_file) and self.username is None:
            raise ValueError("username: a password belongs to a name")
        return self

    def password(self) -> str | None:
        """The password as it is now, so that a changed file counts at the next connection; None where there is none."""
        if self.password_env is not None:
            source, password = f"environment: {self.password_env}", os.environ.get(self.password_env)
        elif self.password_file is not None:
            source = self.password_file
            password = read_text(Path(source), MOST_BYTES, "a password").rstrip("\r\n")
        else:
            return None
        if not password:
            raise InputError(source, "", None, f"the password of {self.username}", "it is empty or not there")
        return password


class Tls(Strict):
    """TLS of a broker, whose certificate and host name are always checked."""

    ca: FilePath | None = Field(None, description="PEM: who may have signed the broker's certificate (none: system's)")
    certificate: FilePath | None = Field(None, description="PEM: ours, with those between it and the CA behind it")
    key: FilePath | None = Field(None, description="PEM: its private key, without a password")

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate, key: both or neither")
        return self


class OpcuaSecurity(Strict):
    """A secure channel of OPC UA (OPC 10000-7); only the server whose certificate is given is talked to."""

    policy: Literal["Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss"]
    mode: Literal["Sign", "SignAndEncrypt"]
    certificate: FilePath = Field(description="ours, DER or PEM, RSA, with our application URI")
    key: FilePath = Field(description="its private key, DER or PEM, without a password")
    server_certificate: FilePath = Field(description="the server's, DER or PEM: no other is accepted")

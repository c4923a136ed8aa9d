"""Passwords at rest: argon2id with the parameters of RFC 9106. A hash takes some 50 ms and 64 MB on purpose."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()


def hashed(password: str) -> str:
    return _HASHER.hash(password)


def verified(password: str, password_hash: str | None) -> bool:
    """Whether the password fits. Without a hash (no such user) it takes as long, so that timing tells nothing."""
    try:
        return _HASHER.verify(password_hash or _nobodys(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash("a password that nobody has")

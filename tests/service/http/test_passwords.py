"""Passwords at rest."""

from __future__ import annotations

from argon2 import PasswordHasher

from api.passwords import hashed, verified


def test_a_password_fits_its_own_hash_alone() -> None:
    known = hashed("correct horse battery")
    assert verified("correct horse battery", known)
    assert not verified("correct horse", known)
    assert not verified("correct horse battery", hashed("another"))


def test_nobody_has_no_password() -> None:
    assert not verified("a password that nobody has", None)
    assert not verified("anything", "not a hash")


def test_hashes_cost_what_rfc_9106_asks_for() -> None:
    """Its second recommended option: argon2id, 64 MiB, three passes, four lanes."""
    from argon2.profiles import RFC_9106_LOW_MEMORY as asked

    usual = PasswordHasher()
    assert (usual.type, usual.memory_cost, usual.time_cost, usual.parallelism) == (
        asked.type,
        asked.memory_cost,
        asked.time_cost,
        asked.parallelism,
    )

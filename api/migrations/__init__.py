"""The schema's history, applied when a store opens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from forecasting.errors import InputError

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST = "0003"  # revision of `api.tables`; the history itself is imported only where there is something to do
LOCK = 7_203_118  # any number that no other software on the same PostgreSQL takes


def upgrade(engine: sa.Engine, place: str) -> None:
    """Bring the schema to the newest revision; processes that start together take turns.

    `InputError` where the database at ``place`` is newer than this software, or another's.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        found = revision(connection)
        if found == NEWEST:
            return
        from alembic import command
        from alembic.script import ScriptDirectory

        config = _config()
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if found is not None and found not in known:
            raise InputError(
                place,
                "schema",
                found,
                f"{NEWEST} or older",
                "a newer version of park-ems has opened it: use that version, or a backup made before",
            )
        if found is None and (others := _others(connection)):
            raise InputError(
                place, "tables", ", ".join(others[:5]), "an empty database or one of park-ems", "give another database"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def revision(connection: sa.Connection) -> str | None:
    """The schema's revision; None where there is none yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def _others(connection: sa.Connection) -> list[str]:
    """Tables that are there before ours: on PostgreSQL only those in our way, in a file every one."""
    from api.tables import metadata

    there = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    return sorted(there if connection.dialect.name == "sqlite" else there & set(metadata.tables))
